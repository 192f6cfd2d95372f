//! Renewing by a refresh token (RFC 6749 §6): which one is spent, and what becomes of one that is no good.

use std::cell::Cell;

use super::TokenSource;
use super::token_request::{Asking, Issued};
use crate::cache::token_state::TokenState;
use crate::host::Host;
use crate::protocol::grant::{self, Grant};
use crate::store::{Found, SharedRecord};
use crate::token::{RefreshToken, Secret, Token};

/// Before the store is asked once more whether another instance spent the refresh token: what that
/// one got for it may still be on its way.
const REREAD_PAUSES_MS: [u32; 4] = [0, 200, 500, 1_000];

/// What another instance left in the store.
pub(super) enum Newer {
    Token(Token),
    RefreshToken,
    Nothing,
}

impl<H: Host> TokenSource<H> {
    /// The refresh token to renew by, if that is how the grant is renewed and there is one.
    pub(super) fn renewal(&self, entry: &TokenState<H::View>) -> Option<RefreshToken> {
        let config = self.client.config();
        match config.is_renewed_by_refresh_token() {
            true => self.newest(entry),
            false => None,
        }
    }

    #[inline(never)]
    fn newest(&self, entry: &TokenState<H::View>) -> Option<RefreshToken> {
        let first = || {
            let given = self.client.config().grant.first_refresh_token();
            given.filter(|it| !entry.is_refused(&it.secret))
        };
        entry.refresh_token().or_else(first)
    }

    pub(super) async fn refresh(&self, spent: &RefreshToken, timeout_ms: u64) -> Issued {
        let config = self.client.config();
        let parameters = config.refresh_params.as_ref();
        let parameters = parameters.unwrap_or(&config.endpoint_params);
        let has_scope = parameters.iter().any(|(name, _)| name == "scope");
        let scope = match config.grant {
            Grant::RefreshToken { .. } if !has_scope => config.scope(),
            // Left out it means those of the token before (RFC 6749 §6).
            _ => String::new(),
        };
        let request = Asking {
            endpoint: config.refresh_endpoint.as_ref(),
            grant: grant::refresh(&spent.secret),
            assertion: None,
            scope,
            parameters,
            is_repeatable: true,
            spends: true,
            renewed: spent.came_with.as_ref(),
            answer: Cell::default(),
        };
        self.posted(&request, timeout_ms).await?;
        let token = request.taken()?;
        Ok(Box::new(token.renewed_by(spent)))
    }

    /// Looks for what another instance got for the refresh token that it spent before us.
    pub(super) async fn newer(
        &self,
        entry: &TokenState<H::View>,
        shared: Option<&SharedRecord<'_, H>>,
        spent: &RefreshToken,
    ) -> Newer {
        let Some(shared) = shared else {
            return Newer::Nothing;
        };
        for pause_ms in REREAD_PAUSES_MS {
            self.host.sleep(pause_ms).await;
            if let Found::Token(token) =
                shared.token(&|token| token.rotation > spent.rotation).await
            {
                return Newer::Token(token);
            }
            let newest = entry.refresh_token();
            if newest.is_some_and(|newest| newest.rotation > spent.rotation) {
                return Newer::RefreshToken;
            }
        }
        Newer::Nothing
    }

    /// Sees to it that a refresh token is not spent again that the server knows no more.
    pub(super) async fn bury(
        &self,
        entry: &TokenState<H::View>,
        shared: Option<&SharedRecord<'_, H>>,
        fence: Option<&str>,
        dead: &Secret,
    ) {
        if let Some(first) = self.client.config().grant.first_refresh_token() {
            if first.secret.expose() == dead.expose() {
                // Never replaced, and there is no other: it may be tried again.
                return;
            }
            // It was spent before: what the server does to who sends it again is not to be found out.
            entry.bury(&first.secret, self.host.now_ms());
        }
        entry.bury(dead, self.host.now_ms());
        if let Some(shared) = shared {
            shared.drop_dead(fence).await;
        }
    }

    /// The other way round: the newest refresh token is none any more, except for who configures it.
    pub(super) fn forget_refresh_token(&self, entry: &TokenState<H::View>) {
        let first = self.client.config().grant.first_refresh_token();
        let Some(newest) = entry.refresh_token() else {
            return;
        };
        entry.forget(&newest.secret);
        if first.is_none_or(|first| first.secret.expose() != newest.secret.expose()) {
            entry.bury(&newest.secret, 0);
        }
    }
}
