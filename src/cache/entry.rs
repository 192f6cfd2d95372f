//! What is remembered of one identity.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::flight::Flight;
use super::span::{Span, is_set_back};
use crate::error::Error;
use crate::host::View;
use crate::token::{RefreshToken, Secret, Token};

/// How many refused tokens are remembered; more than one only matters when tokens are refused
/// faster than a store forgets them.
const REFUSED_REMEMBERED: usize = 8;

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
pub struct Entry<V> {
    cached: RefCell<Option<Rc<Cached<V>>>>,
    /// The newest there is, to this instance's knowledge. Outlives the access token.
    refresh_token: RefCell<Option<RefreshToken>>,
    flight: RefCell<Flight<Rc<Cached<V>>>>,
    /// Access tokens that were refused, and tokens that were revoked: they must not come back from a store.
    refused: RefCell<Vec<Secret>>,
    /// Refresh tokens that the server knows no more, and since when. No store may bring them back.
    dead: RefCell<Vec<(Secret, u64)>>,
    drops: Cell<Drops>,
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

impl<V> Default for Entry<V> {
    fn default() -> Self {
        Self {
            cached: RefCell::default(),
            refresh_token: RefCell::default(),
            flight: RefCell::default(),
            refused: RefCell::default(),
            dead: RefCell::default(),
            drops: Cell::default(),
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

impl<V: View> Entry<V> {
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

    /// Remembers the refresh token that came with `token`, if there is no newer one.
    pub(crate) fn learn(&self, token: &Token) {
        let Some(secret) = &token.refresh_token else {
            return;
        };
        let mut newest = self.refresh_token.borrow_mut();
        if newest
            .as_ref()
            .is_none_or(|it| it.rotation <= token.rotation)
        {
            *newest = Some(RefreshToken {
                secret: secret.clone(),
                rotation: token.rotation,
                came_with: Some(token.raw.clone()),
            });
        }
    }

    /// The newest refresh token.
    pub(crate) fn refresh_token(&self) -> Option<RefreshToken> {
        self.refresh_token.borrow().clone()
    }

    /// How many renewals the newest refresh token is away from the first.
    pub(crate) fn rotation(&self) -> Option<u32> {
        self.refresh_token.borrow().as_ref().map(|it| it.rotation)
    }

    /// Whether there is a newer token than `token`.
    pub(crate) fn outdates(&self, token: &Token) -> bool {
        let newest = self.refresh_token.borrow();
        newest
            .as_ref()
            .is_some_and(|it| it.rotation > token.rotation)
    }

    /// Forgets a refresh token; `true` if it was the newest.
    pub(crate) fn forget(&self, refresh_token: &Secret) -> bool {
        let mut newest = self.refresh_token.borrow_mut();
        let forgotten = newest.take_if(|it| it.secret.expose() == refresh_token.expose());
        forgotten.is_some()
    }

    /// The server knows `refresh_token` no more: it is not spent again, wherever it comes from.
    pub(crate) fn bury(&self, refresh_token: &Secret, now_ms: u64) {
        if self.forget(refresh_token) {
            self.set_only_copy(false);
        }
        if self.dead_since_ms(refresh_token).is_some() {
            return;
        }
        self.drops_one();
        let mut dead = self.dead.borrow_mut();
        if dead.len() >= REFUSED_REMEMBERED {
            dead.remove(0);
        }
        dead.push((refresh_token.clone(), now_ms));
    }

    /// Since when `refresh_token` is dead, if it is.
    pub(crate) fn dead_since_ms(&self, refresh_token: &Secret) -> Option<u64> {
        let dead = self.dead.borrow();
        dead.iter()
            .find_map(|(it, since_ms)| (it.expose() == refresh_token.expose()).then_some(*since_ms))
    }

    /// Whether there was a refresh token, and the server knows none of them any more.
    pub(crate) fn has_dead(&self) -> bool {
        !self.dead.borrow().is_empty()
    }

    /// What was brought before is not to come back, from wherever.
    pub(crate) fn forget_all(&self) {
        let drops = self.drops.get();
        self.drops.set(Drops {
            forgettings: drops.forgettings.wrapping_add(1),
            ..drops
        });
    }

    pub(crate) fn drops(&self) -> Drops {
        self.drops.get()
    }

    fn drops_one(&self) {
        let drops = self.drops.get();
        self.drops.set(Drops {
            secrets: drops.secrets.wrapping_add(1),
            ..drops
        });
    }

    /// What was dead is tried again.
    pub(crate) fn exhume(&self) {
        self.dead.borrow_mut().clear();
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
        *self.terminal.borrow_mut() = None;
    }

    /// The API refused `token`: the cache is emptied, its successor will be marked, and the store is
    /// not believed when it serves it again.
    pub(crate) fn clear_refused(&self, token: &Token) {
        self.replaces_refused.set(true);
        self.distrust(&token.access_token);
        self.clear();
    }

    /// From now on a token that is or has `secret` is a miss, wherever it comes from.
    pub(crate) fn distrust(&self, secret: &Secret) {
        self.drops_one();
        let mut refused = self.refused.borrow_mut();
        if refused.len() >= REFUSED_REMEMBERED {
            refused.remove(0);
        }
        refused.push(secret.clone());
    }

    /// Whether `token`, or its refresh token, is one that was refused.
    pub(crate) fn distrusts(&self, token: &Token) -> bool {
        let mut secrets = [Some(&token.access_token), token.refresh_token.as_ref()]
            .into_iter()
            .flatten();
        secrets.any(|secret| self.is_refused(secret))
    }

    /// Empties the cache, if what is there is a miss.
    pub(crate) fn clear_distrusted(&self) {
        if self.cached().is_some_and(|it| self.distrusts(&it.token)) {
            self.clear();
        }
    }

    /// Whether `secret` is one that was refused.
    pub(crate) fn is_refused(&self, secret: &Secret) -> bool {
        let refused = self.refused.borrow();
        let is_refused = refused.iter().any(|it| it.expose() == secret.expose());
        is_refused || self.dead_since_ms(secret).is_some()
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

/// How often something was dropped: secrets, of which no token is to come back, and all that there was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drops {
    secrets: u32,
    pub(crate) forgettings: u32,
}

/// How a store has behaved towards this instance.
#[derive(Debug, Default)]
pub(crate) struct StoreHealth {
    failures: Cell<u32>,
    rest: Cell<Span>,
    put_at_ms: Cell<u64>,
}

/// A store that failed three times in a row is left alone for ten seconds.
const STORE_FAILURES: u32 = 3;
const STORE_REST_MS: u64 = 10_000;

/// KV takes one write a second per key.
const PUT_INTERVAL_MS: u64 = 1_000;

/// No more writes than this takes are ever waiting; a clock that was set back may say so.
const LONGEST_QUEUE_MS: u64 = 10_000;

impl StoreHealth {
    pub(crate) fn is_resting(&self, now_ms: u64) -> bool {
        self.rest.get().is_on(now_ms)
    }

    /// Whether the last answer was none.
    pub(crate) fn is_failing(&self) -> bool {
        self.failures.get() > 0
    }

    pub(crate) fn succeeded(&self) {
        self.failures.set(0);
    }

    pub(crate) fn failed(&self, now_ms: u64) {
        let failures = self.failures.get().saturating_add(1);
        self.failures.set(failures);
        if failures >= STORE_FAILURES {
            self.failures.set(0);
            self.rest.set(Span::new(now_ms, STORE_REST_MS));
        }
    }

    /// How long the next put has to wait; it is taken to be made then.
    pub(crate) fn before_put_ms(&self, now_ms: u64) -> u64 {
        let next_ms = self.put_at_ms.get().saturating_add(PUT_INTERVAL_MS);
        let at_ms = match next_ms.saturating_sub(now_ms) {
            0..=LONGEST_QUEUE_MS => next_ms.max(now_ms),
            _ => now_ms,
        };
        self.put_at_ms.set(at_ms);
        at_ms.saturating_sub(now_ms)
    }
}
