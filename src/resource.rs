//! The authorised fetch: requests to the protected API (RFC 6750).

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use crate::config::well_formed_headers;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::host::{Host, TransportError};
use crate::protocol::endpoint::Endpoint;
use crate::protocol::grant::Grant;
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::source::TokenSource;
use crate::token::Token;

/// A protected API and the source of its tokens.
pub struct Resource<H: Host> {
    source: TokenSource<H>,
    origins: Vec<String>,
    options: ResourceOptions,
}

/// How an API takes tokens, and how it refuses them.
#[derive(Clone)]
pub struct ResourceOptions {
    /// What in an answer outside 2xx means that the token is refused: 401, unless said otherwise.
    pub refresh_on: Vec<Sign>,
    /// What in a 2xx answer does: for APIs that say so with a 200. Nothing, unless said otherwise.
    pub detect_on: Vec<Sign>,
    /// Puts the token on a copy of the request: into a header, the URL or the body. Unless given, the token
    /// is sent as a bearer token, in place of the request's own `Authorization`.
    pub apply: Option<Apply>,
    /// Headers of every request, such as an API key, unless the request has them itself.
    pub api_headers: Vec<(String, String)>,
}

/// Puts a token, of any type, on a request.
pub type Apply = Rc<dyn Fn(&mut HttpRequest, &Token)>;

/// A sign of refusal in an answer.
#[derive(Clone)]
#[non_exhaustive]
pub enum Sign {
    /// This status.
    Status(u16),
    /// A body that is exactly this text.
    Text(String),
    /// A body that has this text in it.
    Contains(String),
    /// An answer of which this holds.
    Answer(Rc<dyn Fn(&HttpResponse) -> bool>),
}

/// What [`Resource::test`] found at fault.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TestFailure {
    /// The options or the URL: no other answer of a server's will mend it.
    Configuration(Error),
    /// There was no token.
    Token(Error),
    /// The API could not be reached.
    Transport(TransportError),
    /// The API answered outside 2xx, or refused the token.
    Api(HttpResponse),
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
        Self::with_options(source, urls, ResourceOptions::default())
    }

    /// The API at `urls`, which takes and refuses tokens as `options` say.
    pub fn with_options<'a>(
        source: TokenSource<H>,
        urls: impl IntoIterator<Item = &'a str>,
        options: ResourceOptions,
    ) -> Result<Self, Error> {
        let http = source.slot().config().http();
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
        if !self.source.slot().refuse(refused, host.now_ms()) {
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
        let token = match self.source.slot().config().grant {
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
        match Endpoint::parse_with(url, self.source.slot().config().http()) {
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

impl Default for ResourceOptions {
    fn default() -> Self {
        Self {
            refresh_on: vec![Sign::Status(401)],
            detect_on: Vec::new(),
            apply: None,
            api_headers: Vec::new(),
        }
    }
}

impl ResourceOptions {
    fn check(&self) -> Result<(), Error> {
        check_signs("refreshOn", &self.refresh_on, 300..1000)?;
        check_signs("detectOn", &self.detect_on, 200..300)?;
        check_headers("apiHeaders", &self.api_headers)
    }

    /// A copy of `request`, to put the token on.
    fn with_api_headers(&self, request: &HttpRequest) -> HttpRequest {
        let mut copy = request.clone();
        let is_missing = |(name, _): &&(String, String)| !has_header(request, name);
        let missing = self.api_headers.iter().filter(is_missing);
        copy.headers.extend(missing.cloned());
        copy
    }

    fn is_refusal(&self, response: &HttpResponse) -> bool {
        let signs = match is_success(response) {
            true => &self.detect_on,
            false => &self.refresh_on,
        };
        signs.iter().any(|sign| sign.is_in(response))
    }
}

impl Sign {
    fn is_in(&self, response: &HttpResponse) -> bool {
        match self {
            Self::Status(status) => response.status == *status,
            Self::Text(text) => response.body == text.as_bytes(),
            Self::Contains(text) => String::from_utf8_lossy(&response.body).contains(text),
            Self::Answer(is_refusal) => is_refusal(response),
        }
    }
}

impl fmt::Debug for ResourceOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceOptions")
            .field("refresh_on", &self.refresh_on)
            .field("detect_on", &self.detect_on)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => f.debug_tuple("Status").field(status).finish(),
            Self::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Self::Contains(text) => f.debug_tuple("Contains").field(text).finish(),
            Self::Answer(_) => f.debug_tuple("Answer").finish_non_exhaustive(),
        }
    }
}

impl From<Error> for TestFailure {
    fn from(error: Error) -> Self {
        match error.code() {
            ErrorCode::InvalidOption
            | ErrorCode::OriginNotAllowed
            | ErrorCode::UnsupportedTokenType => Self::Configuration(error),
            _ => Self::Token(error),
        }
    }
}

impl fmt::Display for TestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(error) | Self::Token(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::Api(response) => write!(f, "the API answered with status {}", response.status),
        }
    }
}

impl std::error::Error for TestFailure {}

impl fmt::Display for ResourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ResourceError {}

fn is_success(response: &HttpResponse) -> bool {
    (200..300).contains(&response.status)
}

fn check_signs(option: &'static str, signs: &[Sign], statuses: Range<u16>) -> Result<(), Error> {
    let problem = |sign: &Sign| match sign {
        Sign::Status(status) if !statuses.contains(status) => Some(
            "has a status that it never sees: refreshOn is for answers outside 2xx, detectOn for 2xx",
        ),
        Sign::Text(text) | Sign::Contains(text) if text.is_empty() => Some("has an empty text"),
        _ => None,
    };
    match signs.iter().find_map(problem) {
        Some(problem) => Err(Error::invalid_option(option, problem)),
        None => Ok(()),
    }
}

/// `Authorization` is where the token goes; the others depend on the request.
fn check_headers(option: &'static str, headers: &[(String, String)]) -> Result<(), Error> {
    well_formed_headers(option, headers)?;
    let belongs_elsewhere = |name: &str| {
        let name = name.to_ascii_lowercase();
        name == "authorization" || name == "host" || name.starts_with("content-")
    };
    match headers.iter().find(|(name, _)| belongs_elsewhere(name)) {
        Some((name, _)) => Err(Error::invalid_option(
            option,
            [
                "must not set ",
                name,
                ": give it to the request, or set it in apply",
            ]
            .concat(),
        )),
        None => Ok(()),
    }
}

fn has_header(request: &HttpRequest, name: &str) -> bool {
    let mut names = request.headers.iter().map(|(name, _)| name);
    names.any(|given| given.eq_ignore_ascii_case(name))
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
