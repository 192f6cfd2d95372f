//! Signatures checked by `crypto.subtle`.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::CryptoKey;

use super::WebHost;
use super::crypto::{copy, parameters, subtle};
use crate::host::inbound::InboundHost;
use crate::host::store::TokenStore;
use crate::json::Json;
use crate::json::js::to_js;
use crate::protocol::jwa::SignatureAlgorithm;
use crate::protocol::jwt::Algorithm;

/// A key belongs to no request: it is kept for all of them.
impl<S: TokenStore> InboundHost for WebHost<S> {
    type Key = CryptoKey;
    type Slot = ();

    async fn import_key(&self, jwk: &Json, algorithm: SignatureAlgorithm) -> Option<CryptoKey> {
        import(to_js(jwk).unchecked_ref(), algorithm).await.ok()
    }

    async fn verify(
        &self,
        key: &CryptoKey,
        algorithm: SignatureAlgorithm,
        data: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let verified = verify(key, algorithm, data, signature).await;
        verified.ok()?.as_bool()
    }
}

fn described(algorithm: SignatureAlgorithm) -> Result<Object, JsValue> {
    let algorithm = Algorithm::from_name(algorithm.as_str());
    parameters(algorithm.ok_or(JsValue::UNDEFINED)?)
}

async fn import(jwk: &Object, algorithm: SignatureAlgorithm) -> Result<CryptoKey, JsValue> {
    let algorithm = described(algorithm)?;
    let usages = Array::of1(&"verify".into());
    let import = subtle()?.import_key_with_object("jwk", jwk, &algorithm, false, &usages)?;
    Ok(JsFuture::from(import).await?.unchecked_into())
}

async fn verify(
    key: &CryptoKey,
    algorithm: SignatureAlgorithm,
    data: &[u8],
    signature: &[u8],
) -> Result<JsValue, JsValue> {
    let algorithm = described(algorithm)?;
    let (data, signature) = (copy(data), copy(signature));
    let verified = subtle()?.verify_with_object_and_buffer_source_and_buffer_source(
        &algorithm, key, &signature, &data,
    )?;
    JsFuture::from(verified).await
}
