//! What goes onto the wire and how answers are read, one row per case.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

#[cfg(feature = "inbound")]
mod access_token;
mod advice;
mod authorization;
#[cfg(feature = "inbound")]
mod bearer;
#[cfg(feature = "inbound")]
mod challenge;
mod client_config;
mod endpoint;
mod error_class;
mod error_response;
mod json;
mod jwt;
mod metadata;
mod pkce;
#[cfg(feature = "inbound")]
mod protected_resource;
mod redaction;
mod revocation;
mod token_request;
mod token_response;

#[path = "../support/mod.rs"]
mod support;

use edge_oauth2::protocol::client_authentication::{ClientAuth, ClientCredentials};
use edge_oauth2::protocol::endpoint::Endpoint;
use edge_oauth2::protocol::http::HttpResponse;
use edge_oauth2::protocol::token_request::{BodyFormat, TokenRequest};
use edge_oauth2::protocol::token_response::{TokenMapping, TokenResponseContext, read};
use edge_oauth2::{Error, Grant, Token};

/// When every response of these tests arrives: 2027-01-15T08:00:00.123Z.
const NOW_MS: u64 = 1_800_000_000_123;

const SECRET: &str = "s3cr3t/+:~ü";

/// Reads `response` as the answer to `grant` of a client with [`SECRET`].
fn read_as(grant: &Grant, response: &HttpResponse) -> Result<Token, Error> {
    read(
        response,
        TokenResponseContext {
            request: TokenRequest {
                endpoint: &Endpoint::parse(support::TOKEN_URL).unwrap(),
                grant: &grant.parameters(),
                client: &ClientCredentials::new("client", Some(SECRET.into())),
                client_auth: ClientAuth::Basic,
                client_assertion: None,
                scope: "",
                resource: &[],
                parameters: &Vec::new(),
                headers: &[],
                body_format: BodyFormat::Form,
            },
            mapping: &TokenMapping::default(),
            now_ms: NOW_MS,
            default_lifetime_seconds: 3600,
        },
    )
    .map(|(token, _)| token)
}

fn read_response(response: &HttpResponse) -> Result<Token, Error> {
    read_as(&Grant::default(), response)
}

fn read_body(status: u16, body: impl Into<Vec<u8>>) -> Result<Token, Error> {
    read_response(&support::response(status, body))
}
