//! Times that are remembered, by a clock that may be set back or forth.

/// How far a clock may seem to go back without having been set: in workerd each request has its own, which stands
/// still while code runs.
const TOLERANCE_MS: u64 = 5_000;

/// So many milliseconds from an instant on. It is over when the clock has left it, forward or back: of one that was
/// set back nobody knows how much is left.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    begun_at_ms: u64,
    ms: u64,
}

impl Span {
    pub(crate) fn new(begun_at_ms: u64, ms: u64) -> Self {
        Self { begun_at_ms, ms }
    }

    /// What is left of it.
    pub(crate) fn left_ms(self, now_ms: u64) -> u64 {
        let passed_ms = now_ms.saturating_sub(self.begun_at_ms);
        self.ms.saturating_sub(passed_ms)
    }

    pub(crate) fn is_on(self, now_ms: u64) -> bool {
        !is_set_back(self.begun_at_ms, now_ms) && now_ms.saturating_sub(self.begun_at_ms) < self.ms
    }
}

/// Whether a clock that shows `now_ms` was set back since it showed `before_ms`. One that shows 0, as in a Worker's
/// global scope, says nothing.
pub(crate) fn is_set_back(before_ms: u64, now_ms: u64) -> bool {
    now_ms > 0 && now_ms.saturating_add(TOLERANCE_MS) < before_ms
}
