//! Putting a token into the store, and taking it out.

use super::place::Place;
use super::refusal::Refusal;
use super::{BACKGROUND_TIMEOUT_MS, Found, SharedRecord, Verdict};
use super::{record, seal};
use crate::host::Host;
use crate::host::store::TokenStore;
use crate::protocol::client_authentication::ClientAuth;
use crate::race::apart;
use crate::token::Token;

/// How long a record with a refresh token is kept: longer than servers remember one that nobody uses
/// (Entra 90 days, Google half a year).
const REFRESH_TOKEN_TTL_SECONDS: u64 = 190 * 24 * 60 * 60;

/// How long it is told that nothing is left of an authorization.
const END_TTL_SECONDS: u64 = 24 * 60 * 60;

/// How often a record is put that nobody could ask the server for again.
const PUT_ATTEMPTS: u32 = 3;
const PUT_PAUSE_MS: u32 = 300;

impl<H: Host> SharedRecord<'_, H> {
    /// Puts `token` into the store, if it lives long enough to be worth it, and no newer one has come.
    pub(crate) async fn put(&self, token: &Token, fence: Option<&str>) {
        let attempts = if self.keeps_refresh_token(token) {
            PUT_ATTEMPTS
        } else {
            1
        };
        let drops = self.entry.drops();
        let is_wanted = || self.entry.drops() == drops;
        for _ in 0..attempts {
            let timeout_ms = BACKGROUND_TIMEOUT_MS;
            let write = self.write(&self.place, token, fence, timeout_ms, &is_wanted);
            if self.entry.outdates(token) || write.await {
                return;
            }
            if !is_wanted() {
                return apart(self.put_left(token, drops.forgettings, fence)).await;
            }
            self.host.sleep(PUT_PAUSE_MS).await;
        }
    }

    /// The same after something was dropped: what is dropped while it waits to be put must not come back.
    async fn put_left(&self, token: &Token, forgettings: u32, fence: Option<&str>) {
        let is_wanted = || self.entry.drops().forgettings == forgettings;
        let left = match self.entry.distrusts(token) {
            false => token.clone(),
            true => Token {
                expires_at_ms: 0,
                ..token.clone()
            },
        };
        let refresh_token = left.refresh_token.as_ref();
        let is_renewable = self.keeps_refresh_token(&left)
            && refresh_token.is_some_and(|it| !self.entry.is_refused(it));
        if left.expires_at_ms == 0 && !is_renewable {
            return;
        }
        for _ in 0..PUT_ATTEMPTS {
            let timeout_ms = BACKGROUND_TIMEOUT_MS;
            let write = self.write(&self.place, &left, fence, timeout_ms, &is_wanted);
            if !is_wanted() || self.entry.outdates(token) || write.await {
                return;
            }
            self.host.sleep(PUT_PAUSE_MS).await;
        }
    }

    /// Whether all is done that can be. `is_wanted` is asked last.
    pub(super) async fn write(
        &self,
        place: &Place,
        token: &Token,
        fence: Option<&str>,
        timeout_ms: u32,
        is_wanted: &dyn Fn() -> bool,
    ) -> bool {
        let ttl_seconds = self.ttl_seconds(token);
        if ttl_seconds < self.store.min_ttl_seconds().max(1) {
            return true;
        }
        let text = self.encoded(place, Some(token), None);
        let Some(text) = self.closed(place, text).await else {
            return true;
        };
        // A store that shows a write at once takes the next one at once; and a lease may end meanwhile.
        if self.store.propagation_ms() > 0 {
            let pause_ms = self.entry.store.before_put_ms(self.host.now_ms());
            self.host.sleep(pause_ms as u32).await;
        }
        if !is_wanted() {
            return false;
        }
        let put = self.store.put(&place.key, &text, ttl_seconds, fence);
        let is_put = self.ask("put", timeout_ms, apart(put)).await.is_some();
        if is_put && !self.entry.outdates(token) {
            self.entry.set_only_copy(false);
        }
        is_put
    }

    /// How long the record of `token` is of use.
    pub(super) fn ttl_seconds(&self, token: &Token) -> u64 {
        let life_ms = token.expires_at_ms.saturating_sub(self.host.now_ms());
        let life_seconds = life_ms / 1000;
        if self.keeps_refresh_token(token) {
            life_seconds.max(REFRESH_TOKEN_TTL_SECONDS)
        } else if self.is_end(token) {
            life_seconds.max(END_TTL_SECONDS)
        } else {
            life_seconds
        }
    }

    /// A record, with what this instance has learnt of the server.
    pub(super) fn encoded(
        &self,
        place: &Place,
        token: Option<&Token>,
        refusal: Option<&Refusal>,
    ) -> String {
        let client_auth = match self.client.config().client_auth {
            ClientAuth::Auto => self.client.style(),
            _ => None,
        };
        record::encode(&place.key, token, client_auth, refusal)
    }

    /// `text` as it may leave the isolate.
    pub(super) async fn closed(&self, place: &Place, text: String) -> Option<String> {
        match self.client.config().seal {
            false => Some(text),
            true => seal::seal(self.host, place.secret.as_ref()?, &place.key, &text).await,
        }
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
        let timeout_ms = self.client.config().store_timeout_ms;
        match verdict {
            Verdict::Stays => {}
            Verdict::AccessTokenGoes if self.keeps_refresh_token(&token) => {
                let is_over = Token {
                    expires_at_ms: 0,
                    ..token
                };
                self.write(place, &is_over, None, timeout_ms, &|| true)
                    .await;
            }
            Verdict::AccessTokenGoes | Verdict::Goes => {
                let delete = apart(self.store.delete(&place.key));
                self.ask("delete", timeout_ms, delete).await;
            }
        }
    }

    /// Whether the record outlives the access token, since the next is got with what else is in it.
    fn keeps_refresh_token(&self, token: &Token) -> bool {
        token.refresh_token.is_some() && self.client.config().is_renewed_by_refresh_token()
    }
}
