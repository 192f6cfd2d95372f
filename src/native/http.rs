//! Requests by reqwest, as the port has them.

use std::error::Error as _;
use std::sync::{Arc, OnceLock};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Method, Response, Url};
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::error::{Error, ErrorCode};
use crate::host::TransportError;
use crate::protocol::http::{HttpRequest, HttpResponse};

/// The reqwest client that token requests are made with.
#[derive(Debug, Default)]
pub(super) struct Http {
    /// Of the library's own it is made when it is used first: a program may do without the system's certificates.
    client: OnceLock<Result<reqwest::Client, String>>,
}

impl Http {
    pub(super) fn by(client: reqwest::Client) -> Self {
        Self {
            client: OnceLock::from(Ok(client)),
        }
    }

    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let client = self.client.get_or_init(make).as_ref();
        let client = client.map_err(|problem| TransportError::Connection(problem.clone()))?;
        let max_bytes = request.max_response_bytes;
        let request = of(request)?;
        let url = request.url().clone();
        let mut response = client.execute(request).await.map_err(connection)?;
        if *response.url() != url {
            return Err(TransportError::Unusable(
                "the HTTP client followed a redirect; build it with redirect::Policy::none()"
                    .to_owned(),
            ));
        }
        let (status, headers) = (response.status().as_u16(), headers(&response));
        match body(&mut response, max_bytes).await? {
            Some(body) => Ok(HttpResponse {
                status,
                headers,
                body,
            }),
            None => Err(TransportError::TooLong { status, headers }),
        }
    }
}

/// reqwest's builder, with TLS by rustls and ring and the system's certificates. `reqwest::Client::new()` panics in a
/// program that has reqwest by this crate alone, since nobody has installed a provider of cryptography there.
pub fn http_client_builder() -> Result<reqwest::ClientBuilder, Error> {
    let provider = Arc::new(ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|tls| tls.with_platform_verifier());
    let tls = tls.map_err(|error| Error::new(ErrorCode::Network, error.to_string()))?;
    let tls = tls.with_no_client_auth();
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls))
}

fn make() -> Result<reqwest::Client, String> {
    let builder = http_client_builder().map_err(|error| error.to_string())?;
    let client = builder.redirect(Policy::none()).build();
    client.map_err(|error| reason(&error))
}

fn of(request: HttpRequest) -> Result<reqwest::Request, TransportError> {
    let unusable = |problem: &str| TransportError::Unusable(problem.to_owned());
    let method = Method::from_bytes(request.method.as_bytes());
    let method = method.map_err(|_| unusable("the method is none"))?;
    let url = Url::parse(&request.url).map_err(|_| unusable("the URL is none"))?;
    let mut sent = reqwest::Request::new(method, url);
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_str(value);
        let (Ok(name), Ok(value)) = (name, value) else {
            return Err(unusable("a header is none"));
        };
        headers.append(name, value);
    }
    *sent.headers_mut() = headers;
    if !request.body.is_empty() {
        *sent.body_mut() = Some(request.body.into());
    }
    Ok(sent)
}

fn headers(response: &Response) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers().iter();
    headers
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect()
}

/// The whole body, or `None` if it is longer than `max_bytes`.
async fn body(
    response: &mut Response,
    max_bytes: usize,
) -> Result<Option<Vec<u8>>, TransportError> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(connection)? {
        if body.len().saturating_add(part.len()) > max_bytes {
            return Ok(None);
        }
        body.extend_from_slice(&part);
    }
    Ok(Some(body))
}

fn connection(error: reqwest::Error) -> TransportError {
    TransportError::Connection(reason(&error))
}

/// reqwest says only "error sending request", and where to; why is among its sources.
fn reason(error: &reqwest::Error) -> String {
    let mut source = error.source();
    let mut reason = None;
    while let Some(error) = source {
        reason = Some(error.to_string());
        source = error.source();
    }
    reason.unwrap_or_else(|| "the HTTP client did not say why".to_owned())
}
