//! The chain that brings a token: memory, the single flight, the store, the lease, the grant.

#[cfg(feature = "signing")]
mod assertion;
mod attempts;
#[cfg(feature = "authorization")]
mod authorization_code;
#[cfg(feature = "discovery")]
mod discovery;
mod errand;
mod flight;
mod grant;
#[cfg(feature = "held-tokens")]
mod held_token;
#[cfg(feature = "inbound")]
pub(crate) mod introspection;
mod invalidation;
#[cfg(feature = "inbound")]
mod key_set;
mod lease;
mod loss;
mod post;
mod refresh;
#[cfg(feature = "revocation")]
mod revocation;
mod run;
mod token_request;
#[cfg(not(feature = "discovery"))]
mod undiscovered;
#[cfg(not(feature = "signing"))]
mod unsigned;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use crate::cache::client_state::{ClientState, Look};
use crate::cache::memory::Memory;
use crate::cache::token_state::{Cached, TokenState};
use crate::client::ClientConfig;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::Host;
use crate::race::{Apart, First, Race, apart, race};
use crate::store::SharedRecord;
use crate::token::Token;
#[cfg(feature = "authorization")]
pub use authorization_code::{Authorization, AuthorizationOptions, CallbackOptions};
#[cfg(feature = "held-tokens")]
pub use held_token::{HeldToken, Renewed};

/// Brings the token of one configuration, from the nearest place that has it.
///
/// Cheap to make: what lasts is in the [`Memory`], found by identity.
pub struct TokenSource<H: Host> {
    host: Rc<H>,
    client: Rc<ClientState<H::View>>,
}

/// A moment later than every request: what others have asked for does not do.
const NOBODY_ELSES: u64 = u64::MAX;

type Result<V> = std::result::Result<Rc<Cached<V>>, Error>;

impl<H: Host> TokenSource<H> {
    /// A source of tokens for `config` that shares `memory` with all others.
    pub fn new(host: Rc<H>, config: ClientConfig, memory: Rc<Memory<H::View>>) -> Self {
        Self::of_client(host, Rc::new(ClientState::new(config, memory)))
    }

    /// A source of tokens for `client`.
    #[doc(hidden)]
    pub fn of_client(host: Rc<H>, client: Rc<ClientState<H::View>>) -> Self {
        Self { host, client }
    }

    /// The configuration's place in the memory.
    #[doc(hidden)]
    pub fn client_state(&self) -> &ClientState<H::View> {
        &self.client
    }

    pub(crate) fn host(&self) -> &H {
        &self.host
    }

    /// A token that may be used now. Waits at most the configuration's `timeout_ms`, and not at all
    /// while there is a valid one: when that is stale, its successor is asked for in the background.
    pub async fn token(&self) -> Result<H::View> {
        let Some(Look { cached, is_due, .. }) = self.client.look(self.host.now_ms()) else {
            let result = self.within_deadline(None).await;
            return result.or_else(|error| self.arrived().ok_or(error));
        };
        if is_due {
            self.serve_stale(&cached);
        }
        Ok(cached)
    }

    /// A failure does not matter when somebody's token has arrived all the same.
    #[inline(never)]
    fn arrived(&self) -> Option<Rc<Cached<H::View>>> {
        let look = self.client.look(self.host.now_ms())?;
        Some(look.cached)
    }

    #[inline(never)]
    fn serve_stale(&self, cached: &Rc<Cached<H::View>>) {
        self.host.event(Event::StaleServed);
        // The task is in the background; there is nothing to wait for.
        drop(self.refresh_in_background(Rc::clone(cached)));
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
        match self.client.look(self.host.now_ms()) {
            None => self.within_deadline(None).await.map(drop),
            Some(Look { is_due: false, .. }) => Ok(()),
            Some(Look { cached, .. }) => match self.refresh_in_background(cached) {
                Some(landed) => match landed.await {
                    Some(Some(Err(error))) => Err(error),
                    _ => Ok(()),
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

    /// A token, of which the server was asked at `since_ms` or later if that is given.
    fn within_deadline(&self, since_ms: Option<u64>) -> impl Future<Output = Result<H::View>> {
        let timeout_ms = self.client.config().timeout_ms.into();
        self.within(timeout_ms, apart(self.fly(since_ms)))
    }

    /// The record in the store, if there is a store that answers.
    async fn shared<'a>(&'a self, entry: &'a TokenState<H::View>) -> Option<SharedRecord<'a, H>> {
        SharedRecord::find(&*self.host, &self.client, entry).await
    }

    /// What `work` brings, if it does not take too long.
    fn within<'a, T: 'a>(
        &'a self,
        timeout_ms: u64,
        work: Apart<'a, std::result::Result<T, Error>>,
    ) -> Within<'a, H, T> {
        let timeout_ms = u32::try_from(timeout_ms).unwrap_or(u32::MAX);
        Within {
            source: self,
            race: (timeout_ms > 0).then(|| race(work, self.host.sleep(timeout_ms))),
        }
    }

    fn timed_out(&self) -> Error {
        let config = self.client.config();
        Error::new(
            ErrorCode::Timeout,
            [
                "no token within ",
                &config.timeout_ms.to_string(),
                " ms from ",
                &config.server_for_display(),
                match self.client.entry().asks.get() {
                    Some(_) => "; waited for in vain: ",
                    None => "",
                },
                self.client.entry().asks.get().unwrap_or_default(),
            ]
            .concat(),
        )
    }

    /// Notes which function of the user's is waited for meanwhile. It stays noted when nobody waits any
    /// longer: then that is why.
    async fn asking<T>(&self, function: Option<&'static str>, work: impl Future<Output = T>) -> T {
        let entry = self.client.entry();
        entry.asks.set(function);
        let answer = work.await;
        entry.asks.set(None);
        answer
    }
}

/// What is waited for, but not for ever. `None`: there was no time at all.
struct Within<'a, H: Host, T> {
    source: &'a TokenSource<H>,
    race: Option<Race<'a, std::result::Result<T, Error>, ()>>,
}

impl<H: Host, T> Future for Within<'_, H, T> {
    type Output = std::result::Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(race) = &mut self.race {
            match ready!(Pin::new(race).poll(context)) {
                First::Left(answer) => return Poll::Ready(answer),
                First::Right(()) => {}
            }
        }
        Poll::Ready(Err(self.source.timed_out()))
    }
}

impl<H: Host> fmt::Debug for TokenSource<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("config", self.client.config())
            .finish_non_exhaustive()
    }
}

fn is_same(left: &Token, right: &Token) -> bool {
    left.access_token.expose() == right.access_token.expose()
}
