//! What instances share through the host's store: texts under names that tell the store nothing. Whatever the store
//! does, it costs at most a deadline.

use crate::cache::store_health::StoreHealth;
use crate::event::Event;
use crate::host::Host;
use crate::host::store::{StoreError, TokenStore};
use crate::race::{Apart, First, apart, race};
use crate::redaction::Sent;
use crate::store::BACKGROUND_TIMEOUT_MS;
use crate::store::place::hexadecimal;
use crate::store::seal;
use crate::token::Secret;

/// How a store is used.
#[derive(Clone, Copy)]
pub(super) struct Use<'a> {
    /// What keys begin with.
    pub(super) prefix: &'a str,
    /// What records are sealed with and named by; `None` where they may be read and written by whoever reaches the
    /// store.
    pub(super) secret: Option<&'a Secret>,
    /// How long a caller waits.
    pub(super) timeout_ms: u32,
    /// How the store has behaved.
    pub(super) health: &'a StoreHealth,
    /// What its words must not repeat.
    pub(super) sent: &'a Sent,
}

/// One record.
pub(super) struct Shelf<'a, H: Host> {
    host: &'a H,
    store: &'a H::Store,
    usage: Use<'a>,
    key: String,
}

impl<'a, H: Host> Shelf<'a, H> {
    /// The place of what is called `name`, if there is a store that answers.
    pub(super) async fn find(host: &'a H, usage: Use<'a>, name: &[u8]) -> Option<Self> {
        let store = host.store()?;
        if usage.health.is_resting(host.now_ms()) {
            return None;
        }
        let Some(name) = seal::name(host, usage.secret, name).await else {
            host.event(Event::StoreError {
                operation: "key",
                reason: "the platform has no SHA-256 or HKDF".to_owned(),
            });
            return None;
        };
        Some(Self {
            host,
            store,
            usage,
            key: [usage.prefix, &hexadecimal(&name)].concat(),
        })
    }

    /// The text that is there, if it can be read.
    pub(super) async fn get(&self) -> Option<String> {
        let begun_at_ms = self.host.now_ms();
        let get = apart(self.store.get(&self.key));
        let text = self.ask("get", self.usage.timeout_ms, get).await?;
        let duration_ms = self.host.now_ms().saturating_sub(begun_at_ms);
        let Some(text) = text else {
            self.host.event(Event::StoreMiss { duration_ms });
            return None;
        };
        let opened = match self.usage.secret {
            None => Some(text),
            Some(secret) => apart(seal::open(self.host, secret, &self.key, &text)).await,
        };
        self.host.event(match opened {
            Some(_) => Event::StoreHit { duration_ms },
            None => Event::StoreUnreadable,
        });
        opened
    }

    /// Puts `text` there, for `ttl_seconds` at least.
    pub(super) async fn put(&self, text: String, ttl_seconds: u64) {
        let text = match self.usage.secret {
            None => Some(text),
            Some(secret) => apart(seal::seal(self.host, secret, &self.key, &text)).await,
        };
        if let Some(text) = text {
            let ttl_seconds = ttl_seconds.max(self.store.min_ttl_seconds());
            let put = apart(self.store.put(&self.key, &text, ttl_seconds, None));
            self.ask("put", BACKGROUND_TIMEOUT_MS, put).await;
        }
    }

    /// Empties the place, while somebody waits for it.
    pub(super) async fn delete(&self) {
        let delete = apart(self.store.delete(&self.key));
        self.ask("delete", self.usage.timeout_ms, delete).await;
    }

    async fn ask<T>(
        &self,
        operation: &'static str,
        timeout_ms: u32,
        answer: Apart<'_, Result<T, StoreError>>,
    ) -> Option<T> {
        let reason = match race(answer, self.host.sleep(timeout_ms)).await {
            First::Left(Ok(answer)) => {
                self.usage.health.succeeded();
                return Some(answer);
            }
            First::Left(Err(StoreError(reason))) => self.usage.sent.shown(&reason),
            First::Right(()) => ["no answer within ", &timeout_ms.to_string(), " ms"].concat(),
        };
        self.usage.health.failed(self.host.now_ms());
        self.host.event(Event::StoreError { operation, reason });
        None
    }
}
