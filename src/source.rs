//! The chain that brings a token: memory, then the single flight, then the grant.

use std::fmt;
use std::rc::Rc;

use futures_channel::oneshot;

use crate::cache::entry::{Cached, Entry};
use crate::cache::flight::{Generation, HEARTBEAT_MS, Role, Sight, Watch};
use crate::cache::memory::Memory;
use crate::cache::slot::Slot;
use crate::config::ClientConfig;
use crate::error::{Error, ErrorCode};
use crate::host::{Host, TransportError};
use crate::protocol::token_response::{self, TokenResponseContext};
use crate::race::{First, race};

/// Brings the token of one configuration, from the nearest place that has it.
///
/// Cheap to make: what lasts is in the [`Memory`], found by identity.
pub struct TokenSource<H: Host> {
    host: Rc<H>,
    slot: Rc<Slot<H::View>>,
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

    /// A token that may be used now. Waits at most the configuration's `timeout_ms`.
    pub async fn token(&self) -> Result<Rc<Cached<H::View>>, Error> {
        if let Some(cached) = self.slot.hit(self.host.now_ms()) {
            return Ok(cached);
        }
        let result = self.within_deadline(true).await;
        // A failure does not matter when somebody's token has arrived all the same.
        result.or_else(|error| self.slot.hit(self.host.now_ms()).ok_or(error))
    }

    /// A token from the server, whether or not there is one in the cache. The cached one stays in
    /// use until the new one is there.
    pub async fn refreshed(&self) -> Result<Rc<Cached<H::View>>, Error> {
        self.within_deadline(false).await
    }

    async fn within_deadline(&self, cached_will_do: bool) -> Result<Rc<Cached<H::View>>, Error> {
        let timeout_ms = self.slot.config().policy.timeout_ms;
        match race(self.fly(cached_will_do), self.host.sleep(timeout_ms)).await {
            First::Left(result) => result,
            First::Right(()) => Err(self.timed_out()),
        }
    }

    /// Joins the identity's flight, as whatever is needed.
    async fn fly(&self, cached_will_do: bool) -> Result<Rc<Cached<H::View>>, Error> {
        let entry = self.slot.entry();
        match entry.flight(|flight| flight.join(self.host.now_ms())) {
            Role::Leader(generation) => self.lead(entry, generation).await,
            Role::Follower(watch) => self.follow(entry, watch, cached_will_do).await,
        }
    }

    async fn follow(
        &self,
        entry: Rc<Entry<H::View>>,
        mut watch: Watch,
        cached_will_do: bool,
    ) -> Result<Rc<Cached<H::View>>, Error> {
        let joined_at_ms = self.host.now_ms();
        loop {
            let waited_ms = self.host.now_ms().saturating_sub(joined_at_ms);
            self.host.sleep(pause_ms(waited_ms)).await;
            match entry.flight(|flight| flight.look(&mut watch, self.host.now_ms())) {
                Sight::Landed(result) => return result,
                Sight::TakenOver(generation) => return self.lead(entry, generation).await,
                Sight::Waiting => {}
            }
            if cached_will_do && let Some(cached) = self.slot.hit(self.host.now_ms()) {
                return Ok(cached);
            }
        }
    }

    /// Asks the server on behalf of everybody. The work runs in the background, so that it goes on
    /// when the caller gives up.
    async fn lead(
        &self,
        entry: Rc<Entry<H::View>>,
        generation: Generation,
    ) -> Result<Rc<Cached<H::View>>, Error> {
        // Leader and background task belong to the same request: here a waker is allowed.
        let (sender, receiver) = oneshot::channel();
        let source = Self::of_slot(Rc::clone(&self.host), Rc::clone(&self.slot));
        self.host.spawn(async move {
            let grant = source.grant(entry.refused());
            let result = match race(grant, source.keep_alive(&entry, generation)).await {
                First::Left(result) => result,
                First::Right(never) => match never {},
            };
            source.land(&entry, generation, result.clone());
            // The caller may be gone; what it waited for is in the cache.
            let _ = sender.send(result);
        });
        receiver.await.unwrap_or_else(|_| {
            Err(Error::new(
                ErrorCode::Internal,
                "the token request ended without a result",
            ))
        })
    }

    fn land(
        &self,
        entry: &Entry<H::View>,
        generation: Generation,
        result: Result<Rc<Cached<H::View>>, Error>,
    ) {
        let is_kept = entry.flight(|flight| flight.land(generation, result.clone()));
        if is_kept && let Ok(cached) = result {
            entry.keep(cached);
        }
    }

    async fn keep_alive(
        &self,
        entry: &Entry<H::View>,
        generation: Generation,
    ) -> std::convert::Infallible {
        loop {
            self.host.sleep(HEARTBEAT_MS).await;
            entry.flight(|flight| flight.beat(generation));
        }
    }

    /// One token request.
    async fn grant(&self, replaces_refused: bool) -> Result<Rc<Cached<H::View>>, Error> {
        let config = self.slot.config();
        let exchange = self.host.send(config.token_request().to_http());
        let response = match race(exchange, self.host.sleep(config.policy.timeout_ms)).await {
            First::Left(Ok(response)) => response,
            First::Left(Err(error)) => return Err(self.transport_error(&error)),
            First::Right(()) => return Err(self.timed_out()),
        };
        let token = token_response::read(
            &response,
            TokenResponseContext {
                endpoint: &config.endpoint,
                client: &config.client,
                now_ms: self.host.now_ms(),
                default_lifetime_seconds: config.default_lifetime_seconds.into(),
            },
        )?;
        Ok(Rc::new(Cached {
            view: self.host.view(&token),
            token,
            replaces_refused,
        }))
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

impl<H: Host> fmt::Debug for TokenSource<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("config", self.slot.config())
            .finish_non_exhaustive()
    }
}

/// How long a follower pauses between two looks: the longer it has waited, the longer, so that a
/// quick grant is noticed quickly and hundreds of followers of a slow one cost little.
fn pause_ms(waited_ms: u64) -> u32 {
    (waited_ms / 4).clamp(5, 50) as u32
}
