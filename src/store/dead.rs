//! Refresh tokens that the server knows no more: no record keeps them, and none brings them back.

use super::place::Place;
use super::{Found, SharedRecord};
use crate::host::Host;
use crate::host::store::TokenStore;
use crate::race::apart;
use crate::token::Token;

impl<H: Host> SharedRecord<'_, H> {
    /// Whether `token` is all that is left of an authorization whose refresh tokens the server replaced, and
    /// then knew no more. The one in the configuration is among them: it was spent long ago, and servers
    /// take it for stolen when it comes again.
    pub(crate) fn is_end(&self, token: &Token) -> bool {
        let grant = &self.client.config().grant;
        let is_bare = token.refresh_token.is_none() && token.rotation > 0;
        is_bare && grant.first_refresh_token().is_some()
    }

    /// Takes out of the record what is known to be dead, under the lease of that `fence` if there are leases.
    pub(crate) async fn drop_dead(&self, fence: Option<&str>) {
        if let Found::Token(token) = self.read(&self.place).await {
            self.see_dead(&self.place, &token, fence).await;
        }
    }

    /// Learns from a record what is dead, and takes out of it what is known to be. What was put lately may
    /// not be seen yet, and must not be overwritten.
    pub(super) async fn see_dead(&self, place: &Place, token: &Token, fence: Option<&str>) {
        let now_ms = self.host.now_ms();
        // Who has no lease may be the one that is late.
        let may_write = fence.is_some() || !self.has_lease();
        if self.is_end(token) {
            let first = self.client.config().grant.first_refresh_token();
            let newest = self.entry.refresh_token();
            let older = newest.filter(|newest| newest.rotation <= token.rotation);
            for dead in first.into_iter().chain(older) {
                self.entry.bury(&dead.secret, now_ms);
            }
        }
        let dead_since_ms = |it| self.entry.dead_since_ms(it);
        let Some(since_ms) = token.refresh_token.as_ref().and_then(dead_since_ms) else {
            return;
        };
        let doubtful_ms = u64::from(self.store.propagation_ms()).saturating_mul(2);
        if !may_write || now_ms < since_ms.saturating_add(doubtful_ms) {
            return;
        }
        let bare = Token {
            refresh_token: None,
            ..token.clone()
        };
        let timeout_ms = self.client.config().store_timeout_ms;
        let least_ms = self.store.min_ttl_seconds().max(1).saturating_mul(1000);
        if self.is_end(&bare) || bare.expires_at_ms >= now_ms.saturating_add(least_ms) {
            self.write(place, &bare, fence, timeout_ms, &|| true).await;
        } else {
            let delete = apart(self.store.delete(&place.key));
            self.ask("delete", timeout_ms, delete).await;
        }
    }
}
