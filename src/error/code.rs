//! What can go wrong, by name.

use std::fmt;

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

#[cfg(feature = "inbound")]
impl ErrorCode {
    /// What a caller is answered (RFC 6750 §3.1), if it is about the caller's token.
    pub(crate) const fn answer_status(self) -> Option<u16> {
        match self {
            Self::TokenMissing | Self::TokenRejected => Some(401),
            Self::TokenMalformed => Some(400),
            Self::InsufficientScope => Some(403),
            Self::TokenUnverifiable => Some(503),
            _ => None,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
