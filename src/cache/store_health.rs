//! How a store has behaved towards this instance.

use std::cell::Cell;

use super::span::Span;

/// How a store has behaved towards this instance.
#[derive(Debug, Default)]
pub(crate) struct StoreHealth {
    failures: Cell<u32>,
    rest: Cell<Span>,
    put_at_ms: Cell<u64>,
}

/// A store that failed three times in a row is left alone for ten seconds.
const STORE_FAILURES: u32 = 3;
const STORE_REST_MS: u64 = 10_000;

/// KV takes one write a second per key.
const PUT_INTERVAL_MS: u64 = 1_000;

/// No more writes than this takes are ever waiting; a clock that was set back may say so.
const LONGEST_QUEUE_MS: u64 = 10_000;

impl StoreHealth {
    pub(crate) fn is_resting(&self, now_ms: u64) -> bool {
        self.rest.get().is_on(now_ms)
    }

    /// Whether the last answer was none.
    pub(crate) fn is_failing(&self) -> bool {
        self.failures.get() > 0
    }

    pub(crate) fn succeeded(&self) {
        self.failures.set(0);
    }

    pub(crate) fn failed(&self, now_ms: u64) {
        let failures = self.failures.get().saturating_add(1);
        self.failures.set(failures);
        if failures >= STORE_FAILURES {
            self.failures.set(0);
            self.rest.set(Span::new(now_ms, STORE_REST_MS));
        }
    }

    /// How long the next put has to wait; it is taken to be made then.
    pub(crate) fn before_put_ms(&self, now_ms: u64) -> u64 {
        let next_ms = self.put_at_ms.get().saturating_add(PUT_INTERVAL_MS);
        let at_ms = match next_ms.saturating_sub(now_ms) {
            0..=LONGEST_QUEUE_MS => next_ms.max(now_ms),
            _ => now_ms,
        };
        self.put_at_ms.set(at_ms);
        at_ms.saturating_sub(now_ms)
    }
}
