//! The error response (RFC 6749 §5.2), of whichever endpoint, and when to ask again.

use super::http::HttpResponse;
use super::timestamp;
use super::token_response::text_member;
use crate::error::ErrorResponse;
use crate::json::Json;
use crate::redaction::Sent;

/// The codes that the IANA registry of OAuth extensions errors has, as far as servers send them here.
const REGISTERED: [&str; 20] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "access_denied",
    "unsupported_response_type",
    "server_error",
    "temporarily_unavailable",
    "invalid_token",
    "insufficient_scope",
    "unsupported_token_type",
    "invalid_target",
    "slow_down",
    "authorization_pending",
    "expired_token",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "interaction_required",
];

/// The error response in `members`, if it is one. Some servers send it with status 200, some send
/// an empty `error` beside a token, some nest it.
pub(super) fn rejection(members: &Json) -> Option<ErrorResponse> {
    Some(ErrorResponse {
        error: error_text(members.get("error")?)?,
        description: text_member(members, "error_description").map(str::to_owned),
        uri: text_member(members, "error_uri").map(str::to_owned),
    })
}

/// `response` as it may be shown: without what was sent.
pub(super) fn shown(response: ErrorResponse, sent: &Sent) -> ErrorResponse {
    let shown = |text: String| sent.shown(&text);
    ErrorResponse {
        // Which it is was decided by whoever sent it, and not by what a secret looks like.
        error: match REGISTERED.contains(&response.error.as_str()) {
            true => response.error,
            false => shown(response.error),
        },
        description: response.description.map(shown),
        uri: response.uri.map(shown),
    }
}

fn error_text(error: &Json) -> Option<String> {
    let text = match error {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => (*number as i64).to_string(),
        Json::Bool(true) => "true".to_owned(),
        Json::Null | Json::Bool(false) => return None,
        Json::Object(_) | Json::Array(_) => ["message", "code"]
            .into_iter()
            .find_map(|name| error_text(error.get(name)?))
            .unwrap_or_else(|| "unknown".to_owned()),
    };
    (!text.is_empty()).then_some(text)
}

/// `Retry-After` in both its forms, seconds and a date (RFC 9110 §10.2.3).
pub(super) fn retry_after_ms(response: &HttpResponse, now_ms: u64) -> Option<u64> {
    let value = response.header("retry-after")?.trim();
    match value.parse::<u64>() {
        Ok(seconds) => Some(seconds.saturating_mul(1000)),
        Err(_) => {
            let at = u64::try_from(timestamp::parse(value)?).ok()?;
            Some(at.saturating_mul(1000).saturating_sub(now_ms))
        }
    }
}
