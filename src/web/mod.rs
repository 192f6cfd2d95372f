//! The ports over what the web has: `fetch`, `setTimeout`, `crypto.subtle`, and stores of JavaScript's. For Rust
//! programs on wasm32, in a Worker, in Deno, in Node or in a page; with the feature `web`.
//!
//! ```toml
//! edge-oauth2 = { version = "0.1", default-features = false, features = ["web"] }
//! ```
//!
//! A [`WebHost`] belongs to a request, as all does that comes from the platform: make one for each. What outlives
//! requests is the [`Memory`](crate::Memory), which is plain data:
//!
//! ```
//! use std::rc::Rc;
//!
//! use edge_oauth2::web::{ObjectStore, WebHost, client_options, token_to_js};
//! use edge_oauth2::{ClientConfig, Error, Memory, TokenSource};
//! use wasm_bindgen::JsValue;
//!
//! thread_local! {
//!     static MEMORY: Rc<Memory<()>> = Rc::default();
//! }
//!
//! /// `options` has the names of the npm package's: `{ tokenUrl, clientId, clientSecret, … }`.
//! async fn token(options: &JsValue, kv: JsValue) -> Result<JsValue, Error> {
//!     let config = ClientConfig::new(client_options(options)?)?;
//!     let host = WebHost::default().with_store(ObjectStore::new(kv)?);
//!     let source = TokenSource::new(Rc::new(host), config, MEMORY.with(Rc::clone));
//!     let cached = source.token().await?;
//!     Ok(token_to_js(&cached.token))
//! }
//! ```
//!
//! Nothing here may be called in the global scope of a Worker, where `fetch`, timers and random numbers are refused.
//! A platform that is another in one thing implements the ports of [`host`](crate::host) itself, over these parts.

pub(crate) mod crypto;
mod fetch;
mod host;
#[cfg(feature = "inbound")]
mod inbound;
mod options;
pub(crate) mod plain;
pub(crate) mod reason;
pub(crate) mod store;
mod tasks;
mod timers;
mod token;

pub use crypto::WebCrypto;
pub use fetch::Fetch;
pub use host::WebHost;
pub use options::client_options;
pub use store::ObjectStore;
pub use tasks::{Task, Tasks};
pub use timers::Timers;
pub use token::token_to_js;
