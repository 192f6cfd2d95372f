//! A client for programs that are no wasm: services, command lines, jobs. With the feature `native`.
//!
//! ```toml
//! edge-oauth2 = { version = "0.1", default-features = false, features = ["native"] }
//! ```
//!
//! A [`Client`] is [`Send`], [`Sync`] and cheap to clone. All clients of a process ask from one thread of the
//! library's, which has a runtime of its own: a token is obtained once whoever asks, of any thread and any runtime, or
//! none; a caller that is dropped, a runtime that ends and a task that panics stop nobody else.
//!
//! ```no_run
//! use edge_oauth2::ClientOptions;
//! use edge_oauth2::native::{Client, http_client_builder};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(ClientOptions {
//!     token_url: "https://auth.example.com/oauth/token".into(),
//!     client_id: std::env::var("CLIENT_ID")?,
//!     client_secret: Some(std::env::var("CLIENT_SECRET")?.into()),
//!     ..ClientOptions::default()
//! })?;
//! let http = http_client_builder()?.build()?;
//! let api = client.api(["https://api.example.com"])?;
//! let response = api.execute(&http, http.get("https://api.example.com/v1/items").build()?).await?;
//! # Ok(())
//! # }
//! ```
//!
//! A program that has a [`LocalSet`](tokio::task::LocalSet) of its own can use a [`Platform`] there, as the host of a
//! [`TokenSource`](crate::TokenSource).

mod api;
mod client;
mod crypto;
mod environment;
mod http;
mod platform;
mod signing_key;
mod thread;

pub use api::{Api, CallError};
pub use client::Client;
pub use environment::options_from_env;
pub use http::http_client_builder;
pub use platform::Platform;
pub use signing_key::SigningKey;
