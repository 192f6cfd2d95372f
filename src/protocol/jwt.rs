//! JSON Web Tokens (RFC 7519) that a client signs to say who it is, or who it acts for (RFC 7523).

use std::fmt;

use crate::base64;
use crate::json::Json;
use crate::token::Secret;

/// How a JWT is signed, by its name in the IANA registry (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// EdDSA, in practice on Ed25519 (RFC 8037).
    EdDsa,
    /// EdDSA on Ed25519 by its newer name (RFC 9864).
    Ed25519,
    /// HMAC with SHA-256, by the client's secret.
    Hs256,
    /// HMAC with SHA-384, by the client's secret.
    Hs384,
    /// HMAC with SHA-512, by the client's secret.
    Hs512,
}

impl Algorithm {
    const ALL: [Self; 14] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::Ed25519,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
    ];

    /// Reads the value of `alg`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
    }

    /// The value of `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Ed25519 => "Ed25519",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// What is wrong with `secret` as a key: it is to be as long as the hash (RFC 7518 §3.2), or it is guessed
    /// by whoever sees one assertion.
    pub(crate) fn check_secret(self, secret: &Secret) -> Result<(), &'static str> {
        let (least, problem) = match self {
            Self::Hs256 => (32, SHORT_SECRET),
            Self::Hs384 => (
                48,
                "has fewer than 48 bytes, which HS384 needs (RFC 7518 §3.2)",
            ),
            Self::Hs512 => (
                64,
                "has fewer than 64 bytes, which HS512 needs (RFC 7518 §3.2)",
            ),
            _ => return Ok(()),
        };
        match secret.expose().len() >= least {
            true => Ok(()),
            false => Err(problem),
        }
    }
}

const SHORT_SECRET: &str = "has fewer than 32 bytes, which HS256 needs (RFC 7518 §3.2): have the server make a longer one, or say another clientAuth";

/// What an assertion says (RFC 7523 §3). [`Assertion::sign`] makes a JWT of it.
#[derive(Clone, Copy)]
pub struct Assertion<'a> {
    /// `alg`
    pub algorithm: Algorithm,
    /// `typ`
    pub typ: &'a str,
    /// `kid`: which of the client's keys signs, where the server knows several.
    pub key_id: Option<&'a str>,
    /// Further members of the header, such as `x5t`.
    pub header: &'a [(String, Json)],
    /// `iss`; in client authentication the client's id.
    pub issuer: &'a str,
    /// `sub`: whom it speaks for; in client authentication the client itself.
    pub subject: &'a str,
    /// `aud`: the authorization server. One is a text, several are an array.
    pub audience: &'a [&'a str],
    /// `iat`, in seconds since the epoch.
    pub issued_at: u64,
    /// How many seconds after `iat` it ends: `exp`. Servers refuse what lives for more than some
    /// minutes; [`DEFAULT_LIFETIME_SECONDS`] suits all of them.
    pub lifetime_seconds: u32,
    /// Further claims. They win over those above, and `null` leaves one out: that is how
    /// `jti` goes where a server refuses it.
    pub claims: &'a [(String, Json)],
}

/// Long enough for clocks that differ a little and for a slow network, and little to steal.
pub const DEFAULT_LIFETIME_SECONDS: u32 = 60;

/// Without the claims: they may be somebody's name.
impl fmt::Debug for Assertion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion")
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl Assertion<'_> {
    /// What is signed (RFC 7515 §5.1): header and claims. `id` is `jti`, never used before.
    pub fn signing_input(&self, id: &str) -> String {
        let mut header = vec![
            ("alg".to_owned(), self.algorithm.as_str().into()),
            ("typ".to_owned(), self.typ.into()),
        ];
        if let Some(key_id) = self.key_id {
            header.push(("kid".to_owned(), key_id.into()));
        }
        header.extend_from_slice(self.header);
        let header = Json::Object(header);
        [&encode(&header), ".", &encode(&self.claims(id))].concat()
    }

    fn claims(&self, id: &str) -> Json {
        let expires_at = self
            .issued_at
            .saturating_add(u64::from(self.lifetime_seconds));
        let audience = match self.audience {
            [one] => (*one).into(),
            several => Json::Array(several.iter().map(|one| (*one).into()).collect()),
        };
        let standard = [
            ("iss", self.issuer.into()),
            ("sub", self.subject.into()),
            ("aud", audience),
            ("exp", Json::Number(expires_at as f64)),
            ("iat", Json::Number(self.issued_at as f64)),
            ("jti", id.into()),
        ];
        let is_given = |name: &str| self.claims.iter().any(|(given, _)| given == name);
        let standard = standard
            .into_iter()
            .filter(|(name, _)| !is_given(name))
            .map(|(name, value)| (name.to_owned(), value));
        let given = self.claims.iter().filter(|(_, value)| *value != Json::Null);
        Json::Object(standard.chain(given.cloned()).collect())
    }
}

/// The JWT (RFC 7515 §7.1).
pub fn compact(signing_input: &str, signature: &[u8]) -> Secret {
    let signature = base64::encode_url(signature);
    [signing_input, ".", &signature].concat().into()
}

fn encode(json: &Json) -> String {
    base64::encode_url(json.to_text().as_bytes())
}
