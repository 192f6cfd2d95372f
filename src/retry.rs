//! When a token request is made again.

use crate::error::{Error, ErrorClass, ErrorCode};

const FIRST_DELAY_MS: u32 = 100;
const LONGEST_DELAY_MS: u32 = 2_000;

/// How long a refresh that failed is left alone, at first and at most. Callers have a valid token
/// meanwhile.
const FIRST_REST_MS: u64 = 1_000;
const LONGEST_REST_MS: u64 = 60_000;

/// How long a server is left alone that is asked too often, and does not say for how long.
const RATE_REST_MS: u64 = 5_000;

/// The pause before the next attempt, `previous_ms` being the one before: decorrelated jitter, which
/// spreads the instances of a fleet that failed together. The server's own wish comes first.
pub(crate) fn delay_ms(previous_ms: Option<u32>, retry_after_ms: Option<u64>, random: f64) -> u32 {
    let upper = previous_ms
        .unwrap_or(FIRST_DELAY_MS)
        .saturating_mul(3)
        .min(LONGEST_DELAY_MS);
    let span = f64::from(upper.saturating_sub(FIRST_DELAY_MS));
    let jittered = FIRST_DELAY_MS.saturating_add((span * random) as u32);
    match retry_after_ms {
        Some(wish) => u32::try_from(wish)
            .unwrap_or(u32::MAX)
            .saturating_add(jittered),
        None => jittered,
    }
}

/// How long a background refresh is left alone after it failed `failures` times in a row.
pub(crate) fn rest_ms(failures: u32, random: f64) -> u64 {
    let rest = FIRST_REST_MS
        .saturating_mul(1 << failures.min(10))
        .min(LONGEST_REST_MS);
    (rest as f64 * (0.5 + random / 2.0)) as u64
}

/// Whether the same request may be made again by itself: what the server refused stays refused,
/// and when the time is over there is none left.
pub(crate) fn is_worthwhile(error: &Error) -> bool {
    error.retryable() && error.code() != ErrorCode::Timeout
}

/// Whether the server says that it did nothing, so that a refresh token is as good as before.
pub(crate) fn is_unspent(error: &Error) -> bool {
    let is_before = error.code() == ErrorCode::DiscoveryFailed && error.retryable();
    let is_unwilling = error.retryable() && error.status() == Some(503);
    is_before
        || is_unwilling
        || error.is_repeatable()
        || error.class() == Some(ErrorClass::RateLimited)
}

/// Whether the refresh token, or whatever else the user gave once, is good no more.
pub(crate) fn is_spent(error: &Error) -> bool {
    error.class() == Some(ErrorClass::Reauthorize)
}

/// For how long nobody is to ask again, because the server does not want to be asked; at most `unsaid_ms` if it
/// does not say.
pub(crate) fn wish_ms(error: &Error, unsaid_ms: u64) -> Option<u64> {
    match error.class()? {
        ErrorClass::RateLimited => {
            // A time that is over already says nothing.
            let wish_ms = error.retry_after_ms().filter(|ms| *ms > 0);
            wish_ms.or(Some(RATE_REST_MS.min(unsaid_ms)))
        }
        ErrorClass::Retry => error.retry_after_ms(),
        ErrorClass::Terminal | ErrorClass::Reauthorize => None,
    }
}

/// For how long nobody is to ask again: as long as the server wishes, or `remembered_ms` after what stays as it is.
pub(crate) fn refusal_ms(error: &Error, remembered_ms: u64) -> Option<u64> {
    wish_ms(error, remembered_ms).or_else(|| is_terminal(error).then_some(remembered_ms))
}

/// Whether `error` stays as it is until somebody changes something, so that asking again would only
/// hammer the server, and lock the account.
fn is_terminal(error: &Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::TokenRequestRejected
            | ErrorCode::ReauthorizationRequired
            | ErrorCode::DiscoveryFailed
            | ErrorCode::HttpStatus
            | ErrorCode::InvalidResponse
            | ErrorCode::RedirectRefused
    ) && !error.retryable()
}
