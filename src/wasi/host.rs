//! The platform.

use std::fmt;
use std::future::Future;
use std::time::{SystemTime, UNIX_EPOCH};

use wstd::rand::{get_insecure_random_bytes, get_random_bytes};
use wstd::runtime;
use wstd::task;
use wstd::time::Duration;

use super::http;
use crate::event::Event;
use crate::host::store::{NoStore, TokenStore};
use crate::host::{Background, Clock, Crypto, Host, HttpClient, Random, Timer, TransportError};
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::protocol::jwt::Algorithm;
use crate::rustcrypto;
use crate::token::{Secret, Token};

/// WASI as a platform: see the [module](crate::wasi).
///
/// It signs with client secrets (`client_secret_jwt`), and not with private keys.
pub struct WasiHost<S = NoStore> {
    store: Option<S>,
    on_event: Option<Box<dyn Fn(Event)>>,
}

impl Default for WasiHost {
    fn default() -> Self {
        Self {
            store: None,
            on_event: None,
        }
    }
}

impl<S> WasiHost<S> {
    /// Shares tokens with other instances through `store`: a [`KeyValue`](crate::wasi::KeyValue), or one of the
    /// program's own.
    #[must_use]
    pub fn with_store<T: TokenStore>(self, store: T) -> WasiHost<T> {
        WasiHost {
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

impl<S: fmt::Debug> fmt::Debug for WasiHost<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiHost")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl<S> HttpClient for WasiHost<S> {
    fn send(
        &self,
        request: HttpRequest,
    ) -> impl Future<Output = Result<HttpResponse, TransportError>> {
        http::send(request)
    }
}

impl<S> Clock for WasiHost<S> {
    fn now_ms(&self) -> u64 {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        since_epoch.map_or(0, |it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX))
    }
}

impl<S> Timer for WasiHost<S> {
    #[expect(clippy::manual_async_fn, reason = "it must not borrow the host")]
    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + 'static {
        async move {
            task::sleep(Duration::from_millis(ms.into())).await;
        }
    }
}

impl<S> Background for WasiHost<S> {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        // The event loop does not end before it has.
        runtime::spawn(task).detach();
    }
}

impl<S> Random for WasiHost<S> {
    fn random(&self) -> f64 {
        let mut bytes = [0; 4];
        get_insecure_random_bytes(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

impl<S> Crypto for WasiHost<S> {
    async fn sha256(&self, data: &[u8]) -> Option<[u8; 32]> {
        Some(rustcrypto::sha256(data))
    }

    async fn hkdf_sha256(&self, secret: &[u8], info: &[u8]) -> Option<[u8; 32]> {
        rustcrypto::hkdf_sha256(secret, info)
    }

    fn nonce(&self) -> Option<[u8; 12]> {
        let mut nonce = [0; 12];
        get_random_bytes(&mut nonce);
        Some(nonce)
    }

    async fn aes256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        plaintext: &[u8],
    ) -> Option<Vec<u8>> {
        rustcrypto::aes256_gcm_seal(key, nonce, associated_data, plaintext)
    }

    async fn aes256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: &[u8],
    ) -> Option<Vec<u8>> {
        rustcrypto::aes256_gcm_open(key, nonce, associated_data, ciphertext)
    }

    async fn sign(
        &self,
        algorithm: Algorithm,
        secret: Option<&Secret>,
        data: &[u8],
    ) -> Result<Vec<u8>, String> {
        rustcrypto::sign(algorithm, secret, data)
    }
}

impl<S: TokenStore> Host for WasiHost<S> {
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
