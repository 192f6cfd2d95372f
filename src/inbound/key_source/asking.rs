//! Keys are asked for: by one for all, of the store or of the issuer.

use std::rc::Rc;

use super::{KeyPlace, KeySource, Result};
use crate::cache::client_state::ClientState;
use crate::cache::span::Span;
use crate::chain::TokenSource;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::inbound::InboundHost;
use crate::inbound::flight::fly;
use crate::inbound::key_set::{Keys, Read};
use crate::inbound::shelf::{Shelf, Use};
use crate::race::{Apart, First, apart, race};
use crate::redaction::Sent;
use crate::retry;
use crate::stopwatch::Stopwatch;

/// What the flight may take beyond the deadline of its work.
const LATENESS_MS: u64 = 1_000;

impl<H: InboundHost> KeySource<H> {
    /// What the issuer answers, or the store if that will do.
    pub(super) async fn asked(&self, store_will_do: bool) -> Result<Rc<Keys<H::Key>>> {
        let longest_ms = self.longest_ms();
        let flight = fly(&self.host, &self.set.flight, longest_ms, || {
            self.asking(store_will_do)
        });
        let timeout_ms = self.config.client.timeout_ms;
        match race(flight, self.host.sleep(timeout_ms)).await {
            First::Left(Ok(keys)) => Ok(keys),
            First::Left(Err(error)) => Err(self.unverifiable(&error)),
            First::Right(()) => Err(self.unverifiable(&self.late())),
        }
    }

    pub(super) fn longest_ms(&self) -> u64 {
        let timeout_ms = u64::from(self.config.client.timeout_ms);
        timeout_ms.saturating_add(LATENESS_MS)
    }

    pub(super) fn asking(&self, store_will_do: bool) -> Apart<'static, Result<Rc<Keys<H::Key>>>> {
        let source = self.clone();
        apart(async move {
            let passed = Stopwatch::new(&*source.host);
            let turn = source.set.next_turn();
            let timeout_ms = source.config.client.timeout_ms;
            let brought = race(
                source.brought(turn, store_will_do),
                source.host.sleep(timeout_ms),
            );
            let result = match brought.await {
                First::Left(result) => result,
                First::Right(()) => Err(source.late()),
            };
            if let Err(error) = &result {
                source.failed(turn, error, passed.ms());
            }
            result
        })
    }

    async fn brought(&self, turn: u64, store_will_do: bool) -> Result<Rc<Keys<H::Key>>> {
        if store_will_do && let Some(keys) = self.stored(turn).await {
            return Ok(keys);
        }
        let asked_at_ms = self.host.now_ms();
        let passed = Stopwatch::new(&*self.host);
        let uri = match &self.config.place {
            KeyPlace::At(uri) => Some(uri),
            KeyPlace::Given(_) | KeyPlace::OfIssuer => None,
        };
        let client = ClientState::new(self.config.client.clone(), self.memory.clients());
        let source = TokenSource::of_client(Rc::clone(&self.host), Rc::new(client));
        let read = Read {
            keys: source.key_set(uri).await?,
            asked_at_ms,
        };
        self.host.event(Event::KeySet {
            duration_ms: passed.ms(),
        });
        self.tell(&read);
        Ok(self.set.keep(turn, read))
    }

    /// Keys that another instance has asked for, if they are newer than ours and not too old.
    async fn stored(&self, turn: u64) -> Option<Rc<Keys<H::Key>>> {
        let sent = self.config.client.sent();
        let text = self.shelf(&sent).await?.get().await?;
        let now_ms = self.host.now_ms();
        let read = Read::decode(&text, now_ms)?;
        let is_known = |known: Rc<Keys<H::Key>>| known.asked_at_ms >= read.asked_at_ms;
        let is_old = !Span::new(read.asked_at_ms, self.config.max_age_ms).is_on(now_ms);
        match is_old || self.set.current().is_some_and(is_known) {
            true => None,
            false => Some(self.set.keep(turn, read)),
        }
    }

    /// Tells the other instances.
    fn tell(&self, read: &Read) {
        if self.host.store().is_none() {
            return;
        }
        let (source, text) = (self.clone(), read.encode());
        self.host.spawn(apart(async move {
            let sent = source.config.client.sent();
            if let Some(shelf) = source.shelf(&sent).await {
                shelf.put(text, source.config.max_age_ms / 1000).await;
            }
        }));
    }

    async fn shelf<'a>(&'a self, sent: &'a Sent) -> Option<Shelf<'a, H>> {
        let client = &self.config.client;
        let usage = Use {
            prefix: &client.store_prefix,
            secret: client.seal_key.as_ref(),
            timeout_ms: client.store_timeout_ms,
            health: &self.set.standing.store,
            sent,
        };
        Shelf::find(&*self.host, usage, self.config.name.as_bytes()).await
    }

    /// They are left alone for a while, the longer the more often it was in vain.
    fn failed(&self, turn: u64, error: &Error, duration_ms: u64) {
        self.host.event(Event::KeySetFailed {
            code: error.code(),
            duration_ms,
        });
        let Some(failures) = self.set.failed(turn) else {
            return;
        };
        let rest_ms = retry::rest_ms(failures, self.host.random()).min(self.config.cooldown_ms);
        // Nobody is kept out for a day by what a server says while it fails.
        let wish_ms = error.retry_after_ms().unwrap_or(0);
        let rest_ms = rest_ms.max(wish_ms.min(self.config.max_age_ms));
        let told = self.unverifiable(error).with_retry_after(Some(rest_ms));
        let rest = Span::new(self.host.now_ms(), rest_ms);
        self.set.standing.remember(told, rest);
    }

    fn late(&self) -> Error {
        let timeout_ms = self.config.client.timeout_ms.to_string();
        let message = ["no answer within ", &timeout_ms, " ms"];
        Error::new(ErrorCode::Timeout, message.concat())
    }

    /// What `error` means to whoever presents a token.
    fn unverifiable(&self, error: &Error) -> Error {
        let message = [
            "the keys of ",
            &self.config.shown,
            " could not be had: ",
            &error.to_string(),
        ];
        error.retold(ErrorCode::TokenUnverifiable, message.concat())
    }
}
