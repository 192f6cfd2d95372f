//! Asking about a token that somebody else presents (RFC 7662 §2.1).

use std::fmt;

use super::endpoint::Endpoint;
use super::form::{self, Parameters};
use super::http::HttpRequest;
use crate::redaction::Sent;
use crate::token::Secret;

/// The media type of a signed answer (RFC 9701 §5).
pub(super) const SIGNED: &str = "application/token-introspection+jwt";

/// Everything an introspection request is made of (RFC 7662 §2.1).
pub struct IntrospectionRequest<'a> {
    /// Where the request goes.
    pub endpoint: &'a Endpoint,
    /// The token that was presented.
    pub token: &'a Secret,
    /// `token_type_hint`
    pub token_type_hint: Option<&'a str>,
    /// Further parameters, those that authenticate the client among them.
    pub parameters: Parameters,
    /// Further headers, those that authenticate the client among them; they replace others of their name.
    pub headers: Vec<(String, String)>,
    /// Whether the answer is to be signed (RFC 9701 §4).
    pub signed: bool,
}

/// Without `parameters` and `headers`: their values are secrets.
impl fmt::Debug for IntrospectionRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionRequest")
            .field("endpoint", self.endpoint)
            .field("token", self.token)
            .finish_non_exhaustive()
    }
}

impl IntrospectionRequest<'_> {
    /// What nobody else is to see of it.
    pub fn sent(&self) -> Sent {
        let mut sent = Sent::default();
        sent.add(self.token.expose());
        sent.add_parameters(&self.parameters);
        sent.add_headers(&self.headers);
        self.endpoint.add_to(&mut sent);
        sent
    }

    /// The request as it goes onto the wire.
    pub fn to_http(self) -> HttpRequest {
        let mut body: Parameters = vec![("token".into(), self.token.expose().into())];
        let hint = self.token_type_hint;
        body.extend(hint.map(|hint| ("token_type_hint".into(), hint.into())));
        body.extend(self.parameters);
        let mut headers = Vec::new();
        if self.signed {
            headers.push(("accept".into(), SIGNED.into()));
        }
        headers.extend(self.headers);
        form::post(self.endpoint.as_str(), &body, &headers)
    }
}
