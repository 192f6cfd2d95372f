//! What JavaScript calls.
//!
//! Wasm holds plain data: tokens, flights, configurations. What belongs to a request or to the
//! host (`fetch`, `waitUntil`, signals, requests and responses) stays in JavaScript, in the files
//! under `pkg-templates/face`, and is passed in call by call. So a client that is made in every request costs the
//! wasm memory nothing, and nothing here outlives the I/O context it came from.

#[cfg(all(feature = "outbound", feature = "authorization"))]
mod authorization;
mod call;
mod configurations;
mod crypto;
mod error;
mod exchange;
#[cfg(all(feature = "outbound", not(feature = "npm")))]
mod face;
mod fields;
#[cfg(all(feature = "outbound", feature = "held-tokens"))]
mod held_tokens;
mod host;
#[cfg(feature = "inbound")]
mod inbound;
#[cfg(feature = "outbound")]
mod kernel;
mod options;
mod promise;
#[cfg(all(feature = "outbound", feature = "revocation"))]
mod revocation;
#[cfg(feature = "signing")]
mod signing;
mod start;
mod store;
#[cfg(feature = "test-hooks")]
mod test_hooks;
#[cfg(feature = "outbound")]
mod view;
