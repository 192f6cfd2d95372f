//! Asking the server about a token that somebody else presents (RFC 7662).

use std::cell::Cell;

use super::TokenSource;
use super::attempts::Attempts;
use super::post::{Message, Place, Poster, Posting, transport_error};
use crate::error::{Error, ErrorCode};
use crate::host::Host;
use crate::protocol::form::Parameters;
use crate::protocol::introspection::{self, Answered, IntrospectionResponseContext};
use crate::protocol::introspection_request::IntrospectionRequest;
use crate::protocol::metadata;
use crate::race::{Apart, apart};
use crate::retry;
use crate::token::Secret;

type Result<T> = std::result::Result<T, Error>;

/// What is asked, and what was answered.
pub(crate) struct Question {
    pub(crate) token: Secret,
    pub(crate) token_type_hint: Option<String>,
    pub(crate) parameters: Parameters,
    /// Whether the answer is to be signed.
    pub(crate) signed: bool,
    answer: Cell<Option<(Answered, u64)>>,
}

impl Question {
    pub(crate) fn new(
        token: &str,
        token_type_hint: Option<String>,
        parameters: &Parameters,
        signed: bool,
    ) -> Self {
        Self {
            token: Secret::from(token),
            token_type_hint,
            parameters: parameters.clone(),
            signed,
            answer: Cell::new(None),
        }
    }
}

impl<H: Host> Message<H> for Question {
    fn place<'a>(&'a self, source: &'a TokenSource<H>) -> Place<'a> {
        let config = source.client.config();
        // What is given stands where the token endpoint does elsewhere: this client has no other.
        match config.is_discovered() {
            false => Place::Known(&config.endpoint),
            true => Place::ToBeFound(apart(source.endpoint(
                "introspectionUrl",
                None,
                metadata::INTROSPECTION_ENDPOINT,
            ))),
        }
    }

    fn posting(&self, _: &TokenSource<H>) -> Posting {
        Posting {
            is_repeatable: true,
            is_once: false,
        }
    }

    fn exchange<'a>(
        &'a self,
        source: &'a TokenSource<H>,
        poster: &'a Poster<'a>,
    ) -> Apart<'a, Result<()>> {
        apart(source.send_question(self, poster))
    }
}

impl<H: Host> TokenSource<H> {
    /// What the server says, and when it was asked.
    pub(crate) async fn answer(&self, question: &Question) -> Result<(Answered, u64)> {
        let timeout_ms = u64::from(self.client.config().timeout_ms);
        let mut attempts = Attempts::new(&*self.host, timeout_ms);
        loop {
            let posted = self.posted(question, attempts.left_ms()).await;
            let error = match posted {
                Ok(()) => return question.answer.take().ok_or_else(unanswered),
                Err(error) if error.code() == ErrorCode::Timeout => self.late_answer(),
                Err(error) => error,
            };
            let is_worthwhile = retry::is_worthwhile(&error);
            if !attempts.again(&error, is_worthwhile).await {
                return Err(error);
            }
        }
    }

    /// Why there is no answer in time.
    pub(crate) fn late_answer(&self) -> Error {
        let config = self.client.config();
        let kind = match config.is_discovered() {
            true => " ms from the issuer ",
            false => " ms from the introspection endpoint ",
        };
        let asks = self.client.entry().asks.get();
        let message = [
            "no answer about the token within ",
            &config.timeout_ms.to_string(),
            kind,
            config.endpoint.for_display(),
            asks.map_or("", |_| "; waited for in vain: "),
            asks.unwrap_or_default(),
        ];
        Error::new(ErrorCode::Timeout, message.concat())
    }

    async fn send_question(&self, question: &Question, poster: &Poster<'_>) -> Result<()> {
        let config = self.client.config();
        let client = poster.client;
        let own = client.parameters(poster.client_auth, poster.client_assertion);
        let authorization = client.header(poster.client_auth);
        let authorization = authorization.map(|it| ("authorization".to_owned(), it));
        let is_replaced =
            |(name, _): &&(String, String)| !question.parameters.iter().any(|(own, _)| own == name);
        let standing = config.endpoint_params.iter().filter(is_replaced).cloned();
        let request = IntrospectionRequest {
            endpoint: poster.endpoint,
            token: &question.token,
            token_type_hint: question.token_type_hint.as_deref(),
            parameters: [own, standing.collect(), question.parameters.clone()].concat(),
            headers: config
                .headers
                .iter()
                .cloned()
                .chain(authorization)
                .collect(),
            signed: question.signed,
        };
        let mut sent = request.sent();
        client.add_to(&mut sent);
        // Ages count from the asking.
        let now_ms = self.host.now_ms();
        let context = IntrospectionResponseContext {
            endpoint: poster.endpoint,
            sent: &sent,
            signed: question.signed,
            now_ms,
        };
        let response = self.host.send(request.to_http()).await;
        let response = response.map_err(|error| {
            transport_error(error, "the introspection endpoint ", poster.endpoint, &sent)
        })?;
        let answered = introspection::read(&response, context)?;
        question.answer.set(Some((answered, now_ms)));
        Ok(())
    }
}

fn unanswered() -> Error {
    let message = "the introspection request ended without an answer";
    Error::new(ErrorCode::Internal, message)
}
