//! Flights: who leads one, who follows, and what becomes of what it brings.

use std::rc::Rc;

use super::errand::Errand;
use super::run::Brought;
use super::{NOBODY_ELSES, Result, TokenSource};
use crate::cache::client_state::Look;
use crate::cache::single_flight::{
    Generation, HEARTBEAT_MS, Role, Sight, Watch, longest_ms, pause_ms,
};
use crate::cache::span::Span;
use crate::cache::token_state::{Cached, TokenState};
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::handoff::{Giver, Taker, handoff};
use crate::host::Host;
use crate::race::{First, apart, race};
use crate::retry;
use crate::stopwatch::Stopwatch;
use crate::store::SharedRecord;

type Landed<V> = Option<Result<V>>;

impl<H: Host> TokenSource<H> {
    /// Joins the identity's flight, as whatever is needed, until one brings something.
    pub(super) async fn fly(&self, since_ms: Option<u64>) -> Result<H::View> {
        let waited = Stopwatch::new(&*self.host);
        loop {
            let entry = self.client.entry();
            let brought = match entry.flight(|flight| flight.join(self.host.now_ms())) {
                Role::Leader(generation) => {
                    let landed = self.lead(entry, generation, since_ms).await;
                    landed.unwrap_or_else(lost)
                }
                Role::Follower(watch) => apart(self.follow(entry, watch, since_ms, &waited)).await,
            };
            if let Some(result) = brought {
                return result;
            }
        }
    }

    /// Whether a flight gave up long before this caller has to: its leader's `timeout_ms` was shorter.
    fn has_more_patience(&self, result: &Result<H::View>, waited_ms: u64) -> bool {
        let timeout_ms = u64::from(self.client.config().timeout_ms);
        matches!(result, Err(error) if error.code() == ErrorCode::Timeout)
            && waited_ms < timeout_ms / 2
    }

    /// What another leads, if it does what is wanted.
    async fn follow(
        &self,
        entry: Rc<TokenState<H::View>>,
        watch: Watch,
        since_ms: Option<u64>,
        waited: &Stopwatch<'_, H>,
    ) -> Landed<H::View> {
        let begun_at_ms = watch.begun_at_ms;
        let brought = self.watch(entry, watch, since_ms).await;
        brought.filter(|result| {
            since_ms != Some(NOBODY_ELSES)
                && !self.has_more_patience(result, waited.ms())
                && (since_ms.is_none() || is_asked_for_since(result, begun_at_ms))
        })
    }

    /// `None` when the flight was called off.
    async fn watch(
        &self,
        entry: Rc<TokenState<H::View>>,
        mut watch: Watch,
        since_ms: Option<u64>,
    ) -> Landed<H::View> {
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
                    let landed = self.lead(entry, generation, since_ms).await;
                    return landed.unwrap_or_else(lost);
                }
                Sight::Waiting => {}
            }
            if since_ms.is_none()
                && let Some(Look { cached, .. }) = self.client.look(self.host.now_ms())
            {
                break Ok(cached);
            }
        };
        self.host.event(Event::FlightWait {
            duration_ms: waited.ms(),
        });
        Some(landed)
    }

    /// Begins to lead. What is brought is `None` when the flight was called off.
    fn lead(
        &self,
        entry: Rc<TokenState<H::View>>,
        generation: Generation,
        since_ms: Option<u64>,
    ) -> Taker<Landed<H::View>> {
        let errand = since_ms.map_or(Errand::Any, Errand::Since);
        self.begin(entry, generation, errand)
    }

    pub(super) fn refresh_in_background(
        &self,
        cached: Rc<Cached<H::View>>,
    ) -> Option<Taker<Landed<H::View>>> {
        let entry = self.client.entry();
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
        entry: Rc<TokenState<H::View>>,
        generation: Generation,
        errand: Errand<H::View>,
    ) -> Taker<Landed<H::View>> {
        for _ in 0..self.client.take_lost() {
            self.host.event(Event::Evicted);
        }
        if !self.client.config().grant.is_repeatable() {
            entry.spends();
        }
        // Caller and background task belong to the same request: here a waker is allowed.
        let (giver, landed) = handoff();
        let source = Self::of_client(Rc::clone(&self.host), Rc::clone(&self.client));
        self.host
            .spawn(apart(source.fly_to(entry, generation, errand, giver)));
        landed
    }

    async fn fly_to(
        self,
        entry: Rc<TokenState<H::View>>,
        generation: Generation,
        errand: Errand<H::View>,
        giver: Giver<Landed<H::View>>,
    ) {
        let shared = match self.host.store() {
            Some(_) => apart(self.shared(&entry)).await,
            None => None,
        };
        let run = self.run(&entry, shared.as_ref(), &errand);
        let beat = |now_ms| entry.flight(|flight| flight.beat(generation, now_ms));
        let brought = match race(run, self.keep_alive(beat)).await {
            First::Left(brought) => brought,
            First::Right(()) => Brought {
                result: Some(Err(self.timed_out())),
                is_news: false,
                tenure: None,
            },
        };
        self.land(&entry, generation, &errand, &brought);
        // The caller may be gone; what it waited for is in the cache.
        giver.give(brought.result.clone());
        if let Some(shared) = shared {
            apart(async move { publish(&shared, brought).await }).await;
        }
    }

    fn land(
        &self,
        entry: &TokenState<H::View>,
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
        match result {
            Ok(cached) => {
                if brought.is_news {
                    self.restored(entry);
                }
                self.client.keep(entry, Rc::clone(cached));
                entry.set_only_copy(brought.is_news && self.is_irreplaceable(&cached.token));
            }
            Err(error) => self.rest(entry, errand, error, brought.is_news),
        }
    }

    /// How long nobody is to ask again, after `error`.
    #[inline(never)]
    fn rest(
        &self,
        entry: &TokenState<H::View>,
        errand: &Errand<H::View>,
        error: &Error,
        is_news: bool,
    ) {
        let now_ms = self.host.now_ms();
        let remembered_ms = self.client.config().error_cache_ms();
        if is_news && let Some(rest_ms) = retry::refusal_ms(error, remembered_ms) {
            entry.remember(error.clone(), Span::new(now_ms, rest_ms));
        }
        if let Errand::Successor(_) = errand {
            let rest_ms = retry::rest_ms(entry.refresh_failures(), self.host.random())
                .max(error.retry_after_ms().unwrap_or(0));
            entry.refresh_failed(Span::new(now_ms, rest_ms));
        }
    }

    /// Says again and again that the leader of a flight is alive, for as long as any work may take: each
    /// part of it has a deadline of its own, but what a host does is not known to keep to it.
    pub(super) async fn keep_alive(&self, beat: impl Fn(u64)) {
        let longest_ms = longest_ms(self.client.config().timeout_ms);
        // Counted, since a clock may be set.
        let beats = longest_ms.checked_div(HEARTBEAT_MS.into());
        for _ in 0..beats.unwrap_or_default() {
            self.host.sleep(HEARTBEAT_MS).await;
            beat(self.host.now_ms());
        }
    }
}

/// Puts what was brought into the store, and gives the lease back.
async fn publish<H: Host>(shared: &SharedRecord<'_, H>, brought: Brought<H::View>) {
    let fence = brought.tenure.as_ref().map(|it| it.fence.as_str());
    match &brought.result {
        Some(Ok(cached)) if brought.is_news => shared.put(&cached.token, fence).await,
        Some(Err(error)) if brought.is_news => apart(shared.put_refusal(error, fence)).await,
        _ => {}
    }
    if let Some(fence) = fence {
        apart(shared.release(fence)).await;
    }
}

#[inline(never)]
fn lost<V>() -> Landed<V> {
    let message = "the token request ended without a result";
    Some(Err(Error::new(ErrorCode::Internal, message)))
}

/// Whether it is no token of before: a flight that others began for themselves may find one in the store.
fn is_asked_for_since<V>(result: &Result<V>, since_ms: u64) -> bool {
    !matches!(result, Ok(cached) if cached.token.received_at_ms < since_ms)
}
