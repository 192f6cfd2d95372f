//! A service whose handlers call a protected API. It reads `TOKEN_URL`, `CLIENT_ID`, `CLIENT_SECRET` and `API_URL`.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use edge_oauth2::ClientOptions;
use edge_oauth2::native::{Api, CallError, Client, http_client_builder};

/// Cheap to clone; every handler has the same token.
#[derive(Clone)]
struct Service {
    api: Api,
    api_url: String,
    http: reqwest::Client,
}

/// Passes the path on to the API. Whoever may call the service may use the API through it: ask who they are first.
async fn pass_on(
    State(service): State<Service>,
    uri: Uri,
) -> Result<Response, (StatusCode, String)> {
    let failed = |error: CallError| (StatusCode::BAD_GATEWAY, error.to_string());
    let request = service.http.get([&service.api_url, uri.path()].concat());
    let request = request.build().map_err(CallError::Http).map_err(failed)?;
    let response = service.api.execute(&service.http, request).await;
    let response = response.map_err(failed)?;
    let status = response.status();
    let body = response.bytes().await.map_err(CallError::Http);
    Ok((status, body.map_err(failed)?).into_response())
}

/// The service, for tokens of a client with these options.
pub fn router(options: ClientOptions, api_url: &str) -> Result<Router, Box<dyn std::error::Error>> {
    let service = Service {
        api: Client::new(options)?.api([api_url])?,
        api_url: api_url.to_owned(),
        http: http_client_builder()?.build()?,
    };
    Ok(Router::new()
        .route("/{*path}", get(pass_on))
        .with_state(service))
}

#[allow(dead_code, reason = "the test has servers of its own")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = ClientOptions {
        token_url: std::env::var("TOKEN_URL")?,
        client_id: std::env::var("CLIENT_ID")?,
        client_secret: Some(std::env::var("CLIENT_SECRET")?.into()),
        ..ClientOptions::default()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, router(options, &std::env::var("API_URL")?)?).await?;
    Ok(())
}
