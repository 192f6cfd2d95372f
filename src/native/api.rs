//! Requests to the protected API, by the program's own HTTP client.

use std::fmt;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Request, Response, StatusCode};

use super::client::{Client, authorization};
use crate::error::{Error, ErrorCode};
use crate::host::store::{NoStore, TokenStore};
use crate::protocol::endpoint::Endpoint;
use crate::token::Token;

/// A protected API and the client whose tokens it takes.
#[derive(Clone, Debug)]
pub struct Api<S = NoStore> {
    client: Client<S>,
    origins: Vec<String>,
}

/// Why a request to the API brought no response.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallError {
    /// There was no token, or it may not be sent there. Nothing was sent.
    Token(Error),
    /// The API could not be reached; the HTTP client's own error.
    Http(reqwest::Error),
}

impl<S: TokenStore + Clone + Send + Sync> Api<S> {
    pub(super) fn new<'a>(
        client: Client<S>,
        urls: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Error> {
        let http = client.config().http();
        let origin = |url| {
            let endpoint = Endpoint::parse_with(url, http);
            endpoint.map(|endpoint| endpoint.origin().to_owned())
        };
        let origins = urls.into_iter().map(origin).collect::<Result<_, _>>();
        let origins =
            origins.map_err(|problem| Error::invalid_option("allowedOrigins", problem))?;
        Ok(Self { client, origins })
    }

    /// Sends `request` with a token by `http`; bodies are streamed both ways. When the API answers 401, the token is
    /// dropped and the request is sent once more with another, unless its body is a stream, which is gone. A second
    /// refusal is returned as it is.
    ///
    /// A redirect that `http` follows to another host goes there without the token: reqwest sees to that.
    pub async fn execute(
        &self,
        http: &reqwest::Client,
        mut request: Request,
    ) -> Result<Response, CallError> {
        self.check_origin(&request).map_err(CallError::Token)?;
        let again = request.try_clone();
        let token = self.client.token().await.map_err(CallError::Token)?;
        put(&mut request, &token).map_err(CallError::Token)?;
        let response = http.execute(request).await.map_err(CallError::Http)?;
        let Some(mut again) = again.filter(|_| response.status() == StatusCode::UNAUTHORIZED)
        else {
            return Ok(response);
        };
        // Without another token the API's own answer says most.
        match self
            .renewed(token)
            .await
            .map(|token| put(&mut again, &token))
        {
            Some(Ok(())) => http.execute(again).await.map_err(CallError::Http),
            _ => Ok(response),
        }
    }

    async fn renewed(&self, refused: Token) -> Option<Token> {
        match self.client.refuse(refused).await {
            Ok(true) => self.client.token().await.ok(),
            _ => None,
        }
    }

    fn check_origin(&self, request: &Request) -> Result<(), Error> {
        let endpoint = Endpoint::parse_with(request.url().as_str(), self.client.config().http());
        let is_ours = |endpoint: &Endpoint| {
            let mut origins = self.origins.iter();
            origins.any(|origin| origin == endpoint.origin())
        };
        match endpoint.is_ok_and(|endpoint| is_ours(&endpoint)) {
            true => Ok(()),
            false => Err(Error::new(
                ErrorCode::OriginNotAllowed,
                "the request's URL is not of an origin that may see the token",
            )),
        }
    }
}

fn put(request: &mut Request, token: &Token) -> Result<(), Error> {
    let mut value = HeaderValue::try_from(authorization(token)?).map_err(|_| {
        Error::new(
            ErrorCode::InvalidResponse,
            "the access token fits no header",
        )
    })?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(error) => error.fmt(f),
            Self::Http(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Token(_) => None,
            Self::Http(error) => error.source(),
        }
    }
}
