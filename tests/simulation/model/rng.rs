//! Random numbers that a seed repeats.

use std::cell::Cell;

/// SplitMix64.
pub struct Rng(Cell<u64>);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub fn next(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut z = self.0.get();
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In [0, 1).
    pub fn unit(&self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// In [0, options).
    pub fn below(&self, options: usize) -> usize {
        (self.unit() * options as f64) as usize
    }

    /// In [from, to].
    pub fn between(&self, (from, to): (u64, u64)) -> u64 {
        from + (self.unit() * (to - from + 1) as f64) as u64
    }

    pub fn chance(&self, probability: f64) -> bool {
        probability > 0.0 && self.unit() < probability
    }

    pub fn pick<T: Copy>(&self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    /// The gap to the next of events that come `mean` apart on average and know nothing of each other.
    pub fn gap(&self, mean: f64) -> u64 {
        (-(1.0 - self.unit()).ln() * mean) as u64
    }
}
