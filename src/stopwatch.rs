//! How long something has taken, by a clock that may be set back.

use std::cell::Cell;

use crate::host::Clock;

/// Counts what goes by between two looks. Where the clock was set back between them, that is nothing; what goes by
/// afterwards counts again, so that nobody waits until the clock has caught up.
pub(crate) struct Stopwatch<'a, C> {
    clock: &'a C,
    seen_ms: Cell<u64>,
    passed_ms: Cell<u64>,
}

impl<'a, C: Clock> Stopwatch<'a, C> {
    /// It runs from now on.
    pub(crate) fn new(clock: &'a C) -> Self {
        Self {
            clock,
            seen_ms: Cell::new(clock.now_ms()),
            passed_ms: Cell::new(0),
        }
    }

    pub(crate) fn ms(&self) -> u64 {
        let now_ms = self.clock.now_ms();
        let passed_ms = now_ms.saturating_sub(self.seen_ms.replace(now_ms));
        let passed_ms = self.passed_ms.get().saturating_add(passed_ms);
        self.passed_ms.set(passed_ms);
        passed_ms
    }
}
