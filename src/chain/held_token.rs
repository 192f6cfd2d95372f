//! Tokens that do not come by the identity's flights: renewed for whoever holds them, or brought by
//! the user.

use std::future::Future;
use std::rc::Rc;

use super::attempts::Attempts;
use super::token_request::Issued;
use super::{NOBODY_ELSES, TokenSource};
use crate::cache::client_state::Look;
use crate::cache::token_state::{Cached, TokenState};
use crate::error::Error;
use crate::handoff::{Taker, handoff};
use crate::host::Host;
use crate::host::store::Acquired;
use crate::json::Json;
use crate::protocol::form::Parameters;
use crate::race::{apart, race};
use crate::retry;
use crate::stopwatch::Stopwatch;
use crate::store::{Found, SharedRecord};
use crate::token::{RefreshToken, Secret, Token};

/// How much newer than the newest refresh token one is that begins anew: another may be spent for
/// its successor at this moment.
const ROTATIONS_AHEAD: u32 = 2;

/// How long an instance has the lease in order to put a token.
const LEASE_TTL_MS: u32 = 5_000;

/// How long who brings a token waits until other instances can see it.
const LONGEST_PUT_MS: u32 = 3_000;

const SHORTEST_PAUSE_MS: u32 = 50;
const LONGEST_PAUSE_MS: u32 = 500;

/// A token as somebody holds it, who may have kept it somewhere.
#[derive(Clone, Debug)]
pub struct HeldToken {
    /// `access_token`, if there is one yet.
    pub access_token: Option<Secret>,
    /// `refresh_token`
    pub refresh_token: Option<Secret>,
    /// The members of the response that it came with.
    pub raw: Option<Json>,
    /// Whether it came from a source of this configuration, in this process. Such a token is never
    /// renewed a second time: its refresh token may be spent, and a server that sees it again may
    /// revoke all that came of it.
    pub is_own: bool,
}

/// What a renewal brought.
#[derive(Debug)]
pub struct Renewed<V> {
    /// The new token.
    pub cached: Rc<Cached<V>>,
    /// Whether it is the configuration's token from now on.
    pub is_kept: bool,
}

impl<H: Host> TokenSource<H> {
    /// Renews `held`, with `parameters` instead of those of the same names.
    ///
    /// When that is the configuration's own token, its successor takes its place, and is there for
    /// everybody. Any other is the holder's affair: its refresh token is spent (RFC 6749 §6), and
    /// nothing is kept of what it brings.
    pub async fn renewed(
        &self,
        held: &HeldToken,
        parameters: &Parameters,
    ) -> std::result::Result<Renewed<H::View>, Error> {
        let is_ours = held.is_own || self.is_known(held).await;
        let kept = |cached| Renewed {
            cached,
            is_kept: true,
        };
        if is_ours && parameters.is_empty() {
            return match self.client.look(self.host.now_ms()) {
                Some(Look { cached, .. }) if !is_same(&cached, held) => Ok(kept(cached)),
                _ => self.refreshed().await.map(kept),
            };
        }
        let Some(refresh_token) = &held.refresh_token else {
            return Err(Error::invalid_option(
                "refreshToken",
                "is missing: the token came without one, so it cannot be refreshed",
            ));
        };
        let config = self.client.config().refreshing_with(parameters)?;
        let is_in_turn = is_ours && config.is_renewed_by_refresh_token();
        let client = Rc::new(self.client.asked_by(config));
        let source = Self::of_client(Rc::clone(&self.host), client);
        if is_in_turn {
            return source.within_deadline(Some(NOBODY_ELSES)).await.map(kept);
        }
        let spent = RefreshToken::first(refresh_token, held.raw.clone());
        // What a refresh token was spent for must not be lost with whoever asked.
        let renewed = self.landed(async move {
            let token = source.spend(&spent).await?;
            Ok(Renewed {
                cached: match is_ours {
                    // Nobody waits for the store, as with other renewals.
                    true => source.take_over(*token).await.0,
                    false => source.cached(&TokenState::default(), *token),
                },
                is_kept: is_ours,
            })
        });
        let timeout_ms = self.client.config().timeout_ms.into();
        self.within(timeout_ms, apart(renewed)).await
    }

    /// The configuration's token as it is, in memory or in the store, without asking the server for one;
    /// `None` if there is neither an access token nor a refresh token.
    pub async fn held(&self) -> Option<HeldToken> {
        let entry = self.client.entry();
        let token = match self.client.look(self.host.now_ms()) {
            Some(Look { cached, .. }) => {
                if self.client.config().is_renewed_by_refresh_token() {
                    self.learn(&entry).await;
                }
                Some(cached.token.clone())
            }
            None => match self.shared(&entry).await {
                Some(shared) => match shared.token(&|_| true).await {
                    Found::Token(token) => Some(token),
                    _ => self.given(&entry),
                },
                None => self.given(&entry),
            },
        };
        // Another instance may have renewed the token.
        let newest = self.renewal(&entry).map(|it| it.secret);
        let own = || token.as_ref()?.refresh_token.clone();
        let held = HeldToken {
            refresh_token: newest.or_else(own),
            raw: token.as_ref().map(|it| it.raw.clone()),
            access_token: token.map(|it| it.access_token),
            is_own: true,
        };
        (held.access_token.is_some() || held.refresh_token.is_some()).then_some(held)
    }

    /// Whether this is the configuration's token, or one with its refresh token.
    async fn is_known(&self, held: &HeldToken) -> bool {
        let entry = self.client.entry();
        self.learn(&entry).await;
        let newest = self.renewal(&entry).zip(held.refresh_token.as_ref());
        entry.cached().is_some_and(|cached| is_same(&cached, held))
            || newest.is_some_and(|(newest, held)| newest.secret.expose() == held.expose())
    }

    /// Looks for the newest refresh token where other instances put it.
    async fn learn(&self, entry: &TokenState<H::View>) {
        if let Some(shared) = self.shared(entry).await {
            shared.token(&|_| false).await;
        }
    }

    /// The token that `spent` brings. Nothing is tried again unless the server says that it did
    /// nothing.
    async fn spend(&self, spent: &RefreshToken) -> Issued {
        let timeout_ms = self.client.config().timeout_ms.into();
        let mut attempts = Attempts::new(&*self.host, timeout_ms);
        let issued = loop {
            let error = match self.refresh(spent, attempts.left_ms()).await {
                Ok(token) => break Ok(token),
                Err(error) => error,
            };
            if retry::is_spent(&error) {
                break Err(self.reauthorization_required(Some(&error), true));
            }
            if !attempts.again(&error, retry::is_unspent(&error)).await {
                break Err(error);
            }
        };
        attempts.ended(&issued);
        issued
    }

    /// Makes `token`, which was obtained by other means, the configuration's token: in memory, where
    /// it wins over whatever is on its way, and in the store, if that does not take long: not beyond
    /// `until_ms`.
    pub(super) async fn adopt(&self, token: Token, until_ms: u64) -> Rc<Cached<H::View>> {
        let (cached, put) = self.take_over(token).await;
        let left_ms = until_ms.saturating_sub(self.host.now_ms());
        let left_ms = u32::try_from(left_ms).unwrap_or(u32::MAX);
        race(put, self.host.sleep(LONGEST_PUT_MS.min(left_ms))).await;
        cached
    }

    /// The same without waiting for the store: what is returned ends when the token is there.
    async fn take_over(&self, mut token: Token) -> (Rc<Cached<H::View>>, Taker<()>) {
        let entry = self.client.entry();
        // What comes now must be newer yet, also than what only others know of.
        self.learn(&entry).await;
        token.rotation = u32::try_from(self.host.now_ms() / 1000).unwrap_or(u32::MAX);
        if let Some(newest) = entry.refresh_token() {
            let next = newest.rotation.saturating_add(ROTATIONS_AHEAD);
            token.rotation = token.rotation.max(next);
            if self.client.config().is_renewed_by_refresh_token() {
                // Servers that know the user send none, and mean the one of before.
                token.refresh_token.get_or_insert(newest.secret);
            }
        }
        let cached = self.cached(&entry, token);
        entry.flight(|flight| flight.overtake(self.host.now_ms(), Rc::clone(&cached)));
        self.restored(&entry);
        self.client.keep(&entry, Rc::clone(&cached));
        entry.set_only_copy(self.is_irreplaceable(&cached.token));
        let source = Self::of_client(Rc::clone(&self.host), Rc::clone(&self.client));
        let put = Rc::clone(&cached);
        let put = self.in_background(async move { source.publish(&entry, &put.token).await });
        (cached, put)
    }

    /// Puts `token` into the store, after what others are about to put.
    async fn publish(&self, entry: &TokenState<H::View>, token: &Token) {
        let Some(shared) = self.shared(entry).await else {
            return;
        };
        let fence = self.lease(&shared).await;
        shared.put(token, fence.as_deref()).await;
        if let Some(fence) = &fence {
            shared.release(fence).await;
        }
    }

    /// The lease, if it can be had in half of the time there is. Whoever holds it brings a token of
    /// before.
    async fn lease(&self, shared: &SharedRecord<'_, H>) -> Option<String> {
        let waited = Stopwatch::new(&*self.host);
        let timeout_ms = self.client.config().timeout_ms;
        loop {
            let retry_after_ms = match shared.acquire(LEASE_TTL_MS.min(timeout_ms / 2)).await? {
                Acquired::Held { fence } => return Some(fence),
                Acquired::HeldByOther { retry_after_ms } => retry_after_ms,
            };
            if waited.ms() > u64::from(timeout_ms / 2) {
                return None;
            }
            let pause_ms = retry_after_ms.clamp(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS);
            self.host.sleep(pause_ms).await;
        }
    }

    /// What `work` brings, which goes on when the caller gives up.
    pub(super) async fn landed<T: 'static>(
        &self,
        work: impl Future<Output = std::result::Result<T, Error>> + 'static,
    ) -> std::result::Result<T, Error> {
        let landed = self.in_background(work).await;
        landed.unwrap_or_else(|| Err(self.timed_out()))
    }

    /// The same, to be waited for or not.
    fn in_background<T: 'static>(&self, work: impl Future<Output = T> + 'static) -> Taker<T> {
        let (giver, taker) = handoff();
        self.host.spawn(apart(async move {
            // The caller may be gone.
            giver.give(work.await);
        }));
        taker
    }
}

fn is_same<V>(cached: &Cached<V>, held: &HeldToken) -> bool {
    let access_token = held.access_token.as_ref().map(Secret::expose);
    access_token == Some(cached.token.access_token.expose())
}
