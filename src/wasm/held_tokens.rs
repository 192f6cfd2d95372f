//! Tokens that somebody holds: renewed, and looked at.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::call::Call;
use super::fields::Fields;
use super::host::promise;
use super::kernel::source;
use crate::chain::{HeldToken, Renewed};
use crate::error::Error;
use crate::json::Json;
use crate::protocol::form::Parameters;
use crate::token::Secret;

/// Renews a token that somebody holds: `fields` is an object of it and of parameters. Brings the token, and whether
/// it is the one in the cache; `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn refresh(id: u32, call: &Call, fields: &JsValue) -> Option<Promise> {
    let source = source(id, call)?;
    let held = Fields::of(fields).and_then(held_token);
    Some(promise(async move {
        let (held, params) = held?;
        source.renewed(&held, &params).await.map(renewed)
    }))
}

/// A token that somebody holds, and parameters.
pub(super) fn held_token(mut fields: Fields) -> Result<(HeldToken, Parameters), Error> {
    let held = HeldToken {
        access_token: fields.secret("accessToken"),
        refresh_token: fields.secret("refreshToken"),
        raw: fields
            .text("response")
            .and_then(|response| Json::parse(&response)),
        is_own: fields.flag("isOwn") == Some(true),
    };
    let params = fields.pairs("params").unwrap_or_default();
    fields.finish()?;
    Ok((held, params.into_iter().collect()))
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

pub(super) fn text(secret: Option<Secret>) -> JsValue {
    secret.map_or(JsValue::UNDEFINED, |it| it.expose().into())
}

/// In a build without entry files, the functions are handed to the face one by one.
#[cfg(not(feature = "npm"))]
pub(super) fn offer(set: impl Fn(&str, JsValue)) {
    type Refresh = dyn Fn(u32, Call, JsValue) -> Option<Promise>;
    let refresh = |id, call: Call, fields: JsValue| refresh(id, &call, &fields);
    set("refresh", Closure::<Refresh>::new(refresh).into_js_value());
    type Held = dyn Fn(u32, Call) -> Option<Promise>;
    let held = |id, call: Call| held(id, &call);
    set("held", Closure::<Held>::new(held).into_js_value());
}
