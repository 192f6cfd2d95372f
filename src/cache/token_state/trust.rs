//! Which tokens are believed: the newest refresh token, and those that must not come back.

use super::TokenState;
use crate::host::View;
use crate::token::{RefreshToken, Secret, Token};

/// How many refused tokens are remembered; more than one only matters when tokens are refused
/// faster than a store forgets them.
const REFUSED_REMEMBERED: usize = 8;

/// How often something was dropped: secrets, of which no token is to come back, and all that there was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drops {
    secrets: u32,
    pub(crate) forgettings: u32,
}

impl<V: View> TokenState<V> {
    /// Remembers the refresh token that came with `token`, if there is no newer one.
    pub(crate) fn learn(&self, token: &Token) {
        let Some(secret) = &token.refresh_token else {
            return;
        };
        let mut newest = self.refresh_token.borrow_mut();
        if newest
            .as_ref()
            .is_none_or(|it| it.rotation <= token.rotation)
        {
            *newest = Some(RefreshToken {
                secret: secret.clone(),
                rotation: token.rotation,
                came_with: Some(token.raw.clone()),
            });
        }
    }

    /// The newest refresh token.
    pub(crate) fn refresh_token(&self) -> Option<RefreshToken> {
        self.refresh_token.borrow().clone()
    }

    /// How many renewals the newest refresh token is away from the first.
    pub(crate) fn rotation(&self) -> Option<u32> {
        self.refresh_token.borrow().as_ref().map(|it| it.rotation)
    }

    /// Whether there is a newer token than `token`.
    pub(crate) fn outdates(&self, token: &Token) -> bool {
        let newest = self.refresh_token.borrow();
        newest
            .as_ref()
            .is_some_and(|it| it.rotation > token.rotation)
    }

    /// Forgets a refresh token; `true` if it was the newest.
    pub(crate) fn forget(&self, refresh_token: &Secret) -> bool {
        let mut newest = self.refresh_token.borrow_mut();
        let forgotten = newest.take_if(|it| it.secret.expose() == refresh_token.expose());
        forgotten.is_some()
    }

    /// The server knows `refresh_token` no more: it is not spent again, wherever it comes from.
    pub(crate) fn bury(&self, refresh_token: &Secret, now_ms: u64) {
        if self.forget(refresh_token) {
            self.set_only_copy(false);
        }
        if self.dead_since_ms(refresh_token).is_some() {
            return;
        }
        self.drops_one();
        let mut dead = self.dead.borrow_mut();
        if dead.len() >= REFUSED_REMEMBERED {
            dead.remove(0);
        }
        dead.push((refresh_token.clone(), now_ms));
    }

    /// Since when `refresh_token` is dead, if it is.
    pub(crate) fn dead_since_ms(&self, refresh_token: &Secret) -> Option<u64> {
        let dead = self.dead.borrow();
        dead.iter()
            .find_map(|(it, since_ms)| (it.expose() == refresh_token.expose()).then_some(*since_ms))
    }

    /// Whether there was a refresh token, and the server knows none of them any more.
    pub(crate) fn has_dead(&self) -> bool {
        !self.dead.borrow().is_empty()
    }

    /// What was brought before is not to come back, from wherever.
    pub(crate) fn forget_all(&self) {
        let drops = self.drops.get();
        self.drops.set(Drops {
            forgettings: drops.forgettings.wrapping_add(1),
            ..drops
        });
    }

    pub(crate) fn drops(&self) -> Drops {
        self.drops.get()
    }

    fn drops_one(&self) {
        let drops = self.drops.get();
        self.drops.set(Drops {
            secrets: drops.secrets.wrapping_add(1),
            ..drops
        });
    }

    /// What was dead is tried again.
    pub(crate) fn exhume(&self) {
        self.dead.borrow_mut().clear();
    }

    /// The API refused `token`: the cache is emptied, its successor will be marked, and the store is
    /// not believed when it serves it again.
    pub(crate) fn clear_refused(&self, token: &Token) {
        self.replaces_refused.set(true);
        self.distrust(&token.access_token);
        self.clear();
    }

    /// From now on a token that is or has `secret` is a miss, wherever it comes from.
    pub(crate) fn distrust(&self, secret: &Secret) {
        self.drops_one();
        let mut refused = self.refused.borrow_mut();
        if refused.len() >= REFUSED_REMEMBERED {
            refused.remove(0);
        }
        refused.push(secret.clone());
    }

    /// Whether `token`, or its refresh token, is one that was refused.
    pub(crate) fn distrusts(&self, token: &Token) -> bool {
        let mut secrets = [Some(&token.access_token), token.refresh_token.as_ref()]
            .into_iter()
            .flatten();
        secrets.any(|secret| self.is_refused(secret))
    }

    /// Empties the cache, if what is there is a miss.
    pub(crate) fn clear_distrusted(&self) {
        if self.cached().is_some_and(|it| self.distrusts(&it.token)) {
            self.clear();
        }
    }

    /// Whether `secret` is one that was refused.
    pub(crate) fn is_refused(&self, secret: &Secret) -> bool {
        let refused = self.refused.borrow();
        let is_refused = refused.iter().any(|it| it.expose() == secret.expose());
        is_refused || self.dead_since_ms(secret).is_some()
    }
}
