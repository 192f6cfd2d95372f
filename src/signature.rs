//! Assertions, signed by what the host holds.

use crate::base64;
use crate::error::{Error, ErrorCode};
use crate::host::Crypto;
use crate::protocol::jwt::{Assertion, compact};
use crate::token::Secret;

impl Assertion<'_> {
    /// The JWT, signed with the client's private key, or by HMAC with `secret`. Each has another
    /// `jti`: a server that takes every assertion once only (RFC 7523 §3) takes this one.
    pub async fn sign(
        &self,
        crypto: &impl Crypto,
        secret: Option<&Secret>,
    ) -> Result<Secret, Error> {
        let key = signing_option(secret);
        secret
            .map_or(Ok(()), |secret| self.algorithm.check_secret(secret))
            .map_err(|problem| Error::invalid_option(key, problem))?;
        let nonce = crypto
            .nonce()
            .ok_or_else(|| Error::new(ErrorCode::Internal, "the host has no random bytes"))?;
        let input = self.signing_input(&base64::encode_url(&nonce));
        let signature = crypto
            .sign(self.algorithm, secret, input.as_bytes())
            .await
            .map_err(|problem| Error::invalid_option(key, problem))?;
        Ok(compact(&input, &signature))
    }
}

/// The option that the key came from.
fn signing_option(secret: Option<&Secret>) -> &'static str {
    match secret {
        Some(_) => "clientSecret",
        None => "privateKey.key",
    }
}
