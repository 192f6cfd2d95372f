//! The authorised fetch: requests to the protected API (RFC 6750).

mod failure;
mod options;

use std::fmt;

use crate::chain::TokenSource;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::Host;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::grant::Grant;
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::token::Token;
pub use failure::{ResourceError, TestFailure};
use options::is_success;
pub use options::{Apply, ResourceOptions, Sign};

/// A protected API and the source of its tokens.
pub struct Resource<H: Host> {
    source: TokenSource<H>,
    origins: Vec<String>,
    options: ResourceOptions,
}

impl<H: Host> Resource<H> {
    /// The API at `urls`: the token goes to their origins and nowhere else.
    pub fn new<'a>(
        source: TokenSource<H>,
        urls: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Error> {
        Self::with_options(source, urls, ResourceOptions::default())
    }

    /// The API at `urls`, which takes and refuses tokens as `options` say.
    pub fn with_options<'a>(
        source: TokenSource<H>,
        urls: impl IntoIterator<Item = &'a str>,
        options: ResourceOptions,
    ) -> Result<Self, Error> {
        let http = source.client_state().config().http();
        let origin =
            |url| Endpoint::parse_with(url, http).map(|endpoint| endpoint.origin().to_owned());
        let origins = urls
            .into_iter()
            .map(origin)
            .collect::<Result<_, _>>()
            .map_err(|problem| Error::invalid_option("allowedOrigins", problem))?;
        options.check()?;
        Ok(Self {
            source,
            origins,
            options,
        })
    }

    /// Sends `request` with a token. When the API refuses the token, it is dropped and the request is
    /// sent once more with another; a second refusal is returned as it is.
    pub async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, ResourceError> {
        self.check_origin(&request.url)
            .map_err(ResourceError::Token)?;
        let host = self.source.host();
        let cached = self.source.token().await.map_err(ResourceError::Token)?;
        let authorized = self
            .authorize(&request, &cached.token)
            .map_err(ResourceError::Token)?;
        let response = host
            .send(authorized)
            .await
            .map_err(ResourceError::Transport)?;
        if !self.options.is_refusal(&response) {
            return Ok(response);
        }
        host.event(Event::Refused);
        let refused = cached.token.access_token.expose();
        if !self.source.client_state().refuse(refused, host.now_ms()) {
            return Ok(response);
        }
        let renewed = self.source.token().await;
        match renewed.and_then(|cached| self.authorize(&request, &cached.token)) {
            Ok(authorized) => host
                .send(authorized)
                .await
                .map_err(ResourceError::Transport),
            // Without another token the API's own answer says most.
            Err(_) => Ok(response),
        }
    }

    /// Sends `request` with a token that the server is asked for now, and tells which part fails, if one
    /// does. A token that was given, and no refresh token with it, is tried as it is.
    pub async fn test(&self, request: HttpRequest) -> Result<HttpResponse, TestFailure> {
        self.check_origin(&request.url)
            .map_err(TestFailure::Configuration)?;
        let token = match self.source.client_state().config().grant {
            Grant::Token {
                refresh_token: None,
                ..
            } => self.source.token().await,
            _ => self.source.refreshed().await,
        };
        let authorized = token
            .and_then(|cached| self.authorize(&request, &cached.token))
            .map_err(TestFailure::from)?;
        let sent = self.source.host().send(authorized).await;
        let response = sent.map_err(TestFailure::Transport)?;
        match is_success(&response) && !self.options.is_refusal(&response) {
            true => Ok(response),
            false => Err(TestFailure::Api(response)),
        }
    }

    fn authorize(&self, request: &HttpRequest, token: &Token) -> Result<HttpRequest, Error> {
        let mut request = self.options.with_api_headers(request);
        let Some(apply) = &self.options.apply else {
            return as_bearer(request, token);
        };
        apply(&mut request, token);
        // What is handed the token can still be mistaken about where it goes.
        self.check_origin(&request.url).map(|()| request)
    }

    fn check_origin(&self, url: &str) -> Result<(), Error> {
        match Endpoint::parse_with(url, self.source.client_state().config().http()) {
            Ok(endpoint)
                if self
                    .origins
                    .iter()
                    .any(|origin| origin == endpoint.origin()) =>
            {
                Ok(())
            }
            _ => Err(Error::new(
                ErrorCode::OriginNotAllowed,
                "the request's URL is not of an origin that may see the token",
            )),
        }
    }
}

impl<H: Host> fmt::Debug for Resource<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("source", &self.source)
            .field("origins", &self.origins)
            .field("options", &self.options)
            .finish()
    }
}

fn as_bearer(mut request: HttpRequest, token: &Token) -> Result<HttpRequest, Error> {
    let authorization = token.authorization().ok_or_else(|| {
        Error::new(
            ErrorCode::UnsupportedTokenType,
            [
                "a token of type ",
                &token.token_type,
                " cannot be sent as a bearer token (RFC 6749 §7.1); say in the option apply how it is sent",
            ]
            .concat(),
        )
    })?;
    request
        .headers
        .retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
    request
        .headers
        .push(("authorization".into(), authorization));
    Ok(request)
}
