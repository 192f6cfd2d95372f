//! Requests by the face's `fetch`.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::call::Exchange;
use super::error::reason;
use super::host::JsHost;
use super::promise::Settled;
use crate::host::{HookError, TransportError};
use crate::json::Json;
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::text;

/// Aborts the request when its future is dropped before the response was read.
struct AbortOnDrop(Exchange);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl JsHost {
    pub(super) async fn exchange(
        &self,
        for_token: bool,
        request: HttpRequest,
        renewed: Option<&Json>,
    ) -> Result<HttpResponse, TransportError> {
        let exchange = AbortOnDrop(self.call.exchange(
            for_token,
            &request.method,
            &request.url,
            to_array(&request.headers),
            &text::of_bytes(&request.body),
            request.max_response_bytes,
            renewed.map_or(JsValue::UNDEFINED, crate::json::js::to_js),
        ));
        let answer = Settled::of(&exchange.0.promise()).await;
        let answer = Array::from(&answer.map_err(unreachable)?);
        let Some(status) = answer.get(0).as_f64() else {
            return Err(unanswered(&answer));
        };
        let status = status as u16;
        let mut headers = Vec::new();
        for pair in Array::from(&answer.get(2)).iter() {
            let pair = Array::from(&pair);
            if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) {
                headers.push((name, value));
            }
        }
        let Some(body) = answer.get(1).as_string() else {
            return Err(TransportError::TooLong { status, headers });
        };
        Ok(HttpResponse {
            status,
            headers,
            body: body.into_bytes(),
        })
    }
}

fn to_array(headers: &[(String, String)]) -> Array {
    let array = Array::new();
    for (name, value) in headers {
        array.push(&Array::of2(&name.into(), &value.into()));
    }
    array
}

#[inline(never)]
fn unreachable(error: JsValue) -> TransportError {
    TransportError::Connection(reason(&error))
}

/// What failed, and why.
#[inline(never)]
fn unanswered(answer: &Array) -> TransportError {
    let reason = answer.get(1).as_string().unwrap_or_default();
    let hook = match answer.get(0).as_string().unwrap_or_default().as_str() {
        "response" => return TransportError::Unusable(reason),
        "fetch" => "fetch",
        "refresh" => "hooks.refresh",
        "credentials" => "hooks.credentials",
        _ => "hooks.tokenRequest",
    };
    TransportError::Hook(hook, HookError(reason))
}
