//! OAuth2 access tokens for edge functions: obtained once, cached by identity, shared by every
//! request of an isolate, renewed when the API refuses them.
//!
//! A reading map, from the inside out:
//!
//! - [`protocol`]: RFC 6749 as bytes, without I/O, clock or async.
//! - [`cache`]: what is remembered, as plain data: identity, freshness, the single flight.
//! - [`TokenSource`]: the chain that brings a token, async over the ports in [`host`].
//! - [`Resource`]: requests to the protected API.
//! - `wasm` (wasm32 with the feature `bindings`): the ports over `fetch` and timers, and the
//!   JavaScript API.

pub mod cache;
mod config;
mod error;
mod event;
pub mod host;
mod json;
pub mod protocol;
mod race;
mod resource;
mod retry;
mod sharing;
mod source;
mod token;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use cache::entry::Cached;
pub use cache::memory::Memory;
pub use cache::store;
pub use config::{ClientConfig, ClientOptions, Policy};
pub use error::{Error, ErrorCode, ErrorResponse};
pub use event::Event;
pub use json::Json;
pub use protocol::client_auth::ClientAuth;
pub use protocol::grant::Grant;
pub use resource::{Resource, ResourceError};
pub use source::TokenSource;
pub use token::{Secret, Token};
