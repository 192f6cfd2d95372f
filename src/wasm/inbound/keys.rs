//! Signatures, checked by the host: `crypto.subtle`. Imported keys are kept here.

use wasm_bindgen::prelude::*;

use super::rendered::Rendered;
use crate::host::inbound::InboundHost;
use crate::json::{Json, js};
use crate::protocol::jwa::SignatureAlgorithm;
use crate::wasm::host::JsHost;
use crate::wasm::promise::Settled;

#[wasm_bindgen(module = "/pkg-templates/face/verification.js")]
extern "C" {
    #[wasm_bindgen(js_name = importKey)]
    fn import_key(jwk: &JsValue, algorithm: &str) -> JsValue;
    pub(super) fn verify(key: &JsValue, algorithm: &str, data: &[u8], signature: &[u8]) -> JsValue;
}

impl InboundHost for JsHost {
    type Key = JsValue;
    type Slot = Rendered;

    async fn import_key(&self, jwk: &Json, algorithm: SignatureAlgorithm) -> Option<JsValue> {
        let key = import_key(&js::to_js(jwk), algorithm.as_str());
        Settled::of(&key).await.ok()
    }

    async fn verify(
        &self,
        key: &JsValue,
        algorithm: SignatureAlgorithm,
        data: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let answer = verify(key, algorithm.as_str(), data, signature);
        Settled::of(&answer).await.ok()?.as_bool()
    }
}
