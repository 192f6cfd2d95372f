//! What a call brings along from JavaScript.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::store::StoreAdapter;

// What is imported here never throws: an exception would unwind the frames of everybody's instance. A
// promise may be rejected with anything; only `reason` looks at what that is.

#[wasm_bindgen]
extern "C" {
    /// What a call brings along: an object of the face's, whose functions let nothing of the user's through.
    #[derive(Clone)]
    pub type Call;
    /// Makes a request; one for a token by the user's hooks, if there are any, which are told what it renews.
    #[wasm_bindgen(method)]
    pub(super) fn exchange(
        this: &Call,
        for_token: bool,
        method: &str,
        url: &str,
        headers: Array,
        body: &str,
        max_response_bytes: usize,
        renewed: JsValue,
    ) -> Exchange;
    #[wasm_bindgen(method, js_name = waitUntil)]
    pub(super) fn wait_until(this: &Call, promise: &Promise);
    #[wasm_bindgen(method, getter)]
    pub(super) fn store(this: &Call) -> Option<StoreAdapter>;
    /// Counts an event by its name; whether somebody listens to the rest.
    #[wasm_bindgen(method)]
    pub(super) fn count(this: &Call, name: &str) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn tell(this: &Call, event: &JsValue);
    /// Asks the user's function of that name for a credential.
    #[wasm_bindgen(method)]
    pub(super) fn ask(this: &Call, option: &str) -> JsValue;
    /// The name of a class; in an array a reference to why there is none; or `undefined`.
    #[wasm_bindgen(method)]
    pub(super) fn classify(this: &Call, refusal: &JsValue) -> JsValue;
    /// Signs with the client's private key.
    #[wasm_bindgen(method)]
    pub(super) fn sign(this: &Call, algorithm: &str, data: Uint8Array) -> JsValue;

    /// A request in the air: see `begin` in host.js.
    pub(super) type Exchange;
    /// Resolves to `[status, body, headers as pairs]`, the body being `undefined` if it is over the limit, or to the
    /// name of what failed and why: for a hook that is a reference to what it threw.
    #[wasm_bindgen(method, getter)]
    pub(super) fn promise(this: &Exchange) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn abort(this: &Exchange);
}
