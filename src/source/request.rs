//! One token request: who asks, in which style, and what comes back.

use std::future::Future;

use super::TokenSource;
use super::attempts::InAir;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::{Asked, Host, Refusal, TransportError};
use crate::json::Json;
use crate::protocol::assertion::{AssertionOptions, ClientAssertion};
use crate::protocol::client_auth::{ClientAuth, ClientCredentials};
use crate::protocol::endpoint::Endpoint;
use crate::protocol::error_class::ErrorClass;
use crate::protocol::form::Parameters;
use crate::protocol::grant;
use crate::protocol::http::HttpResponse;
use crate::protocol::token_request::TokenRequest;
use crate::protocol::token_response::{self, TokenResponseContext};
use crate::race::{First, race};
use crate::redaction::Sent;
use crate::token::{Credential, Secret, Token};

type Result<T> = std::result::Result<T, Error>;

/// What is asked for, and where.
pub(super) struct Asking<'a> {
    /// Where, if not at the token endpoint.
    pub(super) endpoint: Option<&'a Endpoint>,
    pub(super) grant: &'a Parameters,
    /// What the assertion of the grant says, if it is signed here: each request has another.
    pub(super) assertion: Option<&'a AssertionOptions>,
    pub(super) scope: &'a str,
    pub(super) parameters: &'a Parameters,
    /// Whether the credentials of the grant are still good after the server refused the client.
    pub(super) is_repeatable: bool,
    /// Whether it spends what is good for one use, so that it is not made twice.
    pub(super) spends: bool,
    /// The response with the refresh token that is spent.
    pub(super) renewed: Option<&'a Json>,
}

/// Not every server reads the header, whatever RFC 6749 §2.3.1 says.
const BODY_HINT: &str = " (if client and secret are right, it may want them in the body: clientAuth: 'body', or 'auto')";

impl<H: Host> TokenSource<H> {
    /// The answer to one token request.
    pub(super) async fn request(&self, asking: &Asking<'_>, timeout_ms: u64) -> Result<Token> {
        let asked = async {
            let endpoint = match asking.endpoint {
                Some(endpoint) => endpoint.clone(),
                None => self.token_endpoint().await?,
            };
            let ask = async |client: &ClientCredentials, client_auth| {
                let once = || -> InAir<'_, Token, Error> {
                    Box::pin(self.exchange(asking, &endpoint, client, client_auth))
                };
                match asking.spends || self.slot.config().has_hooks {
                    true => once().await,
                    false => self.patiently(timeout_ms / 2, once).await,
                }
            };
            self.authenticated(asking.is_repeatable, ask).await
        };
        self.within(timeout_ms, asked).await
    }

    /// What `work` brings, if it does not take too long.
    pub(super) async fn within<T>(
        &self,
        timeout_ms: u64,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let timeout_ms = u32::try_from(timeout_ms).unwrap_or(u32::MAX);
        if timeout_ms == 0 {
            return Err(self.timed_out());
        }
        match race(work, self.host.sleep(timeout_ms)).await {
            First::Left(answer) => answer,
            First::Right(()) => Err(self.timed_out()),
        }
    }

    /// The answer to what is asked in the client's style of authentication; if that has to be found
    /// out, to what is asked in another.
    pub(super) async fn authenticated<T>(
        &self,
        is_repeatable: bool,
        ask: impl AsyncFn(&ClientCredentials, ClientAuth) -> Result<T>,
    ) -> Result<T> {
        let client = self.client().await?;
        let client_auth = self.slot.config().client_auth;
        if client_auth != ClientAuth::Auto {
            let is_plain = client_auth == ClientAuth::Basic && !client.is_ambiguous();
            let answer = ask(&client, client_auth).await;
            return answer.map_err(|error| match is_plain && is_unknown_client(&error) {
                true => error.advised(BODY_HINT),
                false => error,
            });
        }
        let known = self.slot.style();
        let style = known.unwrap_or_else(|| self.advertised_style());
        let error = match ask(&client, style).await {
            Ok(answer) => {
                self.slot.learn_style(style);
                return Ok(answer);
            }
            Err(error) => error,
        };
        if !is_unknown_client(&error) {
            return Err(error);
        }
        if known.is_some() {
            // What was right once is not any more: the next request finds out again.
            self.slot.forget_style();
            return Err(error);
        }
        let other = match style {
            ClientAuth::Post => ClientAuth::Basic,
            _ => ClientAuth::Post,
        };
        if !is_repeatable {
            // Or nobody would ever come to know it.
            self.slot.learn_style(other);
            return Err(error);
        }
        // Of two errors the first is the one that means something.
        let answer = ask(&client, other).await.map_err(|_| error)?;
        self.slot.learn_style(other);
        Ok(answer)
    }

    /// Asks the host for a credential.
    pub(super) async fn ask(&self, asked: Asked) -> Result<Secret> {
        let option = asked.option();
        let secret = self.asking(Some(option), self.host.credential(asked)).await;
        let secret = secret.map_err(|reason| Error::hook_failed(option, reason))?;
        let text = secret.expose();
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(Error::invalid_option(
                option,
                "gave a text that is empty or has control characters",
            ));
        }
        Ok(secret)
    }

    async fn client(&self) -> Result<ClientCredentials> {
        let config = self.slot.config();
        let mut client = config.client();
        if config.asks_for_secret() {
            client.secret = Some(self.ask(Asked::ClientSecret).await?);
        }
        Ok(client)
    }

    /// What takes the secret's place (RFC 7523 §2.2), for the methods that need it.
    pub(super) async fn client_assertion(
        &self,
        client: &ClientCredentials,
        client_auth: ClientAuth,
    ) -> Result<Option<Secret>> {
        if !client_auth.is_assertion() {
            return Ok(None);
        }
        let config = self.slot.config();
        let assertion = match &config.client_assertion {
            ClientAssertion::Ready(Credential::Given(ready)) => ready.clone(),
            ClientAssertion::Ready(Credential::Asked) => self.ask(Asked::ClientAssertion).await?,
            ClientAssertion::Signed(options) => {
                let key = config.private_key.as_ref();
                let key = key.filter(|_| client_auth == ClientAuth::PrivateKeyJwt);
                self.sign(options, key, client, config.issuer()).await?
            }
        };
        Ok(Some(assertion))
    }

    async fn exchange(
        &self,
        asking: &Asking<'_>,
        endpoint: &Endpoint,
        client: &ClientCredentials,
        client_auth: ClientAuth,
    ) -> Result<Token> {
        let config = self.slot.config();
        let signed = match asking.assertion {
            Some(options) => {
                let key = config.private_key.as_ref();
                let signed = self.sign(options, key, client, None).await?;
                Some(grant::jwt_bearer(signed))
            }
            None => None,
        };
        let grant = signed.as_ref().unwrap_or(asking.grant);
        let client_assertion = self.client_assertion(client, client_auth).await?;
        let request = TokenRequest {
            endpoint,
            grant,
            client,
            client_auth,
            client_assertion: client_assertion.as_ref().map(Secret::expose),
            scope: asking.scope,
            resource: &config.resource,
            parameters: asking.parameters,
            headers: &config.headers,
            body_format: config.body_format,
        };
        // Lifetimes count from the asking: an isolate may be frozen between answer and reading.
        let asked_at_ms = self.host.now_ms();
        let response = self.host.token_request(request.to_http(), asking.renewed);
        let response = self.asking(config.has_hooks.then_some("hooks"), response);
        let context = TokenResponseContext {
            request,
            mapping: &config.token_mapping,
            now_ms: asked_at_ms,
            default_lifetime_seconds: config.default_lifetime_seconds.into(),
        };
        let (response, is_whole) = match response.await {
            Ok(response) => (response, true),
            Err(TransportError::TooLong { status, headers }) => {
                let body = Vec::new();
                let head = HttpResponse {
                    status,
                    headers,
                    body,
                };
                (head, false)
            }
            Err(error) => {
                let sent = request.sent();
                return Err(transport_error(
                    error,
                    "the token endpoint ",
                    endpoint,
                    &sent,
                ));
            }
        };
        let read = match is_whole {
            true => token_response::read(&response, context),
            false => Err(token_response::too_long(&response, context)),
        };
        let (mut token, unsaid) =
            read.map_err(|error| self.classified(error, &response, &request))?;
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

    /// `error` as the host's own classification has it, if it has one.
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

/// Why `endpoint`, which is of this kind, gave no answer.
///
/// The platform's words are not known to be free of what was `sent`.
pub(super) fn transport_error(
    error: TransportError,
    kind: &str,
    endpoint: &Endpoint,
    sent: &Sent,
) -> Error {
    let shown = endpoint.for_display();
    match error {
        TransportError::Hook(hook, reason) => Error::hook_failed(hook, reason),
        TransportError::Unusable(reason) => Error::new(
            ErrorCode::InvalidResponse,
            [kind, shown, " gave no response: ", &sent.shown(&reason)].concat(),
        ),
        TransportError::TooLong { status, .. } => {
            let status_text = status.to_string();
            let message = [kind, shown, " answered with status ", &status_text];
            let message = [&message.concat(), " and more than 1 MiB"].concat();
            Error::new(ErrorCode::InvalidResponse, message).with_status(status)
        }
        TransportError::Connection(reason) => {
            // The platform's words may hold the URL with its query.
            let reason = reason.replace(endpoint.as_str(), shown);
            let message = [kind, shown, " could not be reached: ", &sent.shown(&reason)];
            Error::new(ErrorCode::Network, message.concat())
        }
    }
}

fn is_unknown_client(error: &Error) -> bool {
    let class = error.class().unwrap_or(ErrorClass::Terminal);
    let said = error.response();
    said.is_some_and(|said| token_response::is_unknown_client(said, class))
}
