//! Asking the server: the grant, what is tried again, and which refresh token is spent.

use std::rc::Rc;

use super::turn::Tenure;
use super::{Result, TokenSource, is_same};
use crate::cache::entry::{Cached, Entry};
use crate::cache::freshness::{refresh_at_ms, usable_until_ms};
use crate::cache::store::TokenStore;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::{Host, TransportError};
use crate::protocol::grant::Grant;
use crate::protocol::token_response::{self, TokenResponseContext};
use crate::race::{First, race};
use crate::retry;
use crate::sharing::{Found, Shared};
use crate::token::{RefreshToken, Token};

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
    /// A token from the server, and whether it is news. What may pass is tried again for a third of
    /// the time there is: the callers are waiting.
    pub(super) async fn issue(
        &self,
        entry: &Entry<H::View>,
        shared: Option<&Shared<'_, H>>,
        tenure: Option<&Tenure>,
    ) -> (Result<H::View>, bool) {
        let begun_at_ms = self.host.now_ms();
        let timeout_ms = u64::from(self.slot.config().policy.timeout_ms);
        let passed_ms = || self.host.now_ms().saturating_sub(begun_at_ms);
        let mut delay_ms = None;
        let mut attempt: u32 = 1;
        let error = loop {
            let spent = self.renewal(entry);
            let mut left_ms = timeout_ms.saturating_sub(passed_ms());
            if let (Some(_), Some(tenure)) = (&spent, tenure) {
                let spends_until_ms = tenure.spends_until_ms;
                left_ms = left_ms.min(spends_until_ms.saturating_sub(self.host.now_ms()));
            }
            let error = match self.request(spent.as_ref(), left_ms).await {
                Ok(token) => {
                    self.host.event(Event::Grant {
                        duration_ms: passed_ms(),
                    });
                    return (Ok(self.cached(entry, token)), true);
                }
                Err(error) => error,
            };
            if let Some(spent) = &spent
                && retry::is_spent(&error)
            {
                match self.newer(entry, shared, spent).await {
                    Newer::Token(token) => return (Ok(self.cached(entry, token)), false),
                    Newer::RefreshToken if passed_ms() < timeout_ms / 2 => continue,
                    Newer::RefreshToken | Newer::Nothing => {
                        break self.reauthorization_required(&error);
                    }
                }
            }
            let delay = retry::delay_ms(delay_ms, error.retry_after_ms(), self.host.random());
            let next_ms = passed_ms().saturating_add(delay.into());
            let is_worthwhile = match spent {
                Some(_) => retry::is_unspent(&error),
                None => retry::is_worthwhile(&error),
            };
            if !is_worthwhile || next_ms > timeout_ms / 3 {
                break error;
            }
            self.host.event(Event::Retry {
                attempt,
                delay_ms: delay,
            });
            self.host.sleep(delay).await;
            delay_ms = Some(delay);
            attempt = attempt.saturating_add(1);
        };
        self.host.event(Event::GrantFailed {
            code: error.code(),
            duration_ms: passed_ms(),
        });
        (Err(error), true)
    }

    /// The refresh token to renew by, if that is how the grant is renewed and there is one.
    fn renewal(&self, entry: &Entry<H::View>) -> Option<RefreshToken> {
        let grant = &self.slot.config().grant;
        match grant {
            _ if !grant.is_renewed_by_refresh_token() => None,
            Grant::RefreshToken { refresh_token } => Some(
                entry
                    .refresh_token()
                    .unwrap_or_else(|| RefreshToken::first(refresh_token)),
            ),
            _ => entry.refresh_token(),
        }
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

    /// One token request.
    async fn request(
        &self,
        spent: Option<&RefreshToken>,
        timeout_ms: u64,
    ) -> std::result::Result<Token, Error> {
        let config = self.slot.config();
        let refresh = spent.map(|spent| Grant::RefreshToken {
            refresh_token: spent.secret.clone(),
        });
        let grant = refresh.as_ref().unwrap_or(&config.grant);
        // Lifetimes count from the asking: an isolate may be frozen between answer and reading.
        let asked_at_ms = self.host.now_ms();
        let timeout_ms = u32::try_from(timeout_ms).unwrap_or(u32::MAX);
        if timeout_ms == 0 {
            return Err(self.timed_out());
        }
        let exchange = self.host.send(config.token_request(grant).to_http());
        let response = match race(exchange, self.host.sleep(timeout_ms)).await {
            First::Left(Ok(response)) => response,
            First::Left(Err(error)) => return Err(self.transport_error(&error, grant)),
            First::Right(()) => return Err(self.timed_out()),
        };
        let token = token_response::read(
            &response,
            TokenResponseContext {
                endpoint: &config.endpoint,
                client: &config.client,
                grant,
                now_ms: asked_at_ms,
                default_lifetime_seconds: config.default_lifetime_seconds.into(),
            },
        )?;
        Ok(match spent {
            Some(spent) => token.renewed_by(spent),
            None => token,
        })
    }

    pub(super) fn cached(&self, entry: &Entry<H::View>, token: Token) -> Rc<Cached<H::View>> {
        let policy = &self.slot.config().policy;
        let skew = policy.expiry_skew_seconds;
        // A server that hands out the same token until it is over gains nothing by being asked early.
        let is_known = entry
            .cached()
            .is_some_and(|cached| is_same(&cached.token, &token));
        let refresh_at_ms = match policy.refresh_ahead {
            None => u64::MAX,
            Some(_) if is_known => usable_until_ms(&token, skew),
            Some(share) => {
                let propagation_ms = self.host.store().map_or(0, TokenStore::propagation_ms);
                refresh_at_ms(&token, skew, share, propagation_ms, self.host.random())
            }
        };
        Rc::new(Cached {
            view: self.host.view(&token),
            replaces_refused: entry.replaces_refused(),
            refresh_at_ms,
            token,
        })
    }

    fn transport_error(&self, error: &TransportError, grant: &Grant) -> Error {
        let config = self.slot.config();
        let endpoint = config.endpoint.for_display();
        match error {
            TransportError::TooLong => Error::new(
                ErrorCode::InvalidResponse,
                [
                    "the token endpoint ",
                    endpoint,
                    " answered with more than 1 MiB",
                ]
                .concat(),
            ),
            TransportError::Connection(reason) => Error::new(
                ErrorCode::Network,
                grant.redact(
                    &config.client.redact(
                        &[
                            "the token endpoint ",
                            endpoint,
                            " could not be reached: ",
                            // The platform's words may hold the URL with its query.
                            &reason.replace(config.endpoint.as_str(), endpoint),
                        ]
                        .concat(),
                    ),
                ),
            ),
        }
    }

    /// The server knows the refresh token no more, and nobody has another.
    fn reauthorization_required(&self, error: &Error) -> Error {
        let endpoint = self.slot.config().endpoint.for_display();
        let said = error.response().and_then(|it| it.description.as_deref());
        let mut message = [
            "the token endpoint ",
            endpoint,
            " no longer accepts the refresh token; have the user authorize again, or give another refreshToken",
        ]
        .concat();
        if let Some(said) = said {
            message.extend([" (", said, ")"]);
        }
        error.retold(ErrorCode::ReauthorizationRequired, message)
    }
}
