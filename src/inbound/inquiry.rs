//! One inquiry about one token: the store, the server, and what is kept of the answer.

use std::rc::Rc;

use super::answer::{Ages, Answer, Use};
use super::answers::Key;
use super::asker::Asker;
use super::flight::SharedFlight;
use super::shelf::{self, Shelf};
use super::signed_answer;
use super::standing::Standing;
use crate::cache::bytes::Bytes;
use crate::cache::span::Span;
use crate::chain::introspection::Question;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::inbound::InboundHost;
use crate::protocol::form::Parameters;
use crate::protocol::introspection::Answered;
use crate::race::apart;
use crate::redaction::Sent;
use crate::retry;
use crate::stopwatch::Stopwatch;
use crate::token::Secret;

/// How long a server is left alone at most that wants to be: then one call asks whether it still does.
const LONGEST_REST_MS: u64 = 60_000;

/// What is over sooner is put into no store.
const SHORTEST_MS: u64 = 1_000;

type Found<H> = Rc<Answer<<H as InboundHost>::Slot>>;
type Landing<H> = Option<SharedFlight<Found<H>>>;

/// What is asked about which token.
pub(super) struct Inquiry<H: InboundHost> {
    asker: Asker<H>,
    token: Secret,
    parameters: Parameters,
    pub(super) ages: Ages,
    /// `None` where nothing is remembered.
    pub(super) key: Option<Key>,
}

impl<H: InboundHost> Clone for Inquiry<H> {
    fn clone(&self) -> Self {
        Self {
            asker: self.asker.clone(),
            token: self.token.clone(),
            parameters: self.parameters.clone(),
            ..*self
        }
    }
}

impl<H: InboundHost> Inquiry<H> {
    pub(super) fn new(
        asker: &Asker<H>,
        token: &str,
        parameters: &Parameters,
        ages: Ages,
        key: Option<Key>,
    ) -> Self {
        Self {
            asker: asker.clone(),
            token: Secret::from(token),
            parameters: parameters.clone(),
            ages,
            key,
        }
    }

    /// Brings the answer, on behalf of all who are on `flight`.
    pub(super) async fn run(self, flight: Landing<H>) -> Result<Found<H>, Error> {
        let result = self.bring(&flight).await;
        let answers = &self.asker.memory.answers;
        if let Some(key) = self.key {
            if let Err(error) = &result
                && let Some(known) = answers.get(key)
            {
                self.asker.rest(&known, error);
            }
            if let Some(flight) = &flight {
                answers.landed(key, flight);
            }
        }
        result
    }

    async fn bring(&self, flight: &Landing<H>) -> Result<Found<H>, Error> {
        let standing = self.asker.standing();
        let stored = match self.asker.host.store() {
            Some(_) => apart(self.stored(&standing)).await?,
            None => None,
        };
        if let Some(answer) = &stored {
            self.keep(answer, flight);
            if answer.usable(self.ages, self.asker.host.now_ms()) == Use::Fresh {
                return Ok(Rc::clone(answer));
            }
        }
        if let Some(error) = standing.remembered(self.asker.host.now_ms()) {
            return Err(error);
        }
        let answer = match self.told().await {
            Ok(answer) => Rc::new(answer),
            Err(error) => {
                self.remember(&standing, &error);
                return Err(error);
            }
        };
        let is_kept = self.keep(&answer, flight);
        if is_kept && self.asker.host.store().is_some() {
            self.publish(&answer, stored.is_some());
        }
        Ok(answer)
    }

    async fn ask(&self) -> Result<Answer<H::Slot>, Error> {
        let hint = self.asker.config.token_type_hint.clone();
        let signed = self.asker.config.signed.is_some();
        let question = Question::new(self.token.expose(), hint, &self.parameters, signed);
        let (answered, asked_at_ms) = self.asker.source().answer(&question).await?;
        let introspection = match answered {
            Answered::Plain(introspection) => *introspection,
            Answered::Signed(jwt) => {
                apart(signed_answer::verified(&self.asker, &jwt, asked_at_ms)).await?
            }
        };
        Ok(Answer::new(introspection, asked_at_ms))
    }

    /// The same, told to whoever listens.
    async fn told(&self) -> Result<Answer<H::Slot>, Error> {
        let host = &self.asker.host;
        let passed = Stopwatch::new(&**host);
        let result = self.ask().await;
        let duration_ms = passed.ms();
        host.event(match &result {
            Ok(answer) => Event::Introspection {
                active: answer.introspection.active,
                duration_ms,
            },
            Err(error) => Event::IntrospectionFailed {
                code: error.code(),
                duration_ms,
            },
        });
        result
    }

    /// What has nothing to do with the token is the same for all tokens: nobody asks again for a time.
    fn remember(&self, standing: &Standing, error: &Error) {
        let unsaid_ms = self.asker.config.client.error_cache_ms();
        let refusal_ms = || is_about_us(error).then_some(unsaid_ms);
        // Nobody is kept out for a day by what a server says while it fails.
        let wish_ms = retry::wish_ms(error, unsaid_ms).map(|ms| ms.min(LONGEST_REST_MS));
        if let Some(rest_ms) = wish_ms.or_else(refusal_ms) {
            let span = Span::new(self.asker.host.now_ms(), rest_ms);
            let told = error.clone().with_retry_after(Some(rest_ms));
            standing.remember(told, span);
        }
    }

    /// Whether `answer` is remembered.
    fn keep(&self, answer: &Found<H>, flight: &Landing<H>) -> bool {
        let config = &self.asker.config;
        let answers = &self.asker.memory.answers;
        let ages = config.ages;
        let is_of_use = match answer.introspection.active {
            true => ages.active_ms > 0 || ages.stale_ms > 0,
            false => ages.inactive_ms > 0,
        };
        let (true, Some(key), Some(flight)) = (is_of_use, self.key, flight) else {
            return false;
        };
        let is_wanted = answers.is_wanted(key, flight);
        if is_wanted {
            answers.keep(key, answer, config.cache_entries);
        }
        is_wanted
    }

    /// What another instance was told.
    async fn stored(&self, standing: &Standing) -> Result<Option<Found<H>>, Error> {
        self.asker.config.check_sealing()?;
        if self.ages.active_ms == 0 {
            return Ok(None);
        }
        let sent = self.sent();
        let Some(shelf) = self.shelf(standing, &sent).await else {
            return Ok(None);
        };
        let Some(text) = shelf.get().await else {
            return Ok(None);
        };
        let now_ms = self.asker.host.now_ms();
        Ok(Answer::decode(&text, &self.parameters, now_ms).map(Rc::new))
    }

    /// Tells other instances, in the background. Only of good tokens: of bad ones there are too many.
    fn publish(&self, answer: &Found<H>, has_record: bool) {
        let config = &self.asker.config;
        let now_ms = self.asker.host.now_ms();
        let left_ms = answer.left_ms(config.ages, now_ms);
        let is_active = answer.introspection.active;
        if !is_active && !has_record || is_active && left_ms < SHORTEST_MS {
            return;
        }
        let (inquiry, answer) = (self.clone(), Rc::clone(answer));
        self.asker.host.spawn(apart(async move {
            let standing = inquiry.asker.standing();
            let sent = inquiry.sent();
            let Some(shelf) = inquiry.shelf(&standing, &sent).await else {
                return;
            };
            if !is_active {
                return shelf.delete().await;
            }
            let text = answer.encode(&inquiry.parameters);
            shelf.put(text, left_ms.div_ceil(1000)).await;
            // What was to be forgotten meanwhile must not come back.
            let answers = &inquiry.asker.memory.answers;
            if inquiry.key.is_some_and(|key| answers.get(key).is_none()) {
                shelf.delete().await;
            }
        }));
    }

    /// Empties the token's place in the store.
    pub(super) async fn forget(&self) {
        if self.asker.host.store().is_some() {
            let standing = self.asker.standing();
            let sent = self.sent();
            if let Some(shelf) = self.shelf(&standing, &sent).await {
                shelf.delete().await;
            }
        }
    }

    /// The token's place in the store: one, whatever parameters it was asked about with, so that it can be found to
    /// be emptied.
    async fn shelf<'a>(&'a self, standing: &'a Standing, sent: &'a Sent) -> Option<Shelf<'a, H>> {
        let config = &self.asker.config;
        let mut name = Bytes::default();
        name.text("introspection");
        name.bytes(&config.name);
        name.text(self.token.expose());
        let usage = shelf::Use {
            prefix: &config.client.store_prefix,
            secret: Some(config.client.current_seal_key()?),
            timeout_ms: config.client.store_timeout_ms,
            health: &standing.store,
            sent,
        };
        Shelf::find(&*self.asker.host, usage, &name.0).await
    }

    fn sent(&self) -> Sent {
        let mut sent = self.asker.config.client.sent();
        sent.add(self.token.expose());
        sent.add_parameters(&self.parameters);
        sent
    }
}

/// Whether an error is about who asks, and not about the token. A status alone may be a firewall's, that dislikes
/// what the token looks like.
fn is_about_us(error: &Error) -> bool {
    let said = error.response().map(|it| it.error.as_str());
    match error.code() {
        ErrorCode::DiscoveryFailed => !error.retryable(),
        ErrorCode::HttpStatus => error.status() == Some(401),
        // Some servers say 401 of a token that they do not know, and call it something else.
        ErrorCode::TokenRequestRejected => match said {
            Some("invalid_client" | "unauthorized_client") => true,
            // Keycloak's word for a wrong secret.
            Some("invalid_request") => error.status() == Some(401),
            _ => false,
        },
        _ => false,
    }
}
