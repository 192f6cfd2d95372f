//! Looking for a token in the store.

use super::place::Place;
use super::{Found, SharedRecord};
use super::{record, seal};
use crate::event::Event;
use crate::host::Host;
use crate::race::apart;
use crate::token::Token;

impl<H: Host> SharedRecord<'_, H> {
    /// Looks for a token that may be used: not over, not refused, not older than what is known here, and
    /// accepted by `accepts`.
    pub(crate) async fn token(&self, accepts: &dyn Fn(&Token) -> bool) -> Found {
        let begun_at_ms = self.host.now_ms();
        let is_good = |found: &Found| match found {
            Found::Token(token) => {
                self.client.is_usable(token, self.host.now_ms())
                    && !self.is_over(token)
                    && !self.entry.distrusts(token)
                    && !self.entry.outdates(token)
                    && accepts(token)
            }
            _ => false,
        };
        let mut found = self.read(&self.place).await;
        let is_elsewhere = self.has_earlier_places() && !matches!(found, Found::Failed);
        if is_elsewhere && !is_good(&found) {
            found = apart(self.earlier(&is_good)).await.unwrap_or(found);
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

    /// What was put with the secrets of before.
    async fn earlier(&self, is_good: &dyn Fn(&Found) -> bool) -> Option<Found> {
        for place in self.earlier_places().await {
            let found = self.read(&place).await;
            if is_good(&found) {
                return Some(found);
            }
        }
        None
    }

    /// Whether it is the token of this instance, which is over by what is known here: whoever put it may have a clock
    /// that is ahead.
    fn is_over(&self, token: &Token) -> bool {
        self.entry.cached().is_some_and(|cached| {
            cached.token.access_token == token.access_token
                && !self.client.is_usable(&cached.token, self.host.now_ms())
        })
    }

    pub(super) async fn read(&self, place: &Place) -> Found {
        let text = match self.get(&place.key).await {
            None => return Found::Failed,
            Some(None) => return Found::Nothing,
            Some(Some(text)) => text,
        };
        apart(self.told(place, text)).await
    }

    /// What a record says.
    async fn told(&self, place: &Place, text: String) -> Found {
        let opened = self.opened(place, text).await;
        let read = |text: String| record::decode(&text, &place.key, self.host.now_ms());
        let Some(record) = opened.and_then(read) else {
            self.host.event(Event::StoreUnreadable);
            return Found::Unreadable;
        };
        let found = match record.token {
            None => Found::Nothing,
            Some(token) => {
                self.entry.see(&token);
                let refresh_token = token.refresh_token.as_ref();
                if refresh_token.is_some_and(|it| !self.entry.is_refused(it)) {
                    self.entry.learn(&token);
                }
                self.see_dead(place, &token, None).await;
                Found::Token(token)
            }
        };
        // What a secret of before learnt and was refused says nothing of the one of now.
        if place.key == self.place.key {
            self.entry.told_style.set(record.client_auth);
            if let Some(refusal) = record.refusal {
                self.heed(refusal);
            }
        }
        found
    }

    pub(super) async fn opened(&self, place: &Place, text: String) -> Option<String> {
        match self.client.config().seal {
            false => Some(text),
            true => seal::open(self.host, place.secret.as_ref()?, &place.key, &text).await,
        }
    }
}
