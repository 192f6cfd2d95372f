//! The store that a binding is.

use wasm_bindgen::JsValue;

use super::coordinator::is_stub;
use super::{Coordinator, Nearby};
use crate::error::Error;
use crate::host::store::{Acquired, Lease, StoreError, TokenStore};
use crate::web::ObjectStore;
use crate::web::reason::{member, method};

/// A binding as a store, whichever of the two it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum BoundStore {
    /// A KV namespace, with what the location adds to it.
    Kv(Nearby),
    /// The namespace of a `TokenCoordinator`.
    Coordinator(Coordinator),
}

impl BoundStore {
    /// The binding `name` of `env`: a KV namespace, or the Durable Object namespace of `TokenCoordinator`.
    pub fn of(env: &JsValue, name: &str) -> Result<Self, Error> {
        let missing = || {
            let problem = ["needs the binding ", name, ", which this Worker has not"];
            Error::invalid_option("store", problem.concat())
        };
        let binding = member(env, name).ok_or_else(missing)?;
        match !is_stub(&binding) && method(&binding, "getWithMetadata").is_some() {
            true => Ok(Self::Kv(Nearby::new(ObjectStore::new(binding)?))),
            false => Coordinator::new(binding).map(Self::Coordinator),
        }
    }
}

impl TokenStore for BoundStore {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        match self {
            Self::Kv(store) => store.get(key).await,
            Self::Coordinator(store) => store.get(key).await,
        }
    }

    async fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: u64,
        fence: Option<&str>,
    ) -> Result<(), StoreError> {
        match self {
            Self::Kv(store) => store.put(key, value, ttl_seconds, fence).await,
            Self::Coordinator(store) => store.put(key, value, ttl_seconds, fence).await,
        }
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        match self {
            Self::Kv(store) => store.delete(key).await,
            Self::Coordinator(store) => store.delete(key).await,
        }
    }

    fn propagation_ms(&self) -> u32 {
        match self {
            Self::Kv(store) => store.propagation_ms(),
            Self::Coordinator(store) => store.propagation_ms(),
        }
    }

    fn min_ttl_seconds(&self) -> u64 {
        match self {
            Self::Kv(store) => store.min_ttl_seconds(),
            Self::Coordinator(store) => store.min_ttl_seconds(),
        }
    }

    fn lease(&self) -> Option<&impl Lease> {
        Some(self)
    }
}

impl Lease for BoundStore {
    async fn acquire(&self, key: &str, ttl_ms: u32) -> Result<Acquired, StoreError> {
        match self {
            Self::Kv(store) => store.acquire(key, ttl_ms).await,
            Self::Coordinator(store) => store.acquire(key, ttl_ms).await,
        }
    }

    async fn release(&self, key: &str, fence: &str) -> Result<(), StoreError> {
        match self {
            Self::Kv(store) => store.release(key, fence).await,
            Self::Coordinator(store) => store.release(key, fence).await,
        }
    }
}
