//! The ports over reqwest, ring and tokio.

use std::fmt;
use std::future::{Future, ready};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::task::spawn_local;
use tokio::time;

use super::crypto;
use super::http::Http;
use super::signing_key::{SigningKey, hmac};
use crate::event::Event;
use crate::host::store::{NoStore, TokenStore};
use crate::host::{Background, Clock, Crypto, Host, HttpClient, Random, Timer, TransportError};
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::protocol::jwt::Algorithm;
use crate::token::{Secret, Token};

type OnEvent = Arc<dyn Fn(Event) + Send + Sync>;

/// A platform for a [`LocalSet`](tokio::task::LocalSet) of a tokio runtime with I/O and time. A
/// [`Client`](super::Client) has one, and the runtime too.
#[derive(Clone)]
pub struct Platform<S = NoStore> {
    http: Arc<Http>,
    signing_key: Option<SigningKey>,
    store: Option<S>,
    on_event: Option<OnEvent>,
}

impl Default for Platform {
    fn default() -> Self {
        Self {
            http: Arc::default(),
            signing_key: None,
            store: None,
            on_event: None,
        }
    }
}

impl<S> Platform<S> {
    /// Makes token requests with `client` instead of one of its own: through a proxy, or with a client certificate. It
    /// must have been built with `redirect::Policy::none()`. Where it decides whose token comes back, say so in
    /// [`ClientOptions::transport`](crate::ClientOptions::transport).
    #[must_use]
    pub fn with_http(mut self, client: reqwest::Client) -> Self {
        self.http = Arc::new(Http::by(client));
        self
    }

    /// Signs assertions with `key`.
    #[must_use]
    pub fn with_signing_key(mut self, key: SigningKey) -> Self {
        self.signing_key = Some(key);
        self
    }

    /// Shares tokens with other processes through `store`.
    #[must_use]
    pub fn with_store<T: TokenStore>(self, store: T) -> Platform<T> {
        Platform {
            http: self.http,
            signing_key: self.signing_key,
            store: Some(store),
            on_event: self.on_event,
        }
    }

    /// Hears what happens.
    #[must_use]
    pub fn with_events(mut self, on_event: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Arc::new(on_event));
        self
    }
}

impl<S> fmt::Debug for Platform<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("http", &self.http)
            .field("signing_key", &self.signing_key)
            .field("has_store", &self.store.is_some())
            .finish_non_exhaustive()
    }
}

impl<S> HttpClient for Platform<S> {
    fn send(
        &self,
        request: HttpRequest,
    ) -> impl Future<Output = Result<HttpResponse, TransportError>> {
        self.http.send(request)
    }
}

impl<S> Clock for Platform<S> {
    fn now_ms(&self) -> u64 {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let ms = since_epoch.unwrap_or_default().as_millis();
        u64::try_from(ms).unwrap_or(u64::MAX)
    }
}

impl<S> Timer for Platform<S> {
    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + 'static {
        time::sleep(Duration::from_millis(ms.into()))
    }
}

impl<S> Background for Platform<S> {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        spawn_local(task);
    }
}

impl<S> Random for Platform<S> {
    fn random(&self) -> f64 {
        let bytes = crypto::random().map(u32::from_le_bytes);
        bytes.map_or(0.5, |bits| f64::from(bits) / 4_294_967_296.0)
    }
}

impl<S> Crypto for Platform<S> {
    fn sha256(&self, data: &[u8]) -> impl Future<Output = Option<[u8; 32]>> {
        ready(crypto::sha256(data))
    }

    fn hkdf_sha256(&self, secret: &[u8], info: &[u8]) -> impl Future<Output = Option<[u8; 32]>> {
        ready(crypto::hkdf_sha256(secret, info))
    }

    fn nonce(&self) -> Option<[u8; 12]> {
        crypto::random()
    }

    fn aes256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        plaintext: &[u8],
    ) -> impl Future<Output = Option<Vec<u8>>> {
        ready(crypto::seal(key, nonce, associated_data, plaintext))
    }

    fn aes256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: &[u8],
    ) -> impl Future<Output = Option<Vec<u8>>> {
        ready(crypto::open(key, nonce, associated_data, ciphertext))
    }

    fn sign(
        &self,
        algorithm: Algorithm,
        secret: Option<&Secret>,
        data: &[u8],
    ) -> impl Future<Output = Result<Vec<u8>, String>> {
        let signed = match (secret, &self.signing_key) {
            (Some(secret), _) => hmac(algorithm, secret, data)
                .ok_or_else(|| "cannot be used with this algorithm".to_owned()),
            (None, Some(key)) => key.sign(algorithm, data),
            (None, None) => Err("is missing: give it to with_signing_key".to_owned()),
        };
        ready(signed)
    }
}

impl<S: TokenStore> Host for Platform<S> {
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
