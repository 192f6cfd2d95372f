//! Revocation, for the face.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::held_tokens::pairs;
use super::kernel::{Call, promise, source};
use crate::protocol::revocation::TokenTypeHint;
use crate::source::HeldToken;
use crate::token::Secret;

/// Revokes the one of the tokens that `kind` names; `params` are names and values in turn. `undefined`
/// if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn revoke(
    id: u32,
    call: &Call,
    access_token: Option<String>,
    refresh_token: Option<String>,
    kind: &str,
    params: Vec<String>,
) -> Option<Promise> {
    let source = source(id, call)?;
    let held = HeldToken {
        access_token: access_token.map(Secret::from),
        refresh_token: refresh_token.map(Secret::from),
        raw: None,
        is_own: false,
    };
    let kind = TokenTypeHint::from_name(kind).unwrap_or(TokenTypeHint::AccessToken);
    let params = pairs(&params);
    Some(promise(async move {
        let revoked = source.revoke(&held, kind, &params).await;
        revoked.map(|()| JsValue::UNDEFINED)
    }))
}

/// In a build without entry files, the functions are handed to the face one by one.
#[cfg(not(feature = "npm"))]
pub(super) fn offer(set: impl Fn(&str, JsValue)) {
    type Revoke =
        dyn Fn(u32, Call, Option<String>, Option<String>, String, Vec<String>) -> Option<Promise>;
    let revoke = |id, call: Call, access_token, refresh_token, kind: String, params| {
        revoke(id, &call, access_token, refresh_token, &kind, params)
    };
    set("revoke", Closure::<Revoke>::new(revoke).into_js_value());
}
