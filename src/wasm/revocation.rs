//! Revocation, for the face.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::call::Call;
use super::fields::Fields;
use super::held_tokens::held_token;
use super::host::promise;
use super::kernel::source;
use crate::protocol::revocation::TokenTypeHint;

/// Revokes the one of the tokens that `type` names: `fields` is an object of it, of the tokens and of parameters.
/// `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn revoke(id: u32, call: &Call, fields: &JsValue) -> Option<Promise> {
    let source = source(id, call)?;
    let fields = Fields::of(fields);
    Some(promise(async move {
        let mut fields = fields?;
        let kind = fields.named("type", TokenTypeHint::from_name);
        let (held, params) = held_token(fields)?;
        let kind = kind.unwrap_or(TokenTypeHint::AccessToken);
        let revoked = source.revoke(&held, kind, &params).await;
        revoked.map(|()| JsValue::UNDEFINED)
    }))
}

/// In a build without entry files, the functions are handed to the face one by one.
#[cfg(not(feature = "npm"))]
pub(super) fn offer(set: impl Fn(&str, JsValue)) {
    type Revoke = dyn Fn(u32, Call, JsValue) -> Option<Promise>;
    let revoke = |id, call: Call, fields: JsValue| revoke(id, &call, &fields);
    set("revoke", Closure::<Revoke>::new(revoke).into_js_value());
}
