//! Requests to the API, and token requests that fail.

use axum::body::Bytes;
use edge_oauth2::native::{CallError, Client, http_client_builder};
use edge_oauth2::{ClientOptions, ErrorCode};
use http_body_util::Full;
use reqwest::{Body, StatusCode};

use super::server::Server;

fn http() -> reqwest::Client {
    http_client_builder().unwrap().build().unwrap()
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let server = Server::start();
    server.refuse_first();
    let api = Client::new(server.options())
        .unwrap()
        .api([&*server.origin])
        .unwrap();
    let http = http();
    let request = http
        .post([&server.origin, "/api/items"].concat())
        .body("hello");
    let response = api.execute(&http, request.build().unwrap()).await.unwrap();
    assert_eq!(response.text().await.unwrap(), "Bearer token-2 hello");
    assert_eq!((server.grants(), server.calls()), (2, 2));
}

#[tokio::test]
async fn a_streamed_body_is_sent_once() {
    let server = Server::start();
    server.refuse_first();
    let api = Client::new(server.options())
        .unwrap()
        .api([&*server.origin])
        .unwrap();
    let http = http();
    let body = Body::wrap(Full::<Bytes>::from("streamed"));
    let request = http
        .post([&server.origin, "/api/items"].concat())
        .body(body);
    let response = api.execute(&http, request.build().unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!((server.grants(), server.calls()), (1, 1));
}

#[tokio::test]
async fn no_other_origin_sees_the_token() {
    let server = Server::start();
    let api = Client::new(server.options())
        .unwrap()
        .api(["https://api.example"])
        .unwrap();
    let http = http();
    let request = http
        .get([&server.origin, "/api/items"].concat())
        .build()
        .unwrap();
    let error = api.execute(&http, request).await.unwrap_err();
    assert!(
        matches!(error, CallError::Token(error) if error.code() == ErrorCode::OriginNotAllowed)
    );
    assert_eq!((server.grants(), server.calls()), (0, 0));
}

async fn failure(options: ClientOptions, http: Option<reqwest::Client>) -> (ErrorCode, String) {
    let mut client = Client::new(ClientOptions {
        timeout_ms: 2_000,
        ..options
    })
    .unwrap();
    if let Some(http) = http {
        client = client.with_http(http);
    }
    let error = client.token().await.unwrap_err();
    (error.code(), error.to_string())
}

#[tokio::test]
async fn failures_say_why() {
    let server = Server::start();
    let options = |url: &str| ClientOptions {
        token_url: url.into(),
        ..server.options()
    };
    let (code, said) = failure(options("http://127.0.0.1:1/token"), None).await;
    assert_eq!(code, ErrorCode::Network);
    assert!(said.contains("Connection refused"), "{said}");
    let (code, _) = failure(options(&[&server.origin, "/moved"].concat()), None).await;
    assert_eq!(code, ErrorCode::RedirectRefused);
    // By another identity: the refusal of before is remembered.
    let following = ClientOptions {
        client_id: "another".into(),
        ..options(&[&server.origin, "/moved"].concat())
    };
    let (code, said) = failure(following, Some(http())).await;
    assert!(
        said.contains("redirect::Policy::none()"),
        "{code:?}: {said}"
    );
    let (code, _) = failure(options(&[&server.origin, "/long"].concat()), None).await;
    assert_eq!(code, ErrorCode::InvalidResponse);
}
