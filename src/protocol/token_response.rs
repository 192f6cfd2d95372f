//! The access token response and the error response (RFC 6749 §5.1, §5.2), read as tolerantly as
//! servers are varied.

use std::fmt;

use super::error_response::rejection_in_success;
use super::form;
use super::http::HttpResponse;
use super::lifetime;
pub use super::token_mapping::TokenMapping;
use super::token_request::TokenRequest;
use crate::error::Error;
use crate::json::Json;
use crate::text::{self, trimmed};
use crate::token::{Secret, Token};

/// What reading a response depends on besides the response.
#[derive(Clone, Copy)]
pub struct TokenResponseContext<'a> {
    /// What was asked; an echo of its secrets is taken out of error messages.
    pub request: TokenRequest<'a>,
    /// Where the members are, if not where the standard says.
    pub mapping: &'a TokenMapping,
    /// When it was asked for, in milliseconds since the epoch.
    pub now_ms: u64,
    /// How long a token lives whose response does not say.
    pub default_lifetime_seconds: u64,
}

impl fmt::Debug for TokenResponseContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponseContext")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

/// Reads the token endpoint's answer. Beside the token it says why its life had to be assumed, if so.
pub fn read(
    response: &HttpResponse,
    context: TokenResponseContext<'_>,
) -> Result<(Token, Option<String>), Error> {
    if response.is_redirect() {
        return Err(context.redirected(response));
    }
    let text = text::of_bytes(&response.body);
    let text = words_of(&text);
    let raw = members(text);
    if !response.is_success() {
        return Err(context.refused(response, text, raw.as_ref()));
    }
    let Some(raw) = raw else {
        let problem = "answered with neither JSON nor a form-encoded token";
        return Err(context.unusable(response, problem));
    };
    let mapped = (!context.mapping.is_empty()).then(|| context.mapping.applied(&raw));
    let members = mapped.as_ref().unwrap_or(&raw);
    let has_token = match members.get("access_token") {
        Some(Json::String(token)) => !trimmed(token).is_empty(),
        token => matches!(token, Some(Json::Number(_))),
    };
    if (!has_token || raw.get("error").is_some())
        && let Some(rejection) = rejection_in_success(&raw, has_token)
    {
        return Err(context.rejected(response, rejection, ""));
    }
    let token = |name| match members.get(name) {
        Some(Json::Number(number)) => numeric_token(*number, context.mapping.written(name), text),
        _ => text_member(members, name).map(str::to_owned),
    };
    let Some(access_token) = token("access_token") else {
        let problem = "answered without an access_token; where it is called otherwise, say so in tokenMapping";
        return Err(context.unusable(response, problem));
    };
    if !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = "answered with an access_token that has white space, control or non-ASCII characters in it and fits no header (RFC 6750 §2.1)";
        return Err(context.unusable(response, problem));
    }
    let (lifetime_seconds, unsaid) = match lifetime::seconds(members, context.now_ms.div_ceil(1000))
    {
        Ok(seconds) => (seconds, None),
        Err(unsaid) => (context.default_lifetime_seconds, Some(unsaid)),
    };
    let token = Token {
        token_type: token_type(members),
        received_at_ms: context.now_ms,
        expires_at_ms: context
            .now_ms
            .saturating_add(lifetime_seconds.saturating_mul(1000)),
        scope: scope(members),
        refresh_token: token("refresh_token").map(Secret::from),
        id_token: token("id_token").map(Secret::from),
        access_token: Secret::from(access_token),
        raw,
        rotation: 0,
    };
    Ok((token, unsaid))
}

/// What a body says, without what is around it.
pub(super) fn words_of(text: &str) -> &str {
    #[inline(never)]
    fn marked(text: &str) -> &str {
        text.trim_start_matches('\u{feff}').trim()
    }
    match text.starts_with('\u{feff}') {
        true => marked(text),
        false => trimmed(text),
    }
}

/// The response's members, from JSON or from a form (as early implementations of the drafts, and
/// GitHub, answer). The content type is not asked: servers mislabel both.
pub(super) fn members(text: &str) -> Option<Json> {
    if let Some(object @ Json::Object(_)) = Json::parse(text) {
        return Some(object);
    }
    form_members(text)
}

#[inline(never)]
fn form_members(text: &str) -> Option<Json> {
    // Whatever has a link in it decodes to some form; a form holds neither markup nor white space.
    let may_be_form = |byte: u8| byte.is_ascii_graphic() && !b"<>\"{}".contains(&byte);
    if !text.bytes().all(may_be_form) {
        return None;
    }
    let form = form::decode(text);
    form.iter()
        .any(|(name, _)| {
            matches!(
                name.as_str(),
                "access_token" | "error" | "message" | "reason"
            )
        })
        .then(|| {
            Json::Object(
                form.into_iter()
                    .map(|(name, value)| (name, Json::String(value)))
                    .collect(),
            )
        })
}

/// A member that is a string with something in it.
pub(crate) fn text_member<'a>(members: &'a Json, name: &str) -> Option<&'a str> {
    let text = trimmed(members.get(name)?.as_str()?);
    (!text.is_empty()).then_some(text)
}

/// The token in the response `text` that is the `number` called `written` there: it may have more digits than a
/// float.
#[inline(never)]
fn numeric_token(number: f64, written: &str, text: &str) -> Option<String> {
    let digits = |from: &'_ str| -> Option<String> {
        let end = from
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(from.len());
        let (digits, _) = from.split_at_checked(end)?;
        let is_it = digits.parse::<u64>().is_ok_and(|it| it as f64 == number);
        is_it.then(|| digits.to_owned())
    };
    let name = ["\"", written, "\""].concat();
    let mut rest = text;
    while let Some((_, after)) = text::split_once(rest, &name) {
        rest = after;
        let value = after.trim_start().strip_prefix(':');
        if let Some(token) = value.and_then(|it| digits(it.trim_start())) {
            return Some(token);
        }
    }
    text.split(|c: char| !c.is_ascii_digit()).find_map(digits)
}

pub(crate) fn token_type(members: &Json) -> String {
    match text_member(members, "token_type") {
        None | Some("Bearer" | "bearer") => "Bearer".into(),
        Some(token_type) if is_bearer(token_type) => "Bearer".into(),
        Some(token_type) => token_type.into(),
    }
}

/// Servers have other words for it: Apigee's `BearerToken`, eBay's `User Access Token`, and Slack says
/// whose it is.
#[inline(never)]
fn is_bearer(token_type: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase());
    let plain: String = token_type.chars().filter_map(letters).collect();
    matches!(plain.as_str(), "bearer" | "bearertoken" | "bot" | "user")
        || plain.ends_with("accesstoken")
}

pub(crate) fn scope(members: &Json) -> Option<String> {
    match members.get("scope")? {
        Json::Array(scopes) => joined(scopes),
        _ => text_member(members, "scope").map(str::to_owned),
    }
}

#[inline(never)]
pub(super) fn joined(scopes: &[Json]) -> Option<String> {
    let scopes: Vec<&str> = scopes.iter().filter_map(Json::as_str).collect();
    (!scopes.is_empty()).then(|| text::joined(&scopes, " "))
}
