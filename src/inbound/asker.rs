//! Who asks the server about tokens, and what is remembered of that.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use super::answer::Answer;
use super::answers::Key;
use super::introspector_options::IntrospectorConfig;
use super::memory::InboundMemory;
use super::standing::Standing;
use crate::cache::bytes::Bytes;
use crate::cache::client_state::ClientState;
use crate::cache::span::Span;
use crate::chain::TokenSource;
use crate::error::Error;
use crate::host::inbound::InboundHost;
use crate::protocol::form::Parameters;
use crate::retry;

/// As after so many failures an old answer is used without asking.
const FAILURES: u32 = 2;

/// A configuration, the platform, and what is remembered.
pub(super) struct Asker<H: InboundHost> {
    pub(super) host: Rc<H>,
    pub(super) config: Rc<IntrospectorConfig>,
    pub(super) memory: Rc<InboundMemory<H>>,
    identity: Cell<Option<u128>>,
    /// Made when the server is asked first.
    client: Rc<OnceCell<Rc<ClientState<H::View>>>>,
}

impl<H: InboundHost> Asker<H> {
    pub(super) fn new(
        host: Rc<H>,
        config: Rc<IntrospectorConfig>,
        memory: Rc<InboundMemory<H>>,
    ) -> Self {
        Self {
            host,
            config,
            memory,
            identity: Cell::new(None),
            client: Rc::default(),
        }
    }

    /// What the answer about `token` is remembered by.
    pub(super) fn key(&self, token: &str, parameters: &Parameters) -> Option<Key> {
        let digest = |parts: &[&[u8]]| self.memory.digest(&self.host, parts);
        let identity = self.identity()?;
        Some(Key {
            token: digest(&[&identity.to_be_bytes(), token.as_bytes()])?,
            parameters: match parameters.is_empty() {
                true => 0,
                false => {
                    let mut bytes = Bytes::default();
                    bytes.pairs(parameters);
                    digest(&[&bytes.0])?
                }
            },
        })
    }

    fn identity(&self) -> Option<u128> {
        if self.identity.get().is_none() {
            let identity = self.memory.digest(&self.host, &[&self.config.name]);
            self.identity.set(identity);
        }
        self.identity.get()
    }

    /// What is known of the server, and of the store.
    pub(super) fn standing(&self) -> Rc<Standing> {
        let standing = |identity| self.memory.standing(identity);
        self.identity().map(standing).unwrap_or_default()
    }

    /// What asks the server.
    pub(super) fn source(&self) -> TokenSource<H> {
        let client = self.client.get_or_init(|| {
            let config = self.config.client.clone();
            Rc::new(ClientState::new(config, self.memory.clients()))
        });
        TokenSource::of_client(Rc::clone(&self.host), Rc::clone(client))
    }

    /// After `error` the `answer` of before is used for a time without asking, if it may be used at all.
    pub(super) fn rest(&self, answer: &Answer<H::Slot>, error: &Error) {
        let rest_ms = retry::rest_ms(FAILURES, self.host.random());
        let rest_ms = rest_ms.max(error.retry_after_ms().unwrap_or(0));
        answer.rest(Span::new(self.host.now_ms(), rest_ms));
    }
}

impl<H: InboundHost> Clone for Asker<H> {
    fn clone(&self) -> Self {
        Self {
            host: Rc::clone(&self.host),
            config: Rc::clone(&self.config),
            memory: Rc::clone(&self.memory),
            identity: self.identity.clone(),
            client: Rc::clone(&self.client),
        }
    }
}
