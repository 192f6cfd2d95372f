//! The server's wish to be left alone for a time: heard by one instance, heeded by all.
//!
//! It has a record of its own. What one instance is refused another may just have been given, and must
//! not be lost by it.

use super::place::Place;
use super::{BACKGROUND_TIMEOUT_MS, SharedRecord};
use crate::cache::span::Span;
use crate::error::{Error, ErrorClass, ErrorCode, ErrorResponse};
use crate::host::Host;
use crate::host::store::TokenStore;
use crate::json::Json;
use crate::race::apart;
use crate::retry;

/// The format's version. What another version wrote is a miss.
const VERSION: f64 = 1.0;

/// What is shorter is over before it is of use to anybody.
const SHORTEST_MS: u64 = 1_000;

impl<H: Host> SharedRecord<'_, H> {
    /// Beside the token's.
    fn wish_place(&self) -> Place {
        Place {
            key: [&self.place.key, ":rest"].concat(),
            secret: self.place.secret.clone(),
        }
    }

    /// The error of whoever heard the wish, if it is not over.
    pub(crate) async fn wish(&self) -> Option<Error> {
        if self.entry.store.is_failing() {
            return None;
        }
        let place = self.wish_place();
        let text = self.get(&place.key).await??;
        apart(self.told_wish(&place, text)).await
    }

    async fn told_wish(&self, place: &Place, text: String) -> Option<Error> {
        let text = self.opened(place, text).await?;
        let now_ms = self.host.now_ms();
        let (error, left_ms) = decode(&text, &place.key, now_ms)?;
        self.entry
            .remember(error.clone(), Span::new(now_ms, left_ms));
        Some(error)
    }

    /// Tells the other instances, if `error` is one.
    pub(crate) async fn put_wish(&self, error: &Error) {
        let unsaid_ms = self.client.config().error_cache_ms();
        let Some(rest_ms) = retry::wish_ms(error, unsaid_ms) else {
            return;
        };
        if rest_ms < SHORTEST_MS.max(self.store.propagation_ms().into()) {
            return;
        }
        let place = self.wish_place();
        let text = encode(error, &place.key, self.host.now_ms(), rest_ms);
        if let Some(text) = self.closed(&place, text).await {
            let ttl_seconds = rest_ms.div_ceil(1000).max(self.store.min_ttl_seconds());
            let put = apart(self.store.put(&place.key, &text, ttl_seconds, None));
            self.ask("put", BACKGROUND_TIMEOUT_MS, put).await;
        }
    }

    /// Whoever says so wants the server to be asked.
    pub(crate) async fn forget_wish(&self) {
        let timeout_ms = self.client.config().store_timeout_ms;
        if self.entry.store.is_failing() {
            return;
        }
        let place = self.wish_place();
        if let Some(Some(_)) = self.get(&place.key).await {
            let delete = apart(self.store.delete(&place.key));
            self.ask("delete", timeout_ms, delete).await;
        }
    }
}

/// Writes `error` down; nothing in it is secret.
fn encode(error: &Error, key: &str, now_ms: u64, rest_ms: u64) -> String {
    let text = |text: &str| Some(Json::from(text));
    let number = |number: f64| Some(Json::Number(number));
    let said = error.response();
    Json::object([
        ("v", number(VERSION)),
        ("key", text(key)),
        ("at", number(now_ms as f64)),
        ("rest", number(rest_ms as f64)),
        ("message", text(&error.to_string())),
        ("status", error.status().and_then(|it| number(it.into()))),
        ("error", said.and_then(|it| text(&it.error))),
        (
            "description",
            said.and_then(|it| text(it.description.as_deref()?)),
        ),
    ])
    .to_text()
}

/// Reads what [`encode`] wrote for `key`, and what is left of the rest: never more than there was, whatever
/// the clocks say.
fn decode(text: &str, key: &str, now_ms: u64) -> Option<(Error, u64)> {
    let record = Json::parse(text)?;
    let text = |name: &str| record.get(name).and_then(Json::as_str);
    let number = |name: &str| record.get(name).and_then(Json::as_f64);
    if number("v")? != VERSION || text("key")? != key {
        return None;
    }
    let passed_ms = now_ms.saturating_sub(number("at")? as u64);
    let left_ms = (number("rest")? as u64).checked_sub(passed_ms)?;
    let said = text("error").map(|error| ErrorResponse {
        error: error.to_owned(),
        description: text("description").map(str::to_owned),
        uri: None,
    });
    let code = match &said {
        Some(said) if !said.error.is_empty() => ErrorCode::TokenRequestRejected,
        _ => ErrorCode::HttpStatus,
    };
    let mut error = Error::new(code, text("message")?)
        .with_class(ErrorClass::RateLimited)
        .with_retry_after(Some(left_ms));
    if let Some(status) = number("status") {
        error = error.with_status(status as u16);
    }
    if let Some(said) = said {
        error = error.with_response(said);
    }
    Some((error, left_ms))
}
