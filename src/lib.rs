//! OAuth2 access tokens for edge functions: obtained once, cached by identity, shared by every
//! request of an isolate, renewed when the API refuses them.
//!
//! In a service, with the feature `native`:
//!
#![cfg_attr(all(feature = "native", not(target_family = "wasm")), doc = "```")]
#![cfg_attr(
    not(all(feature = "native", not(target_family = "wasm"))),
    doc = "```ignore"
)]
//! use edge_oauth2::ClientOptions;
//! use edge_oauth2::native::Client;
//!
//! # use std::io::{Read, Write};
//! # let server = std::net::TcpListener::bind("127.0.0.1:0")?;
//! # let token_url = format!("http://{}/token", server.local_addr()?);
//! # std::thread::spawn(move || {
//! #     let (mut connection, _) = server.accept().unwrap();
//! #     connection.read(&mut [0; 4096]).unwrap();
//! #     let body = br#"{"access_token":"abc","expires_in":3600}"#;
//! #     write!(connection, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).unwrap();
//! #     connection.write_all(body).unwrap();
//! # });
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let client = Client::new(ClientOptions {
//!     token_url, // "https://auth.example.com/oauth/token"
//!     client_id: "my-client".into(),
//!     client_secret: Some("my-secret".into()),
//!     ..ClientOptions::default()
//! })?;
//! assert_eq!(client.authorization().await?, "Bearer abc");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In a Cloudflare Worker: `worker`. Elsewhere on wasm32 where there is JavaScript: `web`.
//!
//! A reading map, from the inside out:
//!
//! - `protocol`: RFC 6749 and its family as bytes, without I/O, clock or async.
//! - `client`: the options of a client, validated once.
//! - `cache`: what is remembered, as plain data: identity, freshness, the single flight.
//! - [`host`]: the ports, of the store too.
//! - [`store`]: the record of an identity in the host's store, sealed, under a lease.
//! - `chain`: what brings a [`TokenSource`] its token, from the nearest place that has it.
//! - [`Resource`]: requests to the protected API.
//! - `inbound` (with the feature of that name): the tokens that callers present, checked.
//! - `written` (with the feature `serde`, and with `web`): options and tokens in JSON, by the names of the npm package's.
//! - `native` (where there is no wasm, with the feature `native`): a client for every thread and runtime.
//! - `wasm` (where there is JavaScript, with the feature `bindings`): the JavaScript API, and the ports
//!   over what its callers bring.
//! - `web` (there too, with the feature `web`): the ports over `fetch`, timers, `crypto.subtle` and
//!   stores of JavaScript's, for Rust programs.
//! - `wasi` (on WASI 0.2, with the feature `wasi`): the ports over `wasi:http` and `wasi:keyvalue`.
//! - `worker` (there too, with the feature `worker`): what a Cloudflare Worker needs over that.
//!
//! # Features
//!
//! What a [`TokenSource`] can do beside bringing the token of its configuration is in rooms that can be
//! left out (`default-features = false`), so that their price is not paid where nobody uses them:
//!
//! - `authorization`: authorization code, PKCE and callback. Needs `held-tokens`.
//! - `revocation`: RFC 7009. Needs `held-tokens`.
//! - `held-tokens`: renewal and adoption of tokens that somebody holds.
//! - `signing`: assertions that are signed here, of the client and of the grant.
//! - `discovery`: an issuer's metadata.
//!
//! `rooms` is all of them. A build without one refuses the options that need it. `protocol` is always
//! whole: what nobody calls is not in a program.
//!
//! Not among them, and not there unless it is asked for, is `inbound`: the tokens that callers present are
//! checked by a `TokenIntrospector` (RFC 7662), a `JwtVerifier` (RFC 9068) or both, for a `Guard`, on a
//! host that implements `InboundHost` too.
//!
//! # Other platforms
//!
//! Elsewhere a program brings its platform by implementing the ports. Nothing of it needs to be `Send`, and a
//! [`TokenSource`] is not. All of its sources share one
//! [`Memory`]:
//!
//! ```ignore-wasm32
//! use std::rc::Rc;
//! use std::time::{Duration, SystemTime};
//!
//! use edge_oauth2::host::{
//!     Background, Clock, Crypto, Host, HttpClient, Random, Timer, TransportError,
//! };
//! use edge_oauth2::store::NoStore;
//! use edge_oauth2::{
//!     ClientConfig, ClientOptions, HttpRequest, HttpResponse, Memory, Token, TokenSource,
//! };
//!
//! struct Platform;
//!
//! impl HttpClient for Platform {
//!     async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
//!         // Send `request` with your HTTP client, and return what it brings.
//!         let body = br#"{"access_token":"abc","expires_in":3600}"#.to_vec();
//!         Ok(HttpResponse { status: 200, headers: Vec::new(), body })
//!     }
//! }
//!
//! impl Clock for Platform {
//!     fn now_ms(&self) -> u64 {
//!         let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
//!         since_epoch.unwrap_or_default().as_millis() as u64
//!     }
//! }
//!
//! impl Timer for Platform {
//!     fn sleep(&self, ms: u32) -> impl Future<Output = ()> + 'static {
//!         tokio::time::sleep(Duration::from_millis(ms.into()))
//!     }
//! }
//!
//! impl Background for Platform {
//!     fn spawn(&self, task: impl Future<Output = ()> + 'static) {
//!         tokio::task::spawn_local(task);
//!     }
//! }
//!
//! impl Random for Platform {
//!     fn random(&self) -> f64 {
//!         0.5 // A real platform rolls dice.
//!     }
//! }
//!
//! impl Crypto for Platform {} // For platforms with a store.
//!
//! impl Host for Platform {
//!     type View = ();
//!     fn view(&self, _: &Token) {}
//!     type Store = NoStore;
//!     fn store(&self) -> Option<&NoStore> {
//!         None
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = ClientConfig::new(ClientOptions {
//!     token_url: "https://auth.example.com/oauth/token".into(),
//!     client_id: "my-client".into(),
//!     client_secret: Some("my-secret".into()),
//!     ..ClientOptions::default()
//! })?;
//! let source = TokenSource::new(Rc::new(Platform), config, Rc::new(Memory::default()));
//!
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
//! let tasks = tokio::task::LocalSet::new();
//! let cached = tasks.block_on(&runtime, source.token())?;
//! assert_eq!(cached.token.authorization().as_deref(), Some("Bearer abc"));
//! # Ok(())
//! # }
//! ```

// What only rooms use that are left out.
#![cfg_attr(
    not(all(
        feature = "authorization",
        feature = "revocation",
        feature = "signing",
        feature = "discovery"
    )),
    allow(dead_code)
)]

#[cfg(all(
    target_arch = "wasm32",
    target_os = "unknown",
    not(any(feature = "bindings", feature = "web", feature = "serde-json"))
))]
compile_error!(
    "JSON is read by JavaScript (feature `web` or `worker`) or by the feature `serde-json`"
);

// What is hidden is public for tests/ and tests/fuzz, and part of no promise.
mod base64;
#[doc(hidden)]
pub mod cache;
mod chain;
mod client;
mod error;
mod event;
mod handoff;
pub mod host;
#[cfg(feature = "inbound")]
pub mod inbound;
mod json;
#[cfg(all(not(target_family = "wasm"), feature = "native"))]
pub mod native;
#[doc(hidden)]
pub mod protocol;
mod race;
#[doc(hidden)]
pub mod redaction;
mod resource;
mod retry;
#[cfg(all(
    feature = "rustcrypto",
    any(test, all(target_os = "wasi", target_env = "p2"))
))]
mod rustcrypto;
mod signature;
mod stopwatch;
pub mod store;
mod text;
mod token;
#[cfg(all(target_os = "wasi", target_env = "p2", feature = "wasi"))]
pub mod wasi;
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "bindings"))]
mod wasm;
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "web"))]
pub mod web;
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "worker"))]
pub mod worker;
#[cfg(any(
    feature = "serde",
    all(target_arch = "wasm32", target_os = "unknown", feature = "web")
))]
mod written;

pub use cache::memory::Memory;
pub use cache::token_state::Cached;
pub use chain::TokenSource;
#[cfg(feature = "authorization")]
pub use chain::{Authorization, AuthorizationOptions, CallbackOptions};
#[cfg(feature = "held-tokens")]
pub use chain::{HeldToken, Renewed};
pub use client::{ClientConfig, ClientOptions, PrivateKey};
pub use error::{Error, ErrorClass, ErrorCode, ErrorResponse};
pub use event::Event;
pub use json::Json;
pub use protocol::assertion::{AssertionOptions, ClientAssertion, JWT_CLIENT_ASSERTION};
pub use protocol::client_authentication::{ClientAuth, CredentialEncoding};
pub use protocol::form::Parameters;
pub use protocol::grant::Grant;
pub use protocol::http::{HttpRequest, HttpResponse};
pub use protocol::jwt::Algorithm;
pub use protocol::revocation::TokenTypeHint;
pub use protocol::token_request::BodyFormat;
pub use resource::{Apply, Resource, ResourceError, ResourceOptions, Sign, TestFailure};
pub use token::{Credential, Secret, Token};
