//! How long a token lives, in the words of servers: RFC 6749 §5.1 has `expires_in`, and they have more.

use super::timestamp;
use crate::json::Json;
use crate::token::LONGEST_LIFE_SECONDS;

/// Members that say how long. Beside Zoho's `expires_in_sec` its `expires_in` is in milliseconds.
const RELATIVE: [&str; 3] = ["expires_in_sec", "expires_in", "expiresIn"];

/// Members that say until when. The same in `members.js`, where stored tokens are read.
const ABSOLUTE: [&str; 10] = [
    "expires_on",
    "expires_at",
    "expiresOn",
    "expiresAt",
    "expires",
    "expiry",
    "expiry_date",
    "expiration",
    "expireTime",
    ".expires",
];

/// Numbers below are no point in time since OAuth exists, but how long, whatever the member is called.
const FIRST_POINT: f64 = 1e9;

/// Numbers from here on are milliseconds: as seconds this is the year 5138.
pub(super) const FIRST_MS: f64 = 1e11;

/// The life from `now_seconds` on; an error says what was looked for in vain.
pub(super) fn seconds(members: &Json, now_seconds: u64) -> Result<u64, String> {
    let lifetime = match relative(members) {
        Some(lifetime) => lifetime,
        None => until(members, now_seconds)?,
    };
    // Float to integer saturates: what is negative becomes 0, expired at once.
    Ok((lifetime as u64).min(LONGEST_LIFE_SECONDS))
}

#[inline(never)]
fn until(members: &Json, now_seconds: u64) -> Result<f64, String> {
    let now = now_seconds as f64;
    let absolute = |name: &str| {
        let value = members.get(name)?;
        let at = match value.as_str().and_then(timestamp::parse) {
            Some(at) => at as f64,
            None => match number(value)? {
                lifetime @ 1.0..FIRST_POINT => lifetime + now,
                at @ ..FIRST_MS => at,
                ms => ms / 1000.0,
            },
        };
        // Anything before is a program's zero, which stands for "not said".
        (at >= FIRST_POINT).then_some(at - now)
    };
    let lifetime = ABSOLUTE.into_iter().find_map(absolute);
    lifetime.ok_or_else(|| unsaid(members))
}

/// How long a token lives that came with `members` some time ago.
pub(super) fn whole_seconds(members: &Json) -> Option<u64> {
    relative(members).map(|lifetime| (lifetime as u64).min(LONGEST_LIFE_SECONDS))
}

fn relative(members: &Json) -> Option<f64> {
    RELATIVE
        .into_iter()
        .find_map(|name| match number(members.get(name)?)? {
            // Zero stands for "not said" in more servers than for "already over".
            0.0 => None,
            lifetime => Some(lifetime),
        })
}

fn unsaid(members: &Json) -> String {
    let is_there = |name: &&str| !matches!(members.get(name), None | Some(Json::Null));
    match RELATIVE.into_iter().chain(ABSOLUTE).find(is_there) {
        Some(name) => ["the response has an ", name, " that says nothing"].concat(),
        None => "the response has no expires_in".to_owned(),
    }
}

/// A number, or a string of one (`"3600"`, `"3599.5"`), without its fraction.
pub(super) fn number(value: &Json) -> Option<f64> {
    match value {
        Json::Number(number) => Some(number.trunc()),
        Json::String(text) => number_in(text),
        _ => None,
    }
}

#[inline(never)]
fn number_in(text: &str) -> Option<f64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    // Too many digits for a u64 is longer than any limit.
    let whole = whole.parse::<u64>().unwrap_or(u64::MAX) as f64;
    Some(if negative { -whole } else { whole })
}
