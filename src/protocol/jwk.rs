//! Public keys (RFC 7517) that signatures are checked with.

use super::jwa::{KeyKind, SignatureAlgorithm};
use crate::base64;
use crate::json::Json;

/// A key with fewer bits is none (RFC 7518 §3.3).
const LEAST_RSA_BITS: usize = 2048;

/// What a key has that is not public (RFC 7518 §6.2.2, §6.3.2, §6.4). Whoever reads the set could sign with it.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key that signatures can be checked with.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicKey {
    kind: KeyKind,
    key_id: Option<String>,
    algorithm: Option<String>,
    jwk: Json,
}

impl PublicKey {
    /// Reads a JWK; `None` for one that is private, symmetric, too short, meant for something else, or of no kind that
    /// is known.
    pub fn read(jwk: &Json) -> Option<Self> {
        // A certificate (`x5c`, `x5t`) says nothing that is used, and may be whatever it is.
        let is_private = PRIVATE_MEMBERS.iter().any(|it| given(jwk, it).is_some());
        let is_odd = given(jwk, "alg").is_some_and(|alg| alg.as_str().is_none());
        if is_private || is_odd || !is_for_signatures(jwk) {
            return None;
        }
        let text = |name| jwk.get(name).and_then(Json::as_str);
        let (kind, jwk) = match (text("kty")?, text("crv")) {
            ("RSA", _) => (KeyKind::Rsa, rsa(jwk)?),
            ("EC", Some("P-256")) => (KeyKind::P256, point(jwk, "P-256", 32)?),
            ("EC", Some("P-384")) => (KeyKind::P384, point(jwk, "P-384", 48)?),
            ("EC", Some("P-521")) => (KeyKind::P521, point(jwk, "P-521", 66)?),
            ("OKP", Some("Ed25519")) => (KeyKind::Ed25519, ed25519(jwk)?),
            _ => return None,
        };
        let owned = |name| text(name).map(str::to_owned);
        Some(Self {
            kind,
            key_id: owned("kid"),
            algorithm: owned("alg"),
            jwk,
        })
    }

    /// The key as a JWK, for the platform: what it is made of and nothing else, numbers as RFC 7518 §6 writes them.
    pub fn jwk(&self) -> &Json {
        &self.jwk
    }

    /// The key as a member of a set. [`Self::read`] reads it.
    pub(crate) fn to_json(&self) -> Json {
        let text = |text: &Option<String>| text.as_deref().map(Json::from);
        let named = Json::object([("kid", text(&self.key_id)), ("alg", text(&self.algorithm))]);
        match (named, &self.jwk) {
            (Json::Object(mut members), Json::Object(numbers)) => {
                members.extend_from_slice(numbers);
                Json::Object(members)
            }
            (_, jwk) => jwk.clone(),
        }
    }

    /// `kid`
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Whether signatures by `algorithm` are made with such a key, and the key's `alg` allows it.
    pub fn serves(&self, algorithm: SignatureAlgorithm) -> bool {
        let named = self.algorithm.as_deref();
        self.kind == algorithm.key_kind() && named.is_none_or(|name| algorithm.is_called(name))
    }
}

/// Some servers write `null` for what is not there, and `[]` for lists: `oth` and `key_ops` among them.
fn given<'a>(jwk: &'a Json, name: &str) -> Option<&'a Json> {
    let nothing = [Json::Null, Json::Array(Vec::new())];
    jwk.get(name).filter(|value| !nothing.contains(value))
}

/// `use` and `key_ops` (RFC 7517 §4.2, §4.3).
fn is_for_signatures(jwk: &Json) -> bool {
    let is_verify = |operation: &Json| operation.as_str() == Some("verify");
    let has_use = match given(jwk, "use") {
        None => true,
        Some(purpose) => purpose.as_str() == Some("sig"),
    };
    has_use
        && match given(jwk, "key_ops") {
            None => true,
            Some(Json::Array(operations)) => operations.iter().any(is_verify),
            Some(_) => false,
        }
}

/// The number that `name` is. Some servers write zeros before it, or leave out those that belong there, and not every
/// platform takes that.
fn number(jwk: &Json, name: &str) -> Option<Vec<u8>> {
    let bytes = base64::decode_url(jwk.get(name)?.as_str()?)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Some(bytes.get(zeros..)?.to_vec())
}

fn encoded(bytes: &[u8]) -> Option<Json> {
    Some(Json::String(base64::encode_url(bytes)))
}

fn rsa(jwk: &Json) -> Option<Json> {
    let (modulus, exponent) = (number(jwk, "n")?, number(jwk, "e")?);
    let unused = modulus.first()?.leading_zeros() as usize;
    let bits = modulus.len().saturating_mul(8).saturating_sub(unused);
    // With an exponent of 1 everything is its own signature; an even one has none.
    let is_even = exponent.last()?.is_multiple_of(2);
    if bits < LEAST_RSA_BITS || exponent == [1] || is_even {
        return None;
    }
    Some(Json::object([
        ("kty", Some("RSA".into())),
        ("n", encoded(&modulus)),
        ("e", encoded(&exponent)),
    ]))
}

fn point(jwk: &Json, curve: &str, bytes: usize) -> Option<Json> {
    let coordinate = |name| {
        let number = number(jwk, name)?;
        let mut padded = vec![0; bytes.checked_sub(number.len())?];
        padded.extend(number);
        Some(padded)
    };
    let (x, y) = (coordinate("x")?, coordinate("y")?);
    Some(Json::object([
        ("kty", Some("EC".into())),
        ("crv", Some(curve.into())),
        ("x", encoded(&x)),
        ("y", encoded(&y)),
    ]))
}

fn ed25519(jwk: &Json) -> Option<Json> {
    let x = base64::decode_url(jwk.get("x")?.as_str()?)?;
    (x.len() == 32).then(|| {
        Json::object([
            ("kty", Some("OKP".into())),
            ("crv", Some("Ed25519".into())),
            ("x", encoded(&x)),
        ])
    })
}
