//! The ports over WASI 0.2, for components that answer HTTP requests or run once; with the feature `wasi`.
//!
//! ```toml
//! edge-oauth2 = { version = "0.1", default-features = false, features = ["wasi"] }
//! wstd = "0.6"
//! ```
//!
//! ```no_run
//! use std::rc::Rc;
//!
//! use edge_oauth2::wasi::WasiHost;
//! use edge_oauth2::{ClientConfig, ClientOptions, Memory, TokenSource};
//! use wstd::http::{Body, Error, Request, Response};
//!
//! thread_local! {
//!     static MEMORY: Rc<Memory<()>> = Rc::default();
//! }
//!
//! #[wstd::http_server]
//! async fn main(_request: Request<Body>) -> Result<Response<Body>, Error> {
//!     let config = ClientConfig::new(ClientOptions {
//!         token_url: "https://auth.example.com/oauth/token".into(),
//!         client_id: "my-client".into(),
//!         client_secret: Some("my-secret".into()),
//!         ..ClientOptions::default()
//!     })?;
//!     let source = TokenSource::new(Rc::new(WasiHost::default()), config, MEMORY.with(Rc::clone));
//!     let cached = source.token().await?;
//!     let header = cached.token.authorization();
//!     Ok(Response::new(header.unwrap_or_default().into()))
//! }
//! ```
//!
//! All of it runs within [`wstd::runtime::block_on`], which `#[wstd::http_server]` begins and which does not end before
//! what goes on in the background has: a renewal that nobody waits for is made when the response has been sent.
//!
//! A host that makes an instance for each request (as `wasmtime serve` does) loses the [`Memory`](crate::Memory) each
//! time. There a [`KeyValue`] store saves the grants.

mod host;
mod http;
mod key_value;

pub use host::WasiHost;
pub use key_value::KeyValue;
