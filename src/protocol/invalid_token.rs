//! Why a token is refused (RFC 6750 §3.1, `invalid_token`).

use std::fmt::{self, Write};

use crate::error::{Error, ErrorCode};

/// Why a token is refused. The words hold nothing of the token, and may be shown to whoever presented it: they
/// have no quote, no backslash, and no character beyond ASCII, as RFC 6750 §3 wants of `error_description`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidToken {
    /// It is longer than what is read.
    TooLong,
    /// It is not three parts with dots between them (RFC 7515 §7.1).
    NotCompact,
    /// It is encrypted (RFC 7516).
    Encrypted,
    /// A part is not base64url, or could be written in another way as well.
    Encoding,
    /// The header is no JSON object, or has a member of the wrong type.
    Header,
    /// `crit`: there is something in it that must be understood (RFC 7515 §4.1.11), and is not.
    Critical,
    /// `b64`: the payload is not encoded (RFC 7797), which a JWT must not have.
    Unencoded,
    /// The payload is no JSON object.
    Claims,
    /// `alg` is none that is accepted.
    Algorithm,
    /// `typ` is that of something else (RFC 8725 §3.11).
    Type,
    /// The issuer has no key of that `kid`, or none for that `alg`.
    UnknownKey,
    /// The signature is another's.
    Signature,
    /// `iss` is another, or missing.
    Issuer,
    /// `aud` names others only, or is missing.
    Audience,
    /// `exp` is no number, or missing.
    Expiry,
    /// `exp` is past.
    Expired,
    /// `nbf` is no number.
    NotBefore,
    /// `nbf` is ahead.
    NotYetValid,
    /// `iat` is no number.
    IssuedAt,
    /// `iat` is ahead.
    IssuedAhead,
    /// A claim that the configuration demands is missing.
    RequiredClaim(String),
    /// `events`: it tells of an event (RFC 8417), such as a logout.
    SecurityEvent,
    /// `cnf`: it is good together with a proof only (RFC 9449 §7, RFC 8705 §3), and there is none.
    Bound,
    /// The authorization server says that it is not good (RFC 7662 §2.2).
    Inactive,
    /// It says of itself, or the authorization server does, that it is for something else than access.
    Purpose,
}

impl InvalidToken {
    /// A stable name for it, as in events.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::NotCompact => "not_compact",
            Self::Encrypted => "encrypted",
            Self::Encoding => "encoding",
            Self::Header => "header",
            Self::Critical => "critical",
            Self::Unencoded => "unencoded",
            Self::Claims => "claims",
            Self::Algorithm => "algorithm",
            Self::Type => "type",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expiry => "expiry",
            Self::Expired => "expired",
            Self::NotBefore => "not_before",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuedAt => "issued_at",
            Self::IssuedAhead => "issued_ahead",
            Self::RequiredClaim(_) => "required_claim",
            Self::SecurityEvent => "security_event",
            Self::Bound => "bound",
            Self::Inactive => "inactive",
            Self::Purpose => "purpose",
        }
    }

    const fn words(&self) -> &'static str {
        match self {
            Self::TooLong => "is too long",
            Self::NotCompact => "is no signed token of three parts",
            Self::Encrypted => "is encrypted, which is not supported",
            Self::Encoding => "has a part that is not base64url as RFC 7515 has it",
            Self::Header => "has a header that is not that of a signed token",
            Self::Critical => "has extensions in crit, none of which is supported",
            Self::Unencoded => "has b64 in its header, which a JWT must not have",
            Self::Claims => "has a payload that is no JSON object",
            Self::Algorithm => "is not signed by an algorithm that is accepted here",
            Self::Type => "is of another type than an access token, by its typ",
            Self::UnknownKey => "is signed with a key that the issuer does not have",
            Self::Signature => "has a signature that is not the issuer's",
            Self::Issuer => "is of another issuer: iss must be the same, character by character",
            Self::Audience => "is not for this API, by its aud",
            Self::Expiry => "has no exp that is a number",
            Self::Expired => "is expired",
            Self::NotBefore => "has an nbf that is no number",
            Self::NotYetValid => "is not valid yet, by its nbf",
            Self::IssuedAt => "has an iat that is no number",
            Self::IssuedAhead => "is issued in the future, by its iat",
            Self::RequiredClaim(_) => "lacks a claim that is required here: ",
            Self::SecurityEvent => "tells of an event, and is no access token",
            Self::Bound => "is bound to a key by cnf, and there is no proof of it",
            Self::Inactive => "is not active",
            Self::Purpose => "is no access token, but one for renewal or of an identity",
        }
    }
}

/// The rest of a sentence that begins with what the token is.
impl fmt::Display for InvalidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())?;
        match self {
            Self::RequiredClaim(name) => name.chars().try_for_each(|it| {
                f.write_char(match it {
                    ' '..='~' if !matches!(it, '"' | '\\') => it,
                    _ => '?',
                })
            }),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for InvalidToken {}

impl From<InvalidToken> for Error {
    fn from(why: InvalidToken) -> Self {
        let code = match why {
            InvalidToken::TooLong => ErrorCode::TokenMalformed,
            _ => ErrorCode::TokenRejected,
        };
        Self::new(code, ["the token ", &why.to_string()].concat())
    }
}
