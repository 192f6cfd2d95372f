//! One answer about one token: how long it may be used, and how it is written down for other instances.

use std::cell::Cell;
use std::fmt;

use crate::cache::span::{Span, is_set_back};
use crate::json::Json;
use crate::protocol::form::Parameters;
use crate::protocol::introspection::Introspection;

/// The record's version. What another version wrote is a miss.
const VERSION: f64 = 1.0;

/// What an answer takes beside its members, the platform's own among it.
const WEIGHT: usize = 256;

/// What the server said of a token.
pub struct Answer<S> {
    /// What it said. Whether the token is active was judged when it was asked; who keeps an answer asks
    /// [`TokenIntrospector::cached`](super::TokenIntrospector::cached) again.
    pub introspection: Introspection,
    /// What the platform keeps beside it.
    pub slot: S,
    /// Ages count from here.
    asked_at_ms: u64,
    /// Since a newer one could not be had: until then it is not asked for.
    rest: Cell<Span>,
}

/// How long answers are used.
#[derive(Clone, Copy)]
pub(super) struct Ages {
    pub(super) active_ms: u64,
    pub(super) inactive_ms: u64,
    pub(super) stale_ms: u64,
}

/// What may be done with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It may be used.
    Fresh,
    /// The same; and a newer one is to be asked for, since it is about to become too old.
    Due,
    /// It may be used if no newer one can be had.
    Stale,
    /// It may not be used.
    Over,
}

impl<S: Default> Answer<S> {
    pub(super) fn new(introspection: Introspection, asked_at_ms: u64) -> Self {
        Self {
            introspection,
            slot: S::default(),
            asked_at_ms,
            rest: Cell::default(),
        }
    }

    /// Reads what [`Self::encode`] wrote. A clock of another instance that is a little ahead of ours is taken for ours;
    /// of one that is far ahead nobody knows how old the answer is.
    pub(super) fn decode(text: &str, parameters: &Parameters, now_ms: u64) -> Option<Self> {
        let record = Json::parse(text)?;
        if record.get("v")?.as_f64()? != VERSION || *record.get("params")? != pairs(parameters) {
            return None;
        }
        let asked_at_ms = record.get("asked_at")?.as_f64()? as u64;
        if is_set_back(asked_at_ms, now_ms) {
            return None;
        }
        let asked_at_ms = asked_at_ms.min(now_ms);
        let introspection = Introspection::of(record.get("answer")?.clone(), now_ms).ok()?;
        Some(Self::new(introspection, asked_at_ms))
    }
}

impl<S> Answer<S> {
    pub(super) fn encode(&self, parameters: &Parameters) -> String {
        Json::object([
            ("v", Some(Json::Number(VERSION))),
            ("params", Some(pairs(parameters))),
            ("asked_at", Some(Json::Number(self.asked_at_ms as f64))),
            ("answer", Some(self.introspection.raw.clone())),
        ])
        .to_text()
    }

    /// What may be done with it at `now_ms`.
    pub(super) fn usable(&self, ages: Ages, now_ms: u64) -> Use {
        let is_on = |ms: u64| Span::new(self.asked_at_ms, ms).is_on(now_ms);
        if !self.introspection.active {
            return match is_on(ages.inactive_ms) {
                true => Use::Fresh,
                false => Use::Over,
            };
        }
        let expires_at_ms = self.introspection.expires_at_ms().unwrap_or(u64::MAX);
        if now_ms >= expires_at_ms {
            return Use::Over;
        }
        if !is_on(ages.active_ms) {
            return match is_on(ages.active_ms.saturating_add(ages.stale_ms)) {
                true => Use::Stale,
                false => Use::Over,
            };
        }
        match now_ms >= self.fresh_until_ms(ages) && !self.is_resting(now_ms) {
            true => Use::Due,
            false => Use::Fresh,
        }
    }

    /// Until when an answer that says active is [`Use::Fresh`] without a rest.
    pub(super) fn fresh_until_ms(&self, ages: Ages) -> u64 {
        let too_old_at_ms = self.asked_at_ms.saturating_add(ages.active_ms);
        match self.introspection.expires_at_ms() {
            // Where it is the token that ends, another answer changes nothing.
            Some(expires_at_ms) if expires_at_ms <= too_old_at_ms => expires_at_ms,
            _ => {
                let due_ms = (ages.active_ms / 4).saturating_mul(3);
                self.asked_at_ms.saturating_add(due_ms)
            }
        }
    }

    /// Whether it was asked for after `since_ms`, or may be as old as it was then.
    pub(super) fn does_for(&self, ages: Ages, since_ms: u64) -> bool {
        self.asked_at_ms >= since_ms || matches!(self.usable(ages, since_ms), Use::Fresh | Use::Due)
    }

    /// How long other instances may have use for it, from `now_ms` on.
    pub(super) fn left_ms(&self, ages: Ages, now_ms: u64) -> u64 {
        let life = ages.active_ms.saturating_add(ages.stale_ms);
        let expires_at_ms = self.introspection.expires_at_ms().unwrap_or(u64::MAX);
        let until_ms = self.asked_at_ms.saturating_add(life).min(expires_at_ms);
        until_ms.saturating_sub(now_ms)
    }

    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        self.asked_at_ms > other.asked_at_ms
    }

    pub(super) fn is_resting(&self, now_ms: u64) -> bool {
        self.rest.get().is_on(now_ms)
    }

    /// No newer one is asked for, for that time.
    pub(super) fn rest(&self, span: Span) {
        self.rest.set(span);
    }

    /// About how much memory it takes: the platform may keep the same once more.
    pub(super) fn weight(&self) -> usize {
        let members = self.introspection.raw.weight().saturating_mul(2);
        members.saturating_add(WEIGHT)
    }
}

fn pairs(parameters: &Parameters) -> Json {
    let pair = |(name, value): &(String, String)| {
        Json::Array(vec![Json::from(name.as_str()), Json::from(value.as_str())])
    };
    Json::Array(parameters.iter().map(pair).collect())
}

impl<S> fmt::Debug for Answer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("introspection", &self.introspection)
            .finish_non_exhaustive()
    }
}
