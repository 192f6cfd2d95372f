//! The ports over `fetch`, `Date.now`, `setTimeout` and `waitUntil`.

use std::future::Future;
use std::pin::Pin;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::call::Call;
use super::error::to_js;
use super::promise::{Settled, Sleep};
use super::store::JsStore;
use crate::error::{Error, ErrorClass};
use crate::event::Event;
use crate::host::{
    Asked, Background, Clock, HookError, Host, HttpClient, Random, Timer, TransportError,
};
use crate::json::Json;
use crate::protocol::error_class::Refusal;
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::token::{Secret, Token};

/// The host of one call: what the calling request brought along.
pub(super) struct JsHost {
    pub(super) call: Call,
    store: Option<JsStore>,
}

impl JsHost {
    pub(super) fn of(call: &Call) -> Self {
        Self {
            call: call.clone(),
            store: call.store().map(JsStore),
        }
    }
}

/// What `work` brings. It is boxed, since every type of future would have its own copy of what a promise
/// takes.
pub(super) fn promise(work: impl Future<Output = Result<JsValue, Error>> + 'static) -> Promise {
    let work: Pin<Box<dyn Future<Output = Result<JsValue, Error>>>> = Box::pin(work);
    future_to_promise(async move { work.await.map_err(|error| to_js(&error)) })
}

#[inline(never)]
fn described(event: &Event) -> JsValue {
    crate::json::js::to_js(&event.to_json())
}

impl HttpClient for JsHost {
    fn send(
        &self,
        request: HttpRequest,
    ) -> impl Future<Output = Result<HttpResponse, TransportError>> {
        self.exchange(false, request, None)
    }
}

impl Clock for JsHost {
    fn now_ms(&self) -> u64 {
        js_sys::Date::now() as u64
    }
}

impl Timer for JsHost {
    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + 'static {
        Sleep::new(ms)
    }
}

impl Background for JsHost {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
        let promise = future_to_promise(async move {
            task.await;
            Ok(JsValue::UNDEFINED)
        });
        // It may refuse; the task runs all the same.
        self.call.wait_until(&promise);
    }
}

impl Random for JsHost {
    fn random(&self) -> f64 {
        js_sys::Math::random()
    }
}

impl Host for JsHost {
    #[cfg(feature = "outbound")]
    type View = JsValue;
    #[cfg(not(feature = "outbound"))]
    type View = ();
    type Store = JsStore;

    fn store(&self) -> Option<&JsStore> {
        self.store.as_ref()
    }

    async fn credential(&self, asked: Asked) -> Result<Secret, HookError> {
        // What it throws stays with the face, which gives a reference.
        let answer = Settled::of(&self.call.ask(asked.option())).await;
        let answer = answer.map_err(|it| HookError(it.as_string().unwrap_or_default()))?;
        let secret = answer.as_string().map(Secret::from);
        secret.ok_or(HookError(String::new()))
    }

    fn token_request(
        &self,
        request: HttpRequest,
        renewed: Option<&Json>,
    ) -> impl Future<Output = Result<HttpResponse, TransportError>> {
        self.exchange(true, request, renewed)
    }

    fn classify(&self, refusal: &Refusal<'_>) -> Result<Option<ErrorClass>, HookError> {
        let text = |text: &str| Some(Json::from(text));
        let headers = refusal.headers.iter();
        let headers = headers.map(|(name, value)| (name.clone(), Json::from(value.as_str())));
        let shown = Json::object([
            ("status", Some(Json::Number(refusal.status.into()))),
            ("error", refusal.error.and_then(text)),
            ("description", refusal.description.and_then(text)),
            ("grantType", text(refusal.grant_type)),
            ("isRefresh", Some(Json::Bool(refusal.is_refresh()))),
            ("headers", Some(Json::Object(headers.collect()))),
        ]);
        let answer = self.call.classify(&crate::json::js::to_js(&shown));
        if let Some(name) = answer.as_string() {
            return Ok(ErrorClass::from_name(&name));
        }
        match Array::is_array(&answer) {
            true => Err(HookError(
                Array::from(&answer).get(0).as_string().unwrap_or_default(),
            )),
            false => Ok(None),
        }
    }

    fn event(&self, event: Event) {
        if self.call.count(event.name()) {
            self.call.tell(&described(&event));
        }
    }

    #[cfg(feature = "outbound")]
    fn view(&self, token: &Token) -> JsValue {
        super::view::rendered(token)
    }

    #[cfg(not(feature = "outbound"))]
    fn view(&self, _: &Token) {}
}
