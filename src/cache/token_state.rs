//! What is remembered of one identity.

mod known;
mod trust;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::single_flight::Flight;
use super::span::{Span, is_set_back};
use super::store_health::StoreHealth;
use crate::error::Error;
use crate::host::View;
use crate::protocol::client_authentication::ClientAuth;
use crate::token::{RefreshToken, Secret, Token};
pub(crate) use trust::Drops;

/// A token in the cache.
#[derive(Debug)]
pub struct Cached<V> {
    /// The token.
    pub token: Token,
    /// The host's own rendering of it, made once, so that a hit hands out what is ready.
    pub view: V,
    /// It replaced a token that the API had refused.
    pub(crate) replaces_refused: bool,
    /// When this instance asks for its successor.
    pub(crate) refresh_at_ms: u64,
    /// It can be had without the user.
    pub(crate) is_renewable: bool,
}

/// A token together with the flight that brings the next one, and with what went wrong.
#[derive(Debug)]
pub struct TokenState<V> {
    cached: RefCell<Option<Rc<Cached<V>>>>,
    /// The newest there is, to this instance's knowledge. Outlives the access token.
    refresh_token: RefCell<Option<RefreshToken>>,
    flight: RefCell<Flight<Rc<Cached<V>>>>,
    /// Access tokens that were refused, and tokens that were revoked: they must not come back from a store.
    refused: RefCell<Vec<Secret>>,
    /// Refresh tokens that the server knows no more, and since when. No store may bring them back.
    dead: RefCell<Vec<(Secret, u64)>>,
    drops: Cell<Drops>,
    /// When the newest token that is known was asked for.
    newest_ms: Cell<u64>,
    /// The rotation of the refresh token that was the last of a lost authorization.
    lost: Cell<Option<u32>>,
    /// How the client has to authenticate, as the store says.
    pub(crate) told_style: Cell<Option<ClientAuth>>,
    replaces_refused: Cell<bool>,
    /// An error that stays, and for how long it is answered from memory.
    terminal: RefCell<Option<(Error, Span)>>,
    refresh_failures: Cell<u32>,
    refresh_rests: Cell<Span>,
    /// The latest time that was seen here, and whether the clock was set back since the token came.
    seen_ms: Cell<u64>,
    is_doubtful: Cell<bool>,
    /// Since when a given token is in use; 0 when it is not yet.
    used_since_ms: Cell<u64>,
    /// A flight spends what is good for one use.
    spends: Cell<bool>,
    /// What is here cannot be had again, and is nowhere else.
    is_only_copy: Cell<bool>,
    pub(crate) store: StoreHealth,
    pub(super) used_at: Cell<u64>,
    /// The function of the user's that the flight waits for, by its name.
    pub(crate) asks: Cell<Option<&'static str>>,
    pub(super) evicted: Cell<bool>,
    /// About how much memory the token takes, in bytes.
    pub(super) weight: Cell<usize>,
}

impl<V> Default for TokenState<V> {
    fn default() -> Self {
        Self {
            cached: RefCell::default(),
            refresh_token: RefCell::default(),
            flight: RefCell::default(),
            refused: RefCell::default(),
            dead: RefCell::default(),
            drops: Cell::default(),
            newest_ms: Cell::new(0),
            lost: Cell::new(None),
            told_style: Cell::new(None),
            replaces_refused: Cell::new(false),
            terminal: RefCell::default(),
            refresh_failures: Cell::new(0),
            refresh_rests: Cell::default(),
            seen_ms: Cell::new(0),
            is_doubtful: Cell::new(false),
            used_since_ms: Cell::new(0),
            spends: Cell::new(false),
            is_only_copy: Cell::new(false),
            store: StoreHealth::default(),
            used_at: Cell::new(0),
            asks: Cell::new(None),
            evicted: Cell::new(false),
            weight: Cell::new(0),
        }
    }
}

impl<V: View> TokenState<V> {
    /// The token that is there, usable or not.
    pub fn cached(&self) -> Option<Rc<Cached<V>>> {
        self.cached.borrow().clone()
    }

    /// Runs `step` on the flight.
    pub fn flight<R>(&self, step: impl FnOnce(&mut Flight<Rc<Cached<V>>>) -> R) -> R {
        step(&mut self.flight.borrow_mut())
    }

    /// Puts a token into the cache. All is well again.
    pub fn keep(&self, cached: Rc<Cached<V>>) {
        self.learn(&cached.token);
        self.see(&cached.token);
        self.lost.set(None);
        if let Some(refresh_token) = &cached.token.refresh_token {
            let mut dead = self.dead.borrow_mut();
            dead.retain(|(it, _)| it.expose() != refresh_token.expose());
        }
        self.replaces_refused.set(false);
        self.refresh_failures.set(0);
        self.refresh_rests.set(Span::default());
        self.is_doubtful.set(false);
        *self.terminal.borrow_mut() = None;
        // What a refresh token came with is kept beside the token.
        let copies = 1usize.saturating_add(cached.token.refresh_token.is_some().into());
        let weight = cached.token.weight().saturating_mul(copies);
        self.weight.set(weight);
        self.replace(Some(cached));
    }

    /// Whoever hands out what was there before is told.
    fn replace(&self, cached: Option<Rc<Cached<V>>>) {
        if let Some(before) = self.cached.replace(cached) {
            before.view.withdraw();
        }
    }

    /// Whether the token was handed out without a word here since this was asked last.
    pub(super) fn take_use(&self) -> bool {
        self.cached().is_some_and(|cached| cached.view.take_use())
    }

    /// It no longer stands for its identity. Who made it may hold it for long, so it keeps nothing heavy.
    pub(super) fn evict(&self) {
        self.evicted.set(true);
        self.weight.set(0);
        self.replace(None);
        if self.flight(Flight::forget) {
            *self.refresh_token.borrow_mut() = None;
        }
    }

    /// Empties the cache, and forgets what went wrong.
    pub fn clear(&self) {
        self.replace(None);
        self.forget_error();
    }

    /// Forgets what went wrong.
    pub(crate) fn forget_error(&self) {
        *self.terminal.borrow_mut() = None;
    }

    /// Whether the next token replaces a refused one.
    pub(crate) fn replaces_refused(&self) -> bool {
        self.replaces_refused.get()
    }

    /// Remembers an error that stays.
    pub(crate) fn remember(&self, error: Error, rest: Span) {
        *self.terminal.borrow_mut() = Some((error, rest));
    }

    /// The error that stays, if there is one.
    pub(crate) fn remembered(&self, now_ms: u64) -> Option<Error> {
        match &*self.terminal.borrow() {
            Some((error, rest)) if rest.is_on(now_ms) => {
                let wish_ms = error.retry_after_ms().map(|_| rest.left_ms(now_ms));
                Some(error.clone().with_retry_after(wish_ms))
            }
            _ => None,
        }
    }

    /// How often refreshing has failed in a row.
    pub(crate) fn refresh_failures(&self) -> u32 {
        self.refresh_failures.get()
    }

    /// A refresh failed; the next waits.
    pub(crate) fn refresh_failed(&self, rest: Span) {
        self.refresh_failures
            .set(self.refresh_failures.get().saturating_add(1));
        self.rest_refresh(rest);
    }

    /// Somebody else refreshes; this instance looks again after that.
    pub(crate) fn rest_refresh(&self, rest: Span) {
        self.refresh_rests.set(rest);
    }

    /// Whether a refresh may begin, as far as earlier ones are concerned.
    pub(crate) fn may_refresh(&self, now_ms: u64) -> bool {
        !self.refresh_rests.get().is_on(now_ms)
    }

    /// Whether nobody can tell how old the token is: since it came the clock was set back. It stays in use, and its
    /// successor is asked for.
    pub(crate) fn is_doubtful(&self, now_ms: u64) -> bool {
        let seen_ms = self.seen_ms.get();
        if is_set_back(seen_ms, now_ms) {
            self.is_doubtful.set(true);
            self.seen_ms.set(now_ms);
        } else {
            self.seen_ms.set(seen_ms.max(now_ms));
        }
        self.is_doubtful.get()
    }

    /// Since when the token that is part of the configuration is in use: from now on, if it was not before. Where
    /// the clock was set back, nobody knows any more.
    pub(crate) fn used_since_ms(&self, now_ms: u64) -> u64 {
        let since_ms = self.used_since_ms.get();
        if since_ms == 0 || is_set_back(since_ms, now_ms) {
            self.used_since_ms.set(now_ms);
        }
        self.used_since_ms.get()
    }

    /// Flights of this identity spend what is good for one use: who leads one must not lose its place.
    pub(crate) fn spends(&self) {
        self.spends.set(true);
    }

    /// Notes whether what is here can be had again, from wherever.
    pub(crate) fn set_only_copy(&self, is_only_copy: bool) {
        self.is_only_copy.set(is_only_copy);
    }

    /// Whether giving this entry up may lose what cannot be had again.
    pub(super) fn is_irreplaceable(&self) -> bool {
        self.is_only_copy.get() || self.spends.get() && self.flight(|flight| flight.in_air())
    }
}
