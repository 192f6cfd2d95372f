//! Proof Key for Code Exchange (RFC 7636): whoever spends an authorization code shows that the
//! request for it was its own.

use crate::base64;
use crate::error::Error;
use crate::token::Secret;

/// The value of `code_challenge_method`. `plain` would show the verifier to whoever sees the request.
pub const CODE_CHALLENGE_METHOD: &str = "S256";

/// A code verifier (RFC 7636 §4.1).
#[derive(Clone, Debug)]
pub struct CodeVerifier(Secret);

impl CodeVerifier {
    /// A verifier made of random bytes that nobody can foresee.
    pub fn from_random(bytes: &[u8; 32]) -> Self {
        Self(base64::encode_url(bytes).into())
    }

    /// A verifier that a user brings.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if !(43..=128).contains(&text.len()) || !text.bytes().all(is_unreserved) {
            return Err(Error::invalid_option(
                "codeVerifier",
                "must be 43 to 128 letters, digits or any of -._~ (RFC 7636 §4.1); leave it out to have one made",
            ));
        }
        Ok(Self(text.into()))
    }

    /// What `code_verifier` is in the token request, and what is digested for the challenge.
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

/// `code_challenge` (RFC 7636 §4.2), from the SHA-256 digest of the verifier.
pub fn code_challenge(sha256_of_verifier: &[u8; 32]) -> String {
    base64::encode_url(sha256_of_verifier)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}
