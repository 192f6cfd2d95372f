//! Tokens that somebody holds: renewed, and looked at.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::kernel::{Call, promise, source};
use crate::json::Json;
use crate::protocol::form::Parameters;
use crate::source::{HeldToken, Renewed};
use crate::token::Secret;

/// Renews a token that somebody holds: `raw` is its response as JSON, `is_own` whether it came from
/// here, and `params` are names and values in turn. Brings the token, and whether it is the one in the
/// cache; `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn refresh(
    id: u32,
    call: &Call,
    access_token: String,
    refresh_token: Option<String>,
    raw: &str,
    is_own: bool,
    params: Vec<String>,
) -> Option<Promise> {
    let source = source(id, call)?;
    let held = HeldToken {
        access_token: Some(access_token.into()),
        refresh_token: refresh_token.map(Secret::from),
        raw: Json::parse(raw),
        is_own,
    };
    let params = pairs(&params);
    Some(promise(async move {
        source.renewed(&held, &params).await.map(renewed)
    }))
}

/// A token, and whether it is the one in the cache.
pub(super) fn renewed(Renewed { cached, is_kept }: Renewed<JsValue>) -> JsValue {
    Array::of2(&cached.view, &is_kept.into()).into()
}

/// Brings the access token and the refresh token that are there, without asking the server; `undefined`
/// if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn held(id: u32, call: &Call) -> Option<Promise> {
    let source = source(id, call)?;
    Some(promise(async move {
        let (access_token, refresh_token) = match source.held().await {
            Some(held) => (held.access_token, held.refresh_token),
            None => (None, None),
        };
        Ok(Array::of2(&text(access_token), &text(refresh_token)).into())
    }))
}

/// Names and values in turn.
pub(super) fn pairs(params: &[String]) -> Parameters {
    let pairs = params.chunks_exact(2).filter_map(|pair| match pair {
        [name, value] => Some((name.clone(), value.clone())),
        _ => None,
    });
    pairs.collect()
}

pub(super) fn text(secret: Option<Secret>) -> JsValue {
    secret.map_or(JsValue::UNDEFINED, |it| it.expose().into())
}

/// In a build without entry files, the functions are handed to the face one by one.
#[cfg(not(feature = "npm"))]
pub(super) fn offer(set: impl Fn(&str, JsValue)) {
    type Refresh =
        dyn Fn(u32, Call, String, Option<String>, String, bool, Vec<String>) -> Option<Promise>;
    let refresh = |id, call: Call, access, refresh_token, raw: String, is_own, params| {
        refresh(id, &call, access, refresh_token, &raw, is_own, params)
    };
    set("refresh", Closure::<Refresh>::new(refresh).into_js_value());
    type Held = dyn Fn(u32, Call) -> Option<Promise>;
    let held = |id, call: Call| held(id, &call);
    set("held", Closure::<Held>::new(held).into_js_value());
}
