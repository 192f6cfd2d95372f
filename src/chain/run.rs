//! Runs an errand: the store, the lease, the grant.

use super::errand::Errand;
use super::lease::{Tenure, Turn};
use super::{Result, TokenSource};
use crate::cache::token_state::TokenState;
use crate::error::{Error, ErrorCode};
use crate::host::Host;
use crate::race::apart;
use crate::retry;
use crate::store::{Found, SharedRecord};

/// What an errand brings.
pub(super) struct Brought<V> {
    /// `None` when there is nothing to bring.
    pub(super) result: Option<Result<V>>,
    /// It came from the server: no store has the token, and no memory the error.
    pub(super) is_news: bool,
    /// The lease to give back once the news is in the store.
    pub(super) tenure: Option<Tenure>,
}

impl<H: Host> TokenSource<H> {
    /// The store, the lease, the grant.
    pub(super) async fn run(
        &self,
        entry: &TokenState<H::View>,
        shared: Option<&SharedRecord<'_, H>>,
        errand: &Errand<H::View>,
    ) -> Brought<H::View> {
        let settled = |result| Brought {
            result: Some(result),
            is_news: false,
            tenure: None,
        };
        if let (Errand::Any, Some(token)) = (errand, self.given(entry)) {
            return settled(Ok(self.cached(entry, token)));
        }
        let remembered = entry.remembered(self.host.now_ms());
        if let Some(shared) = shared {
            return apart(self.run_shared(entry, shared, errand, remembered)).await;
        }
        if let Some(error) = remembered {
            return settled(Err(error));
        }
        let (result, is_news) = self.issue(entry, None, None).await;
        Brought {
            result: Some(result),
            is_news,
            tenure: None,
        }
    }

    /// The same where other instances may have a token, or be about to.
    async fn run_shared(
        &self,
        entry: &TokenState<H::View>,
        shared: &SharedRecord<'_, H>,
        errand: &Errand<H::View>,
        remembered: Option<Error>,
    ) -> Brought<H::View> {
        let mut tenure = None;
        let turn = match remembered {
            Some(error) if may_be_others_affair(&error) => {
                Turn::Settled(apart(self.of_others(entry, shared, errand, error)).await)
            }
            Some(error) => Turn::Settled(Err(error)),
            None => self.agreed(entry, shared, errand, &mut tenure).await,
        };
        let (result, is_news) = match turn {
            Turn::Settled(result) => (Some(result), false),
            Turn::Others => (None, false),
            Turn::Ours => {
                let (result, is_news) = self.issue(entry, Some(shared), tenure.as_ref()).await;
                match result {
                    // Whoever was quicker may have got what we did not.
                    Err(error) if retry::wish_ms(&error, 0).is_some() => {
                        let result = apart(self.of_others(entry, shared, errand, error)).await;
                        let is_news = is_news && result.is_err();
                        (Some(result), is_news)
                    }
                    result => (Some(result), is_news),
                }
            }
        };
        Brought {
            result,
            is_news,
            tenure,
        }
    }

    /// The token that another instance has put for `errand`, or else `error`.
    async fn of_others(
        &self,
        entry: &TokenState<H::View>,
        shared: &SharedRecord<'_, H>,
        errand: &Errand<H::View>,
        error: Error,
    ) -> Result<H::View> {
        match shared.token(&|token| errand.accepts(token)).await {
            Found::Token(token) => Ok(self.cached(entry, token)),
            _ => Err(error),
        }
    }
}

/// Whether another instance may have a token although this one cannot get one: by a newer refresh token, or
/// because it was asked in time.
fn may_be_others_affair(error: &Error) -> bool {
    error.code() == ErrorCode::ReauthorizationRequired || retry::wish_ms(error, 0).is_some()
}
