//! Tokens that were checked here.

use std::fmt;

use super::key_set::KeyLife;
use crate::json::Json;
use crate::protocol::jwa::SignatureAlgorithm;

/// A token whose signature is its issuer's.
pub struct Verified<S> {
    /// The header.
    pub header: Json,
    /// The claims.
    pub claims: Json,
    /// What the platform keeps beside it.
    pub slot: S,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) key: KeyLife,
}

/// Algorithm, header and claims of a token.
pub(super) type Said<'a> = (SignatureAlgorithm, &'a Json, &'a Json);

impl<S> Verified<S> {
    pub(super) fn said(&self) -> Said<'_> {
        (self.algorithm, &self.header, &self.claims)
    }

    /// Whether the key that signed it is still one of its issuer's.
    pub(super) fn is_of_key(&self) -> bool {
        !self.key.is_over()
    }

    /// About how much memory it takes, in bytes: the platform's own beside it is taken to be as much again.
    pub(super) fn weight(&self) -> usize {
        let weight = self.header.weight().saturating_add(self.claims.weight());
        weight.saturating_mul(2)
    }
}

/// Without what it says, which is about somebody.
impl<S> fmt::Debug for Verified<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
