//! The chain that brings a token: memory, the single flight, the store, the lease, the grant.

mod attempts;
#[cfg(feature = "authorization")]
mod authorization;
#[cfg(feature = "discovery")]
mod discovery;
mod issuance;
#[cfg(feature = "held-tokens")]
mod one_off;
mod request;
#[cfg(feature = "revocation")]
mod revocation;
#[cfg(feature = "signing")]
mod signing;
mod turn;
#[cfg(not(feature = "discovery"))]
mod undiscovered;
#[cfg(not(feature = "signing"))]
mod unsigned;

use std::fmt;
use std::future::Future;
use std::rc::Rc;

use futures_channel::oneshot;

use crate::cache::entry::{Cached, Entry};
use crate::cache::flight::{Generation, HEARTBEAT_MS, Role, Sight, Watch};
use crate::cache::memory::Memory;
use crate::cache::slot::{Look, Slot};
use crate::cache::span::Span;
use crate::config::ClientConfig;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::Host;
use crate::race::{First, race};
use crate::retry;
use crate::sharing::{Shared, Verdict};
use crate::stopwatch::Stopwatch;
use crate::token::Token;
#[cfg(feature = "authorization")]
pub use authorization::{Authorization, AuthorizationOptions, CallbackOptions};
#[cfg(feature = "held-tokens")]
pub use one_off::{HeldToken, Renewed};
use turn::{Brought, Errand};

/// Brings the token of one configuration, from the nearest place that has it.
///
/// Cheap to make: what lasts is in the [`Memory`], found by identity.
pub struct TokenSource<H: Host> {
    host: Rc<H>,
    slot: Rc<Slot<H::View>>,
}

/// What the store may add to a leader's work, which waits for its turn and then for the server.
const LATENESS_MS: u64 = 10_000;

/// A moment later than every request: what others have asked for does not do.
const NOBODY_ELSES: u64 = u64::MAX;

type Result<V> = std::result::Result<Rc<Cached<V>>, Error>;

impl<H: Host> TokenSource<H> {
    /// A source of tokens for `config` that shares `memory` with all others.
    pub fn new(host: Rc<H>, config: ClientConfig, memory: Rc<Memory<H::View>>) -> Self {
        Self::of_slot(host, Rc::new(Slot::new(config, memory)))
    }

    /// A source of tokens for the configuration in `slot`.
    pub fn of_slot(host: Rc<H>, slot: Rc<Slot<H::View>>) -> Self {
        Self { host, slot }
    }

    /// The configuration's place in the memory.
    pub fn slot(&self) -> &Slot<H::View> {
        &self.slot
    }

    pub(crate) fn host(&self) -> &H {
        &self.host
    }

    /// A token that may be used now. Waits at most the configuration's `timeout_ms`, and not at all
    /// while there is a valid one: when that is stale, its successor is asked for in the background.
    pub async fn token(&self) -> Result<H::View> {
        let Some(Look { cached, is_due }) = self.slot.look(self.host.now_ms()) else {
            let result = self.within_deadline(None).await;
            // A failure does not matter when somebody's token has arrived all the same.
            return result.or_else(|error| {
                let look = self.slot.look(self.host.now_ms());
                look.map(|look| look.cached).ok_or(error)
            });
        };
        if is_due {
            self.host.event(Event::StaleServed);
            // The task is in the background; there is nothing to wait for.
            drop(self.refresh_in_background(Rc::clone(&cached)));
        }
        Ok(cached)
    }

    /// A token that the server was asked for after this call began, whether or not there is one in
    /// memory or in the store. The one in memory stays in use until the new one is there.
    pub async fn refreshed(&self) -> Result<H::View> {
        let since_ms = self.host.now_ms();
        self.within_deadline(Some(since_ms)).await
    }

    /// Refreshes the token when that is due, or obtains one when there is none, and does nothing
    /// otherwise. For a cron trigger or an alarm: it ends when the work is done.
    pub async fn warm(&self) -> std::result::Result<(), Error> {
        match self.slot.look(self.host.now_ms()) {
            None => self.within_deadline(None).await.map(drop),
            Some(Look { is_due: false, .. }) => Ok(()),
            Some(Look { cached, .. }) => match self.refresh_in_background(cached) {
                Some(landed) => match landed.await {
                    Ok(Some(Err(error))) => Err(error),
                    Ok(_) | Err(oneshot::Canceled) => Ok(()),
                },
                None => Ok(()),
            },
        }
    }

    /// Drops the token, in memory and in the store; one that another instance has put there since
    /// stays.
    pub async fn invalidate(&self) {
        self.invalidated(false).await;
    }

    /// The same, and the newest refresh token with it: what comes next begins with the grant, or with
    /// the refresh token that is part of the configuration.
    pub async fn forget_authorization(&self) {
        self.invalidated(true).await;
    }

    async fn invalidated(&self, forgets: bool) {
        let entry = self.slot.entry();
        let dropped = entry.cached();
        entry.clear();
        self.host.event(Event::Invalidated);
        if let Some(cached) = &dropped {
            entry.distrust(&cached.token.access_token);
        }
        if let Some(shared) = Shared::find(&*self.host, &self.slot, &entry).await {
            // An instance that has seen no token yet means the one in the store.
            shared
                .judge(|token| match &dropped {
                    _ if forgets => Verdict::Goes,
                    // It says that nothing is left.
                    _ if shared.is_end(token) => Verdict::Stays,
                    Some(cached) if !is_same(&cached.token, token) => Verdict::Stays,
                    Some(_) => Verdict::AccessTokenGoes,
                    None => {
                        entry.distrust(&token.access_token);
                        Verdict::AccessTokenGoes
                    }
                })
                .await;
            // A flight may have found it there before.
            entry.clear_distrusted();
            shared.forget_wish().await;
        }
        if forgets {
            // Whoever says so knows better what is dead.
            entry.exhume();
            self.forget_refresh_token(&entry);
        }
    }

    /// A token, of which the server was asked at `since_ms` or later if that is given.
    async fn within_deadline(&self, since_ms: Option<u64>) -> Result<H::View> {
        let timeout_ms = self.slot.config().timeout_ms.into();
        self.within(timeout_ms, self.fly(since_ms)).await
    }

    /// Joins the identity's flight, as whatever is needed, until one brings something.
    async fn fly(&self, since_ms: Option<u64>) -> Result<H::View> {
        let waited = Stopwatch::new(&*self.host);
        loop {
            let entry = self.slot.entry();
            let brought = match entry.flight(|flight| flight.join(self.host.now_ms())) {
                Role::Leader(generation) => self.lead(entry, generation, since_ms).await,
                Role::Follower(watch) => {
                    let begun_at_ms = watch.begun_at_ms;
                    let brought = self.follow(entry, watch, since_ms).await;
                    brought.filter(|result| {
                        since_ms != Some(NOBODY_ELSES)
                            && !self.has_more_patience(result, waited.ms())
                            && (since_ms.is_none() || is_asked_for_since(result, begun_at_ms))
                    })
                }
            };
            if let Some(result) = brought {
                return result;
            }
        }
    }

    /// Whether a flight gave up long before this caller has to: its leader's `timeout_ms` was shorter.
    fn has_more_patience(&self, result: &Result<H::View>, waited_ms: u64) -> bool {
        let timeout_ms = u64::from(self.slot.config().timeout_ms);
        matches!(result, Err(error) if error.code() == ErrorCode::Timeout)
            && waited_ms < timeout_ms / 2
    }

    /// `None` when the flight was called off.
    async fn follow(
        &self,
        entry: Rc<Entry<H::View>>,
        mut watch: Watch,
        since_ms: Option<u64>,
    ) -> Option<Result<H::View>> {
        let waited = Stopwatch::new(&*self.host);
        let landed = loop {
            let pause_ms = pause_ms(waited.ms());
            self.host.sleep(pause_ms).await;
            let now_ms = self.host.now_ms();
            match entry.flight(|flight| flight.look(&mut watch, pause_ms, now_ms)) {
                Sight::Landed(result) => break result,
                Sight::CalledOff => return None,
                Sight::TakenOver(generation) => {
                    self.host.event(Event::TakenOver);
                    return self.lead(entry, generation, since_ms).await;
                }
                Sight::Waiting => {}
            }
            if since_ms.is_none()
                && let Some(Look { cached, .. }) = self.slot.look(self.host.now_ms())
            {
                break Ok(cached);
            }
        };
        self.host.event(Event::FlightWait {
            duration_ms: waited.ms(),
        });
        Some(landed)
    }

    /// `None` when the flight was called off.
    async fn lead(
        &self,
        entry: Rc<Entry<H::View>>,
        generation: Generation,
        since_ms: Option<u64>,
    ) -> Option<Result<H::View>> {
        let errand = since_ms.map_or(Errand::Any, Errand::Since);
        let landed = self.begin(entry, generation, errand).await;
        landed.unwrap_or_else(|_| {
            Some(Err(Error::new(
                ErrorCode::Internal,
                "the token request ended without a result",
            )))
        })
    }

    fn refresh_in_background(
        &self,
        cached: Rc<Cached<H::View>>,
    ) -> Option<oneshot::Receiver<Option<Result<H::View>>>> {
        let entry = self.slot.entry();
        match entry.flight(|flight| flight.join(self.host.now_ms())) {
            Role::Follower(_) => None,
            Role::Leader(generation) => {
                Some(self.begin(entry, generation, Errand::Successor(cached)))
            }
        }
    }

    /// Runs an errand on behalf of everybody. The work is in the background, so that it goes on when
    /// the caller gives up.
    fn begin(
        &self,
        entry: Rc<Entry<H::View>>,
        generation: Generation,
        errand: Errand<H::View>,
    ) -> oneshot::Receiver<Option<Result<H::View>>> {
        for _ in 0..self.slot.take_lost() {
            self.host.event(Event::Evicted);
        }
        if !self.slot.config().grant.is_repeatable() {
            entry.spends();
        }
        // Caller and background task belong to the same request: here a waker is allowed.
        let (sender, receiver) = oneshot::channel();
        let source = Self::of_slot(Rc::clone(&self.host), Rc::clone(&self.slot));
        self.host.spawn(async move {
            let shared = Shared::find(&*source.host, &source.slot, &entry).await;
            let run = source.run(&entry, shared.as_ref(), &errand);
            let beat = |now_ms| entry.flight(|flight| flight.beat(generation, now_ms));
            let brought = match race(run, source.keep_alive(beat)).await {
                First::Left(brought) => brought,
                First::Right(()) => Brought {
                    result: Some(Err(source.timed_out())),
                    is_news: false,
                    tenure: None,
                },
            };
            source.land(&entry, generation, &errand, &brought);
            let Brought {
                result,
                is_news,
                tenure,
            } = brought;
            // The caller may be gone; what it waited for is in the cache.
            let _ = sender.send(result.clone());
            let Some(shared) = shared else {
                return;
            };
            let fence = tenure.as_ref().map(|tenure| tenure.fence.as_str());
            match &result {
                Some(Ok(cached)) if is_news => shared.put(&cached.token, fence).await,
                Some(Err(error)) if is_news => shared.put_wish(error).await,
                _ => {}
            }
            if let Some(fence) = fence {
                shared.release(fence).await;
            }
        });
        receiver
    }

    fn land(
        &self,
        entry: &Entry<H::View>,
        generation: Generation,
        errand: &Errand<H::View>,
        brought: &Brought<H::View>,
    ) {
        let Some(result) = &brought.result else {
            return entry.flight(|flight| flight.call_off(generation));
        };
        let is_kept = entry.flight(|flight| flight.land(generation, result.clone()));
        if !is_kept {
            return;
        }
        let now_ms = self.host.now_ms();
        match result {
            Ok(cached) => {
                self.slot.keep(entry, Rc::clone(cached));
                entry.set_only_copy(brought.is_news && self.is_irreplaceable(&cached.token));
            }
            Err(error) => {
                let config = self.slot.config();
                let remembered_ms = config.error_cache_ms();
                let terminal_ms = || retry::is_terminal(error).then_some(remembered_ms);
                if brought.is_news
                    && let Some(rest_ms) = retry::wish_ms(error, remembered_ms).or_else(terminal_ms)
                {
                    entry.remember(error.clone(), Span::new(now_ms, rest_ms));
                }
                if let Errand::Successor(_) = errand {
                    let rest_ms = retry::rest_ms(entry.refresh_failures(), self.host.random())
                        .max(error.retry_after_ms().unwrap_or(0));
                    entry.refresh_failed(Span::new(now_ms, rest_ms));
                }
            }
        }
    }

    /// Says again and again that the leader of a flight is alive, for as long as any work may take: each
    /// part of it has a deadline of its own, but what a host does is not known to keep to it.
    async fn keep_alive(&self, beat: impl Fn(u64)) {
        let timeout_ms = u64::from(self.slot.config().timeout_ms);
        let longest_ms = timeout_ms.saturating_mul(2).saturating_add(LATENESS_MS);
        // Counted, since a clock may be set.
        let beats = longest_ms.checked_div(HEARTBEAT_MS.into());
        for _ in 0..beats.unwrap_or_default() {
            self.host.sleep(HEARTBEAT_MS).await;
            beat(self.host.now_ms());
        }
    }

    fn timed_out(&self) -> Error {
        let config = self.slot.config();
        Error::new(
            ErrorCode::Timeout,
            [
                "no token within ",
                &config.timeout_ms.to_string(),
                " ms from ",
                &config.server_for_display(),
                match self.slot.entry().asks.get() {
                    Some(_) => "; waited for in vain: ",
                    None => "",
                },
                self.slot.entry().asks.get().unwrap_or_default(),
            ]
            .concat(),
        )
    }

    /// Notes which function of the user's is waited for meanwhile. It stays noted when nobody waits any
    /// longer: then that is why.
    async fn asking<T>(&self, function: Option<&'static str>, work: impl Future<Output = T>) -> T {
        let entry = self.slot.entry();
        entry.asks.set(function);
        let answer = work.await;
        entry.asks.set(None);
        answer
    }
}

impl<H: Host> fmt::Debug for TokenSource<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("config", self.slot.config())
            .finish_non_exhaustive()
    }
}

/// Whether it is no token of before: a flight that others began for themselves may find one in the store.
fn is_asked_for_since<V>(result: &Result<V>, since_ms: u64) -> bool {
    !matches!(result, Ok(cached) if cached.token.received_at_ms < since_ms)
}

fn is_same(left: &Token, right: &Token) -> bool {
    left.access_token.expose() == right.access_token.expose()
}

/// How long a follower pauses between two looks: the longer it has waited, the longer, so that a
/// quick grant is noticed quickly and hundreds of followers of a slow one cost little.
fn pause_ms(waited_ms: u64) -> u32 {
    (waited_ms / 4).clamp(5, 50) as u32
}
