//! What is asked for: the grant and its parameters (RFC 6749 §1.3).

use super::form::Parameters;

/// An authorization grant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grant {
    /// The client acts for itself (RFC 6749 §4.4).
    #[default]
    ClientCredentials,
}

impl Grant {
    /// The value of `grant_type`.
    pub fn grant_type(&self) -> &str {
        match self {
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The grant's own parameters, `grant_type` first.
    pub fn parameters(&self) -> Parameters {
        vec![("grant_type".into(), self.grant_type().into())]
    }
}
