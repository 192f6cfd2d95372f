//! Stores that are objects of JavaScript's.

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::reason::{member, method, reason};
use crate::error::Error;
use crate::host::store::{Acquired, Lease, StoreError, TokenStore};

/// What a KV namespace needs until a write is seen everywhere, at most.
const KV_PROPAGATION_MS: u32 = 60_000;
/// It keeps nothing for less.
const KV_MIN_TTL_SECONDS: u64 = 60;

/// A Cloudflare KV namespace, or any object with `get(key)`, `put(key, value, { expirationTtl })` or `set`, and
/// `delete(key)`, synchronous or not. One that also has `acquire(key, ttlMs)`, which gives `{ held: true, fence }` or
/// `{ held: false, retryAfterMs }`, and `release(key, fence)` is a [`Lease`]. What it says in `propagationMs` and
/// `minTtlSeconds` counts.
#[derive(Clone, Debug)]
pub struct ObjectStore {
    object: JsValue,
    get: Function,
    put: Function,
    delete: Function,
    /// `acquire` and `release`.
    lease: Option<(Function, Function)>,
    is_kv: bool,
}

impl ObjectStore {
    /// Refuses what has not all the methods of a store.
    pub fn new(object: JsValue) -> Result<Self, Error> {
        let of = |name| method(&object, name);
        let (Some(get), Some(put), Some(delete)) =
            (of("get"), of("put").or_else(|| of("set")), of("delete"))
        else {
            return Err(Error::invalid_option(
                "store",
                "must be a KV namespace or an object with get, put or set, and delete",
            ));
        };
        Ok(Self {
            lease: of("acquire").zip(of("release")),
            is_kv: of("getWithMetadata").is_some(),
            get,
            put,
            delete,
            object,
        })
    }

    fn number(&self, name: &str) -> u32 {
        let number = member(&self.object, name).and_then(|number| number.as_f64());
        number.unwrap_or_default() as u32
    }

    async fn call(&self, function: &Function, arguments: &Array) -> Result<JsValue, StoreError> {
        let answer = function.apply(&self.object, arguments);
        settled(answer.map_err(|error| StoreError(reason(&error)))?).await
    }
}

/// What comes of an answer, which may be a promise.
pub(crate) async fn settled(answer: JsValue) -> Result<JsValue, StoreError> {
    let settled = JsFuture::from(Promise::resolve(&answer)).await;
    settled.map_err(|error| StoreError(reason(&error)))
}

/// The answer to `get`.
pub(crate) fn text(value: &JsValue) -> Result<Option<String>, StoreError> {
    match value.as_string() {
        None if !value.is_undefined() && !value.is_null() => {
            Err(StoreError("get gave what is no text".to_owned()))
        }
        text => Ok(text),
    }
}

/// The answer to `acquire`.
pub(crate) fn acquired(answer: &JsValue) -> Result<Acquired, StoreError> {
    if member(answer, "held").is_some_and(|held| held.is_truthy()) {
        let fence = member(answer, "fence");
        let fence = fence.and_then(|fence| match fence.as_f64() {
            Some(number) => Some(number.to_string()),
            None => fence.as_string(),
        });
        let fence = fence.ok_or_else(|| StoreError("acquire gave no fence".to_owned()))?;
        return Ok(Acquired::Held { fence });
    }
    match member(answer, "retryAfterMs").and_then(|ms| ms.as_f64()) {
        Some(ms) => Ok(Acquired::HeldByOther {
            retry_after_ms: ms as u32,
        }),
        None => Err(StoreError(
            "acquire gave neither held: true nor retryAfterMs".to_owned(),
        )),
    }
}

impl TokenStore for ObjectStore {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        text(&self.call(&self.get, &Array::of1(&key.into())).await?)
    }

    async fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: u64,
        fence: Option<&str>,
    ) -> Result<(), StoreError> {
        let ttl = JsValue::from_f64(ttl_seconds as f64);
        let options = Array::of1(&Array::of2(&"expirationTtl".into(), &ttl));
        if let Some(fence) = fence {
            options.push(&Array::of2(&"fence".into(), &fence.into()));
        }
        let options = Object::from_entries(&options).unwrap_or_default();
        let arguments = Array::of3(&key.into(), &value.into(), &options);
        self.call(&self.put, &arguments).await.map(drop)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let arguments = Array::of1(&key.into());
        self.call(&self.delete, &arguments).await.map(drop)
    }

    fn propagation_ms(&self) -> u32 {
        match self.is_kv {
            true => KV_PROPAGATION_MS,
            false => self.number("propagationMs"),
        }
    }

    fn min_ttl_seconds(&self) -> u64 {
        match self.is_kv {
            true => KV_MIN_TTL_SECONDS,
            false => self.number("minTtlSeconds").into(),
        }
    }

    fn lease(&self) -> Option<&impl Lease> {
        self.lease.is_some().then_some(self)
    }
}

impl ObjectStore {
    /// Calls one of the methods that only a store with a lease has.
    async fn call_lease(
        &self,
        method: impl FnOnce(&(Function, Function)) -> &Function,
        arguments: &Array,
    ) -> Result<JsValue, StoreError> {
        let none = || StoreError("the store has no lease".to_owned());
        let methods = self.lease.as_ref().ok_or_else(none)?;
        self.call(method(methods), arguments).await
    }
}

impl Lease for ObjectStore {
    async fn acquire(&self, key: &str, ttl_ms: u32) -> Result<Acquired, StoreError> {
        let arguments = Array::of2(&key.into(), &ttl_ms.into());
        let answer = self.call_lease(|(acquire, _)| acquire, &arguments).await?;
        acquired(&answer)
    }

    async fn release(&self, key: &str, fence: &str) -> Result<(), StoreError> {
        let arguments = Array::of2(&key.into(), &fence.into());
        self.call_lease(|(_, release)| release, &arguments)
            .await
            .map(drop)
    }
}
