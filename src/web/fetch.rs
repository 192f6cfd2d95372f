//! Requests by `fetch`.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array, global};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, ReadableStreamDefaultReader, RequestCache, RequestInit, RequestRedirect,
    Response,
};

use super::reason::{member, method, reason};
use crate::error::Error;
use crate::host::{HttpClient, TransportError};
use crate::protocol::http::{HttpRequest, HttpResponse};

/// A function like `fetch`; by default the global one, whoever replaces it.
#[derive(Clone, Debug, Default)]
pub struct Fetch {
    /// The function, and what it is a method of.
    own: Option<(Function, JsValue)>,
}

impl Fetch {
    /// A function, or an object that has one as its method `fetch`: service and mTLS bindings do.
    pub fn by(given: JsValue) -> Result<Self, Error> {
        let own = match given.dyn_into::<Function>() {
            Ok(function) => Some((function, JsValue::UNDEFINED)),
            Err(binding) => method(&binding, "fetch").map(|function| (function, binding)),
        };
        let problem = "must be a function or an object with a fetch method";
        match own {
            Some(own) => Ok(Self { own: Some(own) }),
            None => Err(Error::invalid_option("fetch", problem)),
        }
    }

    fn call(&self, url: &str, init: &RequestInit) -> Result<Promise, JsValue> {
        let answer = match &self.own {
            Some((function, this)) => function.call2(this, &url.into(), init),
            None => {
                let global = global();
                let fetch: Function = Reflect::get(&global, &"fetch".into())?.dyn_into()?;
                fetch.call2(&global, &url.into(), init)
            }
        };
        answer.map(|answer| Promise::resolve(&answer))
    }
}

impl HttpClient for Fetch {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let failed = |error: JsValue| TransportError::Connection(reason(&error));
        let mut exchange = Exchange::new().map_err(failed)?;
        let init = init(&request, &exchange.controller);
        let answer = self.call(&request.url, &init).map_err(failed)?;
        let answer = JsFuture::from(answer).await.map_err(failed)?;
        let response: Response = answer
            .dyn_into()
            .map_err(|_| TransportError::Unusable("fetch gave what is no Response".to_owned()))?;
        let body = body(&response, request.max_response_bytes).await;
        exchange.is_over = true;
        let (status, headers) = (response.status(), headers(&response));
        match body.map_err(failed)? {
            Some(body) => Ok(HttpResponse {
                status,
                headers,
                body,
            }),
            None => Err(TransportError::TooLong { status, headers }),
        }
    }
}

/// Aborts the request when its future is dropped while it is in the air. Later than that nothing is aborted: to
/// undici it is an error that nobody handles, which ends the process.
struct Exchange {
    controller: AbortController,
    is_over: bool,
}

impl Exchange {
    fn new() -> Result<Self, JsValue> {
        Ok(Self {
            controller: AbortController::new()?,
            is_over: false,
        })
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.is_over {
            self.controller.abort();
        }
    }
}

fn init(request: &HttpRequest, controller: &AbortController) -> RequestInit {
    let init = RequestInit::new();
    init.set_method(&request.method);
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| Array::of2(&name.into(), &value.into()));
    init.set_headers(&headers.collect::<Array>());
    // A GET must have no body, not even an empty one.
    if !request.body.is_empty() {
        init.set_body(&Uint8Array::from(request.body.as_slice()));
    }
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&controller.signal()));
    // Nobody's HTTP cache keeps what is asked for here. Workers of an early compatibility date throw on the word.
    let requests =
        member(&global(), "Request").and_then(|it| Reflect::get(&it, &"prototype".into()).ok());
    if requests.is_some_and(|requests| Reflect::has(&requests, &"cache".into()) == Ok(true)) {
        init.set_cache(RequestCache::NoStore);
    }
    init
}

fn headers(response: &Response) -> Vec<(String, String)> {
    let entries = response.headers().entries();
    let pairs = entries.into_iter().map_while(Result::ok).map(|entry| {
        let entry = Array::from(&entry);
        Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
    });
    pairs.flatten().collect()
}

/// The whole body, or `None` if it is longer than `max_bytes`.
async fn body(response: &Response, max_bytes: usize) -> Result<Option<Vec<u8>>, JsValue> {
    let mut body = Vec::new();
    let Some(stream) = response.body() else {
        return Ok(Some(body));
    };
    let reader = ReadableStreamDefaultReader::new(&stream)?;
    loop {
        let part = JsFuture::from(reader.read()).await?;
        if Reflect::get(&part, &"done".into())?.is_truthy() {
            return Ok(Some(body));
        }
        let part: Uint8Array = Reflect::get(&part, &"value".into())?.dyn_into()?;
        if body.len().saturating_add(part.length() as usize) > max_bytes {
            // The outcome is known; whether the cancellation succeeds changes nothing.
            let cancelled = JsFuture::from(reader.cancel());
            spawn_local(async move { drop(cancelled.await) });
            return Ok(None);
        }
        body.extend(part.to_vec());
    }
}
