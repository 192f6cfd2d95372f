//! Why an API brought nothing.

use std::fmt;

use crate::error::{Error, ErrorCode};
use crate::host::TransportError;
use crate::protocol::http::HttpResponse;

/// What [`Resource::test`](crate::Resource::test) found at fault.
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
