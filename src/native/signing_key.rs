//! The private key that assertions are signed with.

use std::fmt;
use std::sync::Arc;

use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair as RsaKeyPair;
use ring::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, RsaEncoding};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

use crate::error::Error;
use crate::protocol::jwt::Algorithm;
use crate::token::Secret;

/// A private key for the algorithm of [`ClientOptions::private_key`](crate::ClientOptions::private_key): RSA, P-256,
/// P-384 or Ed25519.
#[derive(Clone)]
pub struct SigningKey(Arc<PrivateKeyDer<'static>>);

impl SigningKey {
    /// A key as people have it in files and variables: PEM, PKCS#8 or, of RSA, PKCS#1. Line ends may be a literal `\n`.
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        let key = PrivateKeyDer::from_pem_slice(pem.replace("\\n", "\n").as_bytes());
        let problem = "must be a private key as PEM, PKCS#8 or PKCS#1";
        let key = key.map_err(|_| Error::invalid_option("privateKey", problem))?;
        Ok(Self(Arc::new(key)))
    }

    fn rsa(&self) -> Option<RsaKeyPair> {
        match &*self.0 {
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()).ok(),
            key => RsaKeyPair::from_pkcs8(key.secret_der()).ok(),
        }
    }

    fn sign_rsa(&self, padding: &'static dyn RsaEncoding, data: &[u8]) -> Option<Vec<u8>> {
        let key = self.rsa()?;
        let mut signature = vec![0; key.public().modulus_len()];
        let random = SystemRandom::new();
        key.sign(padding, &random, data, &mut signature).ok()?;
        Some(signature)
    }

    fn sign_ecdsa(
        &self,
        algorithm: &'static EcdsaSigningAlgorithm,
        data: &[u8],
    ) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(algorithm, self.0.secret_der(), &random).ok()?;
        let signature = key.sign(&random, data).ok()?;
        Some(signature.as_ref().to_vec())
    }

    fn sign_ed25519(&self, data: &[u8]) -> Option<Vec<u8>> {
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(self.0.secret_der()).ok()?;
        Some(key.sign(data).as_ref().to_vec())
    }

    pub(super) fn sign(&self, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, String> {
        let signature = match algorithm {
            Algorithm::Rs256 => self.sign_rsa(&signature::RSA_PKCS1_SHA256, data),
            Algorithm::Rs384 => self.sign_rsa(&signature::RSA_PKCS1_SHA384, data),
            Algorithm::Rs512 => self.sign_rsa(&signature::RSA_PKCS1_SHA512, data),
            Algorithm::Ps256 => self.sign_rsa(&signature::RSA_PSS_SHA256, data),
            Algorithm::Ps384 => self.sign_rsa(&signature::RSA_PSS_SHA384, data),
            Algorithm::Ps512 => self.sign_rsa(&signature::RSA_PSS_SHA512, data),
            Algorithm::Es256 => self.sign_ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, data),
            Algorithm::Es384 => self.sign_ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, data),
            Algorithm::EdDsa | Algorithm::Ed25519 => self.sign_ed25519(data),
            _ => return Err("cannot sign with this algorithm: this host has none such".to_owned()),
        };
        let unfit = || {
            let name = algorithm.as_str();
            ["is no private key for ", name, " as PKCS#8 or PKCS#1"].concat()
        };
        signature.ok_or_else(unfit)
    }
}

/// Signs with a secret; `None` for algorithms that have none.
pub(super) fn hmac(algorithm: Algorithm, secret: &Secret, data: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match algorithm {
        Algorithm::Hs256 => hmac::HMAC_SHA256,
        Algorithm::Hs384 => hmac::HMAC_SHA384,
        Algorithm::Hs512 => hmac::HMAC_SHA512,
        _ => return None,
    };
    let key = hmac::Key::new(algorithm, secret.expose().as_bytes());
    Some(hmac::sign(&key, data).as_ref().to_vec())
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}
