//! Refusals as JavaScript throws them.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::pairs;
use crate::error::{Error, ErrorCode};
use crate::inbound::Refusal;
use crate::wasm::error;

#[wasm_bindgen(module = "/pkg-templates/face/answer.js")]
extern "C" {
    /// `error`, with the answer to the request that was refused.
    fn answered(error: JsValue, status: u16, headers: Array, body: &str, cause: JsValue)
    -> JsValue;
}

/// `error`, which is JavaScript's and about no token, as the caller is answered all the same: nothing was found out.
#[wasm_bindgen(skip_typescript)]
pub fn unverifiable(error: JsValue, message: &str) -> JsValue {
    let refusal = Refusal::unverifiable(Error::new(ErrorCode::Internal, message));
    with_cause(&refusal, error)
}

pub(super) fn to_js(refusal: &Refusal) -> JsValue {
    let cause = refusal.cause().map_or(JsValue::UNDEFINED, error::to_js);
    with_cause(refusal, cause)
}

fn with_cause(refusal: &Refusal, cause: JsValue) -> JsValue {
    answered(
        error::to_js(refusal.error()),
        refusal.status(),
        pairs(refusal.headers()),
        &refusal.body(),
        cause,
    )
}
