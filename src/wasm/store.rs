//! The store port over a JavaScript object, which the face has brought into one shape.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::error::reason;
use super::promise::Settled;
use crate::host::store::{Acquired, Lease, StoreError, TokenStore};

#[wasm_bindgen]
extern "C" {
    /// What `storeAdapter` in stores/any.js makes.
    pub type StoreAdapter;
    #[wasm_bindgen(method)]
    fn get(this: &StoreAdapter, key: &str) -> JsValue;
    #[wasm_bindgen(method)]
    fn put(
        this: &StoreAdapter,
        key: &str,
        value: &str,
        ttl_seconds: f64,
        fence: Option<&str>,
    ) -> JsValue;
    #[wasm_bindgen(method)]
    fn delete(this: &StoreAdapter, key: &str) -> JsValue;
    /// Resolves to `[fence]` or `[undefined, retryAfterMs]`.
    #[wasm_bindgen(method)]
    fn acquire(this: &StoreAdapter, key: &str, ttl_ms: u32) -> JsValue;
    #[wasm_bindgen(method)]
    fn release(this: &StoreAdapter, key: &str, fence: &str) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = hasLease)]
    fn has_lease(this: &StoreAdapter) -> bool;
    #[wasm_bindgen(method, getter, js_name = propagationMs)]
    fn propagation_ms(this: &StoreAdapter) -> u32;
    #[wasm_bindgen(method, getter, js_name = minTtlSeconds)]
    fn min_ttl_seconds(this: &StoreAdapter) -> u32;
}

pub(super) struct JsStore(pub(super) StoreAdapter);

async fn settled(promise: JsValue) -> Result<JsValue, StoreError> {
    Settled::of(&promise)
        .await
        .map_err(|error| StoreError(reason(&error)))
}

impl TokenStore for JsStore {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        settled(self.0.get(key))
            .await
            .map(|value| value.as_string())
    }

    async fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: u64,
        fence: Option<&str>,
    ) -> Result<(), StoreError> {
        settled(self.0.put(key, value, ttl_seconds as f64, fence))
            .await
            .map(drop)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        settled(self.0.delete(key)).await.map(drop)
    }

    fn propagation_ms(&self) -> u32 {
        self.0.propagation_ms()
    }

    fn min_ttl_seconds(&self) -> u64 {
        self.0.min_ttl_seconds().into()
    }

    fn lease(&self) -> Option<&impl Lease> {
        self.0.has_lease().then_some(self)
    }
}

impl Lease for JsStore {
    async fn acquire(&self, key: &str, ttl_ms: u32) -> Result<Acquired, StoreError> {
        let answer = Array::from(&settled(self.0.acquire(key, ttl_ms)).await?);
        Ok(match answer.get(0).as_string() {
            Some(fence) => Acquired::Held { fence },
            None => Acquired::HeldByOther {
                retry_after_ms: answer.get(1).as_f64().unwrap_or_default() as u32,
            },
        })
    }

    async fn release(&self, key: &str, fence: &str) -> Result<(), StoreError> {
        settled(self.0.release(key, fence)).await.map(drop)
    }
}
