//! Asking the server: the grant, what is tried again, and which refresh token is spent.

use std::rc::Rc;

use super::attempts::Attempts;
use super::turn::Tenure;
use super::{Result, TokenSource, is_same};
use crate::cache::entry::{Cached, Entry};
use crate::cache::freshness::{refresh_at_ms, usable_until_ms};
use crate::cache::store::TokenStore;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::{Asked, Host};
use crate::protocol::form::Parameters;
use crate::protocol::grant::{self, Grant};
use crate::retry;
use crate::sharing::{Found, Shared};
use crate::token::{Credential, RefreshToken, Secret, Token};

/// Before the store is asked once more whether another instance spent the refresh token: what that
/// one got for it may still be on its way.
const REREAD_PAUSES_MS: [u32; 4] = [0, 200, 500, 1_000];

/// What another instance left in the store.
enum Newer {
    Token(Token),
    RefreshToken,
    Nothing,
}

impl<H: Host> TokenSource<H> {
    /// A token from the server, and whether it is news.
    pub(super) async fn issue(
        &self,
        entry: &Entry<H::View>,
        shared: Option<&Shared<'_, H>>,
        tenure: Option<&Tenure>,
    ) -> (Result<H::View>, bool) {
        let timeout_ms = u64::from(self.slot.config().timeout_ms);
        let mut attempts = Attempts::new(&*self.host, timeout_ms);
        let mut renewal = self.renewal(entry);
        let issued = loop {
            let mut left_ms = attempts.left_ms();
            if let (Some(_), Some(tenure)) = (&renewal, tenure) {
                let spends_until_ms = tenure.spends_until_ms;
                left_ms = left_ms.min(spends_until_ms.saturating_sub(self.host.now_ms()));
            }
            let issued = match &renewal {
                Some(spent) => self.refresh(spent, left_ms).await,
                None => self.begin_anew(entry, left_ms).await,
            };
            let error = match issued {
                Ok(token) => break Ok(token),
                Err(error) => error,
            };
            if retry::is_spent(&error) {
                let Some(spent) = &renewal else {
                    break Err(self.authorization_lost(&error));
                };
                let newer = self.newer(entry, shared, spent).await;
                if let Newer::Token(token) = newer {
                    return (Ok(self.cached(entry, token)), false);
                }
                let fence = tenure.map(|tenure| tenure.fence.as_str());
                self.bury(entry, shared, fence, &spent.secret).await;
                match newer {
                    Newer::RefreshToken if attempts.passed_ms() < timeout_ms / 2 => {
                        renewal = self.renewal(entry);
                    }
                    _ if self.slot.config().grant.is_repeatable() => renewal = None,
                    // The next caller spends it.
                    Newer::RefreshToken => break Err(self.timed_out()),
                    _ => break Err(self.authorization_lost(&error)),
                }
                continue;
            }
            let is_worthwhile = match renewal {
                Some(_) => retry::is_unspent(&error),
                None => retry::is_worthwhile(&error),
            };
            if !attempts.again(&error, is_worthwhile).await {
                break Err(error);
            }
        };
        attempts.ended(&issued);
        (issued.map(|token| self.cached(entry, token)), true)
    }

    /// The refresh token to renew by, if that is how the grant is renewed and there is one.
    pub(super) fn renewal(&self, entry: &Entry<H::View>) -> Option<RefreshToken> {
        let config = self.slot.config();
        if !config.is_renewed_by_refresh_token() {
            return None;
        }
        let first = || {
            let given = config.grant.first_refresh_token();
            given.filter(|it| !entry.is_refused(&it.secret))
        };
        entry.refresh_token().or_else(first)
    }

    /// Whether `token` can be replaced by another without the user.
    fn is_renewable(&self, entry: &Entry<H::View>, token: &Token) -> bool {
        token.refresh_token.is_some()
            || self.slot.config().grant.is_repeatable()
            || self.renewal(entry).is_some()
    }

    /// Whether what came with `token` is nowhere but here, and no grant brings it again.
    pub(super) fn is_irreplaceable(&self, token: &Token) -> bool {
        let grant = &self.slot.config().grant;
        let first = grant.first_refresh_token().map(|first| first.secret);
        !grant.is_repeatable() && (first.is_none() || token.refresh_token != first)
    }

    /// The access token that is part of the configuration, while it is good.
    pub(super) fn given(&self, entry: &Entry<H::View>) -> Option<Token> {
        let now_ms = self.host.now_ms();
        let config = self.slot.config();
        let used_at_ms = entry.used_since_ms(now_ms);
        let skew_seconds = config.expiry_skew_seconds;
        let token = config.grant.given_token(used_at_ms, skew_seconds)?;
        let is_good = self.slot.is_usable(&token, now_ms) && !entry.distrusts(&token);
        is_good.then_some(token)
    }

    pub(super) async fn refresh(
        &self,
        spent: &RefreshToken,
        timeout_ms: u64,
    ) -> std::result::Result<Token, Error> {
        let config = self.slot.config();
        let parameters = config.refresh_params.as_ref();
        let parameters = parameters.unwrap_or(&config.endpoint_params);
        let has_scope = parameters.iter().any(|(name, _)| name == "scope");
        let scope = match config.grant {
            Grant::RefreshToken { .. } if !has_scope => config.scope(),
            // Left out it means those of the token before (RFC 6749 §6).
            _ => String::new(),
        };
        let request = super::request::Asking {
            endpoint: config.refresh_endpoint.as_ref(),
            grant: &grant::refresh(&spent.secret),
            assertion: None,
            scope: &scope,
            parameters,
            is_repeatable: true,
            spends: true,
            renewed: spent.came_with.as_ref(),
        };
        let token = self.request(&request, timeout_ms).await?;
        Ok(token.renewed_by(spent))
    }

    /// The grant itself.
    async fn begin_anew(
        &self,
        entry: &Entry<H::View>,
        timeout_ms: u64,
    ) -> std::result::Result<Token, Error> {
        let config = self.slot.config();
        if !config.grant.is_repeatable() {
            return Err(self.reauthorization_required(None, entry.has_dead()));
        }
        let request = super::request::Asking {
            endpoint: None,
            grant: &self.within(timeout_ms, self.grant_parameters()).await?,
            assertion: match &config.grant {
                Grant::SignedJwtBearer(assertion) => Some(assertion),
                _ => None,
            },
            scope: &config.scope(),
            parameters: &config.endpoint_params,
            is_repeatable: true,
            spends: false,
            renewed: None,
        };
        let mut token = self.request(&request, timeout_ms).await?;
        // Newer than every refresh token before.
        let before = entry.refresh_token().map(|newest| newest.rotation);
        token.rotation = before.map_or(0, |rotation| rotation.saturating_add(1));
        Ok(token)
    }

    async fn grant_parameters(&self) -> std::result::Result<Parameters, Error> {
        let grant = &self.slot.config().grant;
        Ok(match grant {
            Grant::JwtBearer {
                assertion: Credential::Asked,
            } => grant::jwt_bearer(self.ask(Asked::Assertion).await?),
            _ => grant.parameters(),
        })
    }

    /// Looks for what another instance got for the refresh token that it spent before us.
    async fn newer(
        &self,
        entry: &Entry<H::View>,
        shared: Option<&Shared<'_, H>>,
        spent: &RefreshToken,
    ) -> Newer {
        let Some(shared) = shared else {
            return Newer::Nothing;
        };
        for pause_ms in REREAD_PAUSES_MS {
            self.host.sleep(pause_ms).await;
            if let Found::Token(token) = shared.token(|token| token.rotation > spent.rotation).await
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
    async fn bury(
        &self,
        entry: &Entry<H::View>,
        shared: Option<&Shared<'_, H>>,
        fence: Option<&str>,
        dead: &Secret,
    ) {
        if let Some(first) = self.slot.config().grant.first_refresh_token() {
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
    pub(super) fn forget_refresh_token(&self, entry: &Entry<H::View>) {
        let first = self.slot.config().grant.first_refresh_token();
        let Some(newest) = entry.refresh_token() else {
            return;
        };
        entry.forget(&newest.secret);
        if first.is_none_or(|first| first.secret.expose() != newest.secret.expose()) {
            entry.bury(&newest.secret, 0);
        }
    }

    fn authorization_lost(&self, error: &Error) -> Error {
        self.host.event(Event::AuthorizationLost);
        self.reauthorization_required(Some(error), true)
    }

    pub(super) fn cached(&self, entry: &Entry<H::View>, token: Token) -> Rc<Cached<H::View>> {
        let config = self.slot.config();
        let skew = config.expiry_skew_seconds;
        // A server that hands out the same token until it is over gains nothing by being asked early.
        let is_known = entry
            .cached()
            .is_some_and(|cached| is_same(&cached.token, &token));
        let refresh_at_ms = match config.refresh_ahead {
            None => u64::MAX,
            Some(_) if is_known || !self.is_renewable(entry, &token) => {
                usable_until_ms(&token, skew)
            }
            Some(share) => {
                let propagation_ms = self.host.store().map_or(0, TokenStore::propagation_ms);
                refresh_at_ms(&token, skew, share, propagation_ms, self.host.random())
            }
        };
        Rc::new(Cached {
            is_renewable: self.is_renewable(entry, &token),
            view: self.host.view(&token),
            replaces_refused: entry.replaces_refused(),
            refresh_at_ms,
            token,
        })
    }

    /// The server knows the refresh token no more, and nobody has another; or there never was one.
    pub(super) fn reauthorization_required(&self, error: Option<&Error>, is_dead: bool) -> Error {
        let config = self.slot.config();
        let server = &config.server_for_display();
        let code = ErrorCode::ReauthorizationRequired;
        if !is_dead {
            let message = [
                "there is no token and no refresh token for ",
                server,
                match (&config.grant, &config.identity) {
                    (Grant::AuthorizationCode, None) => {
                        "; a client keeps the token of a user if its identity names the user"
                    }
                    _ => "; have the user authorize",
                },
            ];
            return Error::new(code, message.concat());
        };
        let mut message = [
            server,
            " no longer accepts the refresh token; have the user authorize again, or give another refreshToken",
        ]
        .concat();
        let Some(error) = error else {
            return Error::new(code, message);
        };
        let said = error.response().and_then(|it| it.description.as_deref());
        if let Some(said) = said {
            message.extend([" (", said, ")"]);
        }
        error.retold(code, message)
    }
}
