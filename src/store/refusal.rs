//! What the server refused: told to one instance, known to all.
//!
//! Where one instance at a time asks, and all see at once what it puts, it is part of the token's record, which
//! everybody reads anyway. Elsewhere it has a record of its own: what one instance is refused another may just
//! have been given, and must not be lost by it.

use super::place::Place;
use super::{BACKGROUND_TIMEOUT_MS, Found, SharedRecord, record};
use crate::cache::span::{Span, is_set_back};
use crate::error::{Error, ErrorClass, ErrorCode, ErrorResponse};
use crate::host::Host;
use crate::host::store::TokenStore;
use crate::json::Json;
use crate::race::apart;
use crate::retry;

/// What is shorter is over before it is of use to anybody.
const SHORTEST_MS: u64 = 1_000;

/// A day: no record stops a fleet for longer, and for so long it is told that an authorization is lost.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1_000;

/// An error's words are bounded when they come from a server, but not by how many there are.
const MAX_MESSAGE_CHARS: usize = 2_000;

/// What is told: what the token endpoint answered.
const CODES: [ErrorCode; 5] = [
    ErrorCode::TokenRequestRejected,
    ErrorCode::ReauthorizationRequired,
    ErrorCode::HttpStatus,
    ErrorCode::InvalidResponse,
    ErrorCode::RedirectRefused,
];

pub(crate) struct Refusal {
    error: Error,
    at_ms: u64,
    rest_ms: u64,
    /// Of a refresh token that is dead: how many renewals it is away from the first.
    rotation: Option<u32>,
}

impl<H: Host> SharedRecord<'_, H> {
    /// Whether one instance at a time asks, and all see what it puts before the next may.
    fn is_exact(&self) -> bool {
        self.has_lease() && self.store.propagation_ms() == 0
    }

    fn refusal_place(&self) -> Place {
        let suffix = if self.is_exact() { "" } else { ":rest" };
        Place {
            key: [&self.place.key, suffix].concat(),
            secret: self.place.secret.clone(),
        }
    }

    /// What the record that was read last says, if it is not over.
    pub(crate) fn refusal_in_record(&self) -> Option<Error> {
        match self.is_exact() {
            true => self.entry.remembered(self.host.now_ms()),
            false => None,
        }
    }

    /// What another instance was refused, if it is not over.
    pub(crate) async fn refusal(&self) -> Option<Error> {
        if self.is_exact() {
            return self.refusal_in_record();
        }
        if self.entry.store.is_failing() {
            return None;
        }
        let place = self.refusal_place();
        let text = self.get(&place.key).await??;
        apart(self.refusal_told(&place, text)).await
    }

    async fn refusal_told(&self, place: &Place, text: String) -> Option<Error> {
        let text = self.opened(place, text).await?;
        let record = record::decode(&text, &place.key, self.host.now_ms())?;
        self.heed(record.refusal?)
    }

    /// Leaves the server alone as a record says, unless something newer is known here.
    #[inline(never)]
    pub(super) fn heed(&self, refusal: Refusal) -> Option<Error> {
        let Refusal {
            error,
            at_ms,
            rest_ms,
            rotation,
        } = refusal;
        let now_ms = self.host.now_ms();
        // By a clock that is ahead: nobody knows when it is over.
        if is_set_back(at_ms, now_ms) || self.entry.knows_better(at_ms, rotation) {
            return None;
        }
        if let Some(rotation) = rotation {
            self.entry.lose(rotation);
        }
        let rest_ms = rest_ms.min(self.rest_ms(&error)?);
        let left_ms = rest_ms.saturating_sub(now_ms.saturating_sub(at_ms));
        if left_ms == 0 {
            return None;
        }
        let span = Span::new(now_ms, left_ms);
        self.entry.remember(error, span);
        self.entry.remembered(now_ms)
    }

    /// For how long an error keeps everybody from asking, if it does.
    fn rest_ms(&self, error: &Error) -> Option<u64> {
        let config = self.client.config();
        let is_lost = error.code() == ErrorCode::ReauthorizationRequired;
        let first = || config.grant.first_refresh_token();
        let may_be_tried = || {
            config.grant.is_repeatable()
                || first().is_some_and(|it| !self.entry.is_refused(&it.secret))
        };
        match is_lost && !may_be_tried() {
            true => Some(LONGEST_MS),
            false => retry::refusal_ms(error, config.error_cache_ms()),
        }
    }

    /// Tells the other instances, if `error` is the server's and stays for a time. Under the lease of that `fence`
    /// if there are leases.
    pub(crate) async fn put_refusal(&self, error: &Error, fence: Option<&str>) {
        let is_answer = error.status().is_some() && CODES.contains(&error.code());
        if !is_answer || self.is_exact() && fence.is_none() {
            return;
        }
        let Some(rest_ms) = self.rest_ms(error).filter(|ms| *ms >= SHORTEST_MS) else {
            return;
        };
        // Others see it in time, or at least those nearby do.
        let is_for_all = rest_ms >= self.store.propagation_ms().into();
        if !is_for_all && !self.has_lease() {
            return;
        }
        let is_lost = error.code() == ErrorCode::ReauthorizationRequired;
        let kept_ms = if is_lost { LONGEST_MS } else { rest_ms };
        let token = match self.is_exact() {
            false => None,
            // Where a lease is no more than a claim, another may have put a token meanwhile.
            true => match self.read(&self.place).await {
                Found::Token(token) => Some(token),
                Found::Nothing => None,
                Found::Unreadable | Found::Failed => return,
            },
        };
        let token_seconds = token.as_ref().map_or(0, |it| self.ttl_seconds(it));
        let ttl_seconds = kept_ms.div_ceil(1_000).max(token_seconds);
        let least_seconds = self.store.min_ttl_seconds();
        if ttl_seconds < least_seconds && !is_for_all {
            return;
        }
        let refusal = Refusal {
            error: error.clone(),
            at_ms: self.host.now_ms(),
            rest_ms,
            rotation: self.entry.lost().filter(|_| is_lost),
        };
        let place = self.refusal_place();
        let token = token.as_ref().filter(|_| token_seconds > 0);
        let text = self.encoded(&place, token, Some(&refusal));
        if let Some(text) = self.closed(&place, text).await {
            let ttl_seconds = ttl_seconds.max(least_seconds);
            let put = apart(self.store.put(&place.key, &text, ttl_seconds, fence));
            self.ask("put", BACKGROUND_TIMEOUT_MS, put).await;
        }
    }

    /// Whoever says so wants the server to be asked.
    pub(crate) async fn forget_refusal(&self) {
        let timeout_ms = self.client.config().store_timeout_ms;
        if self.entry.store.is_failing() {
            return;
        }
        let place = self.refusal_place();
        let Some(Some(text)) = self.get(&place.key).await else {
            return;
        };
        let opened = self.opened(&place, text).await;
        let decoded = opened.and_then(|it| record::decode(&it, &place.key, self.host.now_ms()));
        match decoded {
            Some(it) if it.refusal.is_none() => {}
            Some(record::Record {
                token: Some(token), ..
            }) => {
                self.write(&place, &token, None, timeout_ms, &|| true).await;
            }
            _ => {
                let delete = apart(self.store.delete(&place.key));
                self.ask("delete", timeout_ms, delete).await;
            }
        }
    }
}

impl Refusal {
    /// Writes it down; nothing in it is secret.
    #[inline(never)]
    pub(super) fn to_json(&self) -> Json {
        let error = &self.error;
        let text = |text: &str| Some(Json::from(text));
        let number = |number: f64| Some(Json::Number(number));
        let said = error.response();
        let message: String = error.to_string().chars().take(MAX_MESSAGE_CHARS).collect();
        Json::object([
            ("at", number(self.at_ms as f64)),
            ("rest", number(self.rest_ms as f64)),
            ("rotation", self.rotation.and_then(|it| number(it.into()))),
            ("code", text(error.code().as_str())),
            ("class", error.class().and_then(|it| text(it.name()))),
            ("message", text(&message)),
            ("status", error.status().and_then(|it| number(it.into()))),
            ("error", said.and_then(|it| text(&it.error))),
            (
                "description",
                said.and_then(|it| text(it.description.as_deref()?)),
            ),
            ("uri", said.and_then(|it| text(it.uri.as_deref()?))),
        ])
    }

    /// Reads what [`Self::to_json`] wrote.
    #[inline(never)]
    pub(super) fn of(written: &Json) -> Option<Self> {
        let text = |name| written.text(name);
        let number = |name| written.number(name);
        let name = text("code")?;
        let code = CODES.into_iter().find(|it| it.as_str() == name)?;
        let rest_ms = (number("rest")? as u64).min(LONGEST_MS);
        let mut error = Error::new(code, text("message")?).with_status(number("status")? as u16);
        if let Some(class) = text("class").and_then(ErrorClass::from_name) {
            let is_wish = matches!(class, ErrorClass::RateLimited | ErrorClass::Retry);
            error = error
                .with_class(class)
                .with_retry_after(is_wish.then_some(rest_ms));
        }
        if let Some(said) = text("error") {
            error = error.with_response(ErrorResponse {
                error: said.to_owned(),
                description: text("description").map(str::to_owned),
                uri: text("uri").map(str::to_owned),
            });
        }
        Some(Self {
            error,
            at_ms: number("at")? as u64,
            rest_ms,
            rotation: number("rotation").map(|it| it as u32),
        })
    }
}
