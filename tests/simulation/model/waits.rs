//! How long requests waited that did not get their token at once.

use std::cell::RefCell;

/// Counted by the millisecond.
#[derive(Default)]
pub struct Waits(RefCell<Vec<u64>>);

/// In ms; all 0 where nobody waited.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub requests: u64,
    pub least_ms: u64,
    pub p50_ms: u64,
    pub p99_ms: u64,
    pub most_ms: u64,
}

impl Waits {
    pub fn count(&self, waited_ms: u64) {
        let mut counts = self.0.borrow_mut();
        let place = waited_ms as usize;
        if counts.len() <= place {
            counts.resize(place + 1, 0);
        }
        counts[place] += 1;
    }

    pub fn spread(&self) -> Spread {
        let requests = self.0.borrow().iter().sum();
        let not_exceeded_by = |share: f64| self.rank((requests as f64 * share).ceil() as u64);
        Spread {
            requests,
            least_ms: self.rank(1),
            p50_ms: not_exceeded_by(0.5),
            p99_ms: not_exceeded_by(0.99),
            most_ms: self.rank(requests),
        }
    }

    /// How long the one waited who comes at that place when all are in order.
    fn rank(&self, rank: u64) -> u64 {
        let mut seen = 0;
        let counts = self.0.borrow();
        let place = counts.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        place.unwrap_or(0) as u64
    }
}

impl Spread {
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "requests": self.requests,
            "leastMs": self.least_ms,
            "p50Ms": self.p50_ms,
            "p99Ms": self.p99_ms,
            "mostMs": self.most_ms,
        })
    }
}
