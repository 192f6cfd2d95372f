//! Cloudflare Workers in Rust: what a Worker needs over [`web`](crate::web), so that it shares tokens with other
//! Workers, in Rust or in JavaScript: the same records under the same names, sealed in the same way, under the same
//! leases. With the feature `worker`.
//!
//! ```toml
//! edge-oauth2 = { version = "0.1", default-features = false, features = ["worker"] }
//! ```
//!
//! The crate `worker` is not among the dependencies: its `Env` and the JavaScript object behind it are one, and its
//! context is a function here, so that any version of it will do.
//!
//! ```ignore
//! use edge_oauth2::worker::token_source;
//! use worker::{Context, Env, Request, Response, Result, event};
//!
//! /// The options are the variables and secrets `OAUTH_TOKEN_URL`, `OAUTH_CLIENT_ID`, `OAUTH_CLIENT_SECRET` …
//! #[event(fetch)]
//! async fn fetch(_: Request, env: Env, context: Context) -> Result<Response> {
//!     let source = token_source(&env, "OAUTH_", "TOKENS", move |task| context.wait_until(task))
//!         .map_err(|error| error.to_string())?;
//!     let cached = source.token().await.map_err(|error| error.to_string())?;
//!     Response::ok(format!("a token until {}", cached.token.expires_at_ms))
//! }
//! ```

mod binding;
mod coordinator;
mod environment;
mod location;

use std::rc::Rc;

use wasm_bindgen::JsValue;

use crate::cache::memory::Memory;
use crate::chain::TokenSource;
use crate::client::ClientConfig;
use crate::error::Error;
use crate::web::{Task, WebHost};

pub use binding::BoundStore;
pub use coordinator::Coordinator;
pub use environment::options_from_env;
pub use location::Nearby;

thread_local! {
    static MEMORY: Rc<Memory<()>> = Rc::default();
}

/// What the isolate remembers: plain data, which belongs to no request.
pub fn memory() -> Rc<Memory<()>> {
    MEMORY.with(Rc::clone)
}

/// The source of tokens of one request: options from variables and secrets that begin with `prefix`
/// ([`options_from_env`]), the store that is bound as `store` ([`BoundStore`]), the isolate's [`memory`], and
/// `wait_until` of the request's context. What is to be otherwise is put together of those parts.
pub fn token_source(
    env: &JsValue,
    prefix: &str,
    store: &str,
    wait_until: impl Fn(Task) + 'static,
) -> Result<TokenSource<WebHost<BoundStore>>, Error> {
    let config = ClientConfig::new(options_from_env(env, prefix)?)?;
    let host = WebHost::default()
        .with_store(BoundStore::of(env, store)?)
        .with_wait_until(wait_until);
    Ok(TokenSource::new(Rc::new(host), config, memory()))
}
