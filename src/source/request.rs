//! One token request: who asks, in which style, and what comes back.

use super::TokenSource;
use crate::config::PrivateKey;
use crate::error::{Error, ErrorCode};
use crate::host::{Asked, Host, TransportError};
use crate::json::Json;
use crate::protocol::client_auth::{ClientAuth, ClientCredentials};
use crate::protocol::endpoint::Endpoint;
use crate::protocol::form::Parameters;
use crate::protocol::grant::{self, AssertionOptions};
use crate::protocol::jwt::{Algorithm, Assertion};
use crate::protocol::token_request::TokenRequest;
use crate::protocol::token_response::{self, INVALID_CLIENT, TokenResponseContext};
use crate::race::{First, race};
use crate::token::{Secret, Token};

type Result<T> = std::result::Result<T, Error>;

/// What is asked for, and where.
pub(super) struct Asking<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) grant: &'a Parameters,
    /// What the assertion of the grant says, if it is signed here: each request has another.
    pub(super) assertion: Option<&'a AssertionOptions>,
    pub(super) scope: &'a str,
    pub(super) parameters: &'a Parameters,
    /// Whether the credentials of the grant are still good after the server refused the client.
    pub(super) is_repeatable: bool,
    /// The response with the refresh token that is spent.
    pub(super) renewed: Option<&'a Json>,
}

impl<H: Host> TokenSource<H> {
    /// The answer to one token request; of another, if the style of the client's authentication has
    /// to be found out.
    pub(super) async fn request(&self, asking: &Asking<'_>, timeout_ms: u64) -> Result<Token> {
        let timeout_ms = u32::try_from(timeout_ms).unwrap_or(u32::MAX);
        let exchange = async {
            let client = self.client().await?;
            let client_auth = self.slot.config().client_auth;
            if client_auth != ClientAuth::Auto {
                return self.exchange(asking, &client, client_auth).await;
            }
            let style = self.slot.style();
            let answer = self
                .exchange(asking, &client, style.unwrap_or_default())
                .await;
            let error = match answer {
                Ok(token) => {
                    self.slot.learn_style(style.unwrap_or_default());
                    return Ok(token);
                }
                Err(error) => error,
            };
            if !is_unknown_client(&error) {
                return Err(error);
            }
            if style.is_some() {
                // What was right once is not any more: the next request finds out again.
                self.slot.forget_style();
                return Err(error);
            }
            if !asking.is_repeatable {
                return Err(error);
            }
            let token = self.exchange(asking, &client, ClientAuth::Post).await;
            // Of two errors the first is the one that means something.
            let token = token.map_err(|_| error)?;
            self.slot.learn_style(ClientAuth::Post);
            Ok(token)
        };
        if timeout_ms == 0 {
            return Err(self.timed_out());
        }
        match race(exchange, self.host.sleep(timeout_ms)).await {
            First::Left(answer) => answer,
            First::Right(()) => Err(self.timed_out()),
        }
    }

    /// Asks the host for a credential.
    pub(super) async fn ask(&self, asked: Asked) -> Result<Secret> {
        let option = asked.option();
        let secret = self.host.credential(asked).await;
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
        let mut client = config.client.clone();
        if config.asks_for_secret {
            client.secret = Some(self.ask(Asked::ClientSecret).await?);
        }
        Ok(client)
    }

    async fn exchange(
        &self,
        asking: &Asking<'_>,
        client: &ClientCredentials,
        client_auth: ClientAuth,
    ) -> Result<Token> {
        let config = self.slot.config();
        let private_key = config.private_key.as_ref();
        let signed = match asking.assertion {
            Some(options) => {
                let assertion = self.sign(options, private_key, asking, client).await?;
                Some(grant::jwt_bearer(assertion))
            }
            None => None,
        };
        let grant = signed.as_ref().unwrap_or(asking.grant);
        let client_assertion = if client_auth.is_assertion() {
            let key = private_key.filter(|_| client_auth == ClientAuth::PrivateKeyJwt);
            let options = AssertionOptions::default();
            Some(self.sign(&options, key, asking, client).await?)
        } else {
            None
        };
        let request = TokenRequest {
            endpoint: asking.endpoint,
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
        let response = response
            .await
            .map_err(|error| self.transport_error(error, asking, grant, client))?;
        let mut token = token_response::read(
            &response,
            TokenResponseContext {
                endpoint: asking.endpoint,
                client,
                grant,
                mapping: &config.token_mapping,
                is_basic: matches!(client_auth, ClientAuth::Basic),
                now_ms: asked_at_ms,
                default_lifetime_seconds: config.default_lifetime_seconds.into(),
            },
        )?;
        if config.no_refresh_token {
            token.refresh_token = None;
        }
        Ok(token)
    }

    /// A new assertion, by the client's private key, or by its secret where there is no `key`.
    async fn sign(
        &self,
        options: &AssertionOptions,
        key: Option<&PrivateKey>,
        asking: &Asking<'_>,
        client: &ClientCredentials,
    ) -> Result<Secret> {
        let issuer = options.issuer.as_deref().unwrap_or(&client.id);
        let audience = options
            .audience
            .as_deref()
            .or_else(|| key.and_then(|key| key.audience.as_deref()));
        let secret = match key {
            Some(_) => None,
            None => client.secret.as_ref(),
        };
        let assertion = Assertion {
            algorithm: key.map_or(Algorithm::Hs256, |key| key.algorithm),
            key_id: key.and_then(|key| key.key_id.as_deref()),
            issuer,
            subject: options.subject.as_deref().unwrap_or(issuer),
            audience: audience.unwrap_or(asking.endpoint.as_str()),
            issued_at: self.host.now_ms() / 1000,
            lifetime_seconds: options.lifetime_seconds,
            claims: &options.claims,
        };
        assertion.sign(&*self.host, secret).await
    }

    fn transport_error(
        &self,
        error: TransportError,
        asking: &Asking<'_>,
        grant: &Parameters,
        client: &ClientCredentials,
    ) -> Error {
        let endpoint = asking.endpoint.for_display();
        match error {
            TransportError::Hook(hook, reason) => Error::hook_failed(hook, reason),
            TransportError::TooLong => Error::new(
                ErrorCode::InvalidResponse,
                [
                    "the token endpoint ",
                    endpoint,
                    " answered with more than 1 MiB",
                ]
                .concat(),
            ),
            TransportError::Connection(reason) => {
                let message = [
                    "the token endpoint ",
                    endpoint,
                    " could not be reached: ",
                    // The platform's words may hold the URL with its query.
                    &reason.replace(asking.endpoint.as_str(), endpoint),
                ]
                .concat();
                let message = grant::redact(grant, client.redact(&message));
                Error::new(ErrorCode::Network, message)
            }
        }
    }
}

fn is_unknown_client(error: &Error) -> bool {
    error
        .response()
        .is_some_and(|response| response.error == INVALID_CLIENT)
}
