//! Signed tokens in their compact form (RFC 7515 §7.1), read strictly: there is one way to write each.

use std::fmt;

use super::invalid_token::InvalidToken;
use super::jwa::SignatureAlgorithm;
use crate::base64;
use crate::json::Json;

/// A token as it says it is. Nothing of it is to be believed before its signature is.
pub struct Jws<'a> {
    /// `alg`
    pub algorithm: SignatureAlgorithm,
    /// The header. What it says of keys (`jwk`, `jku`, `x5c`, `x5u`) is nobody's here: whoever makes a token would choose
    /// the key that it is checked with.
    pub header: Json,
    /// The payload.
    pub claims: Json,
    /// What is signed.
    pub signing_input: &'a str,
    /// The signature.
    pub signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Reads `token`, of at most so many bytes.
    pub fn parse(token: &'a str, max_bytes: usize) -> Result<Self, InvalidToken> {
        if token.len() > max_bytes {
            return Err(InvalidToken::TooLong);
        }
        let [header, claims, signature] = parts(token)?;
        let header = object(header)?.ok_or(InvalidToken::Header)?;
        let algorithm = algorithm(&header)?;
        let claims = object(claims)?.ok_or(InvalidToken::Claims)?;
        let signature = base64::decode_url(signature).ok_or(InvalidToken::Encoding)?;
        let is_as_long = |bytes| signature.len() == bytes;
        if signature.is_empty() || !algorithm.signature_bytes().is_none_or(is_as_long) {
            return Err(InvalidToken::Signature);
        }
        let (signing_input, _) = token.rsplit_once('.').ok_or(InvalidToken::NotCompact)?;
        Ok(Self {
            algorithm,
            header,
            claims,
            signing_input,
            signature,
        })
    }

    /// `kid`
    pub fn key_id(&self) -> Option<&str> {
        self.header.get("kid").and_then(Json::as_str)
    }
}

/// Whether `token` is one of these by its looks: three parts, of which the first is a JSON object.
pub fn is_jws(token: &str) -> bool {
    parts(token).is_ok_and(|[header, ..]| matches!(object(header), Ok(Some(_))))
}

fn parts(token: &str) -> Result<[&str; 3], InvalidToken> {
    let mut parts = token.split('.');
    let mut next = || parts.next().ok_or(InvalidToken::NotCompact);
    let three = [next()?, next()?, next()?];
    match parts.count() {
        0 => Ok(three),
        2 => Err(InvalidToken::Encrypted),
        _ => Err(InvalidToken::NotCompact),
    }
}

/// The object that is encoded in `part`, if it is one.
fn object(part: &str) -> Result<Option<Json>, InvalidToken> {
    let bytes = base64::decode_url(part).ok_or(InvalidToken::Encoding)?;
    let text = String::from_utf8(bytes).ok();
    let json = text.and_then(|text| Json::parse(&text));
    Ok(json.filter(|json| matches!(json, Json::Object(_))))
}

/// What is asked of a header before anything is done by what it says.
fn algorithm(header: &Json) -> Result<SignatureAlgorithm, InvalidToken> {
    let text = |name| match header.get(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(InvalidToken::Header),
    };
    text("kid")?;
    text("typ")?;
    let name = text("alg")?.ok_or(InvalidToken::Header)?;
    if header.get("crit").is_some() {
        return Err(InvalidToken::Critical);
    }
    if header.get("b64").is_some_and(|it| *it != Json::Bool(true)) {
        return Err(InvalidToken::Unencoded);
    }
    SignatureAlgorithm::from_name(name).ok_or(InvalidToken::Algorithm)
}

/// Without what it says, which may be about somebody.
impl fmt::Debug for Jws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jws")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
