//! The algorithms by which tokens are signed that others can check (RFC 7518 §3.1).

/// A digital signature, by its name in the IANA registry: whoever can check one cannot make one. There is no way to say
/// `none` or an HMAC with it, so no public key is ever taken for the secret of an HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
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
    /// EdDSA, of which this is Ed25519 only (RFC 8037).
    EdDsa,
    /// The same by its newer name (RFC 9864).
    Ed25519,
}

/// A kind of key: `kty`, and the `crv` of those that have one (RFC 7518 §6, RFC 8037 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA.
    Rsa,
    /// The elliptic curve P-256.
    P256,
    /// The elliptic curve P-384.
    P384,
    /// The elliptic curve P-521.
    P521,
    /// Ed25519.
    Ed25519,
}

impl SignatureAlgorithm {
    /// All there are.
    pub const ALL: [Self; 11] = [
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
        }
    }

    /// The keys that it takes.
    pub const fn key_kind(self) -> KeyKind {
        match self {
            Self::Es256 => KeyKind::P256,
            Self::Es384 => KeyKind::P384,
            Self::Es512 => KeyKind::P521,
            Self::EdDsa | Self::Ed25519 => KeyKind::Ed25519,
            _ => KeyKind::Rsa,
        }
    }

    /// Whether `name`, the `alg` of a key, means this: there are two names for one algorithm.
    pub(super) fn is_called(self, name: &str) -> bool {
        match self {
            Self::EdDsa | Self::Ed25519 => {
                name == Self::EdDsa.as_str() || name == Self::Ed25519.as_str()
            }
            _ => name == self.as_str(),
        }
    }

    /// How long each signature is, where the key does not say (RFC 7518 §3.4, RFC 8037 §3.1).
    pub(super) const fn signature_bytes(self) -> Option<usize> {
        match self {
            Self::Es256 | Self::EdDsa | Self::Ed25519 => Some(64),
            Self::Es384 => Some(96),
            Self::Es512 => Some(132),
            _ => None,
        }
    }
}
