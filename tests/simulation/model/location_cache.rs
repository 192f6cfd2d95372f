//! The Cache API: every location has a cache of its own, which the others do not see. What is put is
//! there for the next who looks, the last writer wins, and nothing is atomic.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::rate::Rate;

struct Kept {
    text: String,
    until_ms: u64,
}

/// Texts by location and key.
#[derive(Default)]
pub struct LocationCache {
    kept: RefCell<HashMap<(usize, String), Kept>>,
    rates: RefCell<HashMap<usize, Rate>>,
    /// The most operations there were in a second at one location.
    pub peak_rate: Cell<u64>,
}

impl LocationCache {
    pub fn find(&self, location: usize, key: &str, now_ms: u64) -> Option<String> {
        let kept = self.kept.borrow();
        kept.get(&(location, key.to_owned()))
            .filter(|kept| now_ms < kept.until_ms)
            .map(|kept| kept.text.clone())
    }

    pub fn keep(&self, location: usize, key: &str, text: String, until_ms: u64) {
        self.kept
            .borrow_mut()
            .insert((location, key.to_owned()), Kept { text, until_ms });
    }

    pub fn forget(&self, location: usize, key: &str) {
        self.kept.borrow_mut().remove(&(location, key.to_owned()));
    }

    pub fn count(&self, location: usize, now_ms: u64) {
        let mut rates = self.rates.borrow_mut();
        let rate = rates.entry(location).or_default();
        rate.count(now_ms);
        self.peak_rate
            .set(self.peak_rate.get().max(rate.peak.get()));
    }
}
