//! The error response (RFC 6749 §5.2), of whichever endpoint, and when to ask again.

use super::http::HttpResponse;
use super::timestamp;
use crate::error::ErrorResponse;
use crate::json::Json;
use crate::redaction::Sent;
use crate::text;

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

/// What servers call the description, in the order of preference; and what has one in it.
const DESCRIPTION: [&str; 14] = [
    "errordescription",
    "errormessage",
    "message",
    "errorsummary",
    "errormsg",
    "errmsg",
    "msg",
    "err",
    "developermessage",
    "reason",
    "detail",
    "faultstring",
    "description",
    "title",
];
const CONTAINERS: [&str; 5] = ["error", "errors", "fault", "data", "response"];

/// What servers call the code where it is not `error`; and what they call so also where all is well.
const CODE: [&str; 4] = ["errorcode", "errcode", "errortype", "ecode"];
const CODE_OF_FAILURE: [&str; 3] = ["code", "name", "status"];

/// What stands in `error` where there is none.
const NO_ERROR: [&str; 6] = ["0", "200", "success", "ok", "none", "null"];

/// A day: no server's wish is heeded for longer.
const MAX_WAIT_MS: u64 = 24 * 60 * 60 * 1000;

/// Later than this many seconds, or milliseconds, from now is no duration, but a time since the epoch.
const EPOCH_SECONDS: u64 = 1_000_000_000;
const EPOCH_MS: u64 = 1_000_000_000_000;

/// The error response in `members`, if it is one. Some servers send it with status 200, some nest it.
pub(super) fn rejection(members: &Json) -> Option<ErrorResponse> {
    let nested = members.get("error")?;
    let error = error_text(nested)?;
    let is_told = |it: &String| matches!(nested, Json::Object(_)) && *it == error;
    Some(ErrorResponse {
        description: description(members).filter(|it| !is_told(it)),
        uri: named(members, "erroruri").and_then(text),
        error,
    })
}

/// The same of an answer that is no success, in whatever words; `error` may be empty.
pub(super) fn told(members: &Json) -> ErrorResponse {
    rejection(members).unwrap_or_else(|| ErrorResponse {
        error: code(members, &CODE)
            .or_else(|| code(members, &CODE_OF_FAILURE))
            .unwrap_or_default(),
        description: match (description(members), at_fault(members)) {
            (Some(words), Some(what)) => Some([&words, " (", &what, ")"].concat()),
            (words, what) => words.or(what),
        },
        uri: None,
    })
}

/// What a list of errors says is wrong, as Strava has it: the client's secret, or the refresh token.
fn at_fault(members: &Json) -> Option<String> {
    let Json::Array(items) = named(members, "errors")? else {
        return None;
    };
    let item = items.first()?;
    let named = ["resource", "field"].map(|name| text(named(item, name)?));
    let what: Vec<String> = named.into_iter().flatten().collect();
    (!what.is_empty()).then(|| text::joined(&what, " "))
}

/// The same of a success that has no token, or of one that has one. Beside a token, what means that
/// there is no error is none.
#[inline(never)]
pub(super) fn rejection_in_success(members: &Json, has_token: bool) -> Option<ErrorResponse> {
    if !has_token {
        let is_failure = |name| matches!(named(members, name), Some(Json::Bool(false)));
        return rejection(members).or_else(|| {
            let code = code(members, &CODE);
            let lists = |it: &Json| matches!(it, Json::Array(items) if !items.is_empty());
            let is_rejection = code.is_some()
                || is_failure("ok")
                || is_failure("success")
                || named(members, "errors").is_some_and(lists);
            numbered(members).or_else(|| is_rejection.then(|| told(members)))
        });
    }
    let means_none = match members.get("error")? {
        Json::Array(items) => items.is_empty(),
        Json::Object(items) => items.is_empty(),
        Json::Number(number) => *number == 0.0,
        Json::String(text) => is_no_error(text.trim()),
        _ => false,
    };
    rejection(members).filter(|_| !means_none)
}

/// The error of those who answer everything with 200, a `code` and what that means, such as Feishu.
fn numbered(members: &Json) -> Option<ErrorResponse> {
    let error = error_text(named(members, "code")?).filter(|it| !is_no_error(it))?;
    Some(ErrorResponse {
        error,
        description: Some(description(members)?),
        uri: None,
    })
}

fn is_no_error(text: &str) -> bool {
    NO_ERROR.iter().any(|it| text.eq_ignore_ascii_case(it))
}

/// The member of that name, however it is written: `error_description`, `errorDescription`.
fn named<'a>(members: &'a Json, name: &str) -> Option<&'a Json> {
    let Json::Object(members) = members else {
        return None;
    };
    members.iter().find_map(|(member, value)| {
        let letters = member.bytes().filter(|byte| *byte != b'_');
        let letters = letters.map(|byte| byte.to_ascii_lowercase());
        letters.eq(name.bytes()).then_some(value)
    })
}

fn text(value: &Json) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn description(members: &Json) -> Option<String> {
    let own = DESCRIPTION
        .iter()
        .find_map(|name| text(named(members, name)?));
    own.or_else(|| {
        CONTAINERS.iter().find_map(|name| {
            let inner = match named(members, name)? {
                Json::Array(items) => items.first()?,
                inner => inner,
            };
            // `error` itself is the code.
            let alone = || text(inner).filter(|_| *name == "errors");
            description(inner).or_else(alone)
        })
    })
}

fn code(members: &Json, names: &[&str]) -> Option<String> {
    let own = |members: &Json| {
        let text = names.iter().find_map(|name| match named(members, name)? {
            // Of the others, what is a number is the status once more.
            Json::Number(_) if *names != CODE => None,
            value => error_text(value),
        });
        text.filter(|it| !is_no_error(it))
    };
    own(members).or_else(|| match named(members, "errors")? {
        Json::Array(items) => own(items.first()?),
        _ => None,
    })
}

fn error_text(error: &Json) -> Option<String> {
    let text = match error {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => (*number as i64).to_string(),
        Json::Bool(true) => "true".to_owned(),
        Json::Null | Json::Bool(false) => return None,
        Json::Object(_) | Json::Array(_) => ["message", "code", "error_code", "value"]
            .into_iter()
            .find_map(|name| error_text(error.get(name)?))
            .unwrap_or_else(|| "unknown".to_owned()),
    };
    (!text.is_empty()).then_some(text)
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

/// How long the server wants to be left alone: `Retry-After` in both its forms, seconds and a date
/// (RFC 9110 §10.2.3).
pub(super) fn retry_after_ms(response: &HttpResponse, now_ms: u64) -> Option<u64> {
    let ms = || {
        response
            .header("retry-after-ms")?
            .trim()
            .parse::<u64>()
            .ok()
    };
    ms().map(|ms| ms.min(MAX_WAIT_MS))
        .or_else(|| wait_ms(response.header("retry-after")?, response, now_ms))
}

/// When a limit that was reached is lifted, in the words of those who count requests.
pub(super) fn reset_ms(response: &HttpResponse, now_ms: u64) -> Option<u64> {
    let plain = ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"];
    let plain = plain
        .into_iter()
        .find_map(|name| wait_ms(response.header(name)?, response, now_ms));
    plain.or_else(|| {
        // `limit=100, remaining=0, reset=50` in earlier drafts, `"default";r=0;t=50` in later ones.
        let mut members = response.header("ratelimit")?.split([',', ';']);
        members.find_map(|member| match member.trim().split_once('=')? {
            ("reset" | "t", value) => wait_ms(value, response, now_ms),
            _ => None,
        })
    })
}

/// Whether the server says that the limit is reached.
pub(super) fn is_exhausted(response: &HttpResponse) -> bool {
    [
        "ratelimit-remaining",
        "x-ratelimit-remaining",
        "x-rate-limit-remaining",
    ]
    .into_iter()
    .any(|name| response.header(name).is_some_and(|it| it.trim() == "0"))
}

/// Seconds, with or without a fraction, or a moment.
fn wait_ms(value: &str, response: &HttpResponse, now_ms: u64) -> Option<u64> {
    let value = value.trim();
    let date_ms = |text: &str| {
        let at = timestamp::parse(text)?;
        Some(u64::try_from(at).ok()?.saturating_mul(1000))
    };
    // The server means its own clock.
    let their_now_ms = || response.header("date").and_then(date_ms).unwrap_or(now_ms);
    let until = |at_ms: u64| at_ms.saturating_sub(their_now_ms());
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let wait_ms = match whole.parse::<u64>() {
        Ok(ms) if ms >= EPOCH_MS => until(ms),
        Ok(seconds) if seconds >= EPOCH_SECONDS => until(seconds.saturating_mul(1000)),
        Ok(seconds) => {
            let digits = fraction.bytes().filter(u8::is_ascii_digit).chain(*b"000");
            let ms = digits.take(3).fold(0u64, |ms, digit| {
                ms.saturating_mul(10)
                    .saturating_add(u64::from(digit.saturating_sub(b'0')))
            });
            seconds.saturating_mul(1000).saturating_add(ms)
        }
        Err(_) => until(date_ms(value)?),
    };
    Some(wait_ms.min(MAX_WAIT_MS))
}
