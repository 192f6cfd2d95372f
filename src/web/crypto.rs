//! Cryptography by `crypto.subtle`.

use js_sys::{Array, Object, Promise, Uint8Array, global};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey, SubtleCrypto};

use super::reason::member;
use crate::host;
use crate::protocol::jwt::Algorithm;
use crate::token::Secret;

/// Web Crypto. What it is given is copied first: the wasm's memory may move while it works.
#[derive(Clone, Debug, Default)]
pub struct WebCrypto {
    signing_key: Option<CryptoKey>,
}

impl WebCrypto {
    /// With the private key that assertions are signed with.
    pub fn signing_with(key: CryptoKey) -> Self {
        Self {
            signing_key: Some(key),
        }
    }
}

pub(crate) fn crypto() -> Option<Crypto> {
    member(&global(), "crypto").map(JsValue::unchecked_into)
}

pub(super) fn subtle() -> Result<SubtleCrypto, JsValue> {
    let crypto = crypto().ok_or(JsValue::UNDEFINED)?;
    Ok(crypto.subtle())
}

async fn bytes(promise: Promise) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(promise).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

pub(super) fn copy(bytes: &[u8]) -> Uint8Array {
    Uint8Array::from(bytes)
}

fn dictionary<const N: usize>(members: [(&str, JsValue); N]) -> Result<Object, JsValue> {
    let members = members.into_iter();
    let entries = members.map(|(name, value)| Array::of2(&name.into(), &value));
    Object::from_entries(&entries.collect::<Array>())
}

/// A key that is used once.
async fn import(algorithm: &Object, key: &[u8], usage: &str) -> Result<CryptoKey, JsValue> {
    let usages = Array::of1(&usage.into());
    let import = subtle()?.import_key_with_object("raw", &copy(key), algorithm, false, &usages)?;
    Ok(JsFuture::from(import).await?.unchecked_into())
}

async fn hkdf(secret: &[u8], info: &[u8]) -> Result<Vec<u8>, JsValue> {
    let algorithm = dictionary([
        ("name", "HKDF".into()),
        ("hash", "SHA-256".into()),
        ("salt", copy(&[]).into()),
        ("info", copy(info).into()),
    ])?;
    let key = import(&algorithm, secret, "deriveBits").await?;
    bytes(subtle()?.derive_bits_with_object(&algorithm, &key, 256)?).await
}

async fn aes_gcm(
    is_sealed: bool,
    key: &[u8; 32],
    nonce: &[u8; 12],
    associated_data: &[u8],
    text: &[u8],
) -> Result<Vec<u8>, JsValue> {
    let algorithm = dictionary([
        ("name", "AES-GCM".into()),
        ("iv", copy(nonce).into()),
        ("additionalData", copy(associated_data).into()),
    ])?;
    let usage = if is_sealed { "decrypt" } else { "encrypt" };
    let (key, text) = (import(&algorithm, key, usage).await?, copy(text));
    let subtle = subtle()?;
    let done = match is_sealed {
        true => subtle.decrypt_with_object_and_buffer_source(&algorithm, &key, &text),
        false => subtle.encrypt_with_object_and_buffer_source(&algorithm, &key, &text),
    };
    bytes(done?).await
}

/// How Web Crypto calls what JWS does (RFC 7518 §3.1, RFC 8037).
pub(super) fn parameters(algorithm: Algorithm) -> Result<Object, JsValue> {
    let (name, bits): (&str, u32) = match algorithm {
        Algorithm::Rs256 => ("RSASSA-PKCS1-v1_5", 256),
        Algorithm::Rs384 => ("RSASSA-PKCS1-v1_5", 384),
        Algorithm::Rs512 => ("RSASSA-PKCS1-v1_5", 512),
        Algorithm::Ps256 => ("RSA-PSS", 256),
        Algorithm::Ps384 => ("RSA-PSS", 384),
        Algorithm::Ps512 => ("RSA-PSS", 512),
        Algorithm::Es256 => ("ECDSA", 256),
        Algorithm::Es384 => ("ECDSA", 384),
        Algorithm::Es512 => ("ECDSA", 512),
        Algorithm::EdDsa | Algorithm::Ed25519 => ("Ed25519", 512),
        Algorithm::Hs256 => ("HMAC", 256),
        Algorithm::Hs384 => ("HMAC", 384),
        Algorithm::Hs512 => ("HMAC", 512),
    };
    let hash = ["SHA-", &bits.to_string()].concat();
    let curve = match bits {
        512 => "P-521".to_owned(),
        bits => ["P-", &bits.to_string()].concat(),
    };
    dictionary([
        ("name", name.into()),
        ("hash", hash.into()),
        ("namedCurve", curve.into()),
        ("saltLength", bits.saturating_div(8).into()),
    ])
}

async fn signature(
    algorithm: &Object,
    key: &CryptoKey,
    data: Uint8Array,
) -> Result<Vec<u8>, JsValue> {
    bytes(subtle()?.sign_with_object_and_buffer_source(algorithm, key, &data)?).await
}

impl host::Crypto for WebCrypto {
    async fn sha256(&self, data: &[u8]) -> Option<[u8; 32]> {
        let digest = subtle().ok()?;
        let digest = digest.digest_with_str_and_buffer_source("SHA-256", &copy(data));
        bytes(digest.ok()?).await.ok()?.try_into().ok()
    }

    async fn hkdf_sha256(&self, secret: &[u8], info: &[u8]) -> Option<[u8; 32]> {
        hkdf(secret, info).await.ok()?.try_into().ok()
    }

    fn nonce(&self) -> Option<[u8; 12]> {
        let nonce = Uint8Array::new_with_length(12);
        crypto()?.get_random_values_with_js_u8_array(&nonce).ok()?;
        nonce.to_vec().try_into().ok()
    }

    async fn aes256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        plaintext: &[u8],
    ) -> Option<Vec<u8>> {
        let sealed = aes_gcm(false, key, nonce, associated_data, plaintext).await;
        sealed.ok()
    }

    async fn aes256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: &[u8],
    ) -> Option<Vec<u8>> {
        let opened = aes_gcm(true, key, nonce, associated_data, ciphertext).await;
        opened.ok()
    }

    async fn sign(
        &self,
        algorithm: Algorithm,
        secret: Option<&Secret>,
        data: &[u8],
    ) -> Result<Vec<u8>, String> {
        let data = copy(data);
        let signed = async {
            let parameters = parameters(algorithm)?;
            match (secret, &self.signing_key) {
                (Some(secret), _) => {
                    let key = import(&parameters, secret.expose().as_bytes(), "sign").await?;
                    signature(&parameters, &key, data).await
                }
                (None, Some(key)) => signature(&parameters, key, data).await,
                (None, None) => Err(JsValue::NULL),
            }
        };
        // The host's own words might quote the key.
        signed.await.map_err(|error| match error.is_null() {
            true => "is required to sign: WebHost::with_signing_key".to_owned(),
            false => {
                let name = member(&error, "name").and_then(|name| name.as_string());
                [
                    "cannot be used for ",
                    algorithm.as_str(),
                    " by this runtime: ",
                    &name.unwrap_or_default(),
                ]
                .concat()
            }
        })
    }
}
