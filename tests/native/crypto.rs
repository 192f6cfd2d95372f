//! What ring does is what others do.

use edge_oauth2::host::Crypto;
use edge_oauth2::native::{Platform, SigningKey};
use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::{ErrorCode, Secret};
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, KeyPair, UnparsedPublicKey};

#[path = "../support/crypto.rs"]
mod other;

#[tokio::test]
async fn seals_are_those_of_every_host() {
    let platform = Platform::default();
    let key = platform.hkdf_sha256(b"secret", b"info").await.unwrap();
    assert_eq!(key, other::hkdf_sha256(b"secret", b"info"));
    assert_eq!(
        platform.sha256(b"data").await.unwrap(),
        other::sha256(b"data")
    );
    let nonce = platform.nonce().unwrap();
    assert_ne!(nonce, platform.nonce().unwrap());
    let sealed = platform
        .aes256_gcm_seal(&key, &nonce, b"name", b"text")
        .await
        .unwrap();
    assert_eq!(
        other::open(&key, &nonce, b"name", &sealed).unwrap(),
        b"text"
    );
    let sealed = other::seal(&key, &nonce, b"name", b"text").unwrap();
    let opened = platform
        .aes256_gcm_open(&key, &nonce, b"name", &sealed)
        .await;
    assert_eq!(opened.unwrap(), b"text");
    assert_eq!(
        platform
            .aes256_gcm_open(&key, &nonce, b"another", &sealed)
            .await,
        None
    );
}

fn pem(pkcs8: &[u8]) -> String {
    use base64ct::Encoding;
    let text = base64ct::Base64::encode_string(pkcs8);
    // As it is in variables of the environment.
    format!(r"-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}

#[tokio::test]
async fn assertions_are_signed() {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(
        &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        &SystemRandom::new(),
    );
    let pkcs8 = pkcs8.unwrap();
    let key = SigningKey::from_pem(&pem(pkcs8.as_ref())).unwrap();
    let platform = Platform::default().with_signing_key(key);
    let signed = platform
        .sign(Algorithm::Es256, None, b"data")
        .await
        .unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(
        &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        pkcs8.as_ref(),
        &SystemRandom::new(),
    );
    let pair = pair.unwrap();
    let public = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, pair.public_key());
    public.verify(b"data", &signed).unwrap();
    let unfit = platform
        .sign(Algorithm::Rs256, None, b"data")
        .await
        .unwrap_err();
    assert!(unfit.contains("RS256"), "{unfit}");
    let secret = Secret::from("secret");
    let mac = platform
        .sign(Algorithm::Hs256, Some(&secret), b"data")
        .await
        .unwrap();
    assert_eq!(mac, other::hmac_sha256(b"secret", b"data"));
    let error = SigningKey::from_pem("MARKER").unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidOption);
    assert!(!error.to_string().contains("MARKER"));
}
