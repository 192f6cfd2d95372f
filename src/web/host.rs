//! The platform of one request.

use std::fmt;
use std::future::Future;

use js_sys::{Date, Math};
use web_sys::CryptoKey;

use super::{Fetch, Task, Tasks, Timers, WebCrypto};
use crate::event::Event;
use crate::host::store::{NoStore, TokenStore};
use crate::host::{self, Clock, Crypto, Host, HttpClient, Random, Timer, TransportError};
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::protocol::jwt::Algorithm;
use crate::token::{Secret, Token};

/// The web as a platform. It holds what a request brought along, so it ends with that request: see the
/// [module](crate::web).
pub struct WebHost<S = NoStore> {
    fetch: Fetch,
    background: Tasks,
    crypto: WebCrypto,
    store: Option<S>,
    on_event: Option<Box<dyn Fn(Event)>>,
}

impl Default for WebHost {
    fn default() -> Self {
        Self {
            fetch: Fetch::default(),
            background: Tasks::default(),
            crypto: WebCrypto::default(),
            store: None,
            on_event: None,
        }
    }
}

impl<S> WebHost<S> {
    /// Sends requests by `fetch` instead of the global one. Where that decides whose token comes back, as a binding
    /// with a client certificate does, say so in [`ClientOptions::transport`](crate::ClientOptions::transport).
    #[must_use]
    pub fn with_fetch(mut self, fetch: Fetch) -> Self {
        self.fetch = fetch;
        self
    }

    /// Has the platform wait for what goes on after the request is answered: see [`Tasks::with`].
    #[must_use]
    pub fn with_wait_until(mut self, wait_until: impl Fn(Task) + 'static) -> Self {
        self.background = Tasks::with(wait_until);
        self
    }

    /// Signs assertions with `key`, a private key for the algorithm of
    /// [`ClientOptions::private_key`](crate::ClientOptions::private_key). It may be one that cannot be exported.
    #[must_use]
    pub fn with_signing_key(mut self, key: CryptoKey) -> Self {
        self.crypto = WebCrypto::signing_with(key);
        self
    }

    /// Shares tokens with other instances through `store`: an [`ObjectStore`](crate::web::ObjectStore), or one of the
    /// program's own.
    #[must_use]
    pub fn with_store<T: TokenStore>(self, store: T) -> WebHost<T> {
        WebHost {
            fetch: self.fetch,
            background: self.background,
            crypto: self.crypto,
            store: Some(store),
            on_event: self.on_event,
        }
    }

    /// Hears what happens.
    #[must_use]
    pub fn with_events(mut self, on_event: impl Fn(Event) + 'static) -> Self {
        self.on_event = Some(Box::new(on_event));
        self
    }
}

impl<S: fmt::Debug> fmt::Debug for WebHost<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebHost")
            .field("fetch", &self.fetch)
            .field("background", &self.background)
            .field("crypto", &self.crypto)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl<S> HttpClient for WebHost<S> {
    fn send(
        &self,
        request: HttpRequest,
    ) -> impl Future<Output = Result<HttpResponse, TransportError>> {
        self.fetch.send(request)
    }
}

impl<S> Clock for WebHost<S> {
    fn now_ms(&self) -> u64 {
        Date::now() as u64
    }
}

impl<S> Timer for WebHost<S> {
    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + 'static {
        Timers.sleep(ms)
    }
}

impl<S> host::Background for WebHost<S> {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.background.spawn(task);
    }
}

impl<S> Random for WebHost<S> {
    fn random(&self) -> f64 {
        Math::random()
    }
}

impl<S> Crypto for WebHost<S> {
    fn sha256(&self, data: &[u8]) -> impl Future<Output = Option<[u8; 32]>> {
        self.crypto.sha256(data)
    }

    fn hkdf_sha256(&self, secret: &[u8], info: &[u8]) -> impl Future<Output = Option<[u8; 32]>> {
        self.crypto.hkdf_sha256(secret, info)
    }

    fn nonce(&self) -> Option<[u8; 12]> {
        self.crypto.nonce()
    }

    fn aes256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        plaintext: &[u8],
    ) -> impl Future<Output = Option<Vec<u8>>> {
        self.crypto
            .aes256_gcm_seal(key, nonce, associated_data, plaintext)
    }

    fn aes256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: &[u8],
    ) -> impl Future<Output = Option<Vec<u8>>> {
        self.crypto
            .aes256_gcm_open(key, nonce, associated_data, ciphertext)
    }

    fn sign(
        &self,
        algorithm: Algorithm,
        secret: Option<&Secret>,
        data: &[u8],
    ) -> impl Future<Output = Result<Vec<u8>, String>> {
        self.crypto.sign(algorithm, secret, data)
    }
}

impl<S: TokenStore> Host for WebHost<S> {
    type View = ();
    fn view(&self, _token: &Token) {}

    type Store = S;
    fn store(&self) -> Option<&S> {
        self.store.as_ref()
    }

    fn event(&self, event: Event) {
        if let Some(on_event) = &self.on_event {
            on_event(event);
        }
    }
}
