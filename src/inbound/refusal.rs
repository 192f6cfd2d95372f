//! What a caller is told who may not call, or of whom nothing could be found out (RFC 6750 §3).

use std::fmt;

use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::protocol::bearer::{BearerChallenge, shown};

/// When to come again, where the authorization server does not say.
const RETRY_AFTER_SECONDS: u64 = 5;

/// Why a caller is refused.
#[derive(Clone, Debug)]
pub(super) enum Why {
    /// No credentials of ours came.
    Missing,
    /// They cannot be read.
    Malformed(&'static str),
    /// The token is not good, or not for us.
    Invalid(Error),
    /// It does not reach that far.
    Lacking(String),
    /// The application knows no such caller.
    Nobody,
    /// Nothing could be found out.
    Unverifiable(Error),
    /// Nobody could meet what is required.
    Misconfigured(Error),
}

impl Why {
    /// As whoever wrote the API is told.
    fn error(&self) -> Error {
        let (code, message) = match self {
            Self::Missing => (
                ErrorCode::TokenMissing,
                "the request has no bearer token in its Authorization header".to_owned(),
            ),
            Self::Malformed(problem) => (ErrorCode::TokenMalformed, (*problem).to_owned()),
            Self::Invalid(error) => (ErrorCode::TokenRejected, error.to_string()),
            Self::Lacking(scopes) => (
                ErrorCode::InsufficientScope,
                ["the caller lacks ", scopes].concat(),
            ),
            Self::Nobody => (
                ErrorCode::InsufficientScope,
                "the caller is nobody who may call".to_owned(),
            ),
            Self::Unverifiable(cause) => (
                ErrorCode::TokenUnverifiable,
                ["the token could not be checked: ", &cause.to_string()].concat(),
            ),
            Self::Misconfigured(error) => return error.clone(),
        };
        Error::new(code, message)
    }

    /// Whether another token would do.
    pub(super) fn wants_token(&self) -> bool {
        matches!(self, Self::Missing | Self::Invalid(_) | Self::Lacking(_))
    }
}

/// The answer to a request that is not let through.
#[derive(Clone)]
pub struct Refusal {
    error: Error,
    cause: Option<Error>,
    status: u16,
    header: (&'static str, String),
    /// What the body says: the error's code and description.
    told: Option<(&'static str, String)>,
}

impl Refusal {
    /// `challenge` has what does not depend on why.
    pub(super) fn new(why: Why, challenge: BearerChallenge<'_>) -> Self {
        let error = why.error();
        let (status, code) = match error.code() {
            ErrorCode::TokenMissing => (401, None),
            ErrorCode::TokenMalformed => (400, Some("invalid_request")),
            ErrorCode::TokenRejected => (401, Some("invalid_token")),
            ErrorCode::InsufficientScope => (403, Some("insufficient_scope")),
            _ => return Self::for_a_while(why, error),
        };
        let description = code.map(|_| shown(&error.to_string()));
        let challenge = BearerChallenge {
            error: code,
            error_description: description.as_deref(),
            ..challenge
        };
        Self {
            error: error.with_status(status),
            cause: None,
            status,
            header: ("www-authenticate", challenge.to_header()),
            told: code.zip(description),
        }
    }

    /// What keeps us from an answer is no fault of the caller's, and none of its business.
    fn for_a_while(why: Why, error: Error) -> Self {
        const STATUS: u16 = 503;
        let cause = match why {
            Why::Unverifiable(cause) => Some(cause),
            _ => None,
        };
        let wait_ms = cause.as_ref().and_then(Error::retry_after_ms);
        let seconds = wait_ms.map_or(RETRY_AFTER_SECONDS, |ms| ms.div_ceil(1000).max(1));
        let description = "the token cannot be checked at the moment".to_owned();
        Self {
            error: error
                .with_status(STATUS)
                .with_retry_after(Some(seconds.saturating_mul(1000))),
            cause,
            status: STATUS,
            header: ("retry-after", seconds.to_string()),
            told: Some(("temporarily_unavailable", description)),
        }
    }

    /// That nothing could be found out about the token, because of what is no part of the check itself.
    #[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "bindings"))]
    pub(crate) fn unverifiable(cause: Error) -> Self {
        Self::new(Why::Unverifiable(cause), BearerChallenge::default())
    }

    /// Why, for the log of the API.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// What kept us from an answer, if something did.
    pub fn cause(&self) -> Option<&Error> {
        self.cause.as_ref()
    }

    /// The status of the answer: 400, 401, 403 or 503.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers of the answer, with names in small letters.
    pub fn headers(&self) -> Vec<(&'static str, &str)> {
        let (name, value) = &self.header;
        let mut headers = vec![(*name, value.as_str()), ("cache-control", "no-store")];
        if self.told.is_some() {
            headers.push(("content-type", "application/json"));
        }
        headers
    }

    /// The body of the answer, in the members that errors of OAuth have; empty where no credentials came.
    pub fn body(&self) -> String {
        let Some((code, description)) = &self.told else {
            return String::new();
        };
        Json::object([
            ("error", Some((*code).into())),
            ("error_description", Some(description.as_str().into())),
        ])
        .to_text()
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("error", &self.error)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let cause = self.cause.as_ref()?;
        Some(cause)
    }
}
