//! The authorization code grant, for the face.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::fields::Fields;
use super::held_tokens::{renewed, text};
use super::kernel::{Call, promise, source};
use crate::error::Error;
use crate::source::{AuthorizationOptions, CallbackOptions};
use crate::token::Secret;

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

/// Spends the code in the URL that a user came back to; brings what `refresh` brings. `undefined` if
/// `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn callback(
    id: u32,
    call: &Call,
    url: String,
    redirect_uri: String,
    state: String,
    code_verifier: Option<String>,
) -> Option<Promise> {
    let source = source(id, call)?;
    let options = CallbackOptions {
        redirect_uri,
        state: state.into(),
        code_verifier: code_verifier.map(Secret::from),
    };
    Some(promise(async move {
        source.callback(&url, &options).await.map(renewed)
    }))
}

/// In a build without entry files, the functions are handed to the face one by one.
#[cfg(not(feature = "npm"))]
pub(super) fn offer(set: impl Fn(&str, JsValue)) {
    type Authorize = dyn Fn(u32, Call, JsValue) -> Option<Promise>;
    type Callback = dyn Fn(u32, Call, String, String, String, Option<String>) -> Option<Promise>;
    let authorize = |id, call: Call, fields: JsValue| authorize(id, &call, &fields);
    set(
        "authorize",
        Closure::<Authorize>::new(authorize).into_js_value(),
    );
    let callback = |id, call: Call, url, redirect_uri, state, code_verifier| {
        callback(id, &call, url, redirect_uri, state, code_verifier)
    };
    set(
        "callback",
        Closure::<Callback>::new(callback).into_js_value(),
    );
}
