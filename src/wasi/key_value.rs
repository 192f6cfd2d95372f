//! A store of `wasi:keyvalue`.

use self::bindings::wasi::keyvalue::store::{self, Bucket};
use crate::host::store::{StoreError, TokenStore};

#[allow(
    missing_debug_implementations,
    missing_docs,
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    clippy::all,
    clippy::arithmetic_side_effects
)]
mod bindings {
    // As much of the proposal as is used: a host may have more.
    wit_bindgen::generate!({
        inline: r"
            package edge-oauth2:imports;

            world imports {
                import wasi:keyvalue/store@0.2.0-draft2;
            }

            package wasi:keyvalue@0.2.0-draft2 {
                interface store {
                    variant error {
                        no-such-store,
                        access-denied,
                        other(string),
                    }

                    resource bucket {
                        get: func(key: string) -> result<option<list<u8>>, error>;
                        set: func(key: string, value: list<u8>) -> result<_, error>;
                        delete: func(key: string) -> result<_, error>;
                    }

                    open: func(identifier: string) -> result<bucket, error>;
                }
            }
        ",
        world: "edge-oauth2:imports/imports",
        generate_all,
    });
}

/// A bucket of `wasi:keyvalue` 0.2.0-draft2 as a [`TokenStore`]. A component that has one runs on hosts that have
/// that interface only.
///
/// A bucket keeps what it has for good: a record that is over is replaced by the next, and not read. It has no lease, so
/// that two instances that find no token at the same time ask for one each.
#[derive(Debug)]
pub struct KeyValue(Bucket);

impl KeyValue {
    /// Opens the bucket that the host knows by `identifier`; most have one called `default`.
    pub fn open(identifier: &str) -> Result<Self, StoreError> {
        store::open(identifier).map(Self).map_err(failed)
    }
}

impl TokenStore for KeyValue {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        let value = self.0.get(key).map_err(failed)?;
        // What is no text was written by somebody else.
        Ok(value.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    async fn put(
        &self,
        key: &str,
        value: &str,
        _ttl_seconds: u64,
        _fence: Option<&str>,
    ) -> Result<(), StoreError> {
        self.0.set(key, value.as_bytes()).map_err(failed)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.0.delete(key).map_err(failed)
    }
}

fn failed(error: store::Error) -> StoreError {
    StoreError(match error {
        store::Error::NoSuchStore => "there is no such store".to_owned(),
        store::Error::AccessDenied => "access denied".to_owned(),
        store::Error::Other(reason) => reason,
    })
}
