//! Token revocation (RFC 7009).

use std::fmt;

use super::endpoint::Endpoint;
use super::error_response::{rejection, retry_after_ms, shown};
use super::form::{self, Parameters};
use super::http::{HttpRequest, HttpResponse};
use super::token_response::{members, text_member, words_of};
use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::redaction::Sent;
use crate::text;
use crate::token::Secret;

/// What is revoked, by its name in the registry of RFC 7009 §4.1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTypeHint {
    /// `access_token`
    AccessToken,
    /// `refresh_token`
    RefreshToken,
}

impl TokenTypeHint {
    /// Reads the argument's value.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "access_token" => Some(Self::AccessToken),
            "refresh_token" => Some(Self::RefreshToken),
            _ => None,
        }
    }

    /// The value of `token_type_hint`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// Everything a revocation request is made of.
pub struct RevocationRequest<'a> {
    /// Where the request goes.
    pub endpoint: &'a Endpoint,
    /// The token.
    pub token: &'a Secret,
    /// What kind of token it is.
    pub token_type_hint: TokenTypeHint,
    /// Further parameters, those that authenticate the client among them.
    pub parameters: Parameters,
    /// Further headers, those that authenticate the client among them; they replace others of their
    /// name.
    pub headers: Vec<(String, String)>,
}

/// Without `parameters` and `headers`: their values are secrets.
impl fmt::Debug for RevocationRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationRequest")
            .field("endpoint", self.endpoint)
            .field("token", self.token)
            .field("token_type_hint", &self.token_type_hint)
            .finish_non_exhaustive()
    }
}

impl RevocationRequest<'_> {
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
        let mut body: Parameters = vec![
            ("token".into(), self.token.expose().into()),
            (
                "token_type_hint".into(),
                self.token_type_hint.as_str().into(),
            ),
        ];
        body.extend(self.parameters);
        form::post(self.endpoint.as_str(), &body, &self.headers)
    }
}

/// What reading a response depends on besides the response.
#[derive(Clone, Copy, Debug)]
pub struct RevocationResponseContext<'a> {
    /// Where the request went.
    pub endpoint: &'a Endpoint,
    /// What was sent; an echo of it is taken out of error messages.
    pub sent: &'a Sent,
    /// When it was asked for, in milliseconds since the epoch.
    pub now_ms: u64,
}

/// Reads the revocation endpoint's answer. A success says that the token is not valid, whether or not
/// it was before; its body says nothing (RFC 7009 §2.2). Servers that call a token unknown or over say the
/// same.
pub fn read(response: &HttpResponse, context: RevocationResponseContext<'_>) -> Result<(), Error> {
    if response.is_success() {
        return Ok(());
    }
    let status = response.status;
    if response.is_redirect() {
        return Err(context
            .error(
                ErrorCode::RedirectRefused,
                "a redirect, which is not followed because it would hand the token on; give the final URL as revocationUrl",
            )
            .with_status(status));
    }
    let text = text::of_bytes(&response.body);
    let text = words_of(&text);
    let members = members(text);
    if is_gone(status, text, members.as_ref()) {
        return Ok(());
    }
    let error = match members.as_ref().and_then(rejection) {
        Some(response) => {
            let response = shown(response, context.sent);
            let mut said = [&status.to_string(), " ", &response.error].concat();
            if let Some(description) = &response.description {
                said.push_str(": ");
                said.push_str(description);
            }
            context
                .error(ErrorCode::TokenRequestRejected, &said)
                .with_response(response)
        }
        None => {
            let said = ["status ", &status.to_string()].concat();
            context.error(ErrorCode::HttpStatus, &said)
        }
    };
    // After a 503 the token must be thought valid, and may be revoked later (RFC 7009 §2.2.1).
    Err(error
        .with_status(status)
        .with_retry_after(retry_after_ms(response, context.now_ms)))
}

/// How much is looked at of words that are no members.
const MAX_WORDS: usize = 200;

/// What is said of a token that is gone.
const GONE: [&str; 8] = [
    "invalid",
    "expired",
    "revoked",
    "not found",
    "not exist",
    "unknown",
    "inactive",
    "no such",
];

/// What is about something else, or about how the token was sent.
const OTHERWISE: [&str; 7] = [
    "client",
    "type",
    "hint",
    "csrf",
    "authenticity",
    "missing",
    "required",
];

/// Whether an answer outside 2xx says that there is no such token, or no longer.
///
/// A page for people says nothing: a wrong `revocationUrl` brings one.
fn is_gone(status: u16, text: &str, members: Option<&Json>) -> bool {
    let said = |name| members.and_then(|it| text_member(it, name)).unwrap_or("");
    let is_page = text.starts_with('<');
    let words = match members {
        Some(_) => text::joined(&["error", "error_description", "message"].map(said), " "),
        None => text.chars().take(MAX_WORDS).collect(),
    };
    let words = words.to_ascii_lowercase().replace('_', " ");
    let has = |parts: &[&str]| parts.iter().any(|part| text::contains(&words, part));
    match status {
        // The registered codes for it, of which the second is a refresh token's.
        400..=428 if matches!(said("error"), "invalid_token" | "invalid_grant") => true,
        _ if is_page || has(&OTHERWISE) => false,
        400 => text::contains(&words, "token") && has(&GONE),
        404 | 410 => true,
        _ => false,
    }
}

impl RevocationResponseContext<'_> {
    fn error(&self, code: ErrorCode, answer: &str) -> Error {
        let message = [
            "the revocation endpoint ",
            self.endpoint.for_display(),
            " answered with ",
            answer,
        ];
        Error::new(code, message.concat())
    }
}
