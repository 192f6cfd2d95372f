//! Introspection, for the face.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::verifier::key_set;
use super::{host, memory, nobodys_host, rendered};
use crate::error::Error;
use crate::inbound::{IntrospectorConfig, IntrospectorOptions, SignedResponse, TokenIntrospector};
use crate::wasm::call::Call;
use crate::wasm::configurations::Configurations;
use crate::wasm::fields::{Fields, set};
use crate::wasm::host::{JsHost, promise};
use crate::wasm::options::options;

/// An introspector, as calls make it theirs.
pub(super) struct Opened {
    config: Rc<IntrospectorConfig>,
    /// For what nobody has to be asked.
    idle: TokenIntrospector<JsHost>,
}

thread_local! {
    static INTROSPECTORS: RefCell<Configurations<Opened>> = RefCell::default();
}

/// Validates a configuration and returns its number, which is `id`. `fields` is an object of the options; `id` must
/// never have been used.
#[wasm_bindgen(skip_typescript, js_name = openIntrospector)]
pub fn open_introspector(fields: &JsValue, id: u32) -> Result<u32, JsValue> {
    INTROSPECTORS.with_borrow_mut(|all| super::open(all, fields, id, Opened::new))
}

impl Opened {
    pub(super) fn new(fields: Fields) -> Result<Self, Error> {
        let config = Rc::new(config(fields)?);
        let idle = TokenIntrospector::new(nobodys_host(), Rc::clone(&config), memory());
        Ok(Self { config, idle })
    }

    /// As that of `host`.
    pub(super) fn by(&self, host: Rc<JsHost>) -> TokenIntrospector<JsHost> {
        TokenIntrospector::new(host, Rc::clone(&self.config), memory())
    }
}

fn config(mut fields: Fields) -> Result<IntrospectorConfig, Error> {
    let mut own = IntrospectorOptions {
        introspection_url: fields.text("introspectionUrl"),
        token_type_hint: fields.text("tokenTypeHint"),
        ..IntrospectorOptions::default()
    };
    for (place, name) in [
        (&mut own.max_age_seconds, "maxAgeSeconds"),
        (&mut own.inactive_age_seconds, "inactiveAgeSeconds"),
        (&mut own.stale_if_error_seconds, "staleIfErrorSeconds"),
        (&mut own.cache_entries, "cacheEntries"),
    ] {
        set(place, fields.number(name));
    }
    if let Some(signed) = fields.object("signedResponse") {
        own.signed_response = Some(signed_response(signed)?);
    }
    let is_shared = fields.flag("store").is_some();
    own.client = options(fields)?;
    let config = IntrospectorConfig::new(own)?;
    if is_shared {
        config.check_sealing()?;
    }
    Ok(config)
}

/// How answers are signed.
fn signed_response(mut fields: Fields) -> Result<SignedResponse, Error> {
    let signed = SignedResponse {
        jwks_uri: fields.text("jwksUri"),
        jwks: key_set(&mut fields)?,
        algorithms: fields.list("algorithms"),
    };
    fields.finish()?;
    Ok(signed)
}

fn introspector(id: u32) -> Option<Rc<Opened>> {
    INTROSPECTORS.with_borrow(|all| all.of(id))
}

/// What is remembered of `token`, if it may be used with nothing else to do.
#[wasm_bindgen(skip_typescript)]
pub fn introspected(id: u32, token: &str) -> Option<JsValue> {
    let opened = introspector(id)?;
    let answer = opened.idle.cached(token, &Vec::new(), None)?;
    Some(rendered::introspection(&answer))
}

/// Brings what the server says: `fields` is an object of the token, of parameters, and of how old the answer may be. `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn introspect(id: u32, call: &Call, fields: &JsValue) -> Option<Promise> {
    let introspector = introspector(id)?.by(host(call));
    let fields = Fields::of(fields);
    Some(promise(async move {
        let mut fields = fields?;
        let token = fields.text("token").unwrap_or_default();
        let parameters = fields.pairs("params").unwrap_or_default();
        let max_age_seconds = fields.number("maxAgeSeconds");
        fields.finish()?;
        let answer = introspector.introspect(&token, &parameters, max_age_seconds);
        let answer = answer.await;
        answer.map(|answer| rendered::introspection(&answer))
    }))
}

/// Forgets what is remembered of `token`. `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn forget(id: u32, call: &Call, token: String) -> Option<Promise> {
    let introspector = introspector(id)?.by(host(call));
    Some(promise(async move {
        introspector.forget(&token).await;
        Ok(JsValue::UNDEFINED)
    }))
}
