//! What is asked for: the grant and its parameters (RFC 6749 §1.3).

use super::form::{Parameters, encode_value};
use crate::token::Secret;

/// An authorization grant.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Grant {
    /// The client acts for itself (RFC 6749 §4.4).
    #[default]
    ClientCredentials,
    /// A refresh token that stands for an authorization given before (RFC 6749 §6). Where the server
    /// rotates it, the newest is kept in memory and in the store, and is what is spent next.
    RefreshToken {
        /// `refresh_token`, the first one.
        refresh_token: Secret,
    },
}

impl Grant {
    /// The value of `grant_type`.
    pub fn grant_type(&self) -> &str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken { .. } => "refresh_token",
        }
    }

    /// The grant's own parameters, `grant_type` first.
    pub fn parameters(&self) -> Parameters {
        let mut parameters = vec![("grant_type".into(), self.grant_type().into())];
        if let Self::RefreshToken { refresh_token } = self {
            parameters.push(("refresh_token".into(), refresh_token.expose().into()));
        }
        parameters
    }

    /// Whether a refresh token renews it. One that came with client credentials is not used: the
    /// grant itself can be repeated (RFC 6749 §4.4.3).
    pub(crate) fn is_renewed_by_refresh_token(&self) -> bool {
        !matches!(self, Self::ClientCredentials)
    }

    /// Takes the grant's credentials out of a text that came from outside.
    pub(crate) fn redact(&self, text: &str) -> String {
        let Self::RefreshToken { refresh_token } = self else {
            return text.to_owned();
        };
        let secret = refresh_token.expose();
        text.replace(secret, "[redacted]")
            .replace(&encode_value(secret), "[redacted]")
    }
}
