//! What an isolate remembers of the tokens that were presented to it. None of it is a token: all is found by digests.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::hash::Hasher;
use std::rc::Rc;

use siphasher::sip128::{Hasher128, SipHasher24};

use super::answers::Answers;
use super::key_set::KeySet;
use super::standing::Standing;
use super::verified::Verified;
use crate::cache::lru::Lru;
use crate::cache::memory::Memory;
use crate::host::inbound::InboundHost;

/// How many introspectors and verifiers are remembered.
const MAX_STANDINGS: usize = 1000;

/// How many sets of keys are remembered.
const MAX_KEY_SETS: usize = 1000;

/// How many tokens that were verified here are remembered, and how much memory they take together, in bytes.
const MAX_VERIFIED: usize = 10_000;
const MAX_VERIFIED_WEIGHT: usize = 16 * 1024 * 1024;

/// What is found by its name.
type Named<T> = (String, Rc<T>);

/// What all that checks tokens in an isolate shares. Bounded, whatever callers present.
///
/// It belongs to one way of sending, as [`Memory`] does.
pub struct InboundMemory<H: InboundHost> {
    /// Of the digests: random, so that nobody can make two tokens with the same. Taken when it is first needed, since
    /// there are platforms that have no randomness before the first request.
    key: Cell<Option<[u8; 16]>>,
    /// Where the clients are remembered that ask about tokens.
    clients: Rc<Memory<H::View>>,
    pub(super) answers: Answers<H::Slot>,
    standings: RefCell<Lru<Rc<Standing>>>,
    /// The keys of issuers; what was used least recently is first, and gives way.
    key_sets: RefCell<Vec<Named<KeySet<H::Key>>>>,
    key_sets_made: Cell<u64>,
    /// Tokens whose signatures were checked.
    verified: RefCell<Lru<Rc<Verified<H::Slot>>>>,
}

impl<H: InboundHost> Default for InboundMemory<H> {
    fn default() -> Self {
        Self::beside(Rc::default())
    }
}

impl<H: InboundHost> InboundMemory<H> {
    /// One that shares what is known of servers with `clients`.
    pub fn beside(clients: Rc<Memory<H::View>>) -> Self {
        Self {
            key: Cell::new(None),
            clients,
            answers: Answers::default(),
            standings: RefCell::new(Lru::new(MAX_STANDINGS, usize::MAX)),
            key_sets: RefCell::default(),
            key_sets_made: Cell::new(0),
            verified: RefCell::new(Lru::new(MAX_VERIFIED, MAX_VERIFIED_WEIGHT)),
        }
    }

    /// Where clients are remembered.
    pub(super) fn clients(&self) -> Rc<Memory<H::View>> {
        Rc::clone(&self.clients)
    }

    /// What stands for `parts`, and for no other list of them. `None` on a platform without randomness
    /// ([`Crypto::nonce`](crate::host::Crypto::nonce)): there nothing is remembered of tokens.
    pub(super) fn digest(&self, host: &H, parts: &[&[u8]]) -> Option<u128> {
        let key = match self.key.get() {
            Some(key) => key,
            None => {
                let key = random_key(host)?;
                self.key.set(Some(key));
                key
            }
        };
        let mut hasher = SipHasher24::new_with_key(&key);
        for part in parts {
            hasher.write(&(part.len() as u64).to_be_bytes());
            hasher.write(part);
        }
        Some(hasher.finish128().as_u128())
    }

    /// What is known of the one whose identity has this digest.
    pub(super) fn standing(&self, identity: u128) -> Rc<Standing> {
        let mut standings = self.standings.borrow_mut();
        if let Some(standing) = standings.get(identity) {
            return Rc::clone(standing);
        }
        let standing = Rc::<Standing>::default();
        standings.put(identity, Rc::clone(&standing), 0);
        standing
    }

    /// The keys that are called `name`.
    pub(super) fn key_set(&self, name: &str) -> Rc<KeySet<H::Key>> {
        let mut sets = self.key_sets.borrow_mut();
        let named = match sets.iter().position(|(known, _)| known == name) {
            Some(at) => sets.remove(at),
            None => {
                if sets.len() >= MAX_KEY_SETS {
                    sets.remove(0);
                }
                let number = self.key_sets_made.get().wrapping_add(1);
                self.key_sets_made.set(number);
                (name.to_owned(), Rc::new(KeySet::new(number)))
            }
        };
        let set = Rc::clone(&named.1);
        sets.push(named);
        set
    }

    /// The token that has this digest, if its signature was checked.
    pub(super) fn verified(&self, digest: u128) -> Option<Rc<Verified<H::Slot>>> {
        let mut verified = self.verified.borrow_mut();
        let found = Rc::clone(verified.get(digest)?);
        if found.is_of_key() {
            return Some(found);
        }
        verified.remove(digest);
        None
    }

    pub(super) fn keep_verified(&self, digest: u128, verified: Rc<Verified<H::Slot>>) {
        let weight = verified.weight();
        self.verified.borrow_mut().put(digest, verified, weight);
    }
}

fn random_key<H: InboundHost>(host: &H) -> Option<[u8; 16]> {
    let random = [host.nonce()?, host.nonce()?].concat();
    random.first_chunk::<16>().copied()
}

impl<H: InboundHost> fmt::Debug for InboundMemory<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [tokens, bytes, flights] = self.answers.figures();
        f.debug_struct("InboundMemory")
            .field("introspected_tokens", &tokens)
            .field("bytes", &bytes)
            .field("flights", &flights)
            .finish_non_exhaustive()
    }
}
