//! Cryptography of the host's: `crypto.subtle`.

use std::future::Future;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::error::reason;
use super::host::JsHost;
use super::promise::Settled;
use crate::host::Crypto;
use crate::protocol::jwt::Algorithm;
use crate::token::Secret;

#[wasm_bindgen(module = "/pkg-templates/face/crypto.js")]
extern "C" {
    fn sha256(data: &[u8]) -> JsValue;
    fn hkdf(secret: &[u8], info: &[u8]) -> JsValue;
    /// Empty where there is no randomness.
    fn nonce() -> Vec<u8>;
    #[wasm_bindgen(js_name = aesGcm)]
    fn aes_gcm(
        operation: &str,
        key: &[u8],
        nonce: &[u8],
        associated_data: &[u8],
        data: &[u8],
    ) -> JsValue;
    fn hmac(algorithm: &str, secret: &[u8], data: Uint8Array) -> JsValue;
}

/// What a promise of bytes brings.
async fn bytes(promise: JsValue) -> Option<Vec<u8>> {
    let bytes = Settled::of(&promise).await.ok()?;
    Some(bytes.dyn_ref::<Uint8Array>()?.to_vec())
}

async fn bytes32(promise: JsValue) -> Option<[u8; 32]> {
    bytes(promise).await?.try_into().ok()
}

impl Crypto for JsHost {
    fn sha256(&self, data: &[u8]) -> impl Future<Output = Option<[u8; 32]>> {
        bytes32(sha256(data))
    }

    fn hkdf_sha256(&self, secret: &[u8], info: &[u8]) -> impl Future<Output = Option<[u8; 32]>> {
        bytes32(hkdf(secret, info))
    }

    fn nonce(&self) -> Option<[u8; 12]> {
        nonce().try_into().ok()
    }

    fn aes256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        plaintext: &[u8],
    ) -> impl Future<Output = Option<Vec<u8>>> {
        bytes(aes_gcm("encrypt", key, nonce, associated_data, plaintext))
    }

    fn aes256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: &[u8],
    ) -> impl Future<Output = Option<Vec<u8>>> {
        bytes(aes_gcm("decrypt", key, nonce, associated_data, ciphertext))
    }

    async fn sign(
        &self,
        algorithm: Algorithm,
        secret: Option<&Secret>,
        data: &[u8],
    ) -> Result<Vec<u8>, String> {
        let failed = |error: JsValue| reason(&error);
        let algorithm = algorithm.as_str();
        // A copy: the key is imported first, and the wasm's memory may have moved when that is done.
        let data = Uint8Array::from(data);
        let signature = match secret {
            Some(secret) => hmac(algorithm, secret.expose().as_bytes(), data),
            None => self.call.sign(algorithm, data),
        };
        let signature = Settled::of(&signature).await.map_err(failed)?;
        let signature = signature.dyn_ref::<Uint8Array>();
        Ok(signature.map(Uint8Array::to_vec).unwrap_or_default())
    }
}
