//! The ports over `fetch`, `Date.now`, `setTimeout` and `waitUntil`.

use std::future::Future;
use std::pin::Pin;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{AbortController, AbortSignal};

use super::store::JsStore;
use crate::event::Event;
use crate::host::{
    Asked, Background, Clock, Crypto, HookError, Host, HttpClient, Random, Timer, TransportError,
};
use crate::json::Json;
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::protocol::jwt::Algorithm;
use crate::token::{Secret, Token};

#[wasm_bindgen(module = "/src/wasm/js/host.js")]
extern "C" {
    /// Resolves to `[status, body, headers as pairs]`, or to `undefined` for a body over the limit.
    fn exchange(
        fetch: &Function,
        method: &str,
        url: &str,
        headers: Array,
        body: &str,
        max_response_bytes: usize,
        signal: &AbortSignal,
    ) -> Promise;

    /// Why a fetch failed, in one line.
    pub(super) fn reason(error: &JsValue) -> String;

    fn view(
        access_token: &str,
        token_type: &str,
        expires_at: f64,
        scope: Option<&str>,
        refresh_token: Option<&str>,
        id_token: Option<&str>,
        raw: JsValue,
        authorization: Option<String>,
    ) -> JsValue;
}

#[wasm_bindgen(module = "/src/wasm/js/crypto.js")]
extern "C" {
    fn sha256(data: &[u8]) -> Promise;
    fn hkdf(secret: &[u8], info: &[u8]) -> Promise;
    fn nonce() -> Vec<u8>;
    #[wasm_bindgen(js_name = aesGcm)]
    fn aes_gcm(
        operation: &str,
        key: &[u8],
        nonce: &[u8],
        associated_data: &[u8],
        data: &[u8],
    ) -> Promise;
    fn hmac(algorithm: &str, secret: &[u8], data: Uint8Array) -> Promise;
}

/// The host of one call: what the calling request brought along.
pub(super) struct JsHost {
    pub(super) fetch: Function,
    pub(super) wait_until: Option<Function>,
    pub(super) store: Option<JsStore>,
    pub(super) sign: Option<Function>,
    pub(super) on_event: Function,
    /// Asks the user's function of that name for a credential.
    pub(super) ask: Function,
    /// Makes token requests in the user's way, if there is one.
    pub(super) hooked: Option<Function>,
}

/// Aborts the request when its future is dropped before the response was read.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a promise of the user's brings. What it throws stays with the face, which gives a reference.
async fn answer(promise: Result<JsValue, JsValue>) -> Result<JsValue, HookError> {
    let reference = |error: JsValue| HookError(error.as_string().unwrap_or_default());
    let promise: Promise = promise.map_err(reference)?.unchecked_into();
    JsFuture::from(promise).await.map_err(reference)
}

impl JsHost {
    /// `hooked` takes the request, and the response whose refresh token it spends; it resolves to what
    /// `exchange` resolves to, or to the name of the hook that failed and a reference to what it threw.
    async fn exchange(
        &self,
        request: HttpRequest,
        hooked: Option<(&Function, Option<&Json>)>,
    ) -> Result<HttpResponse, TransportError> {
        let failed = |error: JsValue| TransportError::Connection(reason(&error));
        let controller = AbortOnDrop(AbortController::new().map_err(failed)?);
        let headers: Array = request
            .headers
            .iter()
            .map(|(name, value)| Array::of2(&name.into(), &value.into()))
            .collect();
        let body = String::from_utf8_lossy(&request.body);
        let exchange = match hooked {
            Some((hooked, renewed)) => hooked
                .apply(
                    &JsValue::UNDEFINED,
                    &Array::of5(
                        &request.url.into(),
                        &headers,
                        &body.as_ref().into(),
                        &controller.0.signal(),
                        &renewed.map_or(JsValue::UNDEFINED, super::json::to_js),
                    ),
                )
                .map_err(failed)?
                .unchecked_into(),
            None => exchange(
                &self.fetch,
                &request.method,
                &request.url,
                headers,
                &body,
                request.max_response_bytes,
                &controller.0.signal(),
            ),
        };
        let answer = JsFuture::from(exchange).await.map_err(failed)?;
        if answer.is_undefined() {
            return Err(TransportError::TooLong);
        }
        let answer = Array::from(&answer);
        if let Some(hook) = answer.get(0).as_string() {
            let reference = answer.get(1).as_string().unwrap_or_default();
            let hook = match hook.as_str() {
                "refresh" => "hooks.refresh",
                "credentials" => "hooks.credentials",
                _ => "hooks.tokenRequest",
            };
            return Err(TransportError::Hook(hook, HookError(reference)));
        }
        let headers = Array::from(&answer.get(2)).into_iter().filter_map(|pair| {
            let pair = Array::from(&pair);
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
        });
        Ok(HttpResponse {
            status: answer.get(0).as_f64().unwrap_or_default() as u16,
            headers: headers.collect(),
            body: answer.get(1).as_string().unwrap_or_default().into_bytes(),
        })
    }
}

impl HttpClient for JsHost {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        self.exchange(request, None).await
    }
}

impl Clock for JsHost {
    fn now_ms(&self) -> u64 {
        js_sys::Date::now() as u64
    }
}

impl Timer for JsHost {
    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + 'static {
        TimeoutFuture::new(ms)
    }
}

impl Background for JsHost {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
        let promise = future_to_promise(async move {
            task.await;
            Ok(JsValue::UNDEFINED)
        });
        if let Some(wait_until) = &self.wait_until {
            // It refuses outside of a request; the task runs all the same.
            let _ = wait_until.call1(&JsValue::UNDEFINED, &promise);
        }
    }
}

impl Random for JsHost {
    fn random(&self) -> f64 {
        js_sys::Math::random()
    }
}

/// What a promise of bytes brings.
async fn bytes(promise: Promise) -> Option<Vec<u8>> {
    let bytes = JsFuture::from(promise).await.ok()?;
    Some(bytes.dyn_ref::<Uint8Array>()?.to_vec())
}

async fn bytes32(promise: Promise) -> Option<[u8; 32]> {
    bytes(promise).await?.try_into().ok()
}

impl Crypto for JsHost {
    async fn sha256(&self, data: &[u8]) -> Option<[u8; 32]> {
        bytes32(sha256(data)).await
    }

    async fn hkdf_sha256(&self, secret: &[u8], info: &[u8]) -> Option<[u8; 32]> {
        bytes32(hkdf(secret, info)).await
    }

    fn nonce(&self) -> Option<[u8; 12]> {
        nonce().try_into().ok()
    }

    async fn aes256_gcm_seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        plaintext: &[u8],
    ) -> Option<Vec<u8>> {
        bytes(aes_gcm("encrypt", key, nonce, associated_data, plaintext)).await
    }

    async fn aes256_gcm_open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: &[u8],
    ) -> Option<Vec<u8>> {
        bytes(aes_gcm("decrypt", key, nonce, associated_data, ciphertext)).await
    }

    async fn sign(
        &self,
        algorithm: Algorithm,
        secret: Option<&Secret>,
        data: &[u8],
    ) -> Result<Vec<u8>, String> {
        let failed = |error: JsValue| reason(&error);
        let algorithm = algorithm.as_str();
        // A copy: the key is imported first, and the wasm's memory may have moved when that is done.
        let data = Uint8Array::from(data);
        let signature: Promise = match (secret, &self.sign) {
            (Some(secret), _) => hmac(algorithm, secret.expose().as_bytes(), data),
            (None, Some(sign)) => sign
                .call2(&JsValue::UNDEFINED, &algorithm.into(), &data)
                .map_err(failed)?
                .unchecked_into(),
            (None, None) => return Err("is required to sign".to_owned()),
        };
        let signature = JsFuture::from(signature).await.map_err(failed)?;
        Ok(Uint8Array::new(&signature).to_vec())
    }
}

impl Host for JsHost {
    type View = JsValue;
    type Store = JsStore;

    fn store(&self) -> Option<&JsStore> {
        self.store.as_ref()
    }

    async fn credential(&self, asked: Asked) -> Result<Secret, HookError> {
        let promise = self.ask.call1(&JsValue::UNDEFINED, &asked.option().into());
        let secret = answer(promise).await?.as_string();
        secret.map(Secret::from).ok_or(HookError(String::new()))
    }

    async fn token_request(
        &self,
        request: HttpRequest,
        renewed: Option<&Json>,
    ) -> Result<HttpResponse, TransportError> {
        let hooked = self.hooked.as_ref().map(|hooked| (hooked, renewed));
        self.exchange(request, hooked).await
    }

    fn event(&self, event: Event) {
        // The face's own function, which lets no listener's exception through.
        let _ = self
            .on_event
            .call1(&JsValue::UNDEFINED, &super::json::to_js(&event.to_json()));
    }

    fn view(&self, token: &Token) -> JsValue {
        view(
            token.access_token.expose(),
            &token.token_type,
            token.expires_at_ms as f64,
            token.scope.as_deref(),
            token.refresh_token.as_ref().map(Secret::expose),
            token.id_token.as_ref().map(Secret::expose),
            super::json::to_js(&token.raw),
            token.authorization(),
        )
    }
}
