//! The first level of the cache: the memory of the isolate.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use super::identity::{Identity, checksum};
use super::issuer::Issuer;
use super::token_state::TokenState;
use crate::host::View;
use crate::protocol::client_authentication::ClientAuth;

/// How many identities are remembered, so that a Worker that serves many tenants stays bounded.
pub(crate) const DEFAULT_CAPACITY: usize = 1000;

/// How much memory tokens may take together, with all that servers sent along, in bytes: an isolate has
/// 128 MB, and the host keeps a copy of what is here.
const MAX_WEIGHT: usize = 16 * 1024 * 1024;

/// How many authorization codes are remembered: they live for minutes.
const MAX_CODES: usize = 1000;

/// The entries of all identities; the least recently used one gives way when it is full, and what cannot be had
/// again (a rotated refresh token that is in no store) only to its like.
///
/// It belongs to one way of sending: sources whose hosts present another certificate, or go through another
/// proxy, want a memory of their own, or an [`identity`](crate::ClientOptions::identity).
///
/// A list, looked through only when a client is made: what a client holds is the entry itself.
#[derive(Debug)]
pub struct Memory<V> {
    entries: RefCell<Vec<(Identity, Rc<TokenState<V>>)>>,
    /// How clients have to authenticate, by endpoint and client; the oldest gives way.
    styles: RefCell<Vec<(String, ClientAuth)>>,
    /// What issuers say about themselves; the oldest gives way.
    issuers: RefCell<Vec<(String, Rc<Issuer>)>>,
    /// Codes that were sent, by checksum; the oldest gives way.
    codes: RefCell<VecDeque<u64>>,
    capacity: usize,
    lost: Cell<u32>,
    uses: Cell<u64>,
}

impl<V: View> Default for Memory<V> {
    fn default() -> Self {
        Self::with_capacity(DEFAULT_CAPACITY)
    }
}

impl<V: View> Memory<V> {
    /// A memory for `capacity` identities, at least one.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: RefCell::default(),
            styles: RefCell::default(),
            issuers: RefCell::default(),
            codes: RefCell::default(),
            capacity: capacity.max(1),
            lost: Cell::new(0),
            uses: Cell::new(0),
        }
    }

    /// Notes that `code` is sent; `false` if it was before.
    pub(super) fn spend(&self, code: &str) -> bool {
        let code = checksum(code.as_bytes());
        let mut codes = self.codes.borrow_mut();
        if codes.contains(&code) {
            return false;
        }
        if codes.len() >= MAX_CODES {
            codes.pop_front();
        }
        codes.push_back(code);
        true
    }

    /// It was not sent after all.
    pub(super) fn give_back(&self, code: &str) {
        let code = checksum(code.as_bytes());
        self.codes.borrow_mut().retain(|spent| *spent != code);
    }

    /// The entry of `identity`, made if there is none.
    pub fn entry(&self, identity: &Identity) -> Rc<TokenState<V>> {
        let mut entries = self.entries.borrow_mut();
        if let Some((_, entry)) = entries.iter().find(|(present, _)| present == identity) {
            return Rc::clone(entry);
        }
        if entries.len() >= self.capacity {
            self.make_place(&mut entries);
        }
        let entry = Rc::new(TokenState::default());
        entries.push((identity.clone(), Rc::clone(&entry)));
        drop(entries);
        self.touch(&entry);
        entry
    }

    #[inline(never)]
    fn make_place(&self, entries: &mut Vec<(Identity, Rc<TokenState<V>>)>) {
        // What cannot be had again gives way to nothing but its like: there is room for as many of either kind.
        // Who comes is of the first kind at first.
        for (is_irreplaceable, coming) in [(false, 1), (true, 0)] {
            let is_of_kind = |entry: &TokenState<V>| entry.is_irreplaceable() == is_irreplaceable;
            let of_kind = entries.iter().filter(|(_, entry)| is_of_kind(entry));
            if of_kind.count().saturating_add(coming) <= self.capacity {
                continue;
            }
            if let Some(index) = self.first_to_go(entries, &is_of_kind) {
                self.evict(entries, index);
            }
        }
    }

    /// Makes room for what `kept` has got: of the others the least recently used give way until all tokens
    /// together are light enough, and those that cannot be had again last.
    pub(super) fn make_room(&self, kept: &TokenState<V>) {
        let mut entries = self.entries.borrow_mut();
        loop {
            let weights = entries.iter().map(|(_, entry)| entry.weight.get());
            if weights.fold(0, usize::saturating_add) <= MAX_WEIGHT {
                return;
            }
            let may_go =
                |entry: &TokenState<V>| !std::ptr::eq(entry, kept) && entry.weight.get() > 0;
            let Some(index) = self.first_to_go(&entries, &may_go) else {
                return;
            };
            self.evict(&mut entries, index);
        }
    }

    /// The least recently used of those that may go: what cannot be had again last, and before it what is waited
    /// for, whose flight would be flown again.
    fn first_to_go(
        &self,
        entries: &[(Identity, Rc<TokenState<V>>)],
        may_go: &dyn Fn(&TokenState<V>) -> bool,
    ) -> Option<usize> {
        loop {
            let candidates = entries.iter().enumerate();
            let candidates = candidates.filter(|(_, (_, entry))| may_go(entry));
            let (index, (_, entry)) = candidates.min_by_key(|(_, (_, entry))| {
                let in_air = entry.flight(|flight| flight.in_air());
                (entry.is_irreplaceable(), in_air, entry.used_at.get())
            })?;
            // What was handed out without a word here is used now.
            if !entry.take_use() {
                return Some(index);
            }
            self.touch(entry);
        }
    }

    fn evict(&self, entries: &mut Vec<(Identity, Rc<TokenState<V>>)>, index: usize) {
        let (_, entry) = entries.swap_remove(index);
        if entry.is_irreplaceable() {
            self.lost.set(self.lost.get().saturating_add(1));
        }
        entry.evict();
    }

    /// How many tokens that cannot be had again had to go since this was asked last.
    pub(super) fn take_lost(&self) -> u32 {
        self.lost.take()
    }

    pub(super) fn style(&self, server: &str) -> Option<ClientAuth> {
        let styles = self.styles.borrow();
        styles
            .iter()
            .find_map(|(known, style)| (known == server).then_some(*style))
    }

    pub(super) fn learn_style(&self, server: String, style: ClientAuth) {
        self.forget_style(&server);
        let mut styles = self.styles.borrow_mut();
        if styles.len() >= self.capacity {
            styles.remove(0);
        }
        styles.push((server, style));
    }

    pub(super) fn forget_style(&self, server: &str) {
        self.styles
            .borrow_mut()
            .retain(|(known, _)| known != server);
    }

    pub(super) fn issuer(&self, name: &str) -> Rc<Issuer> {
        let mut issuers = self.issuers.borrow_mut();
        if let Some((_, issuer)) = issuers.iter().find(|(known, _)| known == name) {
            return Rc::clone(issuer);
        }
        if issuers.len() >= self.capacity {
            issuers.remove(0);
        }
        let issuer = Rc::new(Issuer::default());
        issuers.push((name.to_owned(), Rc::clone(&issuer)));
        issuer
    }

    /// Whether `entry` still stands for its identity; if so it is now the most recently used.
    pub fn touch(&self, entry: &TokenState<V>) -> bool {
        self.uses.set(self.uses.get().wrapping_add(1));
        entry.used_at.set(self.uses.get());
        !entry.evicted.get()
    }
}
