//! The access token request (RFC 6749 §4.4.2 and its siblings).

use std::fmt;

use super::client_authentication::{ClientAuth, ClientCredentials};
use super::endpoint::Endpoint;
use super::error_class::REFRESH_TOKEN;
use super::form::{self, Parameters};
use super::http::{self, HttpRequest, MAX_RESPONSE_BYTES};
use crate::json::Json;
use crate::redaction::Sent;

/// Parameters that the protocol sets itself, whatever the grant. Another value for one of them would
/// change what is asked for behind the configuration's back.
pub(crate) const RESERVED_PARAMETERS: [&str; 6] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "scope",
];

/// Headers that the protocol sets itself.
pub(crate) const RESERVED_HEADERS: [&str; 4] =
    ["authorization", "content-type", "content-length", "host"];

/// How the parameters are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyFormat {
    /// `application/x-www-form-urlencoded` (RFC 6749 appendix B).
    #[default]
    Form,
    /// A JSON object; a parameter that repeats becomes an array. What is no text is given by
    /// [`Json::to_parameter`].
    Json,
}

impl BodyFormat {
    /// Reads the option's value.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "form" => Some(Self::Form),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Everything a token request is made of.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a> {
    /// Where the request goes.
    pub endpoint: &'a Endpoint,
    /// What is asked for: the grant's own parameters.
    pub grant: &'a Parameters,
    /// Who asks.
    pub client: &'a ClientCredentials,
    /// How the client proves who it is.
    pub client_auth: ClientAuth,
    /// `client_assertion`, for the methods that need one.
    pub client_assertion: Option<&'a str>,
    /// `scope`; empty to leave it out.
    pub scope: &'a str,
    /// `resource`, once for each (RFC 8707 §2.2).
    pub resource: &'a [String],
    /// Further parameters, none of them reserved.
    pub parameters: &'a Parameters,
    /// Further headers, none of them reserved.
    pub headers: &'a [(String, String)],
    /// How the body is written.
    pub body_format: BodyFormat,
}

/// Without `grant`, `parameters` and `headers`: their values may be secrets.
impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("endpoint", self.endpoint)
            .field("client", self.client)
            .field("client_auth", &self.client_auth)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl TokenRequest<'_> {
    /// Whether a refresh token is spent by it.
    pub(crate) fn is_refresh(&self) -> bool {
        self.grant_type() == REFRESH_TOKEN
    }

    /// The value of `grant_type`.
    pub(crate) fn grant_type(&self) -> &str {
        let mut grant = self.grant.iter();
        grant
            .find_map(|(name, value)| (name == "grant_type").then_some(value.as_str()))
            .unwrap_or_default()
    }

    /// What nobody else is to see of it.
    pub fn sent(&self) -> Sent {
        let mut sent = Sent::default();
        sent.add_parameters(self.grant);
        sent.add_parameters(self.parameters);
        sent.add_headers(self.headers);
        sent.add_all(self.client_assertion);
        self.client.add_to(&mut sent);
        self.endpoint.add_to(&mut sent);
        sent
    }

    /// The request as it goes onto the wire.
    pub fn to_http(self) -> HttpRequest {
        let mut body = String::new();
        let content_type = match self.body_format {
            BodyFormat::Form => {
                self.each(&mut |name, value| form::add(&mut body, name, value));
                "application/x-www-form-urlencoded"
            }
            BodyFormat::Json => {
                body = self.to_json();
                "application/json"
            }
        };
        let mut headers = http::headers(self.headers);
        headers.push(("content-type".into(), content_type.into()));
        if let Some(authorization) = self.client.header(self.client_auth) {
            headers.push(("authorization".into(), authorization));
        }
        HttpRequest {
            method: "POST".into(),
            url: self.endpoint.as_str().into(),
            headers,
            body: body.into_bytes(),
            max_response_bytes: MAX_RESPONSE_BYTES,
        }
    }

    /// All parameters, in turn.
    fn each(&self, add: &mut dyn FnMut(&str, &str)) {
        let own = self
            .client
            .parameters(self.client_auth, self.client_assertion);
        self.grant.iter().for_each(|(name, value)| add(name, value));
        if !self.scope.is_empty() {
            add("scope", self.scope);
        }
        self.resource.iter().for_each(|it| add("resource", it));
        for (name, value) in own.iter().chain(self.parameters) {
            add(name, value);
        }
    }

    #[inline(never)]
    fn to_json(self) -> String {
        let mut body = Parameters::new();
        self.each(&mut |name, value| body.push((name.to_owned(), value.to_owned())));
        to_json(body).to_text()
    }
}

fn to_json(parameters: Parameters) -> Json {
    let mut members: Vec<(String, Json)> = Vec::new();
    for (name, value) in parameters {
        let value = Json::of_parameter(&value);
        match members.iter_mut().find(|(present, _)| *present == name) {
            None => members.push((name, value)),
            Some((_, Json::Array(values))) => values.push(value),
            Some((_, present)) => {
                let first = std::mem::replace(present, Json::Null);
                *present = Json::Array(vec![first, value]);
            }
        }
    }
    Json::Object(members)
}
