//! The line before something that does one thing at a time.

use std::cell::Cell;

use super::plan::SECOND_MS;

#[derive(Default)]
pub struct Queue {
    /// In microseconds, when the last who came will have been served.
    free_at_us: Cell<u64>,
}

impl Queue {
    /// How long one has to wait who comes now, where `most` are served in a second. Who gives up is served all the same.
    pub fn join(&self, now_ms: u64, most: u64) -> u64 {
        let now_us = now_ms * 1_000;
        let free_at_us = self.free_at_us.get().max(now_us) + SECOND_MS * 1_000 / most;
        self.free_at_us.set(free_at_us);
        (free_at_us - now_us) / 1_000
    }
}
