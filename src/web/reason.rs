//! What strangers throw, in one line.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};

/// Of a stranger's words; what is told of them is shorter yet.
const MAX_REASON: usize = 64 * 1024;

/// Why something failed. Node says only "fetch failed" and hides the reason in `cause`.
pub(crate) fn reason(error: &JsValue) -> String {
    let text = |value: &JsValue, name: &str| member(value, name)?.as_string();
    let message = error.as_string().or_else(|| text(error, "message"));
    let mut reason = message.unwrap_or_else(|| "no reason was given".to_owned());
    let cause = member(error, "cause");
    let of_cause = |name| text(cause.as_ref()?, name);
    let detail = of_cause("code")
        .or_else(|| text(error, "code"))
        .or_else(|| of_cause("message"));
    if let Some(detail) = detail.filter(|detail| !detail.is_empty()) {
        reason = [&reason, " (", &detail, ")"].concat();
    }
    reason.chars().take(MAX_REASON).collect()
}

/// A member, if `value` is an object; looking at it may throw.
pub(crate) fn member(value: &JsValue, name: &str) -> Option<JsValue> {
    let found = value.is_object().then(|| Reflect::get(value, &name.into()));
    found?.ok().filter(|found| !found.is_undefined())
}

/// A method, if `value` is an object that has it.
pub(crate) fn method(value: &JsValue, name: &str) -> Option<js_sys::Function> {
    member(value, name)?.dyn_into().ok()
}
