//! Asking the server: the grant, what is tried again, and what is kept of the answer.

use std::cell::Cell;
use std::rc::Rc;

use super::attempts::Attempts;
use super::lease::Tenure;
use super::refresh::Newer;
use super::token_request::{Asking, Issued};
use super::{Result, TokenSource, is_same};
use crate::cache::freshness::{refresh_at_ms, usable_until_ms};
use crate::cache::token_state::{Cached, TokenState};
use crate::error::Error;
use crate::host::store::TokenStore;
use crate::host::{Asked, Host};
use crate::protocol::form::Parameters;
use crate::protocol::grant::{self, Grant};
use crate::race::apart;
use crate::retry;
use crate::store::SharedRecord;
use crate::token::{Credential, RefreshToken, Token};

/// What comes after an attempt that failed.
enum Next {
    /// Another, by this refresh token or else by the grant.
    Attempt(Option<RefreshToken>),
    /// What another instance was given.
    Token(Box<Token>),
    /// The error.
    Failure(Error),
}

impl<H: Host> TokenSource<H> {
    /// A token from the server, and whether it is news.
    pub(super) async fn issue(
        &self,
        entry: &TokenState<H::View>,
        shared: Option<&SharedRecord<'_, H>>,
        tenure: Option<&Tenure>,
    ) -> (Result<H::View>, bool) {
        let timeout_ms = u64::from(self.client.config().timeout_ms);
        let mut attempts = Attempts::new(&*self.host, timeout_ms);
        let mut renewal = self.renewal(entry);
        let mut is_news = true;
        let issued = loop {
            let left_ms = attempts.left_ms();
            let issued = match &renewal {
                Some(spent) => apart(self.refresh_under(tenure, spent, left_ms)).await,
                None => self.begin_anew(entry, left_ms).await,
            };
            let error = match issued {
                Ok(token) => break Ok(token),
                Err(error) => error,
            };
            let next = self.after(error, entry, shared, tenure, renewal.take(), &mut attempts);
            match apart(next).await {
                Next::Attempt(by) => renewal = by,
                Next::Token(token) => {
                    is_news = false;
                    break Ok(token);
                }
                Next::Failure(error) => break Err(error),
            }
        };
        if is_news {
            attempts.ended(&issued);
        }
        (issued.map(|token| self.cached(entry, *token)), is_news)
    }

    /// Renews before another instance may have the lease.
    async fn refresh_under(
        &self,
        tenure: Option<&Tenure>,
        spent: &RefreshToken,
        left_ms: u64,
    ) -> Issued {
        let left_ms = match tenure {
            Some(tenure) => {
                let now_ms = self.host.now_ms();
                left_ms.min(tenure.spends_until_ms.saturating_sub(now_ms))
            }
            None => left_ms,
        };
        self.refresh(spent, left_ms).await
    }

    async fn after(
        &self,
        error: Error,
        entry: &TokenState<H::View>,
        shared: Option<&SharedRecord<'_, H>>,
        tenure: Option<&Tenure>,
        renewal: Option<RefreshToken>,
        attempts: &mut Attempts<'_, H>,
    ) -> Next {
        if !retry::is_spent(&error) {
            let is_worthwhile = match renewal {
                Some(_) => retry::is_unspent(&error),
                None => retry::is_worthwhile(&error),
            };
            return match attempts.again(&error, is_worthwhile).await {
                true => Next::Attempt(renewal),
                false => Next::Failure(error),
            };
        }
        let Some(spent) = renewal else {
            let rotation = entry.rotation().unwrap_or_default();
            return Next::Failure(self.authorization_lost(entry, rotation, &error));
        };
        let newer = self.newer(entry, shared, &spent).await;
        if let Newer::Token(token) = newer {
            return Next::Token(Box::new(token));
        }
        let fence = tenure.map(|tenure| tenure.fence.as_str());
        self.bury(entry, shared, fence, &spent.secret).await;
        let config = self.client.config();
        match newer {
            Newer::RefreshToken if attempts.passed_ms() < u64::from(config.timeout_ms) / 2 => {
                Next::Attempt(self.renewal(entry))
            }
            _ if config.grant.is_repeatable() => Next::Attempt(None),
            // The next caller spends it.
            Newer::RefreshToken => Next::Failure(self.timed_out()),
            _ => Next::Failure(self.authorization_lost(entry, spent.rotation, &error)),
        }
    }

    /// The grant itself.
    fn anew(&self, entry: &TokenState<H::View>) -> std::result::Result<Asking<'_>, Error> {
        let config = self.client.config();
        if !config.grant.is_repeatable() {
            return Err(self.reauthorization_required(None, entry.has_dead()));
        }
        Ok(Asking {
            endpoint: None,
            grant: config.grant.parameters(),
            assertion: match &config.grant {
                Grant::SignedJwtBearer(assertion) => Some(assertion),
                _ => None,
            },
            scope: config.scope(),
            parameters: &config.endpoint_params,
            is_repeatable: true,
            spends: false,
            renewed: None,
            answer: Cell::default(),
        })
    }

    async fn begin_anew(&self, entry: &TokenState<H::View>, timeout_ms: u64) -> Issued {
        let mut asking = self.anew(entry)?;
        if let Grant::JwtBearer {
            assertion: Credential::Asked,
        } = &self.client.config().grant
        {
            let asked = apart(self.asked_assertion());
            asking.grant = self.within(timeout_ms, asked).await?;
        }
        self.posted(&asking, timeout_ms).await?;
        let mut token = asking.taken()?;
        // Newer than every refresh token before.
        let before = entry.rotation();
        token.rotation = before.map_or(0, |rotation| rotation.saturating_add(1));
        Ok(token)
    }

    async fn asked_assertion(&self) -> std::result::Result<Parameters, Error> {
        Ok(grant::jwt_bearer(self.ask(Asked::Assertion).await?))
    }

    /// The access token that is part of the configuration, while it is good.
    pub(super) fn given(&self, entry: &TokenState<H::View>) -> Option<Token> {
        match self.client.config().grant {
            Grant::Token { .. } => self.used(entry),
            _ => None,
        }
    }

    #[inline(never)]
    fn used(&self, entry: &TokenState<H::View>) -> Option<Token> {
        let now_ms = self.host.now_ms();
        let config = self.client.config();
        let used_at_ms = entry.used_since_ms(now_ms);
        let skew_seconds = config.expiry_skew_seconds;
        let token = config.grant.given_token(used_at_ms, skew_seconds)?;
        let is_good = self.client.is_usable(&token, now_ms) && !entry.distrusts(&token);
        is_good.then_some(token)
    }

    /// Whether `token` can be replaced by another without the user.
    fn is_renewable(&self, entry: &TokenState<H::View>, token: &Token) -> bool {
        token.refresh_token.is_some()
            || self.client.config().grant.is_repeatable()
            || self.renewal(entry).is_some()
    }

    /// Whether what came with `token` is nowhere but here, and no grant brings it again.
    pub(super) fn is_irreplaceable(&self, token: &Token) -> bool {
        let grant = &self.client.config().grant;
        !grant.is_repeatable() && is_replaced(grant, token)
    }

    pub(super) fn cached(&self, entry: &TokenState<H::View>, token: Token) -> Rc<Cached<H::View>> {
        let config = self.client.config();
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
}

/// Whether the refresh token is another than the one in the configuration, if there is one.
#[inline(never)]
fn is_replaced(grant: &Grant, token: &Token) -> bool {
    let first = grant.first_refresh_token().map(|first| first.secret);
    first.is_none() || token.refresh_token != first
}
