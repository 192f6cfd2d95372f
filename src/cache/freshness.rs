//! How long a token may be handed out.

use crate::token::Token;

/// Whether `token` may be handed out at `now_ms`, with `skew_seconds` kept back for clocks that
/// differ and for requests on their way. Of a short life at most a quarter is kept back, so that a
/// 10 s token is used for 7.5 s rather than never.
pub fn is_usable(token: &Token, skew_seconds: u32, now_ms: u64) -> bool {
    let life_ms = token.expires_at_ms.saturating_sub(token.received_at_ms);
    let skew_ms = u64::from(skew_seconds)
        .saturating_mul(1000)
        .min(life_ms / 4);
    now_ms < token.expires_at_ms.saturating_sub(skew_ms)
}
