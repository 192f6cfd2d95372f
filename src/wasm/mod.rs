//! The JavaScript side. Only this module names JavaScript types.
//!
//! Wasm holds plain data: tokens, flights, configurations. What belongs to a request or to the
//! host (`fetch`, `waitUntil`, signals, requests and responses) stays in JavaScript, in the files
//! under `js/`, and is passed in call by call. So a client that is made in every request costs the
//! wasm memory nothing, and nothing here outlives the I/O context it came from.

pub(crate) mod json;

#[cfg(all(feature = "bindings", feature = "authorization"))]
mod authorization;
#[cfg(feature = "bindings")]
mod crypto;
#[cfg(feature = "bindings")]
mod error;
#[cfg(feature = "bindings")]
mod exchange;
#[cfg(all(feature = "bindings", not(feature = "npm")))]
mod face;
#[cfg(feature = "bindings")]
mod fields;
#[cfg(all(feature = "bindings", feature = "held-tokens"))]
mod held_tokens;
#[cfg(feature = "bindings")]
mod host;
#[cfg(feature = "bindings")]
mod kernel;
#[cfg(feature = "bindings")]
mod options;
#[cfg(feature = "bindings")]
mod promise;
#[cfg(all(feature = "bindings", feature = "revocation"))]
mod revocation;
#[cfg(all(feature = "bindings", feature = "signing"))]
mod signing;
#[cfg(feature = "bindings")]
mod start;
#[cfg(feature = "bindings")]
mod store;
