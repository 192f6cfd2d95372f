//! The access token request (RFC 6749 §4.4.2 and its siblings).

use std::fmt;

use super::client_auth::{ClientAuth, ClientCredentials};
use super::endpoint::Endpoint;
use super::form::{self, Parameters};
use super::grant::Grant;
use super::http::HttpRequest;

/// A token response is a few kilobytes; what is longer is not one.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// Parameters that the protocol sets itself. Another value for one of them would change what is
/// asked for behind the configuration's back.
pub(crate) const RESERVED_PARAMETERS: [&str; 4] =
    ["grant_type", "client_id", "client_secret", "scope"];

/// Headers that the protocol sets itself.
pub(crate) const RESERVED_HEADERS: [&str; 4] =
    ["authorization", "content-type", "content-length", "host"];

/// Everything a token request is made of.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a> {
    /// Where the request goes.
    pub endpoint: &'a Endpoint,
    /// What is asked for.
    pub grant: &'a Grant,
    /// Who asks.
    pub client: &'a ClientCredentials,
    /// How the client proves who it is.
    pub client_auth: ClientAuth,
    /// `scope`, separated by spaces; empty to leave it out.
    pub scope: &'a str,
    /// Further parameters, none of them reserved.
    pub parameters: &'a Parameters,
    /// Further headers, none of them reserved.
    pub headers: &'a [(String, String)],
}

/// Without `parameters` and `headers`: their values may be secrets.
impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("endpoint", self.endpoint)
            .field("grant", self.grant)
            .field("client", self.client)
            .field("client_auth", &self.client_auth)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl TokenRequest<'_> {
    /// The request as it goes onto the wire.
    pub fn to_http(self) -> HttpRequest {
        let mut body = self.grant.parameters();
        if !self.scope.is_empty() {
            body.push(("scope".into(), self.scope.into()));
        }
        body.extend(self.client.parameters(self.client_auth));
        body.extend(self.parameters.iter().cloned());

        let mut headers: Vec<(String, String)> = vec![
            ("accept".into(), "application/json".into()),
            (
                "user-agent".into(),
                concat!("edge-oauth2/", env!("CARGO_PKG_VERSION")).into(),
            ),
        ];
        for (name, value) in self.headers {
            headers.retain(|(present, _)| !present.eq_ignore_ascii_case(name));
            headers.push((name.to_ascii_lowercase(), value.clone()));
        }
        headers.push((
            "content-type".into(),
            "application/x-www-form-urlencoded".into(),
        ));
        if self.client_auth == ClientAuth::Basic {
            headers.push(("authorization".into(), self.client.basic()));
        }
        HttpRequest {
            method: "POST".into(),
            url: self.endpoint.as_str().into(),
            headers,
            body: form::encode(&body).into_bytes(),
            max_response_bytes: MAX_RESPONSE_BYTES,
        }
    }
}
