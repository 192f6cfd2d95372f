//! The ports: what the library asks of the platform it runs on.
//!
//! In JavaScript they are `fetch`, `Date.now`, `setTimeout` and `waitUntil`. A Rust program brings
//! its own, and the tests bring a clock that they turn by hand. Nothing needs to be `Send`.

#[cfg(feature = "inbound")]
pub mod inbound;
pub mod store;

use std::future::{Future, ready};

use crate::error::ErrorClass;
use crate::event::Event;
use crate::host::store::TokenStore;
use crate::json::Json;
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::protocol::jwt::Algorithm;
use crate::token::{Secret, Token};

/// Sends requests.
pub trait HttpClient {
    /// Sends `request` and reads the response to its end. Must not follow redirects, must stop
    /// reading at `request.max_response_bytes`, and must abort when the future is dropped.
    fn send(
        &self,
        request: HttpRequest,
    ) -> impl Future<Output = Result<HttpResponse, TransportError>>;
}

/// Tells the time.
pub trait Clock {
    /// Milliseconds since the epoch.
    fn now_ms(&self) -> u64;
}

/// Waits.
pub trait Timer {
    /// Completes after `ms` milliseconds.
    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + 'static;
}

/// Runs what must outlive the request that began it.
pub trait Background {
    /// Runs `task` to its end, whether or not anybody waits for it.
    fn spawn(&self, task: impl Future<Output = ()> + 'static);
}

/// Rolls dice. Used to spread instances over time, not for secrets.
pub trait Random {
    /// A number in [0, 1).
    fn random(&self) -> f64;
}

/// Cryptography. Only a platform with a store needs it, or one whose client signs assertions; `None`
/// says that it failed.
pub trait Crypto {
    /// SHA-256.
    fn sha256(&self, _data: &[u8]) -> impl Future<Output = Option<[u8; 32]>> {
        ready(None)
    }

    /// HKDF with SHA-256 and no salt (RFC 5869).
    fn hkdf_sha256(&self, _secret: &[u8], _info: &[u8]) -> impl Future<Output = Option<[u8; 32]>> {
        ready(None)
    }

    /// Random bytes that nobody can foresee.
    fn nonce(&self) -> Option<[u8; 12]> {
        None
    }

    /// AES-256-GCM; returns ciphertext and tag.
    fn aes256_gcm_seal(
        &self,
        _key: &[u8; 32],
        _nonce: &[u8; 12],
        _associated_data: &[u8],
        _plaintext: &[u8],
    ) -> impl Future<Output = Option<Vec<u8>>> {
        ready(None)
    }

    /// The reverse; `None` also for a ciphertext that is not authentic.
    fn aes256_gcm_open(
        &self,
        _key: &[u8; 32],
        _nonce: &[u8; 12],
        _associated_data: &[u8],
        _ciphertext: &[u8],
    ) -> impl Future<Output = Option<Vec<u8>>> {
        ready(None)
    }

    /// Signs `data` as JWS does (RFC 7518 §3): with `secret` by HMAC, without one by the client's
    /// private key. The library never sees that key: it may be one that cannot be exported. An
    /// ECDSA signature is the two numbers one after the other, not DER.
    ///
    /// The error says what is wrong with the key and follows its name in a message (`privateKey.key`
    /// …), so it must hold nothing of the key.
    fn sign(
        &self,
        _algorithm: Algorithm,
        _secret: Option<&Secret>,
        _data: &[u8],
    ) -> impl Future<Output = Result<Vec<u8>, String>> {
        ready(Err("cannot be used: this host does not sign".to_owned()))
    }
}

/// What a configuration leaves to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asked {
    /// The client secret, given as [`Credential::Asked`](crate::Credential::Asked).
    ClientSecret,
    /// The assertion of a JWT bearer grant.
    Assertion,
    /// The assertion that takes the client secret's place.
    ClientAssertion,
}

impl Asked {
    /// The option's name.
    pub const fn option(self) -> &'static str {
        match self {
            Self::ClientSecret => "clientSecret",
            Self::Assertion => "assertion",
            Self::ClientAssertion => "clientAssertion",
        }
    }
}

/// What a platform keeps beside a cached token. One that hands it out for a while without asking is told when that
/// ends, and tells that it did.
pub trait View: 'static {
    /// The cache has dropped it.
    fn withdraw(&self) {}

    /// Whether it was handed out since this was asked last.
    fn take_use(&self) -> bool {
        false
    }
}

impl View for () {}

/// A platform.
pub trait Host: HttpClient + Clock + Timer + Background + Random + Crypto + 'static {
    /// What the platform keeps beside a cached token; `()` if nothing.
    type View: View;

    /// Renders `token` for the platform, once per token.
    fn view(&self, token: &Token) -> Self::View;

    /// The store that instances share; [`NoStore`](crate::store::NoStore) if there is none.
    type Store: TokenStore;

    /// The store, if there is one.
    fn store(&self) -> Option<&Self::Store>;

    /// A credential that is not part of the configuration, once per grant; `None` if it cannot be had.
    fn credential(&self, _asked: Asked) -> impl Future<Output = Result<Secret, HookError>> {
        ready(Err(HookError(String::new())))
    }

    /// Makes a token request. A platform may make it in its own way, ask somebody else, or change what
    /// comes back, which is read like any answer of a token endpoint: a JSON object with
    /// `access_token` and perhaps `expires_in` or `expires_at`. Configurations must say so
    /// ([`has_hooks`](crate::ClientOptions::has_hooks)).
    ///
    /// `renewed` is the response that came with the refresh token which `request` spends, as
    /// [`Token::raw`] has it; other requests have none. Who wants to keep members of it in what the
    /// renewal brings writes them there.
    ///
    /// [`TransportError::Hook`] fails with [`ErrorCode::HookFailed`](crate::ErrorCode::HookFailed) and is
    /// not tried again. What takes longer than the configuration's `timeout_ms` is dropped.
    ///
    /// ```ignore
    /// async fn token_request(
    ///     &self,
    ///     request: HttpRequest,
    ///     renewed: Option<&Json>,
    /// ) -> Result<HttpResponse, TransportError> {
    ///     let mut response = self.send(request).await?;
    ///     let tenant = self.tenant_of(&response).await;
    ///     let tenant = tenant.map_err(|why| TransportError::Hook("tenant", HookError(why)))?;
    ///     response.body = with_member(response.body, "tenant", &tenant);
    ///     Ok(response)
    /// }
    /// ```
    fn token_request(
        &self,
        request: HttpRequest,
        _renewed: Option<&Json>,
    ) -> impl Future<Output = Result<HttpResponse, TransportError>> {
        self.send(request)
    }

    /// What a refusal means, in place of [`Refusal::class`]; `None` leaves it at that. Must return at once.
    ///
    /// An error says why it could not be told, and is kept with the error of the request.
    fn classify(&self, _refusal: &Refusal<'_>) -> Result<Option<ErrorClass>, HookError> {
        Ok(None)
    }

    /// Hears what happens. Must return at once.
    fn event(&self, _event: Event) {}
}

pub use crate::error::HookError;
pub use crate::protocol::error_class::Refusal;
pub use crate::protocol::http::TransportError;
