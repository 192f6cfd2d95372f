//! The ports over the web, against a token server on loopback.

#![cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "web"))]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod crypto;
mod fetch;
mod options;
mod store;
mod support;
mod token;
#[cfg(feature = "inbound")]
mod verifier;
