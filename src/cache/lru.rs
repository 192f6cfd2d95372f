//! What is bounded, by count and by bytes: what was used least recently gives way.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

/// No slot has this number.
const NONE: usize = usize::MAX;

/// Values by what is known to be spread evenly: digests by a key that only we have.
pub(crate) struct Lru<V> {
    places: HashMap<u128, usize, BuildHasherDefault<Spread>>,
    /// A list in both directions, by numbers of slots.
    slots: Vec<Slot<V>>,
    free: Vec<usize>,
    newest: usize,
    oldest: usize,
    weight: usize,
    max_count: usize,
    max_weight: usize,
}

struct Slot<V> {
    key: u128,
    value: Option<V>,
    weight: usize,
    newer: usize,
    older: usize,
}

/// A digest needs no hashing.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, digest: u128) {
        self.0 = digest as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl<V> Lru<V> {
    /// For so many values, of so many bytes together.
    pub(crate) fn new(max_count: usize, max_weight: usize) -> Self {
        Self {
            places: HashMap::default(),
            slots: Vec::new(),
            free: Vec::new(),
            newest: NONE,
            oldest: NONE,
            weight: 0,
            max_count,
            max_weight,
        }
    }

    /// For so many at least.
    pub(crate) fn widen(&mut self, max_count: usize) {
        self.max_count = self.max_count.max(max_count);
    }

    /// The value of `key`, which is now the most recently used.
    pub(crate) fn get(&mut self, key: u128) -> Option<&mut V> {
        let at = *self.places.get(&key)?;
        if at != self.newest {
            self.unlink(at);
            self.link(at);
        }
        self.slots.get_mut(at)?.value.as_mut()
    }

    /// Keeps `value`, which takes about `weight` bytes, in place of what was there. What is too heavy to be kept at
    /// all is not.
    pub(crate) fn put(&mut self, key: u128, value: V, weight: usize) {
        self.remove(key);
        if weight > self.max_weight || self.max_count == 0 {
            return;
        }
        let slot = Slot {
            key,
            value: Some(value),
            weight,
            newer: NONE,
            older: NONE,
        };
        let at = self.free.pop().unwrap_or(self.slots.len());
        match self.slots.get_mut(at) {
            Some(free) => *free = slot,
            None => self.slots.push(slot),
        }
        self.link(at);
        self.places.insert(key, at);
        self.weight = self.weight.saturating_add(weight);
        while (self.len() > self.max_count || self.weight > self.max_weight)
            && let Some(oldest) = self.slots.get(self.oldest)
        {
            self.remove(oldest.key);
        }
    }

    /// Takes the value of `key` out.
    pub(crate) fn remove(&mut self, key: u128) -> Option<V> {
        let at = self.places.remove(&key)?;
        self.unlink(at);
        self.free.push(at);
        let slot = self.slots.get_mut(at)?;
        self.weight = self.weight.saturating_sub(slot.weight);
        slot.value.take()
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// How many bytes they take together, about.
    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    /// What it occupies, in slots.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(crate) fn room(&self) -> [usize; 3] {
        [
            self.places.capacity(),
            self.slots.capacity(),
            self.free.capacity(),
        ]
    }

    fn link(&mut self, at: usize) {
        let older = self.newest;
        if let Some(slot) = self.slots.get_mut(at) {
            slot.newer = NONE;
            slot.older = older;
        }
        match self.slots.get_mut(older) {
            Some(slot) => slot.newer = at,
            None => self.oldest = at,
        }
        self.newest = at;
    }

    fn unlink(&mut self, at: usize) {
        let Some(Slot { newer, older, .. }) = self.slots.get(at) else {
            return;
        };
        let (newer, older) = (*newer, *older);
        match self.slots.get_mut(newer) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
        match self.slots.get_mut(older) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
    }
}

impl<V> fmt::Debug for Lru<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lru")
            .field("len", &self.len())
            .field("weight", &self.weight)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAX_COUNT: usize = 4;
    const MAX_WEIGHT: usize = 20;

    /// The plainest that does the same: the newest is last.
    #[derive(Default)]
    struct Model(Vec<(u128, u32, usize)>);

    impl Model {
        fn remove(&mut self, key: u128) -> Option<(u128, u32, usize)> {
            let at = self.0.iter().position(|(known, ..)| *known == key)?;
            Some(self.0.remove(at))
        }

        fn get(&mut self, key: u128) -> Option<u32> {
            let found = self.remove(key)?;
            self.0.push(found);
            Some(found.1)
        }

        fn weight(&self) -> usize {
            self.0.iter().map(|(.., weight)| weight).sum()
        }

        fn put(&mut self, key: u128, value: u32, weight: usize) {
            self.remove(key);
            if weight <= MAX_WEIGHT {
                self.0.push((key, value, weight));
            }
            while self.0.len() > MAX_COUNT || self.weight() > MAX_WEIGHT {
                self.0.remove(0);
            }
        }
    }

    proptest! {
        #[test]
        fn does_what_the_plainest_does(
            steps in prop::collection::vec((0u8..3, 0u128..8, any::<u32>(), 0usize..24), 0..200)
        ) {
            let (mut lru, mut model) = (Lru::new(MAX_COUNT, MAX_WEIGHT), Model::default());
            for (step, key, value, weight) in steps {
                match step {
                    0 => {
                        lru.put(key, value, weight);
                        model.put(key, value, weight);
                    }
                    1 => prop_assert_eq!(lru.get(key).copied(), model.get(key)),
                    _ => prop_assert_eq!(lru.remove(key), model.remove(key).map(|it| it.1)),
                }
                prop_assert_eq!(lru.len(), model.0.len());
                prop_assert_eq!(lru.weight(), model.weight());
                prop_assert!(lru.slots.len() <= MAX_COUNT + 1);
            }
        }
    }
}
