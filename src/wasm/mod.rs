//! What JavaScript calls.
//!
//! Wasm holds plain data: tokens, flights, configurations. What belongs to a request or to the
//! host (`fetch`, `waitUntil`, signals, requests and responses) stays in JavaScript, in the files
//! under `pkg-templates/face`, and is passed in call by call. So a client that is made in every request costs the
//! wasm memory nothing, and nothing here outlives the I/O context it came from.

#[cfg(feature = "authorization")]
mod authorization;
mod call;
mod crypto;
mod error;
mod exchange;
#[cfg(not(feature = "npm"))]
mod face;
mod fields;
#[cfg(feature = "held-tokens")]
mod held_tokens;
mod host;
mod kernel;
mod options;
mod promise;
#[cfg(feature = "revocation")]
mod revocation;
#[cfg(feature = "signing")]
mod signing;
mod start;
mod store;
