//! Introspection answers that are signed (RFC 9701).

use super::jwa::SignatureAlgorithm;
use crate::json::Json;

/// `typ` (RFC 9701 §5).
const TYPE: &str = "token-introspection+jwt";

/// An answer is made for the question, and not long before it: clocks may differ as much.
const NEAR_SECONDS: f64 = 60.0;

/// What is asked of a signed answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedAnswerRules {
    /// `iss`, character by character.
    pub issuer: String,
    /// Whom `aud` must name: the one who asks.
    pub audience: String,
    /// What `alg` may be.
    pub algorithms: Vec<SignatureAlgorithm>,
}

impl SignedAnswerRules {
    /// The members of the answer about a token that was asked for at `asked_at_ms`. The signature is another matter. An
    /// error is the rest of a sentence about the answer.
    pub fn judge<'a>(
        &self,
        algorithm: SignatureAlgorithm,
        header: &Json,
        claims: &'a Json,
        asked_at_ms: u64,
    ) -> Result<&'a Json, &'static str> {
        if !self.algorithms.contains(&algorithm) {
            return Err("is not signed by an algorithm that is accepted here");
        }
        // No access token, nor anything else that the server signs, is taken for an answer.
        let typ = header.get("typ").and_then(Json::as_str).unwrap_or_default();
        let typ = typ.to_ascii_lowercase();
        if typ.strip_prefix("application/").unwrap_or(&typ) != TYPE {
            return Err("is of another type, by its typ: token-introspection+jwt is wanted");
        }
        if claims.get("iss").and_then(Json::as_str) != Some(&self.issuer) {
            return Err("is of another issuer: iss must be the same, character by character");
        }
        let names = |item: &Json| item.as_str() == Some(&self.audience);
        let is_for_us = match claims.get("aud") {
            Some(Json::Array(items)) => items.iter().any(names),
            Some(item) => names(item),
            None => false,
        };
        if !is_for_us {
            return Err("is for somebody else: aud does not name the clientId");
        }
        let asked_at = asked_at_ms as f64 / 1000.0;
        let issued_at = claims.get("iat").and_then(Json::as_f64);
        if !issued_at.is_some_and(|it| (asked_at - it).abs() <= NEAR_SECONDS) {
            return Err("was not made when it was asked for, by its iat");
        }
        match claims.get("token_introspection") {
            Some(answer @ Json::Object(_)) => Ok(answer),
            _ => Err("says nothing: token_introspection is no object"),
        }
    }
}
