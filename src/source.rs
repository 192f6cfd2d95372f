//! The chain that brings a token: memory, the single flight, the store, the lease, the grant.

use std::convert::Infallible;
use std::fmt;
use std::rc::Rc;

use futures_channel::oneshot;

use crate::cache::entry::{Cached, Entry};
use crate::cache::flight::{Generation, HEARTBEAT_MS, Role, Sight, Watch};
use crate::cache::freshness::{refresh_at_ms, usable_until_ms};
use crate::cache::memory::Memory;
use crate::cache::slot::{Look, Slot};
use crate::cache::store::{Acquired, TokenStore};
use crate::config::ClientConfig;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::{Host, TransportError};
use crate::protocol::token_response::{self, TokenResponseContext};
use crate::race::{First, race};
use crate::retry;
use crate::sharing::{Found, Shared};
use crate::token::Token;

/// How long an instance has the lease at most. Others wait that long for one that died with it.
const MAX_LEASE_TTL_MS: u32 = 5_000;

/// How long a refresh that another instance makes is left to it at most.
const LONGEST_REST_MS: u32 = 1_000;

/// How often an instance that waits for another's grant looks into the store.
const LEASE_PAUSE_MS: u32 = 250;

/// Brings the token of one configuration, from the nearest place that has it.
///
/// Cheap to make: what lasts is in the [`Memory`], found by identity.
pub struct TokenSource<H: Host> {
    host: Rc<H>,
    slot: Rc<Slot<H::View>>,
}

type Result<V> = std::result::Result<Rc<Cached<V>>, Error>;

/// What a flight is for.
enum Errand<V> {
    /// There is no token to hand out.
    Any,
    /// There is one, and nobody waits for its successor.
    Successor(Rc<Cached<V>>),
    /// Whoever waits wants one that was asked for at this moment or later.
    Since(u64),
}

/// Whose turn it is to ask the server.
enum Turn<V> {
    /// Nobody's: there is a token, or an error. With the lease to give back.
    Settled(Result<V>, Option<String>),
    /// Another instance's.
    Others,
    /// Ours, with the lease to give back.
    Ours(Option<String>),
}

/// What remains to be done once the callers have their token.
struct Aftermath {
    /// It came from the server: no store has the token, and no memory the error.
    is_news: bool,
    /// The lease to give back.
    fence: Option<String>,
}

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
        let entry = self.slot.entry();
        let dropped = entry.cached();
        entry.clear();
        self.host.event(Event::Invalidated);
        if let Some(cached) = &dropped {
            entry.distrust(&cached.token);
        }
        let Some(shared) = Shared::find(&*self.host, &self.slot, &entry).await else {
            return;
        };
        // An instance that has seen no token yet means the one in the store.
        shared
            .delete_if(|token| match &dropped {
                Some(cached) => is_same(&cached.token, token),
                None => {
                    entry.distrust(token);
                    true
                }
            })
            .await;
    }

    /// A token, of which the server was asked at `since_ms` or later if that is given.
    async fn within_deadline(&self, since_ms: Option<u64>) -> Result<H::View> {
        let timeout_ms = self.slot.config().policy.timeout_ms;
        match race(self.fly(since_ms), self.host.sleep(timeout_ms)).await {
            First::Left(result) => result,
            First::Right(()) => Err(self.timed_out()),
        }
    }

    /// Joins the identity's flight, as whatever is needed, until one brings something.
    async fn fly(&self, since_ms: Option<u64>) -> Result<H::View> {
        let begun_at_ms = self.host.now_ms();
        loop {
            let entry = self.slot.entry();
            let brought = match entry.flight(|flight| flight.join(self.host.now_ms())) {
                Role::Leader(generation) => self.lead(entry, generation, since_ms).await,
                Role::Follower(watch) => {
                    let brought = self.follow(entry, watch, since_ms).await;
                    brought.filter(|result| !self.has_more_patience(result, begun_at_ms))
                }
            };
            if let Some(result) = brought {
                return result;
            }
        }
    }

    /// Whether a flight gave up long before this caller has to: its leader's `timeout_ms` was shorter.
    fn has_more_patience(&self, result: &Result<H::View>, begun_at_ms: u64) -> bool {
        let waited_ms = self.host.now_ms().saturating_sub(begun_at_ms);
        let timeout_ms = u64::from(self.slot.config().policy.timeout_ms);
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
        let joined_at_ms = self.host.now_ms();
        let waited_ms = || self.host.now_ms().saturating_sub(joined_at_ms);
        let landed = loop {
            self.host.sleep(pause_ms(waited_ms())).await;
            match entry.flight(|flight| flight.look(&mut watch, self.host.now_ms())) {
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
            duration_ms: waited_ms(),
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
        // Caller and background task belong to the same request: here a waker is allowed.
        let (sender, receiver) = oneshot::channel();
        let source = Self::of_slot(Rc::clone(&self.host), Rc::clone(&self.slot));
        self.host.spawn(async move {
            let shared = Shared::find(&*source.host, &source.slot, &entry).await;
            let run = source.run(&entry, shared.as_ref(), &errand);
            let (brought, aftermath) = match race(run, source.keep_alive(&entry, generation)).await
            {
                First::Left(brought) => brought,
                First::Right(never) => match never {},
            };
            let is_news = aftermath.is_news;
            source.land(&entry, generation, &errand, brought.as_ref(), is_news);
            // The caller may be gone; what it waited for is in the cache.
            let _ = sender.send(brought.clone());
            let Some(shared) = shared else {
                return;
            };
            if is_news && let Some(Ok(cached)) = &brought {
                shared.put(&cached.token, aftermath.fence.as_deref()).await;
            }
            if let Some(fence) = &aftermath.fence {
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
        brought: Option<&Result<H::View>>,
        is_news: bool,
    ) {
        let Some(result) = brought else {
            return entry.flight(|flight| flight.call_off(generation));
        };
        let is_kept = entry.flight(|flight| flight.land(generation, result.clone()));
        if !is_kept {
            return;
        }
        let now_ms = self.host.now_ms();
        match result {
            Ok(cached) => entry.keep(Rc::clone(cached)),
            Err(error) => {
                let policy = &self.slot.config().policy;
                if is_news && retry::is_terminal(error) {
                    let remembered_ms = u64::from(policy.error_cache_seconds).saturating_mul(1000);
                    entry.remember(error.clone(), now_ms.saturating_add(remembered_ms));
                }
                if let Errand::Successor(_) = errand {
                    let rest_ms = retry::rest_ms(entry.refresh_failures(), self.host.random())
                        .max(error.retry_after_ms().unwrap_or(0));
                    entry.refresh_failed(now_ms.saturating_add(rest_ms));
                }
            }
        }
    }

    async fn keep_alive(&self, entry: &Entry<H::View>, generation: Generation) -> Infallible {
        loop {
            self.host.sleep(HEARTBEAT_MS).await;
            entry.flight(|flight| flight.beat(generation, self.host.now_ms()));
        }
    }

    /// The store, the lease, the grant. `None` when there is nothing to bring.
    async fn run(
        &self,
        entry: &Entry<H::View>,
        shared: Option<&Shared<'_, H>>,
        errand: &Errand<H::View>,
    ) -> (Option<Result<H::View>>, Aftermath) {
        let turn = match (entry.remembered(self.host.now_ms()), shared) {
            (Some(error), _) => Turn::Settled(Err(error), None),
            (None, Some(shared)) => self.turn(entry, shared, errand).await,
            (None, None) => Turn::Ours(None),
        };
        let (brought, is_news, fence) = match turn {
            Turn::Settled(result, fence) => (Some(result), false, fence),
            Turn::Others => (None, false, None),
            Turn::Ours(fence) => (Some(self.grant(entry).await), true, fence),
        };
        (brought, Aftermath { is_news, fence })
    }

    /// Finds out with the other instances whose turn it is to ask the server.
    async fn turn(
        &self,
        entry: &Entry<H::View>,
        shared: &Shared<'_, H>,
        errand: &Errand<H::View>,
    ) -> Turn<H::View> {
        if let Err(error) = self.slot.config().check_sealing() {
            return Turn::Settled(Err(error), None);
        }
        let look = || shared.token(|token| errand.accepts(token));
        if !matches!(errand, Errand::Since(_)) {
            match look().await {
                Found::Token(token) => return Turn::Settled(Ok(self.cached(entry, token)), None),
                // Waiting for others is for nothing when what they put cannot be seen. A record that
                // cannot be read may be replaced soon, which only those who have no token wait for.
                Found::Failed => return Turn::Ours(None),
                Found::Unreadable if matches!(errand, Errand::Successor(_)) => {
                    return Turn::Ours(None);
                }
                Found::Unreadable | Found::Nothing => {}
            }
        }
        let begun_at_ms = self.host.now_ms();
        let timeout_ms = self.slot.config().policy.timeout_ms;
        let lease_ttl_ms = (timeout_ms / 2).min(MAX_LEASE_TTL_MS);
        let patience_ms = u64::from(timeout_ms).saturating_mul(3) / 4;
        loop {
            let fence = match shared.acquire(lease_ttl_ms).await {
                // Without a lease every instance looks after itself.
                None => return Turn::Ours(None),
                Some(Acquired::Held { fence }) => Some(fence),
                Some(Acquired::HeldByOther { retry_after_ms }) => {
                    if let Errand::Successor(_) = errand {
                        // The token will be in the store when we look again.
                        let rest_ms = u64::from(retry_after_ms.min(LONGEST_REST_MS));
                        entry.rest_refresh(self.host.now_ms().saturating_add(rest_ms));
                        return Turn::Others;
                    }
                    let pause_ms = retry_after_ms.clamp(LEASE_PAUSE_MS / 5, LEASE_PAUSE_MS);
                    let pause_ms = f64::from(pause_ms) * (0.5 + self.host.random() / 2.0);
                    self.host.sleep(pause_ms as u32).await;
                    None
                }
            };
            // Somebody may have been quicker, or be done.
            match look().await {
                Found::Token(token) => return Turn::Settled(Ok(self.cached(entry, token)), fence),
                Found::Failed if fence.is_none() => return Turn::Ours(None),
                Found::Nothing | Found::Unreadable | Found::Failed => {}
            }
            // One holder may die, and its successor bring a token. After that there is just time
            // enough for a grant of our own.
            let waited_ms = self.host.now_ms().saturating_sub(begun_at_ms);
            if fence.is_some() || waited_ms > patience_ms {
                return Turn::Ours(fence);
            }
        }
    }

    /// A token from the server. What may pass is tried again for a third of the time there is: the
    /// callers are waiting.
    async fn grant(&self, entry: &Entry<H::View>) -> Result<H::View> {
        let begun_at_ms = self.host.now_ms();
        let timeout_ms = u64::from(self.slot.config().policy.timeout_ms);
        let passed_ms = || self.host.now_ms().saturating_sub(begun_at_ms);
        let mut delay_ms = None;
        let mut attempt: u32 = 1;
        let error = loop {
            let error = match self.request(timeout_ms.saturating_sub(passed_ms())).await {
                Ok(token) => {
                    self.host.event(Event::Grant {
                        duration_ms: passed_ms(),
                    });
                    return Ok(self.cached(entry, token));
                }
                Err(error) => error,
            };
            let delay = retry::delay_ms(delay_ms, error.retry_after_ms(), self.host.random());
            let next_ms = passed_ms().saturating_add(delay.into());
            if !retry::is_worthwhile(&error) || next_ms > timeout_ms / 3 {
                break error;
            }
            self.host.event(Event::Retry {
                attempt,
                delay_ms: delay,
            });
            self.host.sleep(delay).await;
            delay_ms = Some(delay);
            attempt = attempt.saturating_add(1);
        };
        self.host.event(Event::GrantFailed {
            code: error.code(),
            duration_ms: passed_ms(),
        });
        Err(error)
    }

    /// One token request.
    async fn request(&self, timeout_ms: u64) -> std::result::Result<Token, Error> {
        let config = self.slot.config();
        // Lifetimes count from the asking: an isolate may be frozen between answer and reading.
        let asked_at_ms = self.host.now_ms();
        let exchange = self.host.send(config.token_request().to_http());
        let timeout_ms = u32::try_from(timeout_ms).unwrap_or(u32::MAX);
        let response = match race(exchange, self.host.sleep(timeout_ms)).await {
            First::Left(Ok(response)) => response,
            First::Left(Err(error)) => return Err(self.transport_error(&error)),
            First::Right(()) => return Err(self.timed_out()),
        };
        token_response::read(
            &response,
            TokenResponseContext {
                endpoint: &config.endpoint,
                client: &config.client,
                now_ms: asked_at_ms,
                default_lifetime_seconds: config.default_lifetime_seconds.into(),
            },
        )
    }

    fn cached(&self, entry: &Entry<H::View>, token: Token) -> Rc<Cached<H::View>> {
        let policy = &self.slot.config().policy;
        let skew = policy.expiry_skew_seconds;
        // A server that hands out the same token until it is over gains nothing by being asked early.
        let is_known = entry
            .cached()
            .is_some_and(|cached| is_same(&cached.token, &token));
        let refresh_at_ms = match policy.refresh_ahead {
            None => u64::MAX,
            Some(_) if is_known => usable_until_ms(&token, skew),
            Some(share) => {
                let propagation_ms = self.host.store().map_or(0, TokenStore::propagation_ms);
                refresh_at_ms(&token, skew, share, propagation_ms, self.host.random())
            }
        };
        Rc::new(Cached {
            view: self.host.view(&token),
            replaces_refused: entry.replaces_refused(),
            refresh_at_ms,
            token,
        })
    }

    fn transport_error(&self, error: &TransportError) -> Error {
        let config = self.slot.config();
        let endpoint = config.endpoint.for_display();
        match error {
            TransportError::TooLong => Error::new(
                ErrorCode::InvalidResponse,
                [
                    "the token endpoint ",
                    endpoint,
                    " answered with more than 1 MiB",
                ]
                .concat(),
            ),
            TransportError::Connection(reason) => Error::new(
                ErrorCode::Network,
                config.client.redact(
                    &[
                        "the token endpoint ",
                        endpoint,
                        " could not be reached: ",
                        // The platform's words may hold the URL with its query.
                        &reason.replace(config.endpoint.as_str(), endpoint),
                    ]
                    .concat(),
                ),
            ),
        }
    }

    fn timed_out(&self) -> Error {
        let config = self.slot.config();
        Error::new(
            ErrorCode::Timeout,
            [
                "no token within ",
                &config.policy.timeout_ms.to_string(),
                " ms from the token endpoint ",
                config.endpoint.for_display(),
            ]
            .concat(),
        )
    }
}

impl<V> Errand<V> {
    /// Whether a token from the store does what is wanted.
    fn accepts(&self, token: &Token) -> bool {
        match self {
            Self::Any => true,
            Self::Since(since_ms) => token.received_at_ms >= *since_ms,
            Self::Successor(cached) => {
                !is_same(&cached.token, token)
                    && token.received_at_ms >= cached.token.received_at_ms
            }
        }
    }
}

impl<H: Host> fmt::Debug for TokenSource<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("config", self.slot.config())
            .finish_non_exhaustive()
    }
}

fn is_same(left: &Token, right: &Token) -> bool {
    left.access_token.expose() == right.access_token.expose()
}

/// How long a follower pauses between two looks: the longer it has waited, the longer, so that a
/// quick grant is noticed quickly and hundreds of followers of a slow one cost little.
fn pause_ms(waited_ms: u64) -> u32 {
    (waited_ms / 4).clamp(5, 50) as u32
}
