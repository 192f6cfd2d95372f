//! An issuer, with its keys and its tokens.

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::Json;
use edge_oauth2::protocol::jwa::{KeyKind, SignatureAlgorithm};

use crate::support::inbound::signature;
use crate::support::isolate::START_MS;

pub const ISSUER: &str = "https://auth.example.com";
pub const JWKS_URI: &str = "https://auth.example.com/keys";
pub const AUDIENCE: &str = "https://api.example.com";

/// When the tests begin, in seconds.
pub const START: u64 = START_MS / 1000;

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

/// A key pair of sorts: see [`signature`].
#[derive(Clone)]
pub struct Signer {
    pub key: Vec<u8>,
    pub key_id: Option<&'static str>,
    pub algorithm: SignatureAlgorithm,
}

/// A key for ES256.
pub fn signer(key_id: &'static str) -> Signer {
    Signer::of(key_id, SignatureAlgorithm::Es256)
}

impl Signer {
    pub fn of(key_id: &'static str, algorithm: SignatureAlgorithm) -> Self {
        Self::beginning(b"key", key_id, algorithm)
    }

    /// One whose key begins so.
    pub fn beginning(with: &[u8], key_id: &'static str, algorithm: SignatureAlgorithm) -> Self {
        let bytes = match algorithm.key_kind() {
            KeyKind::P256 | KeyKind::Ed25519 => 32,
            KeyKind::P384 => 48,
            KeyKind::P521 => 66,
            _ => 256,
        };
        // The first bit counts for the length of an RSA key.
        let first: &[u8] = if bytes == 256 { &[0xf1] } else { &[] };
        let key = first.iter().chain(with).chain(key_id.as_bytes());
        Self {
            key: key
                .copied()
                .chain(std::iter::repeat(7))
                .take(bytes)
                .collect(),
            key_id: Some(key_id),
            algorithm,
        }
    }

    pub fn nameless(mut self) -> Self {
        self.key_id = None;
        self
    }

    /// The public key, with `further` members as JSON.
    pub fn jwk_with(&self, further: &str) -> String {
        let key = encode(&self.key);
        let zeros = encode(vec![1; self.key.len()]);
        let numbers = match self.algorithm.key_kind() {
            KeyKind::P256 => format!(r#""kty":"EC","crv":"P-256","x":"{key}","y":"{zeros}""#),
            KeyKind::P384 => format!(r#""kty":"EC","crv":"P-384","x":"{key}","y":"{zeros}""#),
            KeyKind::P521 => format!(r#""kty":"EC","crv":"P-521","x":"{key}","y":"{zeros}""#),
            KeyKind::Ed25519 => format!(r#""kty":"OKP","crv":"Ed25519","x":"{key}""#),
            _ => format!(r#""kty":"RSA","n":"{key}","e":"AQAB""#),
        };
        let key_id = self.key_id.map(|id| format!(r#","kid":"{id}""#));
        let key_id = key_id.unwrap_or_default();
        format!("{{{numbers}{key_id}{further}}}")
    }

    pub fn jwk(&self) -> String {
        self.jwk_with("")
    }

    /// A token of this header and these claims, as JSON.
    pub fn sign(&self, header: &str, claims: impl AsRef<[u8]>) -> String {
        let input = [encode(header), encode(claims)].join(".");
        let signature = signature(&self.key, self.algorithm, input.as_bytes());
        [input, encode(signature)].join(".")
    }

    pub fn header(&self) -> String {
        let algorithm = self.algorithm.as_str();
        match self.key_id {
            Some(id) => format!(r#"{{"alg":"{algorithm}","typ":"at+jwt","kid":"{id}"}}"#),
            None => format!(r#"{{"alg":"{algorithm}","typ":"at+jwt"}}"#),
        }
    }

    /// A good token.
    pub fn token(&self) -> String {
        self.sign(&self.header(), claims(""))
    }

    /// A good token that says more, as JSON members.
    pub fn token_with(&self, further: &str) -> String {
        self.sign(&self.header(), claims(further))
    }
}

/// The claims of a good token, and `further` ones, which win over those.
pub fn claims(further: &str) -> String {
    let (at, until) = (START - 10, START + 3600);
    let further = match further {
        "" => String::new(),
        members => format!(",{members}"),
    };
    format!(
        r#"{{"iss":"{ISSUER}","sub":"user","aud":"{AUDIENCE}","exp":{until},"iat":{at},"jti":"1","client_id":"app","scope":"read write"{further}}}"#
    )
}

/// The claims of a good token without one of them.
pub fn claims_without(name: &str) -> String {
    let Some(Json::Object(mut members)) = Json::parse(&claims("")) else {
        panic!("an object");
    };
    members.retain(|(member, _)| member != name);
    Json::Object(members).to_text()
}

pub fn set(keys: &[&Signer]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| key.jwk()).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}
