//! The second level of the cache: a store that instances share.
//!
//! A store is whatever keeps a text under a key: a KV namespace, a Durable Object, Redis, a table.
//! It may be slow, down, stale or lying; none of that fails a request.
//!
//! ```
//! use std::cell::RefCell;
//! use std::collections::HashMap;
//!
//! use edge_oauth2::store::{StoreError, TokenStore};
//!
//! #[derive(Default)]
//! struct InMemory(RefCell<HashMap<String, String>>);
//!
//! impl TokenStore for InMemory {
//!     async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
//!         Ok(self.0.borrow().get(key).cloned())
//!     }
//!
//!     async fn put(
//!         &self,
//!         key: &str,
//!         value: &str,
//!         _ttl_seconds: u64,
//!         _fence: Option<&str>,
//!     ) -> Result<(), StoreError> {
//!         self.0.borrow_mut().insert(key.into(), value.into());
//!         Ok(())
//!     }
//!
//!     async fn delete(&self, key: &str) -> Result<(), StoreError> {
//!         self.0.borrow_mut().remove(key);
//!         Ok(())
//!     }
//! }
//! ```

use std::fmt;
use std::future::Future;

/// Keeps texts under keys, for a time.
pub trait TokenStore: 'static {
    /// What is kept under `key`, if anything is.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<String>, StoreError>>;

    /// Keeps `value` under `key` for at least `ttl_seconds`, replacing what was there. `fence` names
    /// the writer's tenure of the [`Lease`], if it has one: a store that can tell tenures apart lets
    /// nobody overwrite what a later tenure wrote.
    fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: u64,
        fence: Option<&str>,
    ) -> impl Future<Output = Result<(), StoreError>>;

    /// Forgets what is kept under `key`.
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), StoreError>>;

    /// How long it may take until all instances see what one has put. Tokens are renewed at least
    /// so long before they expire.
    fn propagation_ms(&self) -> u32 {
        0
    }

    /// The shortest time that the store keeps anything. What lives shorter is not put.
    fn min_ttl_seconds(&self) -> u64 {
        1
    }

    /// The store's lease, if it has one. With it a fleet makes exactly one grant at a time.
    fn lease(&self) -> Option<&impl Lease> {
        None::<&NoLease>
    }
}

/// Gives one of many instances the right to do something, for a time.
pub trait Lease {
    /// Asks for the right over `key` for `ttl_ms`; it ends by itself if it is not released.
    fn acquire(&self, key: &str, ttl_ms: u32)
    -> impl Future<Output = Result<Acquired, StoreError>>;

    /// Gives back the right that was given with `fence`. Another's is left alone.
    fn release(&self, key: &str, fence: &str) -> impl Future<Output = Result<(), StoreError>>;
}

/// The answer to [`Lease::acquire`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acquired {
    /// The right is ours.
    Held {
        /// Names this tenure; no two have the same.
        fence: String,
    },
    /// Another instance has it.
    HeldByOther {
        /// When asking again makes sense.
        retry_after_ms: u32,
    },
}

/// Why a store did not do what it was asked; its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

/// The lease of a store that has none.
#[derive(Clone, Copy, Debug)]
pub enum NoLease {}

impl Lease for NoLease {
    async fn acquire(&self, _key: &str, _ttl_ms: u32) -> Result<Acquired, StoreError> {
        match *self {}
    }

    async fn release(&self, _key: &str, _fence: &str) -> Result<(), StoreError> {
        match *self {}
    }
}

/// The store of a host that has none.
#[derive(Clone, Copy, Debug)]
pub enum NoStore {}

impl TokenStore for NoStore {
    async fn get(&self, _key: &str) -> Result<Option<String>, StoreError> {
        match *self {}
    }

    async fn put(
        &self,
        _key: &str,
        _value: &str,
        _ttl_seconds: u64,
        _fence: Option<&str>,
    ) -> Result<(), StoreError> {
        match *self {}
    }

    async fn delete(&self, _key: &str) -> Result<(), StoreError> {
        match *self {}
    }
}
