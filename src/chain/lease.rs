//! Whose turn it is to ask the server: a look into the store, and the lease.

use super::errand::Errand;
use super::{Result, TokenSource};
use crate::cache::span::Span;
use crate::cache::token_state::TokenState;
use crate::error::{Error, ErrorCode};
use crate::host::Host;
use crate::host::store::Acquired;
use crate::race::apart;
use crate::stopwatch::Stopwatch;
use crate::store::{Found, SharedRecord};

/// How long an instance has the lease at most. Others wait that long for one that died with it.
const MAX_LEASE_TTL_MS: u32 = 5_000;

/// The same when a refresh token is spent under it: it must not end before the answer is there.
const MAX_SPENDING_TTL_MS: u32 = 8_000;

/// How long a refresh that another instance makes is left to it at most.
const LONGEST_REST_MS: u32 = 1_000;

/// How often an instance that waits for another's grant looks into the store: the longer it has
/// waited, the longer it pauses, since thousands may wait with it. Few grants take less than the first.
const FIRST_PAUSE_MS: u32 = 250;
const LONGEST_PAUSE_MS: u32 = 1_000;

/// A lease that is about to end is asked for again sooner, but not at once.
const SHORTEST_PAUSE_MS: u32 = 50;

/// How often the holder of the lease looks again when the store does not answer.
const LOOK_PAUSE_MS: u32 = 50;

/// How often in a row a lease must go unanswered before a refresh token is spent without it.
const LEASE_ATTEMPTS: u32 = 3;

/// Whose turn it is.
pub(super) enum Turn<V> {
    /// Nobody's: there is a token, or an error.
    Settled(Result<V>),
    /// Another instance's.
    Others,
    /// Ours.
    Ours,
}

/// The lease, while this instance has it.
pub(super) struct Tenure {
    pub(super) fence: String,
    /// Until when a refresh token may be spent: what it brings must be in the store before another
    /// instance has the lease.
    pub(super) spends_until_ms: u64,
}

impl<H: Host> TokenSource<H> {
    /// Whose turn it is, unless the server wants it to be nobody's.
    pub(super) async fn agreed(
        &self,
        entry: &TokenState<H::View>,
        shared: &SharedRecord<'_, H>,
        errand: &Errand<H::View>,
        tenure: &mut Option<Tenure>,
    ) -> Turn<H::View> {
        let turn = self.turn(entry, shared, errand, tenure).await;
        if !matches!(turn, Turn::Ours) {
            return turn;
        }
        // Whoever wants a new one has a reason to ask.
        let is_asked_for = matches!(errand, Errand::Since(_));
        if !is_asked_for && let Some(error) = shared.refusal().await {
            return Turn::Settled(Err(error));
        }
        let is_spending = self.client.config().is_renewed_by_refresh_token();
        let now_ms = self.host.now_ms();
        match tenure.take_if(|held| is_spending && held.spends_until_ms <= now_ms) {
            None => turn,
            // A clock was set ahead, or everything stood still: nothing may be spent under this lease.
            Some(over) => {
                shared.release(&over.fence).await;
                apart(self.turn(entry, shared, errand, tenure)).await
            }
        }
    }

    /// Finds out with the other instances whose turn it is.
    ///
    /// A store that has no lease, or does not answer, leaves every instance to itself. Only a
    /// refresh token that may be good for one use is not spent before everything was tried to be
    /// the only one who does.
    async fn turn(
        &self,
        entry: &TokenState<H::View>,
        shared: &SharedRecord<'_, H>,
        errand: &Errand<H::View>,
        tenure: &mut Option<Tenure>,
    ) -> Turn<H::View> {
        let config = self.client.config();
        if let Err(error) = config.check_sealing() {
            return Turn::Settled(Err(error));
        }
        let is_for_later = matches!(errand, Errand::Successor(_));
        let is_spending = config.is_renewed_by_refresh_token() && shared.has_lease();
        // Without a lease there is no later look for a newer refresh token.
        let is_unguarded = config.is_renewed_by_refresh_token() && !shared.has_lease();
        if is_unguarded || !matches!(errand, Errand::Since(_)) {
            match shared.token(&|token| errand.accepts(token)).await {
                Found::Token(token) => return Turn::Settled(Ok(self.cached(entry, token))),
                Found::Nothing => {}
                _ if is_spending => {}
                // Waiting for others is for nothing when what they put cannot be seen. A record that
                // cannot be read may be replaced soon, which only those who have no token wait for.
                Found::Unreadable if !is_for_later => {}
                Found::Unreadable | Found::Failed => return Turn::Ours,
            }
            if let Some(error) = shared.refusal_in_record() {
                return Turn::Settled(Err(error));
            }
        }
        match shared.has_lease() {
            true => apart(self.leased(entry, shared, errand, tenure)).await,
            false => Turn::Ours,
        }
    }

    /// Asks for the lease until it is ours, or the token there.
    async fn leased(
        &self,
        entry: &TokenState<H::View>,
        shared: &SharedRecord<'_, H>,
        errand: &Errand<H::View>,
        tenure: &mut Option<Tenure>,
    ) -> Turn<H::View> {
        let config = self.client.config();
        let is_for_later = matches!(errand, Errand::Successor(_));
        let is_asked_for = matches!(errand, Errand::Since(_));
        let is_spending = config.is_renewed_by_refresh_token();
        let accepts = |token: &_| errand.accepts(token);
        let look = || shared.token(&accepts);
        let waited = Stopwatch::new(&*self.host);
        let waited_ms = || waited.ms();
        let timeout_ms = config.timeout_ms;
        let ttl_ms = if is_spending {
            (timeout_ms / 4).saturating_mul(3).min(MAX_SPENDING_TTL_MS)
        } else {
            (timeout_ms / 2).min(MAX_LEASE_TTL_MS)
        };
        // One holder may die, and its successor bring a token. After that there is time enough for a
        // grant of our own, also for a slow one. Where there must be none, just enough to say why.
        let timeout = u64::from(timeout_ms);
        let patience_ms = if is_spending {
            timeout.saturating_mul(19) / 20
        } else {
            timeout.saturating_mul(2) / 3
        };
        let mut unanswered = 0u32;
        loop {
            let asked_at_ms = self.host.now_ms();
            let acquired = shared.acquire(ttl_ms).await;
            let retry_after_ms = match acquired {
                None if !is_spending => return Turn::Ours,
                None => {
                    // Time alone tells nothing: the instance may have been frozen.
                    unanswered = unanswered.saturating_add(1);
                    if unanswered >= LEASE_ATTEMPTS && waited_ms() > timeout / 2 {
                        return Turn::Ours;
                    }
                    LONGEST_PAUSE_MS
                }
                Some(Acquired::HeldByOther { retry_after_ms }) => {
                    unanswered = 0;
                    retry_after_ms
                }
                Some(Acquired::Held { fence }) => {
                    let spends_ms = u64::from(ttl_ms).saturating_mul(7) / 8;
                    let held = tenure.insert(Tenure {
                        fence,
                        spends_until_ms: asked_at_ms.saturating_add(spends_ms),
                    });
                    // Somebody may have been quicker.
                    let mut found = look().await;
                    while is_spending
                        && matches!(found, Found::Failed)
                        && self.host.now_ms() < held.spends_until_ms.saturating_sub(spends_ms / 2)
                    {
                        // Which refresh token is the newest is written there.
                        self.host.sleep(LOOK_PAUSE_MS).await;
                        found = look().await;
                    }
                    return match found {
                        Found::Token(token) => Turn::Settled(Ok(self.cached(entry, token))),
                        Found::Failed if is_spending && is_for_later => {
                            self.leave_to_others(entry, LONGEST_REST_MS)
                        }
                        _ => Turn::Ours,
                    };
                }
            };
            if is_for_later {
                return self.leave_to_others(entry, retry_after_ms);
            }
            let pause_ms = u32::try_from(waited_ms() / 2)
                .unwrap_or(LONGEST_PAUSE_MS)
                .clamp(FIRST_PAUSE_MS, LONGEST_PAUSE_MS)
                .min(retry_after_ms)
                .max(SHORTEST_PAUSE_MS);
            let pause_ms = f64::from(pause_ms) * (0.5 + self.host.random() / 2.0);
            let left_ms = patience_ms.saturating_sub(waited_ms()).saturating_add(1);
            let pause_ms = u64::from(pause_ms as u32).min(left_ms);
            self.host.sleep(pause_ms as u32).await;
            // Somebody may be done.
            match look().await {
                Found::Token(token) => return Turn::Settled(Ok(self.cached(entry, token))),
                Found::Failed if !is_spending => return Turn::Ours,
                Found::Nothing | Found::Unreadable | Found::Failed => {}
            }
            if !is_asked_for && let Some(error) = shared.refusal_in_record() {
                return Turn::Settled(Err(error));
            }
            if waited_ms() > patience_ms {
                return if is_spending {
                    Turn::Settled(Err(self.lease_not_given()))
                } else {
                    Turn::Ours
                };
            }
        }
    }

    /// Whoever has the lease may be spending the refresh token: a second use may end the authorization.
    fn lease_not_given(&self) -> Error {
        let error = self.timed_out();
        let message = [
            &error.to_string(),
            ": another instance had the store's lease, and brought nothing",
        ];
        error.retold(ErrorCode::Timeout, message.concat())
    }

    /// The token will be in the store when this instance looks again.
    fn leave_to_others(&self, entry: &TokenState<H::View>, retry_after_ms: u32) -> Turn<H::View> {
        let rest_ms = u64::from(retry_after_ms.min(LONGEST_REST_MS));
        entry.rest_refresh(Span::new(self.host.now_ms(), rest_ms));
        Turn::Others
    }
}
