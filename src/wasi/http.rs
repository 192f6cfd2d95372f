//! Requests by `wasi:http`.

use wstd::http::body::util::BodyExt;
use wstd::http::error::Error;
use wstd::http::{Body, Client, Request};

use crate::host::TransportError;
use crate::protocol::http::{HttpRequest, HttpResponse};

/// Sends `request`. Hosts of WASI follow no redirects, and the request is aborted when the future is dropped.
pub(super) async fn send(request: HttpRequest) -> Result<HttpResponse, TransportError> {
    let max_bytes = request.max_response_bytes;
    let request = outgoing(request).map_err(failed)?;
    let response = Client::new().send(request).await.map_err(failed)?;
    let (head, body) = response.into_parts();
    let headers = head.headers.iter().map(|(name, value)| {
        // As fetch reads them: bytes above ASCII are Latin-1.
        let value = value.as_bytes().iter().copied().map(char::from).collect();
        (name.as_str().to_owned(), value)
    });
    let (status, headers) = (head.status.as_u16(), headers.collect());
    match read(body, max_bytes).await.map_err(failed)? {
        Some(body) => Ok(HttpResponse {
            status,
            headers,
            body,
        }),
        None => Err(TransportError::TooLong { status, headers }),
    }
}

fn outgoing(request: HttpRequest) -> Result<Request<Vec<u8>>, Error> {
    let mut builder = Request::builder()
        .method(request.method.as_str())
        .uri(request.url);
    for (name, value) in request.headers {
        builder = builder.header(name, value);
    }
    if !request.body.is_empty() {
        // Without it the body is sent in chunks, which some servers do not read.
        builder = builder.header("content-length", request.body.len());
    }
    Ok(builder.body(request.body)?)
}

/// The whole body, or `None` if it is longer than `max_bytes`.
async fn read(body: Body, max_bytes: usize) -> Result<Option<Vec<u8>>, Error> {
    let mut frames = body.into_boxed_body();
    let mut body = Vec::new();
    while let Some(frame) = frames.frame().await {
        let Ok(part) = frame?.into_data() else {
            continue;
        };
        if body.len().saturating_add(part.len()) > max_bytes {
            return Ok(None);
        }
        body.extend_from_slice(&part);
    }
    Ok(Some(body))
}

/// The host's own words.
fn failed(error: Error) -> TransportError {
    TransportError::Connection(format!("{error:#}"))
}
