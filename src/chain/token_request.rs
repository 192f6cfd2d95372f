//! One token request: what is asked for, and what comes back.

use std::cell::Cell;

use super::TokenSource;
use super::post::{Message, Place, Poster, Posting, transport_error};
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::{Host, Refusal, TransportError};
use crate::json::Json;
use crate::protocol::assertion::AssertionOptions;
use crate::protocol::client_authentication::ClientCredentials;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::form::Parameters;
use crate::protocol::grant;
use crate::protocol::http::HttpResponse;
use crate::protocol::token_request::TokenRequest;
use crate::protocol::token_response::{self, TokenResponseContext};
use crate::race::{Apart, apart};
use crate::token::Token;

type Result<T> = std::result::Result<T, Error>;

/// By its address, since it goes through many hands.
pub(super) type Issued = Result<Box<Token>>;

/// What is asked for, and where.
pub(super) struct Asking<'a> {
    /// Where, if not at the token endpoint.
    pub(super) endpoint: Option<&'a Endpoint>,
    pub(super) grant: Parameters,
    /// What the assertion of the grant says, if it is signed here: each request has another.
    pub(super) assertion: Option<&'a AssertionOptions>,
    pub(super) scope: String,
    pub(super) parameters: &'a Parameters,
    /// Whether the credentials of the grant are still good after the server refused the client.
    pub(super) is_repeatable: bool,
    /// Whether it spends what is good for one use, so that it is not made twice.
    pub(super) spends: bool,
    /// The response with the refresh token that is spent.
    pub(super) renewed: Option<&'a Json>,
    pub(super) answer: Cell<Option<Box<Token>>>,
}

impl<H: Host> Message<H> for Asking<'_> {
    fn place<'a>(&'a self, source: &'a TokenSource<H>) -> Place<'a> {
        let config = source.client.config();
        match self.endpoint {
            Some(endpoint) => Place::Known(endpoint),
            None if !config.is_discovered() => Place::Known(&config.endpoint),
            None => Place::ToBeFound(apart(source.token_endpoint())),
        }
    }

    fn posting(&self, source: &TokenSource<H>) -> Posting {
        Posting {
            is_repeatable: self.is_repeatable,
            is_once: self.spends || source.client.config().has_hooks,
        }
    }

    fn exchange<'a>(
        &'a self,
        source: &'a TokenSource<H>,
        poster: &'a Poster<'a>,
    ) -> Apart<'a, Result<()>> {
        apart(source.exchange(self, poster))
    }
}

impl Asking<'_> {
    /// What was answered.
    pub(super) fn taken(&self) -> Issued {
        let message = "the token request ended without a token";
        let lost = || Error::new(ErrorCode::Internal, message);
        self.answer.take().ok_or_else(lost)
    }
}

impl<H: Host> TokenSource<H> {
    async fn exchange(&self, asking: &Asking<'_>, poster: &Poster<'_>) -> Result<()> {
        let config = self.client.config();
        let signed = match asking.assertion {
            Some(options) => Some(apart(self.signed_grant(options, poster.client)).await?),
            None => None,
        };
        let request = TokenRequest {
            endpoint: poster.endpoint,
            grant: signed.as_ref().unwrap_or(&asking.grant),
            client: poster.client,
            client_auth: poster.client_auth,
            client_assertion: poster.client_assertion,
            scope: &asking.scope,
            resource: &config.resource,
            parameters: asking.parameters,
            headers: &config.headers,
            body_format: config.body_format,
        };
        // Lifetimes count from the asking: an isolate may be frozen between answer and reading.
        let asked_at_ms = self.host.now_ms();
        let entry = self.client.entry();
        entry.asks.set(config.has_hooks.then_some("hooks"));
        let response = self.host.token_request(request.to_http(), asking.renewed);
        let response = response.await;
        entry.asks.set(None);
        let context = TokenResponseContext {
            request,
            mapping: &config.token_mapping,
            now_ms: asked_at_ms,
            default_lifetime_seconds: config.default_lifetime_seconds.into(),
        };
        let token = self.received(response, context)?;
        asking.answer.set(Some(Box::new(token)));
        Ok(())
    }

    fn received(
        &self,
        response: std::result::Result<HttpResponse, TransportError>,
        context: TokenResponseContext<'_>,
    ) -> Result<Token> {
        let config = self.client.config();
        let (mut token, unsaid) = match response {
            Ok(response) => token_response::read(&response, context)
                .map_err(|error| self.classified(error, &response, &context.request))?,
            Err(error) => return Err(self.unanswered(error, context)),
        };
        if let Some(reason) = unsaid {
            self.host.event(Event::LifetimeAssumed {
                seconds: config.default_lifetime_seconds,
                reason,
            });
        }
        if config.no_refresh_token {
            token.refresh_token = None;
        }
        Ok(token)
    }

    async fn signed_grant(
        &self,
        options: &AssertionOptions,
        client: &ClientCredentials,
    ) -> Result<Parameters> {
        let key = self.client.config().private_key.as_ref();
        let signed = self.sign(options, key, client, None).await?;
        Ok(grant::jwt_bearer(signed))
    }

    /// Why there is no answer, or none that could be read to its end.
    #[inline(never)]
    fn unanswered(&self, error: TransportError, context: TokenResponseContext<'_>) -> Error {
        let request = context.request;
        match error {
            TransportError::TooLong { status, headers } => {
                let body = Vec::new();
                let head = HttpResponse {
                    status,
                    headers,
                    body,
                };
                let error = context.too_long(&head);
                self.classified(error, &head, &request)
            }
            error => {
                let sent = request.sent();
                transport_error(error, "the token endpoint ", request.endpoint, &sent)
            }
        }
    }

    /// `error` as the host's own classification has it, if it has one.
    #[inline(never)]
    fn classified(
        &self,
        error: Error,
        response: &HttpResponse,
        request: &TokenRequest<'_>,
    ) -> Error {
        let Some(class) = error.class() else {
            return error;
        };
        let (said, sent) = (error.response(), request.sent());
        let headers = response.headers.iter();
        let shown =
            |(name, value): &(String, String)| (name.to_ascii_lowercase(), sent.shown(value));
        let classified = self.host.classify(&Refusal {
            status: response.status,
            error: said.map(|it| it.error.as_str()).filter(|it| !it.is_empty()),
            description: said.and_then(|it| it.description.as_deref()),
            grant_type: request.grant_type(),
            headers: headers.map(shown).collect(),
            class,
        });
        match classified {
            Ok(None) => error,
            Ok(Some(class)) => error.classified(class),
            Err(reason) => error.with_hook(reason),
        }
    }
}
