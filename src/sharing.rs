//! One identity's record in the store: read, written and fought over. Whatever the store does, it
//! costs at most a deadline.

use std::future::Future;

use crate::cache::entry::Entry;
use crate::cache::identity::Identity;
use crate::cache::issuer::METADATA_LIFE_MS;
use crate::cache::slot::Slot;
use crate::cache::store::{Acquired, Lease, StoreError, TokenStore};
use crate::cache::{record, seal};
use crate::event::Event;
use crate::host::{Crypto, Host};
use crate::protocol::metadata::Metadata;
use crate::race::{First, race};
use crate::token::{Secret, Token};

/// How long the answer about a lease is waited for at most, and never longer than a quarter of the
/// caller's time: a grant comes after it.
const LEASE_TIMEOUT_MS: u32 = 2_000;

/// How long what happens in the background may take.
const BACKGROUND_TIMEOUT_MS: u32 = 10_000;

/// How long a record with a refresh token is kept: longer than servers remember one that nobody uses
/// (Entra 90 days, Google half a year).
const REFRESH_TOKEN_TTL_SECONDS: u64 = 190 * 24 * 60 * 60;

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

/// The record of a slot's identity in the host's store.
pub(crate) struct Shared<'a, H: Host> {
    host: &'a H,
    store: &'a H::Store,
    slot: &'a Slot<H::View>,
    entry: &'a Entry<H::View>,
    key: String,
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
        let prefix = &slot.config().sharing.prefix;
        let Some(key) = store_key(host, prefix, slot.identity().bytes()).await else {
            let reason = "the platform has no SHA-256".to_owned();
            host.event(Event::StoreError {
                operation: "key",
                reason,
            });
            return None;
        };
        Some(Self {
            host,
            store,
            slot,
            entry,
            key,
        })
    }

    /// Looks for a token that may be used: not over, not refused, and accepted by `accepts`.
    pub(crate) async fn token(&self, accepts: impl Fn(&Token) -> bool) -> Found {
        let begun_at_ms = self.host.now_ms();
        let mut found = self.read(&self.key).await;
        if let Found::Nothing | Found::Unreadable = found
            && let Some(previous) = self.slot.config().of_previous_secret()
            && let Some(key) = self.key_of(&Identity::of(&previous)).await
        {
            found = self.read(&key).await;
        }
        let now_ms = self.host.now_ms();
        let duration_ms = now_ms.saturating_sub(begun_at_ms);
        match found {
            Found::Failed => Found::Failed,
            Found::Token(token)
                if self.slot.is_usable(&token, now_ms)
                    && !self.entry.distrusts(&token)
                    && accepts(&token) =>
            {
                self.host.event(Event::StoreHit { duration_ms });
                Found::Token(token)
            }
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

    async fn key_of(&self, identity: &Identity) -> Option<String> {
        let prefix = &self.slot.config().sharing.prefix;
        store_key(self.host, prefix, identity.bytes()).await
    }

    /// What the store holds; `None` if it does not answer.
    async fn get(&self, key: &str) -> Option<Option<String>> {
        let timeout_ms = self.slot.config().sharing.timeout_ms;
        self.ask("get", timeout_ms, self.store.get(key)).await
    }

    async fn read(&self, key: &str) -> Found {
        let text = match self.get(key).await {
            None => return Found::Failed,
            Some(None) => return Found::Nothing,
            Some(Some(text)) => text,
        };
        let opened = self.opened(key, text).await;
        match opened.and_then(|text| record::decode(&text, key, self.host.now_ms())) {
            Some(token) => {
                let refresh_token = token.refresh_token.as_ref();
                if refresh_token.is_some_and(|it| !self.entry.is_refused(it)) {
                    self.entry.learn(&token);
                }
                Found::Token(token)
            }
            None => {
                self.host.event(Event::StoreUnreadable);
                Found::Unreadable
            }
        }
    }

    async fn opened(&self, key: &str, text: String) -> Option<String> {
        let sharing = &self.slot.config().sharing;
        if !sharing.seal {
            return Some(text);
        }
        let secrets: Vec<&Secret> = sharing.seal_keys.iter().collect();
        seal::open(self.host, &secrets, key, &text).await
    }

    /// Puts `token` into the store, if it lives long enough to be worth it, and no newer one has come.
    pub(crate) async fn put(&self, token: &Token, fence: Option<&str>) {
        let attempts = if self.keeps_refresh_token(token) {
            PUT_ATTEMPTS
        } else {
            1
        };
        for _ in 0..attempts {
            if self.entry.outdates(token) || self.write(token, fence, BACKGROUND_TIMEOUT_MS).await {
                return;
            }
            self.host.sleep(PUT_PAUSE_MS).await;
        }
    }

    /// Whether all is done that can be.
    async fn write(&self, token: &Token, fence: Option<&str>, timeout_ms: u32) -> bool {
        let life_ms = token.expires_at_ms.saturating_sub(self.host.now_ms());
        let mut ttl_seconds = life_ms / 1000;
        if self.keeps_refresh_token(token) {
            ttl_seconds = ttl_seconds.max(REFRESH_TOKEN_TTL_SECONDS);
        }
        if ttl_seconds < self.store.min_ttl_seconds().max(1) {
            return true;
        }
        let sharing = &self.slot.config().sharing;
        let text = record::encode(token, &self.key);
        let text = match sharing.seal {
            false => Some(text),
            true => self.sealed(&self.key, &text).await,
        };
        let Some(text) = text else {
            return true;
        };
        // A store that shows a write at once takes the next one at once; and a lease may end meanwhile.
        if self.store.propagation_ms() > 0 {
            let pause_ms = self.entry.store.before_put_ms(self.host.now_ms());
            self.host.sleep(pause_ms as u32).await;
        }
        let put = self.store.put(&self.key, &text, ttl_seconds, fence);
        let is_put = self.ask("put", timeout_ms, put).await.is_some();
        if is_put && !self.entry.outdates(token) {
            self.entry.set_only_copy(false);
        }
        is_put
    }

    async fn sealed(&self, key: &str, text: &str) -> Option<String> {
        let secret = self.slot.config().sharing.seal_keys.first()?;
        seal::seal(self.host, secret, key, text).await
    }

    /// What another instance found out about `issuer`.
    ///
    /// Where a secret is sent is read from the store only if nobody else can have written it there.
    pub(crate) async fn metadata(&self, issuer: &str) -> Option<Metadata> {
        let key = self.metadata_key(issuer).await?;
        let text = self.opened(&key, self.get(&key).await??).await?;
        let now_ms = self.host.now_ms();
        let metadata = Metadata::decode(&text, issuer, now_ms)?;
        let age_ms = now_ms.saturating_sub(metadata.received_at_ms);
        (age_ms < METADATA_LIFE_MS).then_some(metadata)
    }

    /// Tells the other instances.
    pub(crate) async fn put_metadata(&self, metadata: &Metadata) {
        let Some(key) = self.metadata_key(&metadata.issuer).await else {
            return;
        };
        if let Some(text) = self.sealed(&key, &metadata.encode()).await {
            let put = self.store.put(&key, &text, METADATA_LIFE_MS / 1000, None);
            self.ask("put", BACKGROUND_TIMEOUT_MS, put).await;
        }
    }

    /// Clients with different secrets cannot read each other's records. `None` without sealing.
    async fn metadata_key(&self, issuer: &str) -> Option<String> {
        let config = self.slot.config();
        let secret = config.sharing.seal_keys.first()?;
        let name = ["metadata\0", issuer, "\0", secret.expose()].concat();
        store_key(self.host, &config.sharing.prefix, name.as_bytes()).await
    }

    /// Whether the record outlives the access token, since the next is got with what else is in it.
    fn keeps_refresh_token(&self, token: &Token) -> bool {
        token.refresh_token.is_some() && self.slot.config().is_renewed_by_refresh_token()
    }

    /// Lets `judge` decide on the record; a neighbour's newer token may be in it.
    pub(crate) async fn judge(&self, judge: impl Fn(&Token) -> Verdict) {
        let Found::Token(token) = self.read(&self.key).await else {
            return;
        };
        let verdict = judge(&token);
        // Somebody waits for it.
        let timeout_ms = self.slot.config().sharing.timeout_ms;
        match verdict {
            Verdict::Stays => {}
            Verdict::AccessTokenGoes if self.keeps_refresh_token(&token) => {
                let is_over = Token {
                    expires_at_ms: 0,
                    ..token
                };
                self.write(&is_over, None, timeout_ms).await;
            }
            Verdict::AccessTokenGoes | Verdict::Goes => {
                let delete = self.store.delete(&self.key);
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
        let timeout_ms = LEASE_TIMEOUT_MS.min(self.slot.config().policy.timeout_ms / 4);
        let answer = lease.acquire(&self.key, ttl_ms);
        let acquired = self.ask("acquire", timeout_ms, answer).await?;
        if let Acquired::HeldByOther { retry_after_ms } = acquired {
            self.host.event(Event::LeaseWait { retry_after_ms });
        }
        Some(acquired)
    }

    /// Gives the lease back.
    pub(crate) async fn release(&self, fence: &str) {
        if let Some(lease) = self.store.lease() {
            let release = lease.release(&self.key, fence);
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

/// Where a record is kept: a digest of its name, so that the store learns nothing of it.
async fn store_key(host: &impl Crypto, prefix: &str, name: &[u8]) -> Option<String> {
    let digest = host.sha256(name).await?;
    let mut key = prefix.to_owned();
    for byte in digest {
        for nibble in [byte >> 4, byte & 15] {
            key.extend(char::from_digit(nibble.into(), 16));
        }
    }
    Some(key)
}
