//! One identity's record in the store: read, written and fought over. Whatever the store does, it
//! costs at most a deadline.

mod dead;
mod wish;

use std::future::Future;

use crate::cache::entry::Entry;
use crate::cache::identity::Identity;
use crate::cache::issuer::METADATA_LIFE_MS;
use crate::cache::slot::Slot;
use crate::cache::span::Span;
use crate::cache::store::{Acquired, Lease, StoreError, TokenStore};
use crate::cache::{record, seal};
use crate::config::ClientConfig;
use crate::event::Event;
use crate::host::{Crypto, Host};
use crate::protocol::metadata::Metadata;
use crate::race::{First, race};
use crate::token::{Secret, Token};

/// How long the answer about a lease is waited for at most, and never longer than a quarter of the
/// caller's time: a grant comes after it.
const LEASE_TIMEOUT_MS: u32 = 1_500;

/// How long what happens in the background may take.
const BACKGROUND_TIMEOUT_MS: u32 = 10_000;

/// How long a record with a refresh token is kept: longer than servers remember one that nobody uses
/// (Entra 90 days, Google half a year).
const REFRESH_TOKEN_TTL_SECONDS: u64 = 190 * 24 * 60 * 60;

/// How long it is told that nothing is left of an authorization.
const END_TTL_SECONDS: u64 = 24 * 60 * 60;

/// How often a record is put that nobody could ask the server for again.
const PUT_ATTEMPTS: u32 = 3;
const PUT_PAUSE_MS: u32 = 300;

/// What a look into the store shows.
pub(crate) enum Found {
    /// A token.
    Token(Token),
    /// No token, or none that is of use.
    Nothing,
    /// A record that does not open, parse or match.
    Unreadable,
    /// The store did not answer.
    Failed,
}

/// What becomes of a record.
pub(crate) enum Verdict {
    /// It stays.
    Stays,
    /// The refresh token stays, if there is one of use.
    AccessTokenGoes,
    /// It is deleted.
    Goes,
}

/// Where a record is, and what it is sealed with.
struct Place {
    key: String,
    secret: Option<Secret>,
}

/// The record of a slot's identity in the host's store.
pub(crate) struct Shared<'a, H: Host> {
    host: &'a H,
    store: &'a H::Store,
    slot: &'a Slot<H::View>,
    entry: &'a Entry<H::View>,
    place: Place,
}

impl<'a, H: Host> Shared<'a, H> {
    /// The record, if there is a store that answers.
    pub(crate) async fn find(
        host: &'a H,
        slot: &'a Slot<H::View>,
        entry: &'a Entry<H::View>,
    ) -> Option<Self> {
        let store = host.store()?;
        let is_keeper = slot.config().is_renewed_by_refresh_token();
        // Nobody else knows the newest refresh token.
        if entry.store.is_resting(host.now_ms()) && !is_keeper {
            return None;
        }
        let config = slot.config();
        let secret = config.naming_keys().into_iter().next().flatten();
        let place = match slot.store_key() {
            Some(key) => {
                let secret = secret.cloned();
                Some(Place { key, secret })
            }
            None => Place::of(host, config, secret, slot.identity().bytes()).await,
        };
        let Some(place) = place else {
            let reason = "the platform has no SHA-256 or HKDF".to_owned();
            host.event(Event::StoreError {
                operation: "key",
                reason,
            });
            return None;
        };
        slot.keep_store_key(&place.key);
        Some(Self {
            host,
            store,
            slot,
            entry,
            place,
        })
    }

    /// Where records are that were put with the secrets of before.
    async fn earlier_places(&self) -> Vec<Place> {
        let config = self.slot.config();
        let mut places = Vec::new();
        let identity = self.slot.identity();
        for secret in config.naming_keys().into_iter().skip(1) {
            places.extend(Place::of(self.host, config, secret, identity.bytes()).await);
        }
        if let Some(previous) = config.of_previous_secret() {
            let identity = Identity::of(&previous);
            for secret in previous.naming_keys() {
                places.extend(Place::of(self.host, &previous, secret, identity.bytes()).await);
            }
        }
        places
    }

    /// Looks for a token that may be used: not over, not refused, not older than what is known here, and
    /// accepted by `accepts`.
    pub(crate) async fn token(&self, accepts: &dyn Fn(&Token) -> bool) -> Found {
        let begun_at_ms = self.host.now_ms();
        let is_good = |found: &Found| match found {
            Found::Token(token) => {
                self.slot.is_usable(token, self.host.now_ms())
                    && !self.is_over(token)
                    && !self.entry.distrusts(token)
                    && !self.entry.outdates(token)
                    && accepts(token)
            }
            _ => false,
        };
        let mut found = self.read(&self.place).await;
        if !is_good(&found) && !matches!(found, Found::Failed) {
            for place in self.earlier_places().await {
                let earlier = self.read(&place).await;
                if is_good(&earlier) {
                    found = earlier;
                    break;
                }
            }
        }
        let duration_ms = self.host.now_ms().saturating_sub(begun_at_ms);
        if is_good(&found) {
            self.host.event(Event::StoreHit { duration_ms });
            return found;
        }
        match found {
            Found::Failed => Found::Failed,
            Found::Token(_) | Found::Nothing => {
                self.host.event(Event::StoreMiss { duration_ms });
                Found::Nothing
            }
            Found::Unreadable => {
                self.host.event(Event::StoreMiss { duration_ms });
                Found::Unreadable
            }
        }
    }

    /// Whether it is the token of this instance, which is over by what is known here: whoever put it may have a clock
    /// that is ahead.
    fn is_over(&self, token: &Token) -> bool {
        self.entry.cached().is_some_and(|cached| {
            cached.token.access_token == token.access_token
                && !self.slot.is_usable(&cached.token, self.host.now_ms())
        })
    }

    /// What the store holds; `None` if it does not answer.
    async fn get(&self, key: &str) -> Option<Option<String>> {
        let timeout_ms = self.slot.config().store_timeout_ms;
        self.ask("get", timeout_ms, self.store.get(key)).await
    }

    async fn read(&self, place: &Place) -> Found {
        let text = match self.get(&place.key).await {
            None => return Found::Failed,
            Some(None) => return Found::Nothing,
            Some(Some(text)) => text,
        };
        let opened = self.opened(place, text).await;
        let read = |text: String| record::decode(&text, &place.key, self.host.now_ms());
        match opened.and_then(read) {
            Some(token) => {
                let refresh_token = token.refresh_token.as_ref();
                if refresh_token.is_some_and(|it| !self.entry.is_refused(it)) {
                    self.entry.learn(&token);
                }
                self.see_dead(place, &token, None).await;
                Found::Token(token)
            }
            None => {
                self.host.event(Event::StoreUnreadable);
                Found::Unreadable
            }
        }
    }

    async fn opened(&self, place: &Place, text: String) -> Option<String> {
        match self.slot.config().seal {
            false => Some(text),
            true => seal::open(self.host, place.secret.as_ref()?, &place.key, &text).await,
        }
    }

    /// Puts `token` into the store, if it lives long enough to be worth it, and no newer one has come.
    pub(crate) async fn put(&self, token: &Token, fence: Option<&str>) {
        let attempts = if self.keeps_refresh_token(token) {
            PUT_ATTEMPTS
        } else {
            1
        };
        for _ in 0..attempts {
            let is_done = self.entry.outdates(token)
                || self
                    .write(&self.place, token, fence, BACKGROUND_TIMEOUT_MS)
                    .await;
            if is_done {
                return;
            }
            self.host.sleep(PUT_PAUSE_MS).await;
        }
    }

    /// Whether all is done that can be.
    async fn write(
        &self,
        place: &Place,
        token: &Token,
        fence: Option<&str>,
        timeout_ms: u32,
    ) -> bool {
        let life_ms = token.expires_at_ms.saturating_sub(self.host.now_ms());
        let mut ttl_seconds = life_ms / 1000;
        if self.keeps_refresh_token(token) {
            ttl_seconds = ttl_seconds.max(REFRESH_TOKEN_TTL_SECONDS);
        } else if self.is_end(token) {
            ttl_seconds = ttl_seconds.max(END_TTL_SECONDS);
        }
        if ttl_seconds < self.store.min_ttl_seconds().max(1) {
            return true;
        }
        let text = record::encode(token, &place.key);
        let text = match self.slot.config().seal {
            false => Some(text),
            true => self.sealed(place, &text).await,
        };
        let Some(text) = text else {
            return true;
        };
        // A store that shows a write at once takes the next one at once; and a lease may end meanwhile.
        if self.store.propagation_ms() > 0 {
            let pause_ms = self.entry.store.before_put_ms(self.host.now_ms());
            self.host.sleep(pause_ms as u32).await;
        }
        let put = self.store.put(&place.key, &text, ttl_seconds, fence);
        let is_put = self.ask("put", timeout_ms, put).await.is_some();
        if is_put && !self.entry.outdates(token) {
            self.entry.set_only_copy(false);
        }
        is_put
    }

    async fn sealed(&self, place: &Place, text: &str) -> Option<String> {
        seal::seal(self.host, place.secret.as_ref()?, &place.key, text).await
    }

    /// What another instance found out about `issuer`.
    ///
    /// Where a secret is sent is read from the store only if nobody else can have written it there: whoever has the
    /// seal key of now. Those of before may be in other hands, which is why there is another.
    pub(crate) async fn metadata(&self, issuer: &str) -> Option<Metadata> {
        let place = self.metadata_place(issuer).await?;
        let text = self.get(&place.key).await??;
        let text = self.opened(&place, text).await?;
        let now_ms = self.host.now_ms();
        let metadata = Metadata::decode(&text, issuer, now_ms)?;
        let life = Span::new(metadata.received_at_ms, METADATA_LIFE_MS);
        life.is_on(now_ms).then_some(metadata)
    }

    /// Tells the other instances.
    pub(crate) async fn put_metadata(&self, metadata: &Metadata) {
        let Some(place) = self.metadata_place(&metadata.issuer).await else {
            return;
        };
        if let Some(text) = self.sealed(&place, &metadata.encode()).await {
            let ttl_seconds = METADATA_LIFE_MS / 1000;
            let put = self.store.put(&place.key, &text, ttl_seconds, None);
            self.ask("put", BACKGROUND_TIMEOUT_MS, put).await;
        }
    }

    /// `None` without sealing, and where the way there has no name that other instances know.
    async fn metadata_place(&self, issuer: &str) -> Option<Place> {
        let config = self.slot.config();
        let secret = config.seal_keys().into_iter().next()?;
        if config.transport.is_some() && config.identity.is_none() {
            return None;
        }
        let transport = config.transport.as_deref().unwrap_or_default();
        let name = ["metadata\0", issuer, "\0", transport].concat();
        Place::of(self.host, config, Some(secret), name.as_bytes()).await
    }

    /// Whether the record outlives the access token, since the next is got with what else is in it.
    fn keeps_refresh_token(&self, token: &Token) -> bool {
        token.refresh_token.is_some() && self.slot.config().is_renewed_by_refresh_token()
    }

    /// Lets `judge` decide on the record; a neighbour's newer token may be in it.
    pub(crate) async fn judge(&self, judge: &dyn Fn(&Token) -> Verdict) {
        self.judge_in(&self.place, judge).await;
        for place in self.earlier_places().await {
            self.judge_in(&place, judge).await;
        }
    }

    async fn judge_in(&self, place: &Place, judge: &dyn Fn(&Token) -> Verdict) {
        let Found::Token(token) = self.read(place).await else {
            return;
        };
        let verdict = judge(&token);
        // Somebody waits for it.
        let timeout_ms = self.slot.config().store_timeout_ms;
        match verdict {
            Verdict::Stays => {}
            Verdict::AccessTokenGoes if self.keeps_refresh_token(&token) => {
                let is_over = Token {
                    expires_at_ms: 0,
                    ..token
                };
                self.write(place, &is_over, None, timeout_ms).await;
            }
            Verdict::AccessTokenGoes | Verdict::Goes => {
                let delete = self.store.delete(&place.key);
                self.ask("delete", timeout_ms, delete).await;
            }
        }
    }

    pub(crate) fn has_lease(&self) -> bool {
        self.store.lease().is_some()
    }

    /// Asks for the lease; `None` if the store has none, or does not answer.
    pub(crate) async fn acquire(&self, ttl_ms: u32) -> Option<Acquired> {
        let lease = self.store.lease()?;
        let timeout_ms = LEASE_TIMEOUT_MS.min(self.slot.config().timeout_ms / 4);
        let answer = lease.acquire(&self.place.key, ttl_ms);
        let acquired = self.ask("acquire", timeout_ms, answer).await?;
        if let Acquired::HeldByOther { retry_after_ms } = acquired {
            self.host.event(Event::LeaseWait { retry_after_ms });
        }
        Some(acquired)
    }

    /// Gives the lease back.
    pub(crate) async fn release(&self, fence: &str) {
        if let Some(lease) = self.store.lease() {
            let release = lease.release(&self.place.key, fence);
            self.ask("release", BACKGROUND_TIMEOUT_MS, release).await;
        }
    }

    /// A store may repeat what it was given, and what it was given may not be sealed.
    fn shown(&self, reason: &str) -> String {
        let mut sent = self.slot.config().sent();
        let cached = self.entry.cached();
        let token = cached.as_ref().map(|it| &it.token);
        let refresh_token = self.entry.refresh_token().map(|it| it.secret);
        let secrets = [
            token.map(|it| &it.access_token),
            token.and_then(|it| it.id_token.as_ref()),
            refresh_token.as_ref(),
        ];
        sent.add_all(secrets.into_iter().flatten().map(Secret::expose));
        sent.shown(reason)
    }

    async fn ask<T>(
        &self,
        operation: &'static str,
        timeout_ms: u32,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Option<T> {
        let reason = match race(answer, self.host.sleep(timeout_ms)).await {
            First::Left(Ok(answer)) => {
                self.entry.store.succeeded();
                return Some(answer);
            }
            First::Left(Err(StoreError(reason))) => self.shown(&reason),
            First::Right(()) => ["no answer within ", &timeout_ms.to_string(), " ms"].concat(),
        };
        self.entry.store.failed(self.host.now_ms());
        self.host.event(Event::StoreError { operation, reason });
        None
    }
}

impl Place {
    /// The place of what is called `name`. The store learns nothing of that.
    async fn of(
        host: &impl Crypto,
        config: &ClientConfig,
        secret: Option<&Secret>,
        name: &[u8],
    ) -> Option<Self> {
        let mut key = config.store_prefix.clone();
        for byte in seal::name(host, secret, name).await? {
            for nibble in [byte >> 4, byte & 15] {
                key.extend(char::from_digit(nibble.into(), 16));
            }
        }
        let secret = secret.cloned();
        Some(Self { key, secret })
    }
}
