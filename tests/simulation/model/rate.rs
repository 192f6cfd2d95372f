//! How much is asked of something.

use std::cell::Cell;

use super::plan::SECOND_MS;

/// Operations in the current second, and the most there were in one.
#[derive(Default)]
pub struct Rate {
    current: Cell<(u64, u64)>,
    pub peak: Cell<u64>,
}

impl Rate {
    pub fn count(&self, now_ms: u64) {
        let second = now_ms / SECOND_MS;
        let (counted, operations) = self.current.get();
        let operations = if counted == second { operations + 1 } else { 1 };
        self.current.set((second, operations));
        self.peak.set(self.peak.get().max(operations));
    }
}
