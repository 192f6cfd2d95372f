//! The authorised fetch: requests to the protected API (RFC 6750).

use std::fmt;

use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::{Host, TransportError};
use crate::protocol::endpoint::Endpoint;
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::source::TokenSource;
use crate::token::Token;

/// A protected API and the source of its tokens.
pub struct Resource<H: Host> {
    source: TokenSource<H>,
    origins: Vec<String>,
}

/// Why a request to the API brought no response.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ResourceError {
    /// There was no token, or it may not be sent there. Nothing was sent.
    Token(Error),
    /// The API could not be reached.
    Transport(TransportError),
}

impl<H: Host> Resource<H> {
    /// The API at `urls`: the token goes to their origins and nowhere else.
    pub fn new<'a>(
        source: TokenSource<H>,
        urls: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Error> {
        let origin = |url| Endpoint::parse(url).map(|endpoint| endpoint.origin().to_owned());
        let origins = urls
            .into_iter()
            .map(origin)
            .collect::<Result<_, _>>()
            .map_err(|problem| Error::invalid_option("allowedOrigins", problem))?;
        Ok(Self { source, origins })
    }

    /// Sends `request` with a token. When the API answers 401, the token it refused is dropped and
    /// the request is sent once more with another; a second 401 is returned as it is.
    pub async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, ResourceError> {
        self.check_origin(&request.url)
            .map_err(ResourceError::Token)?;
        let host = self.source.host();
        let cached = self.source.token().await.map_err(ResourceError::Token)?;
        let authorized = authorize(&request, &cached.token).map_err(ResourceError::Token)?;
        let response = host
            .send(authorized)
            .await
            .map_err(ResourceError::Transport)?;
        if response.status != 401 {
            return Ok(response);
        }
        host.event(Event::Refused);
        let refused = cached.token.access_token.expose();
        if !self.source.slot().refuse(refused, host.now_ms()) {
            return Ok(response);
        }
        let renewed = self.source.token().await;
        match renewed.and_then(|cached| authorize(&request, &cached.token)) {
            Ok(authorized) => host
                .send(authorized)
                .await
                .map_err(ResourceError::Transport),
            // Without another token the API's own answer says most.
            Err(_) => Ok(response),
        }
    }

    fn check_origin(&self, url: &str) -> Result<(), Error> {
        match Endpoint::parse(url) {
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
            .finish()
    }
}

impl fmt::Display for ResourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ResourceError {}

fn authorize(request: &HttpRequest, token: &Token) -> Result<HttpRequest, Error> {
    let authorization = token.authorization().ok_or_else(|| {
        Error::new(
            ErrorCode::UnsupportedTokenType,
            [
                "a token of type ",
                &token.token_type,
                " cannot be sent as a bearer token (RFC 6749 §7.1)",
            ]
            .concat(),
        )
    })?;
    let mut request = request.clone();
    request
        .headers
        .retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
    request
        .headers
        .push(("authorization".into(), authorization));
    Ok(request)
}
