//! A component that passes on what a protected API says, and keeps its tokens in the host's bucket.

use std::env;
use std::rc::Rc;

use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::wasi::{KeyValue, WasiHost};
use edge_oauth2::{ClientConfig, ClientOptions, Memory, Resource, TokenSource};
use wstd::http::body::Body;
use wstd::http::{Error, Request, Response};

thread_local! {
    static MEMORY: Rc<Memory<()>> = Rc::default();
}

#[wstd::http_server]
async fn main(request: Request<Body>) -> Result<Response<Body>, Error> {
    let config = ClientConfig::new(ClientOptions {
        token_url: env::var("TOKEN_URL")?,
        client_id: env::var("CLIENT_ID")?,
        client_secret: Some(env::var("CLIENT_SECRET")?.into()),
        ..ClientOptions::default()
    })?;
    let host = WasiHost::default().with_store(KeyValue::open("default")?);
    let source = TokenSource::new(Rc::new(host), config, MEMORY.with(Rc::clone));
    let api_url = env::var("API_URL")?;
    let api = Resource::new(source, [api_url.as_str()])?;

    let method = request.method().to_string();
    let body = request.into_body().contents().await?.to_vec();
    let answer = api
        .fetch(HttpRequest {
            method,
            url: api_url,
            headers: Vec::new(),
            body,
            max_response_bytes: 1024 * 1024,
        })
        .await?;
    Ok(Response::builder()
        .status(answer.status)
        .body(answer.body.into())?)
}
