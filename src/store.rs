//! One identity's record in the store: read, written and fought over. Whatever the store does, it
//! costs at most a deadline.

mod dead;
mod lease;
mod metadata;
pub(crate) mod place;
mod reading;
pub(crate) mod record;
mod refusal;
pub(crate) mod seal;
mod writing;

use crate::cache::client_state::ClientState;
use crate::cache::token_state::TokenState;
use crate::event::Event;
use crate::host::Host;
pub use crate::host::store::{Acquired, Lease, NoLease, NoStore, StoreError, TokenStore};
use crate::race::{Apart, First, apart, race};
use crate::token::{Secret, Token};
use place::Place;

/// How long what happens in the background may take.
pub(crate) const BACKGROUND_TIMEOUT_MS: u32 = 10_000;

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

/// The record of a client's identity in the host's store.
pub(crate) struct SharedRecord<'a, H: Host> {
    host: &'a H,
    store: &'a H::Store,
    client: &'a ClientState<H::View>,
    entry: &'a TokenState<H::View>,
    place: Place,
}

impl<'a, H: Host> SharedRecord<'a, H> {
    /// The record, if there is a store that answers.
    pub(crate) async fn find(
        host: &'a H,
        client: &'a ClientState<H::View>,
        entry: &'a TokenState<H::View>,
    ) -> Option<Self> {
        let store = host.store()?;
        let is_keeper = client.config().is_renewed_by_refresh_token();
        // Nobody else knows the newest refresh token.
        if entry.store.is_resting(host.now_ms()) && !is_keeper {
            return None;
        }
        let place = match client.store_key() {
            Some(key) => Some(Place {
                key,
                secret: client.config().naming_key().cloned(),
            }),
            None => Place::first(host, client).await,
        };
        let Some(place) = place else {
            unnamed(host);
            return None;
        };
        client.keep_store_key(&place.key);
        Some(Self {
            host,
            store,
            client,
            entry,
            place,
        })
    }

    /// What the store holds; `None` if it does not answer.
    async fn get(&self, key: &str) -> Option<Option<String>> {
        let timeout_ms = self.client.config().store_timeout_ms;
        self.ask("get", timeout_ms, apart(self.store.get(key)))
            .await
    }

    /// A store may repeat what it was given, and what it was given may not be sealed.
    fn shown(&self, reason: &str) -> String {
        let mut sent = self.client.config().sent();
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
        answer: Apart<'_, Result<T, StoreError>>,
    ) -> Option<T> {
        match race(answer, self.host.sleep(timeout_ms)).await {
            First::Left(Ok(answer)) => {
                self.entry.store.succeeded();
                return Some(answer);
            }
            First::Left(Err(error)) => self.failed(operation, timeout_ms, Some(error)),
            First::Right(()) => self.failed(operation, timeout_ms, None),
        }
        None
    }

    #[inline(never)]
    fn failed(&self, operation: &'static str, timeout_ms: u32, error: Option<StoreError>) {
        let reason = match error {
            Some(StoreError(reason)) => self.shown(&reason),
            None => ["no answer within ", &timeout_ms.to_string(), " ms"].concat(),
        };
        self.entry.store.failed(self.host.now_ms());
        self.host.event(Event::StoreError { operation, reason });
    }
}

#[inline(never)]
fn unnamed(host: &impl Host) {
    host.event(Event::StoreError {
        operation: "key",
        reason: "the platform has no SHA-256 or HKDF".to_owned(),
    });
}
