//! Token introspection (RFC 7662): what the authorization server says of a token that somebody else presents.

use std::fmt;

use super::endpoint::Endpoint;
use super::error_response::{rejection, retry_after_ms, shown};
use super::http::HttpResponse;
use super::introspection_request::SIGNED;
use super::lifetime::{FIRST_MS, number};
use super::token_response::{joined, text_member, words_of};
use crate::error::{Error, ErrorClass, ErrorCode};
use crate::json::Json;
use crate::redaction::Sent;
use crate::text;
use crate::token::Secret;

/// How far the server's clock may be ahead of ours, where it says that a token is good that begins only now.
const SKEW_MS: u64 = 10_000;

/// What the server says of a token (RFC 7662 §2.2).
#[derive(Clone)]
#[non_exhaustive]
pub struct Introspection {
    /// `active`, and neither before `nbf` nor after `exp`.
    pub active: bool,
    /// `scope`, or `scp`; scopes separated by a space.
    pub scope: Option<String>,
    /// `client_id`: whom the token was issued to.
    pub client_id: Option<String>,
    /// `username`
    pub username: Option<String>,
    /// `token_type`
    pub token_type: Option<String>,
    /// `exp`, in seconds since the epoch.
    pub exp: Option<u64>,
    /// `iat`, in seconds since the epoch.
    pub iat: Option<u64>,
    /// `nbf`, in seconds since the epoch.
    pub nbf: Option<u64>,
    /// `sub`
    pub sub: Option<String>,
    /// `aud`; `raw` has it as it was sent, a text or a list.
    pub aud: Vec<String>,
    /// `iss`
    pub iss: Option<String>,
    /// `jti`
    pub jti: Option<String>,
    /// Every member as received.
    pub raw: Json,
}

/// Says nothing of whom the token is about.
impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("active", &self.active)
            .field("exp", &self.exp)
            .finish_non_exhaustive()
    }
}

impl Introspection {
    /// Reads the members of an answer; an error is the rest of a sentence about it.
    pub fn of(raw: Json, now_ms: u64) -> Result<Self, &'static str> {
        let said = match raw.get("active") {
            Some(Json::Bool(active)) => *active,
            Some(_) => {
                return Err("with an active that is neither true nor false (RFC 7662 §2.2)");
            }
            None => return Err("without active (RFC 7662 §2.2)"),
        };
        // Of a token that is not active nothing else matters.
        let unsaid = (!said).then_some(None);
        let exp = seconds(&raw, "exp").or(unsaid);
        let exp = exp.ok_or("with an exp that is no number")?;
        let nbf = seconds(&raw, "nbf").or(unsaid);
        let nbf = nbf.ok_or("with an nbf that is no number")?;
        let is_over = exp.is_some_and(|exp| now_ms >= exp.saturating_mul(1000));
        let latest_ms = now_ms.saturating_add(SKEW_MS);
        let is_ahead = nbf.is_some_and(|nbf| nbf.saturating_mul(1000) > latest_ms);
        Ok(Self {
            active: said && !is_over && !is_ahead,
            scope: scope(&raw, "scope").or_else(|| scope(&raw, "scp")),
            client_id: name(&raw, "client_id"),
            username: name(&raw, "username"),
            token_type: name(&raw, "token_type"),
            exp,
            iat: seconds(&raw, "iat").flatten(),
            nbf,
            sub: name(&raw, "sub"),
            aud: match raw.get("aud") {
                Some(Json::Array(items)) => items.iter().filter_map(text_of).collect(),
                Some(item) => text_of(item).into_iter().collect(),
                None => Vec::new(),
            },
            iss: name(&raw, "iss"),
            jti: name(&raw, "jti"),
            raw,
        })
    }

    /// When the token is over, in milliseconds since the epoch, if the server says so.
    pub(crate) fn expires_at_ms(&self) -> Option<u64> {
        self.exp.map(|exp| exp.saturating_mul(1000))
    }
}

/// A text, or a list of texts.
fn scope(raw: &Json, name: &str) -> Option<String> {
    match raw.get(name)? {
        Json::Array(scopes) => joined(scopes),
        _ => text_member(raw, name).map(str::to_owned),
    }
}

/// A number, or a text of one; some servers count in milliseconds. `Some(None)` where nothing is said, `None` where it cannot be read.
fn seconds(raw: &Json, name: &str) -> Option<Option<u64>> {
    match raw.get(name) {
        None | Some(Json::Null) => Some(None),
        // Float to integer saturates: what is negative was long ago.
        Some(value) => number(value).map(|at| match at < FIRST_MS {
            true => Some(at as u64),
            false => Some((at / 1000.0) as u64),
        }),
    }
}

fn text_of(value: &Json) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A text. Some servers have numbers for names; beyond 2^53 two of them may look the same.
fn name(raw: &Json, name: &str) -> Option<String> {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    match raw.get(name)? {
        Json::Number(number) if number.fract() == 0.0 && number.abs() <= SAFE => {
            Some((*number as i64).to_string())
        }
        value => text_of(value),
    }
}

/// What reading a response depends on besides the response.
#[derive(Clone, Copy, Debug)]
pub struct IntrospectionResponseContext<'a> {
    /// Where the request went.
    pub endpoint: &'a Endpoint,
    /// What was sent; an echo of it is taken out of error messages.
    pub sent: &'a Sent,
    /// Whether the answer was to be signed.
    pub signed: bool,
    /// When it was asked for, in milliseconds since the epoch.
    pub now_ms: u64,
}

/// What an introspection endpoint answers.
#[derive(Clone, Debug)]
pub enum Answered {
    /// Members.
    Plain(Box<Introspection>),
    /// A signed JWT (RFC 9701 §5), which is still to be verified.
    Signed(Secret),
}

/// Reads the introspection endpoint's answer. Whatever is not certainly an answer about the token is an error: that
/// the token is not good is said by `active` only.
pub fn read(
    response: &HttpResponse,
    context: IntrospectionResponseContext<'_>,
) -> Result<Answered, Error> {
    if response.is_redirect() {
        let problem = "with a redirect, which is not followed because it would hand the token on; give the final URL as introspectionUrl";
        let error = context.error(ErrorCode::RedirectRefused, problem);
        return Err(error.with_status(response.status));
    }
    let text = text::of_bytes(&response.body);
    let text = words_of(&text);
    let members = match Json::parse(text) {
        Some(object @ Json::Object(_)) => Some(object),
        _ => None,
    };
    if !response.is_success() {
        return Err(context.refused(response, members.as_ref()));
    }
    let unusable = |problem: &str| {
        let error = context.error(ErrorCode::InvalidResponse, problem);
        error.with_status(response.status)
    };
    let is_no_page = !text.is_empty() && !text.starts_with('<');
    // Some label it as any JWT; what it is is said in it.
    if is_signed(response) || context.signed && members.is_none() && is_no_page {
        return match context.signed {
            true => Ok(Answered::Signed(Secret::from(text))),
            false => Err(unusable(
                "with a signed answer (RFC 9701), which was not asked for; to have it verified, give signedResponse",
            )),
        };
    }
    let Some(members) = members else {
        return Err(match text.starts_with('<') {
            true => unusable(
                "with a page, as of a gateway or firewall before it, or of another URL than the introspection endpoint's",
            ),
            false => unusable("without a JSON object"),
        });
    };
    if members.get("active").is_none() && rejection(&members).is_some() {
        return Err(context.refused(response, Some(&members)));
    }
    if context.signed {
        return Err(unusable(
            "with an answer that is not signed, although signedResponse wants that (RFC 9701)",
        ));
    }
    let introspection = Introspection::of(members, context.now_ms).map_err(unusable)?;
    Ok(Answered::Plain(Box::new(introspection)))
}

fn is_signed(response: &HttpResponse) -> bool {
    let content_type = response.header("content-type").unwrap_or_default();
    let (media_type, _) = content_type.split_once(';').unwrap_or((content_type, ""));
    media_type.trim().eq_ignore_ascii_case(SIGNED)
}

impl IntrospectionResponseContext<'_> {
    pub(crate) fn error(&self, code: ErrorCode, answer: &str) -> Error {
        let message = [
            "the introspection endpoint ",
            self.endpoint.for_display(),
            " answered ",
            answer,
        ];
        Error::new(code, message.concat())
    }

    /// The error of an answer that is none about the token.
    fn refused(&self, response: &HttpResponse, members: Option<&Json>) -> Error {
        let status = response.status.to_string();
        let class = match response.status {
            429 => ErrorClass::RateLimited,
            408 | 500..=599 => ErrorClass::Retry,
            _ => ErrorClass::Terminal,
        };
        let error = match members.and_then(rejection) {
            Some(response) => {
                let response = shown(response, self.sent);
                let mut said = ["with ", &status, " ", &response.error].concat();
                if let Some(description) = &response.description {
                    said.push_str(": ");
                    said.push_str(description);
                }
                self.error(ErrorCode::TokenRequestRejected, &said)
                    .with_response(response)
            }
            None => self.error(ErrorCode::HttpStatus, &["with status ", &status].concat()),
        };
        error
            .with_status(response.status)
            .with_class(class)
            .with_retry_after(retry_after_ms(response, self.now_ms))
    }
}
