//! Configurations by their numbers: after a panic the instance is replaced, and a number that is no longer known is
//! harmless, where a pointer into the lost instance would not be.

use std::rc::Rc;

use crate::cache::memory::DEFAULT_CAPACITY;

/// How many bytes of options are kept, so that clients with long ones, such as a user's assertion in each, do
/// not fill the memory.
const MAX_FIELD_BYTES: usize = 8 * 1024 * 1024;

/// Those that were opened, oldest first, by ascending number, each with the bytes of its options.
pub(super) struct Configurations<T>(Vec<(u32, usize, Rc<T>)>);

impl<T> Default for Configurations<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Configurations<T> {
    pub(super) fn of(&self, id: u32) -> Option<Rc<T>> {
        let index = self.0.binary_search_by_key(&id, |(id, ..)| *id).ok()?;
        self.0.get(index).map(|(.., it)| Rc::clone(it))
    }

    /// Returns the number: `id`, which must never have been used, or that of an equal one.
    pub(super) fn open(
        &mut self,
        configuration: T,
        id: u32,
        bytes: usize,
        equals: impl Fn(&T, &T) -> bool,
    ) -> u32 {
        let mut opened = self.0.iter();
        if let Some((id, ..)) = opened.find(|(.., it)| equals(it, &configuration)) {
            return *id;
        }
        if !self.has_room(bytes) {
            self.make_room(bytes);
        }
        self.0.push((id, bytes, Rc::new(configuration)));
        id
    }

    /// As many as the memory has identities.
    fn has_room(&self, bytes: usize) -> bool {
        let all = self.0.iter().map(|(_, bytes, _)| *bytes);
        self.0.len() < DEFAULT_CAPACITY && all.fold(bytes, usize::saturating_add) <= MAX_FIELD_BYTES
    }

    /// Forgets the oldest. Who is forgotten opens again.
    #[inline(never)]
    fn make_room(&mut self, bytes: usize) {
        while !self.0.is_empty() && !self.has_room(bytes) {
            self.0.remove(0);
        }
    }
}
