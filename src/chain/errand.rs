//! What a flight is for.

use std::rc::Rc;

use super::is_same;
use crate::cache::token_state::Cached;
use crate::token::Token;

/// What a flight is for.
pub(super) enum Errand<V> {
    /// There is no token to hand out.
    Any,
    /// There is one, and nobody waits for its successor.
    Successor(Rc<Cached<V>>),
    /// Whoever waits wants one that was asked for at this moment or later.
    Since(u64),
}

impl<V> Errand<V> {
    /// Whether a token from the store does what is wanted.
    pub(super) fn accepts(&self, token: &Token) -> bool {
        match self {
            Self::Any => true,
            Self::Since(since_ms) => token.received_at_ms >= *since_ms,
            Self::Successor(cached) => {
                !is_same(&cached.token, token)
                    && token.received_at_ms >= cached.token.received_at_ms
            }
        }
    }
}
