//! What can go wrong, told so that the person who reads it knows what to change.

mod class;
mod code;

use std::fmt;

pub use class::ErrorClass;
pub use code::ErrorCode;

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
    reason: Option<String>,
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
            reason: None,
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

    /// In the host's words.
    pub(crate) fn because(mut self, reason: String) -> Self {
        self.0.reason = Some(reason);
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

    /// Why no answer arrived, in the host's words, with [`ErrorCode::Network`].
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
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

    /// The HTTP status, whenever a response arrived; of what is said about a caller's token, that of the answer to the
    /// caller.
    pub fn status(&self) -> Option<u16> {
        #[cfg(feature = "inbound")]
        if let Some(status) = self.0.code.answer_status() {
            return Some(status);
        }
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

/// A Worker gets an answer with this status from Cloudflare where it could not trust the server's certificate.
pub(crate) const BAD_CERTIFICATE: u16 = 526;

/// Statuses that say "later", not "no" (RFC 9110 §15.5.9, §15.6; RFC 6585 §4).
fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599) && status != BAD_CERTIFICATE
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
