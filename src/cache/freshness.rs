//! How long a token may be handed out, and when its successor is asked for.

use crate::token::Token;

/// When `token` stops being handed out: its expiry, less `skew_seconds` for clocks that differ and
/// requests on their way. Of a short life at most a quarter is kept back, so that a 10 s token is
/// used for 7.5 s rather than never.
pub fn usable_until_ms(token: &Token, skew_seconds: u32) -> u64 {
    let skew_ms = u64::from(skew_seconds)
        .saturating_mul(1000)
        .min(life_ms(token) / 4);
    token.expires_at_ms.saturating_sub(skew_ms)
}

/// When this instance asks for the successor of `token`. `refresh_ahead` is the share of the life
/// after which the first instance of a large fleet does so; `random` in [0, 1) spreads them.
///
/// Where what one instance puts is seen by all at once (`propagation_ms` 0), a little jitter does:
/// the first to come looks into the store, and renews; the next finds its token.
///
/// Otherwise the second instance must not come before it can see what the first has put. So the
/// instances are spread exponentially, few early and most late: the gap between the first and the
/// second is then the same for a fleet of any size, and is made several times the propagation
/// delay. The latest come that delay, and a margin, before the token's end.
///
/// A life that is too short for that leaves nothing to wait for: each place renews for itself, and none
/// too early.
pub fn refresh_at_ms(
    token: &Token,
    skew_seconds: u32,
    refresh_ahead: f64,
    propagation_ms: u32,
    random: f64,
) -> u64 {
    let usable = usable_until_ms(token, skew_seconds).saturating_sub(token.received_at_ms) as f64;
    let begin = usable * refresh_ahead;
    let end = usable - f64::from(propagation_ms) * SETTLED;
    let after = if propagation_ms == 0 || end < usable / 2.0 {
        begin + random * (usable - begin) * JITTER
    } else {
        let begin = if begin < end { begin } else { end / 2.0 };
        let spread = (end - begin) / LN_FLEET;
        let early = -(1.0 - random).max(f64::MIN_POSITIVE).ln() * spread;
        (end - early).max(begin / 2.0)
    };
    token.received_at_ms.saturating_add(after as u64)
}

/// Which part of what remains of a life the jitter takes.
const JITTER: f64 = 0.4;

/// The margin, in propagation delays.
const SETTLED: f64 = 1.5;

/// The logarithm of the fleet size for which `refresh_ahead` is exact (10,000 instances).
const LN_FLEET: f64 = 9.2;

fn life_ms(token: &Token) -> u64 {
    token.expires_at_ms.saturating_sub(token.received_at_ms)
}
