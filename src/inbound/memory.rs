//! What an isolate remembers of the tokens that were presented to it. None of it is a token: all is found by digests.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::hash::Hasher;
use std::rc::Rc;

use siphasher::sip128::{Hasher128, SipHasher24};

use super::answers::Answers;
use crate::cache::lru::Lru;
use crate::cache::memory::Memory;
use crate::cache::span::Span;
use crate::cache::store_health::StoreHealth;
use crate::error::Error;
use crate::host::inbound::InboundHost;

/// How many introspectors and verifiers are remembered.
const MAX_STANDINGS: usize = 1000;

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
}

/// What is known of one introspector or verifier, and of its store.
#[derive(Default)]
pub(super) struct Standing {
    pub(super) store: StoreHealth,
    /// What nobody is to ask again for a time, and why.
    refusal: RefCell<Option<(Error, Span)>>,
}

impl Standing {
    /// The error that is still answered from memory.
    pub(super) fn remembered(&self, now_ms: u64) -> Option<Error> {
        let refusal = self.refusal.borrow();
        let (error, span) = refusal.as_ref()?;
        span.is_on(now_ms).then(|| error.clone())
    }

    /// Answers `error` from memory for that time.
    pub(super) fn remember(&self, error: Error, span: Span) {
        *self.refusal.borrow_mut() = Some((error, span));
    }
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
}

fn random_key<H: InboundHost>(host: &H) -> Option<[u8; 16]> {
    let random = [host.nonce()?, host.nonce()?].concat();
    random.first_chunk::<16>().copied()
}

impl<H: InboundHost> fmt::Debug for InboundMemory<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundMemory").finish_non_exhaustive()
    }
}
