//! Tokens that only the authorization server can read: it is asked, and what it says is remembered for a short time.

use std::fmt;
use std::rc::Rc;

use super::answer::{Ages, Answer, Use};
use super::answers::Key;
use super::asker::Asker;
use super::flight::{begin, fly};
use super::inquiry::Inquiry;
use super::introspector_options::IntrospectorConfig;
use super::memory::InboundMemory;
use crate::cache::single_flight::longest_ms;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::inbound::InboundHost;
use crate::protocol::bearer::MAX_TOKEN_BYTES;
use crate::protocol::form::Parameters;
use crate::protocol::invalid_token::InvalidToken;
use crate::race::{First, apart, race};
use crate::stopwatch::Stopwatch;

/// How many flights of others are waited for in vain that began too early.
const PATIENCE: u32 = 2;

type Found<H> = Rc<Answer<<H as InboundHost>::Slot>>;

/// Asks an authorization server about the tokens that callers present (RFC 7662).
///
/// Cheap to make: what lasts is in the [`InboundMemory`], found by what the configuration says.
pub struct TokenIntrospector<H: InboundHost> {
    asker: Asker<H>,
}

impl<H: InboundHost> TokenIntrospector<H> {
    /// An introspector that shares `memory` with all others.
    pub fn new(host: Rc<H>, config: Rc<IntrospectorConfig>, memory: Rc<InboundMemory<H>>) -> Self {
        Self {
            asker: Asker::new(host, config, memory),
        }
    }

    /// The configuration.
    pub fn config(&self) -> &IntrospectorConfig {
        &self.asker.config
    }

    /// Tells whoever listens.
    pub(super) fn event(&self, event: Event) {
        self.asker.host.event(event);
    }

    /// The answer that is remembered, if it may be used with nothing else to do.
    ///
    /// When a newer one is due, one caller gets `None`, and is to ask for it; it will be given the old one all the
    /// same.
    pub fn cached(
        &self,
        token: &str,
        parameters: &Parameters,
        max_age_seconds: Option<u32>,
    ) -> Option<Found<H>> {
        let key = self.asker.key(token, parameters)?;
        let ages = self.asker.config.ages_for(max_age_seconds);
        match self.look(Some(key), ages)? {
            (answer, Use::Fresh) => Some(answer),
            (answer, Use::Due) => {
                let now_ms = self.asker.host.now_ms();
                let is_coming = self.asker.memory.answers.is_asked_for(key, now_ms);
                is_coming.then_some(answer)
            }
            _ => None,
        }
    }

    /// Until when an answer that [`cached`](Self::cached) gives is given again, unless it is forgotten.
    pub(super) fn fresh_until_ms(
        &self,
        answer: &Answer<H::Slot>,
        max_age_seconds: Option<u32>,
    ) -> u64 {
        answer.fresh_until_ms(self.asker.config.ages_for(max_age_seconds))
    }

    /// What the server says of `token`, asked with further `parameters`: remembered for as long as the options say,
    /// and for `max_age_seconds` at most. An answer that calls the token inactive is no error.
    pub async fn introspect(
        &self,
        token: &str,
        parameters: &Parameters,
        max_age_seconds: Option<u32>,
    ) -> Result<Found<H>, Error> {
        let ages = self.asker.config.ages_for(max_age_seconds);
        let key = self.asker.key(token, parameters);
        let look = self.look(key, ages);
        if let Some((answer, Use::Fresh)) = look {
            return Ok(answer);
        }
        self.asker.config.check_parameters(parameters)?;
        if token.is_empty() {
            return Err(Error::invalid_option("token", "must not be empty"));
        }
        if token.len() > MAX_TOKEN_BYTES {
            return Err(InvalidToken::TooLong.into());
        }
        let inquiry = Inquiry::new(&self.asker, token, parameters, ages, key);
        match look {
            Some((answer, Use::Due)) => {
                self.asker.host.event(Event::StaleServed);
                self.begin(inquiry);
                Ok(answer)
            }
            Some((answer, Use::Stale)) => match answer.is_resting(self.asker.host.now_ms()) {
                true => {
                    self.asker.host.event(Event::StaleServed);
                    Ok(answer)
                }
                // Better soon the one of before than none late.
                false => self.within(inquiry, self.timeout_ms() / 4).await,
            },
            _ => self.within(inquiry, self.timeout_ms()).await,
        }
    }

    /// Forgets what is remembered of `token`, whatever parameters it was asked about with, here and in the store. What
    /// is under way is not kept. Other instances may use what they have in memory.
    pub async fn forget(&self, token: &str) {
        if let Some(key) = self.asker.key(token, &Vec::new()) {
            self.asker.memory.answers.forget(key.token);
        }
        let inquiry = Inquiry::new(
            &self.asker,
            token,
            &Vec::new(),
            self.asker.config.ages,
            None,
        );
        inquiry.forget().await;
    }

    fn timeout_ms(&self) -> u32 {
        self.asker.config.client.timeout_ms
    }

    fn longest_ms(&self) -> u64 {
        longest_ms(self.timeout_ms())
    }

    fn look(&self, key: Option<Key>, ages: Ages) -> Option<(Found<H>, Use)> {
        let answer = self.asker.memory.answers.get(key?)?;
        let usable = answer.usable(ages, self.asker.host.now_ms());
        Some((answer, usable))
    }

    /// Has a newer answer brought, in the background.
    fn begin(&self, inquiry: Inquiry<H>) {
        if let Some(key) = inquiry.key {
            let flight = self.asker.memory.answers.flight(key);
            let landing = Rc::clone(&flight);
            begin(&self.asker.host, &flight, self.longest_ms(), || {
                apart(inquiry.run(Some(landing)))
            });
        }
    }

    /// A newer answer, or else one of before that may still be used.
    async fn within(&self, inquiry: Inquiry<H>, patience_ms: u32) -> Result<Found<H>, Error> {
        let (key, ages) = (inquiry.key, inquiry.ages);
        let asked = apart(self.newest(inquiry));
        let result = match race(asked, self.asker.host.sleep(patience_ms)).await {
            First::Left(result) => result,
            First::Right(()) => Err(self.asker.source().late_answer()),
        };
        let error = match result {
            Ok(answer) => return Ok(answer),
            Err(error) if error.code() == ErrorCode::InvalidOption => return Err(error),
            Err(error) => error,
        };
        match self.look(key, ages) {
            None | Some((_, Use::Over)) => Err(error),
            Some((answer, usable)) => {
                if usable == Use::Stale {
                    self.asker.host.event(Event::StaleServed);
                    self.asker.rest(&answer, &error);
                }
                Ok(answer)
            }
        }
    }

    /// Whether others gave up long before this caller has to: they had begun earlier.
    fn has_more_patience(&self, error: &Error, waited_ms: u64) -> bool {
        error.code() == ErrorCode::Timeout && waited_ms < u64::from(self.timeout_ms() / 2)
    }

    /// What is asked now, or was by another call not too long ago.
    async fn newest(&self, inquiry: Inquiry<H>) -> Result<Found<H>, Error> {
        let Some(key) = inquiry.key else {
            return inquiry.run(None).await;
        };
        let since_ms = self.asker.host.now_ms();
        let waited = Stopwatch::new(&*self.asker.host);
        for _ in 0..PATIENCE {
            let flight = self.asker.memory.answers.flight(key);
            let (landing, own) = (Rc::clone(&flight), inquiry.clone());
            let work = || apart(own.run(Some(landing)));
            match fly(&self.asker.host, &flight, self.longest_ms(), work).await {
                Ok(answer) if !answer.does_for(inquiry.ages, since_ms) => {}
                Err(error) if self.has_more_patience(&error, waited.ms()) => {}
                result => return result,
            }
        }
        inquiry.run(None).await
    }
}

impl<H: InboundHost> Clone for TokenIntrospector<H> {
    fn clone(&self) -> Self {
        Self {
            asker: self.asker.clone(),
        }
    }
}

impl<H: InboundHost> fmt::Debug for TokenIntrospector<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenIntrospector")
            .field("config", &self.asker.config)
            .finish_non_exhaustive()
    }
}
