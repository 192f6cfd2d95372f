//! The first level of the cache: the memory of the isolate.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::entry::Entry;
use super::identity::Identity;

/// How many identities are remembered, so that a Worker that serves many tenants stays bounded.
const DEFAULT_CAPACITY: usize = 1000;

/// The entries of all identities; the least recently used one gives way when it is full.
///
/// A tree rather than a hash table: the standard library's hash seeds are the same in every wasm
/// instance, and tenants may choose parts of the key.
#[derive(Debug)]
pub struct Memory<V> {
    entries: RefCell<BTreeMap<Identity, Rc<Entry<V>>>>,
    capacity: usize,
    uses: Cell<u64>,
}

impl<V> Default for Memory<V> {
    fn default() -> Self {
        Self::with_capacity(DEFAULT_CAPACITY)
    }
}

impl<V> Memory<V> {
    /// A memory for `capacity` identities, at least one.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: RefCell::default(),
            capacity: capacity.max(1),
            uses: Cell::new(0),
        }
    }

    /// The entry of `identity`, made if there is none.
    pub fn entry(&self, identity: &Identity) -> Rc<Entry<V>> {
        let mut entries = self.entries.borrow_mut();
        if let Some(entry) = entries.get(identity) {
            return Rc::clone(entry);
        }
        if entries.len() >= self.capacity {
            // An entry that is waited for goes last: its flight would be flown again.
            let least_recent = entries
                .iter()
                .min_by_key(|(_, entry)| {
                    (entry.flight(|flight| flight.in_air()), entry.used_at.get())
                })
                .map(|(identity, _)| identity.clone());
            if let Some(evicted) = least_recent.and_then(|identity| entries.remove(&identity)) {
                evicted.evicted.set(true);
            }
        }
        let entry = Rc::new(Entry::default());
        entries.insert(identity.clone(), Rc::clone(&entry));
        drop(entries);
        self.touch(&entry);
        entry
    }

    /// Whether `entry` still stands for its identity; if so it is now the most recently used.
    pub fn touch(&self, entry: &Entry<V>) -> bool {
        self.uses.set(self.uses.get().wrapping_add(1));
        entry.used_at.set(self.uses.get());
        !entry.evicted.get()
    }
}
