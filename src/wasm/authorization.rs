//! The authorization code grant, for the face.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::call::Call;
use super::fields::Fields;
use super::held_tokens::{renewed, text};
use super::host::promise;
use super::kernel::source;
use crate::chain::{AuthorizationOptions, CallbackOptions};
use crate::error::Error;

/// Brings URL, state and code verifier of an authorization request; `fields` is an object of its options.
/// `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn authorize(id: u32, call: &Call, fields: &JsValue) -> Option<Promise> {
    let source = source(id, call)?;
    let options = Fields::of(fields).and_then(options);
    Some(promise(async move {
        let made = source.authorization_url(&options?).await?;
        let parts = [Some(made.url), Some(made.state), made.code_verifier];
        Ok(parts.into_iter().map(text).collect::<Array>().into())
    }))
}

/// What one authorization request says.
fn options(mut fields: Fields) -> Result<AuthorizationOptions, Error> {
    let options = AuthorizationOptions {
        redirect_uri: fields.text("redirectUri").unwrap_or_default(),
        scopes: fields.list("scopes"),
        state: fields.text("state"),
        code_verifier: fields.secret("codeVerifier"),
        extra: fields.pairs("extra").unwrap_or_default(),
    };
    fields.finish()?;
    Ok(options)
}

/// Spends the code in the URL that a user came back to: `fields` is an object of it, and of what was kept. Brings what
/// `refresh` brings; `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn callback(id: u32, call: &Call, fields: &JsValue) -> Option<Promise> {
    let source = source(id, call)?;
    let answer = Fields::of(fields).and_then(answer);
    Some(promise(async move {
        let (url, options) = answer?;
        source.callback(&url, &options).await.map(renewed)
    }))
}

/// What a user came back to, and what was kept for it.
fn answer(mut fields: Fields) -> Result<(String, CallbackOptions), Error> {
    let url = fields.text("url").unwrap_or_default();
    let options = CallbackOptions {
        redirect_uri: fields.text("redirectUri").unwrap_or_default(),
        state: fields.text("state").unwrap_or_default().into(),
        code_verifier: fields.secret("codeVerifier"),
    };
    fields.finish()?;
    Ok((url, options))
}

/// In a build without entry files, the functions are handed to the face one by one.
#[cfg(not(feature = "npm"))]
pub(super) fn offer(set: impl Fn(&str, JsValue)) {
    type Authorize = dyn Fn(u32, Call, JsValue) -> Option<Promise>;
    let authorize = |id, call: Call, fields: JsValue| authorize(id, &call, &fields);
    set(
        "authorize",
        Closure::<Authorize>::new(authorize).into_js_value(),
    );
    let callback = |id, call: Call, fields: JsValue| callback(id, &call, &fields);
    set(
        "callback",
        Closure::<Authorize>::new(callback).into_js_value(),
    );
}
