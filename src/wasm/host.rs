//! The ports over `fetch`, `Date.now`, `setTimeout` and `waitUntil`.

use std::future::Future;
use std::pin::Pin;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::call::Call;
use super::promise::{Settled, Sleep};
use super::store::JsStore;
use crate::error::ErrorClass;
use crate::event::Event;
use crate::host::{
    Asked, Background, Clock, HookError, Host, HttpClient, Random, Timer, TransportError, View,
};
use crate::json::Json;
use crate::protocol::error_class::Refusal;
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::token::{Secret, Token};

#[wasm_bindgen(module = "/pkg-templates/face/host.js")]
extern "C" {
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

    fn withdraw(view: &JsValue);
    #[wasm_bindgen(js_name = takeUse)]
    fn take_use(view: &JsValue) -> bool;
}

/// What `view` made.
impl View for JsValue {
    fn withdraw(&self) {
        withdraw(self);
    }

    fn take_use(&self) -> bool {
        take_use(self)
    }
}

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
    type View = JsValue;
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

    fn view(&self, token: &Token) -> JsValue {
        view(
            token.access_token.expose(),
            &token.token_type,
            token.expires_at_ms as f64,
            token.scope.as_deref(),
            token.refresh_token.as_ref().map(Secret::expose),
            token.id_token.as_ref().map(Secret::expose),
            crate::json::js::to_js(&token.raw),
            token.authorization(),
        )
    }
}
