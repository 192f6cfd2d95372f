//! What can go wrong, told so that the person who reads it knows what to change.

mod class;

use std::fmt;

pub use class::ErrorClass;

/// A stable name for the kind of failure; never renamed once released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// A configuration or call option is unusable; the error names it.
    InvalidOption,
    /// The authorization server answered with an error of RFC 6749 §5.2.
    TokenRequestRejected,
    /// The refresh token is no longer accepted, and there is no other way to a token.
    ReauthorizationRequired,
    /// A function of the user's that takes part in the token request failed.
    HookFailed,
    /// The authorization server sent the user back with an error of RFC 6749 §4.1.2.1.
    AuthorizationRejected,
    /// What the user came back with is no answer to the authorization request (RFC 6749 §4.1.2,
    /// RFC 9207 §2.4).
    InvalidCallback,
    /// The issuer's metadata could not be had or must not be used (RFC 8414 §3).
    DiscoveryFailed,
    /// The token endpoint answered outside 2xx, without an OAuth error in the body.
    HttpStatus,
    /// The token endpoint answered with a redirect. Following it would hand the credentials on.
    RedirectRefused,
    /// The token endpoint answered 2xx with something that is not a usable token.
    InvalidResponse,
    /// No answer arrived: DNS, TLS, connection.
    Network,
    /// The time the caller gave was over.
    Timeout,
    /// The request goes to an origin that must not see the token.
    OriginNotAllowed,
    /// The token is of a type that the authorised fetch cannot apply (RFC 6749 §7.1).
    UnsupportedTokenType,
    /// The request has no credentials of ours (RFC 6750 §3.1).
    #[cfg(feature = "inbound")]
    TokenMissing,
    /// The credentials cannot be read (RFC 6750 §3.1, `invalid_request`).
    #[cfg(feature = "inbound")]
    TokenMalformed,
    /// The token is not good, or not for us (RFC 6750 §3.1, `invalid_token`).
    #[cfg(feature = "inbound")]
    TokenRejected,
    /// The token does not reach that far (RFC 6750 §3.1).
    #[cfg(feature = "inbound")]
    InsufficientScope,
    /// Nothing could be found out about the token.
    #[cfg(feature = "inbound")]
    TokenUnverifiable,
    /// A defect in this library.
    Internal,
}

impl ErrorCode {
    /// The code as it appears in logs and in JavaScript's `error.code`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidOption => "invalid_option",
            Self::TokenRequestRejected => "token_request_rejected",
            Self::ReauthorizationRequired => "reauthorization_required",
            Self::HookFailed => "hook_failed",
            Self::AuthorizationRejected => "authorization_rejected",
            Self::InvalidCallback => "invalid_callback",
            Self::DiscoveryFailed => "discovery_failed",
            Self::HttpStatus => "http_status",
            Self::RedirectRefused => "redirect_refused",
            Self::InvalidResponse => "invalid_response",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::UnsupportedTokenType => "unsupported_token_type",
            #[cfg(feature = "inbound")]
            Self::TokenMissing => "token_missing",
            #[cfg(feature = "inbound")]
            Self::TokenMalformed => "token_malformed",
            #[cfg(feature = "inbound")]
            Self::TokenRejected => "token_rejected",
            #[cfg(feature = "inbound")]
            Self::InsufficientScope => "insufficient_scope",
            #[cfg(feature = "inbound")]
            Self::TokenUnverifiable => "token_unverifiable",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a function of the user's brought nothing: a reference that only the host understands. What such
/// a function throws is not known to be free of secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookError(pub String);

/// The members of an error response (RFC 6749 §5.2), cleaned: no control characters, bounded
/// length, and secrets of the request that the server echoed are taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorResponse {
    /// `error`: the server's code, such as `invalid_client`; empty if it has none.
    pub error: String,
    /// `error_description`: the server's words to the developer, whatever it calls them.
    pub description: Option<String>,
    /// `error_uri`: a page about the error.
    pub uri: Option<String>,
}

/// Why a token could not be had or used.
///
/// Cloned to every caller that waited for the same grant. Carries no secret and no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    code: ErrorCode,
    message: String,
    option: Option<&'static str>,
    status: Option<u16>,
    response: Option<ErrorResponse>,
    class: Option<ErrorClass>,
    retry_after_ms: Option<u64>,
    hook: Option<HookError>,
    is_unanswered: bool,
    is_final: bool,
    is_repeatable: bool,
}

impl Error {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            code,
            message: message.into(),
            option: None,
            status: None,
            response: None,
            class: None,
            retry_after_ms: None,
            hook: None,
            is_unanswered: false,
            is_final: false,
            is_repeatable: false,
        }))
    }

    /// `option` is the option's name as JavaScript users write it; the message goes on after it.
    pub(crate) fn invalid_option(option: &'static str, problem: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorCode::InvalidOption, problem);
        error.0.option = Some(option);
        error
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_response(mut self, response: ErrorResponse) -> Self {
        self.0.response = Some(response);
        self
    }

    pub(crate) fn with_class(mut self, class: ErrorClass) -> Self {
        self.0.class = Some(class);
        self
    }

    /// What the user's own classification says, who knows whether the request may be repeated.
    pub(crate) fn classified(mut self, class: ErrorClass) -> Self {
        self.0.is_repeatable = class == ErrorClass::Retry;
        self.with_class(class)
    }

    /// Whether the user says that the request did nothing.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.0.is_repeatable
    }

    /// A function of the user's that had a say in it failed.
    pub(crate) fn with_hook(mut self, reason: HookError) -> Self {
        self.0.hook = Some(reason);
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after_ms: Option<u64>) -> Self {
        self.0.retry_after_ms = retry_after_ms;
        self
    }

    /// Nothing came from the server, so that it may come later.
    pub(crate) fn unanswered(mut self) -> Self {
        self.0.is_unanswered = true;
        self
    }

    /// With a word of what may be done about it.
    pub(crate) fn advised(mut self, advice: &str) -> Self {
        self.0.message.push_str(advice);
        self
    }

    /// What it was about can be asked once only, whatever came of it.
    pub(crate) fn last(mut self, advice: &str) -> Self {
        if self.retryable() {
            self.0.message.push_str(advice);
        }
        self.0.is_final = true;
        self
    }

    /// The same failure under another name, told in other words.
    pub(crate) fn retold(&self, code: ErrorCode, message: String) -> Self {
        let mut error = self.clone();
        error.0.code = code;
        error.0.message = message;
        error.0.option = None;
        error.0.class = None;
        error
    }

    /// `hook` is what the user calls it.
    pub(crate) fn hook_failed(hook: &str, reason: HookError) -> Self {
        let mut error = Self::new(ErrorCode::HookFailed, [hook, " failed"].concat());
        error.0.hook = Some(reason);
        error
    }

    /// The host's reference to what a function of the user's threw.
    pub fn hook(&self) -> Option<&str> {
        self.0
            .hook
            .as_ref()
            .map(|HookError(reason)| reason.as_str())
    }

    /// How long the server wants to be left alone (`Retry-After`, RFC 9110 §10.2.3), if it said.
    pub fn retry_after_ms(&self) -> Option<u64> {
        self.0.retry_after_ms
    }

    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// What it means for the next request, if the token endpoint said.
    pub fn class(&self) -> Option<ErrorClass> {
        self.0.class
    }

    /// The option at fault, as JavaScript writes it (`clientSecret`), with [`ErrorCode::InvalidOption`].
    pub fn option(&self) -> Option<&'static str> {
        self.0.option
    }

    /// The HTTP status, whenever a response arrived.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// What the authorization server said, if it said anything.
    pub fn response(&self) -> Option<&ErrorResponse> {
        self.0.response.as_ref()
    }

    /// Whether the same request may succeed later without anything being changed.
    pub fn retryable(&self) -> bool {
        if let Some(class) = self.0.class.filter(|_| !self.0.is_final) {
            return matches!(class, ErrorClass::Retry | ErrorClass::RateLimited);
        }
        match self.0.code {
            _ if self.0.is_final => false,
            ErrorCode::Network | ErrorCode::Timeout => true,
            #[cfg(feature = "inbound")]
            ErrorCode::TokenUnverifiable => true,
            ErrorCode::HttpStatus => self.0.status.is_some_and(is_transient),
            ErrorCode::DiscoveryFailed => {
                self.0.is_unanswered || self.0.status.is_some_and(is_transient)
            }
            ErrorCode::TokenRequestRejected | ErrorCode::AuthorizationRejected => {
                self.0.status.is_some_and(is_transient)
                    || self.0.response.as_ref().is_some_and(|response| {
                        matches!(
                            response.error.as_str(),
                            "server_error" | "temporarily_unavailable" | "slow_down"
                        )
                    })
            }
            _ => false,
        }
    }
}

/// Statuses that say "later", not "no" (RFC 9110 §15.5.9, §15.6; RFC 6585 §4).
fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(option) = self.0.option {
            f.write_str(option)?;
            f.write_str(" ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}
