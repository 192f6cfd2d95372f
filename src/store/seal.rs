//! Sealing: what leaves the isolate is encrypted, so that a store that leaks yields no token, and
//! one that is tampered with yields a miss.
//!
//! AES-256-GCM; the key by HKDF-SHA-256 (RFC 5869) from the client secret or the seal key; a random
//! nonce; the store key as associated data, so that a record opens only where it was put.
//! Sealed: base64url of version ‖ nonce ‖ ciphertext and tag.

use crate::base64;
use crate::host::Crypto;
use crate::token::Secret;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const INFO: &[u8] = b"edge-oauth2 seal v1";
const NAME_INFO: &[u8] = b"edge-oauth2 name v2";

/// Seals `plaintext`; `None` if the host's cryptography fails.
pub(crate) async fn seal<C: Crypto>(
    crypto: &C,
    secret: &Secret,
    store_key: &str,
    plaintext: &str,
) -> Option<String> {
    let key = crypto.hkdf_sha256(secret.expose().as_bytes(), INFO).await?;
    let nonce: [u8; NONCE_BYTES] = crypto.nonce()?;
    let ciphertext = crypto
        .aes256_gcm_seal(&key, &nonce, store_key.as_bytes(), plaintext.as_bytes())
        .await?;
    let sealed = [&[VERSION], nonce.as_slice(), &ciphertext].concat();
    Some(base64::encode_url(&sealed))
}

/// Opens what [`seal`] sealed for the same store key with the same secret.
pub(crate) async fn open<C: Crypto>(
    crypto: &C,
    secret: &Secret,
    store_key: &str,
    sealed: &str,
) -> Option<String> {
    let sealed = base64::decode_url(sealed)?;
    let (version, sealed) = sealed.split_first()?;
    if *version != VERSION {
        return None;
    }
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let key = crypto.hkdf_sha256(secret.expose().as_bytes(), INFO).await?;
    let opened = crypto
        .aes256_gcm_open(&key, nonce, store_key.as_bytes(), ciphertext)
        .await?;
    String::from_utf8(opened).ok()
}

/// What stands for `name` in a store: by a key that only we have, since a digest of what can be guessed, a password
/// among it, can be guessed too. `None` if the host's cryptography fails.
pub(crate) async fn name<C: Crypto>(
    crypto: &C,
    secret: Option<&Secret>,
    name: &[u8],
) -> Option<[u8; 32]> {
    let digest = crypto.sha256(name).await?;
    match secret {
        None => Some(digest),
        Some(secret) => {
            let info = [NAME_INFO, &digest].concat();
            crypto.hkdf_sha256(secret.expose().as_bytes(), &info).await
        }
    }
}
