//! One configuration's place in the memory: all that can be said and done without waiting.

use std::cell::RefCell;
use std::rc::Rc;

use super::freshness::usable_until_ms;
use super::identity::{Identity, Usage, told};
use super::issuer::Issuer;
use super::memory::Memory;
use super::span::Span;
use super::token_state::{Cached, TokenState};
use crate::client::ClientConfig;
use crate::host::View;
use crate::protocol::client_authentication::ClientAuth;
use crate::token::Token;

/// An API that refuses whatever token it is shown must not buy a grant with every request: a token
/// that replaced a refused one is itself replaced only when it is this old.
const REFUSAL_COOLDOWN_MS: u64 = 10_000;

/// A configuration and the entry of its identity.
#[derive(Debug)]
pub struct ClientState<V> {
    config: ClientConfig,
    identity: Identity,
    usage: Usage,
    memory: Rc<Memory<V>>,
    entry: RefCell<Rc<TokenState<V>>>,
    /// Where a store keeps the record: made once, by the host's cryptography.
    store_key: RefCell<Option<String>>,
}

/// What a look into the memory shows.
pub(crate) struct Look<V> {
    /// A token that may be handed out.
    pub(crate) cached: Rc<Cached<V>>,
    /// Whether its successor is to be asked for.
    pub(crate) is_due: bool,
    /// Until when a look shows the same, unless the token is dropped or the clock set back.
    pub(crate) same_until_ms: u64,
}

impl<V: View> ClientState<V> {
    /// The place of `config` in `memory`; equal configurations find the same entry there.
    pub fn new(config: ClientConfig, memory: Rc<Memory<V>>) -> Self {
        let (identity, usage) = told(&config);
        let entry = RefCell::new(memory.entry(&identity));
        Self {
            config,
            identity,
            usage,
            memory,
            entry,
            store_key: RefCell::default(),
        }
    }

    /// The same place, its token being asked for as `config` says.
    pub(crate) fn asked_by(&self, config: ClientConfig) -> Self {
        Self {
            config,
            identity: self.identity.clone(),
            usage: self.usage.clone(),
            memory: Rc::clone(&self.memory),
            entry: self.entry.clone(),
            store_key: self.store_key.clone(),
        }
    }

    pub(crate) fn store_key(&self) -> Option<String> {
        self.store_key.borrow().clone()
    }

    pub(crate) fn keep_store_key(&self, key: &str) {
        *self.store_key.borrow_mut() = Some(key.to_owned());
    }

    /// The configuration.
    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// The identity of the configuration's token.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Puts a token into the cache, where others may have to give way to it.
    pub(crate) fn keep(&self, entry: &TokenState<V>, cached: Rc<Cached<V>>) {
        entry.keep(cached);
        self.memory.make_room(entry);
    }

    /// Whether `other` stands for the same token, used in the same way.
    pub fn equals(&self, other: &Self) -> bool {
        self.identity == other.identity && self.usage == other.usage
    }

    /// The entry that stands for the identity at this moment. The one that was found first may
    /// have had to give way since.
    pub(crate) fn entry(&self) -> Rc<TokenState<V>> {
        let entry = Rc::clone(&self.entry.borrow());
        if self.memory.touch(&entry) {
            return entry;
        }
        let entry = self.memory.entry(&self.identity);
        *self.entry.borrow_mut() = Rc::clone(&entry);
        entry
    }

    /// The cached token, if it may be handed out with nothing else to do.
    ///
    /// One caller of a stale token gets `None`, and is to begin the refresh; it will be given the
    /// token all the same.
    pub fn hit(&self, now_ms: u64) -> Option<Rc<Cached<V>>> {
        self.lasting_hit(now_ms).map(|(cached, _)| cached)
    }

    /// The same, and until when it stays so, unless the token is dropped or the clock set back.
    pub fn lasting_hit(&self, now_ms: u64) -> Option<(Rc<Cached<V>>, u64)> {
        let look = self.look(now_ms).filter(|look| !look.is_due)?;
        Some((look.cached, look.same_until_ms))
    }

    /// The cached token, if it may be handed out, and whether its successor is due.
    pub(crate) fn look(&self, now_ms: u64) -> Option<Look<V>> {
        let entry = self.entry();
        let is_doubtful = entry.is_doubtful(now_ms);
        let cached = entry.cached()?;
        let usable_until_ms = self.usable_until_ms(&cached.token);
        if now_ms >= usable_until_ms {
            return None;
        }
        let is_stale = now_ms >= cached.refresh_at_ms || is_doubtful && cached.is_renewable;
        let is_due = is_stale
            && entry.may_refresh(now_ms)
            && !entry.flight(|flight| flight.is_alive(now_ms));
        let same_until_ms = match is_stale || is_doubtful {
            true => now_ms,
            false => usable_until_ms.min(cached.refresh_at_ms),
        };
        Some(Look {
            cached,
            is_due,
            same_until_ms,
        })
    }

    /// What the issuer of that name says about itself, on the way that the client's requests take.
    pub(crate) fn issuer(&self, name: &str) -> Rc<Issuer> {
        self.memory.issuer(&self.on_the_way(name))
    }

    /// The same by what is in a store, for whoever has the seal key that it is sealed with: others may have it wrong.
    pub(crate) fn learned_issuer(&self, name: &str) -> Option<Rc<Issuer>> {
        let seal_key = self.config.current_seal_key()?.expose();
        let name = [&self.on_the_way(name), "\0", seal_key].concat();
        Some(self.memory.issuer(&name))
    }

    fn on_the_way(&self, name: &str) -> String {
        let transport = self.config.transport.as_deref();
        [name, "\0", transport.unwrap_or_default()].concat()
    }

    /// How the client has to authenticate, if that was found out.
    pub(crate) fn style(&self) -> Option<ClientAuth> {
        self.memory.style(&self.server())
    }

    pub(crate) fn learn_style(&self, style: ClientAuth) {
        self.memory.learn_style(self.server(), style);
    }

    pub(crate) fn forget_style(&self) {
        self.memory.forget_style(&self.server());
    }

    /// Notes that `code`, which came with `state`, is sent; `false` if it was before.
    pub(crate) fn spend(&self, code: &str, state: &str) -> bool {
        self.memory.spend(&self.name_of(code, state))
    }

    /// It was not sent after all.
    pub(crate) fn give_back(&self, code: &str, state: &str) {
        self.memory.give_back(&self.name_of(code, state));
    }

    fn name_of(&self, code: &str, state: &str) -> String {
        [&self.server(), " ", state, " ", code].concat()
    }

    /// Token endpoint and client: servers expect the same of a client whatever it asks for.
    fn server(&self) -> String {
        let server = [self.config.endpoint.as_str(), "\0", &self.config.client_id].concat();
        self.on_the_way(&server)
    }

    /// How many tokens that cannot be had again had to go since this was asked last.
    pub(crate) fn take_lost(&self) -> u32 {
        self.memory.take_lost()
    }

    pub(crate) fn is_usable(&self, token: &Token, now_ms: u64) -> bool {
        now_ms < self.usable_until_ms(token)
    }

    fn usable_until_ms(&self, token: &Token) -> u64 {
        usable_until_ms(token, self.config.expiry_skew_seconds)
    }

    /// Notes that the API refused `access_token`, and drops it. A neighbour's newer token stays.
    ///
    /// Returns whether asking for a token again is worth it.
    pub fn refuse(&self, access_token: &str, now_ms: u64) -> bool {
        let entry = self.entry();
        let Some(cached) = entry
            .cached()
            .filter(|cached| cached.token.access_token.expose() == access_token)
        else {
            return true;
        };
        let cooldown = Span::new(cached.token.received_at_ms, REFUSAL_COOLDOWN_MS);
        if cached.replaces_refused && cooldown.is_on(now_ms) {
            return false;
        }
        entry.clear_refused(&cached.token);
        true
    }
}
