//! JWTs, for the face.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::pending::Asked;
use super::{host, memory, nobodys_host, pending, rendered};
use crate::error::Error;
use crate::inbound::{JwtVerifier, Seen, VerifierConfig, VerifierOptions};
use crate::json::Json;
use crate::wasm::call::Call;
use crate::wasm::configurations::Configurations;
use crate::wasm::fields::{Fields, set};
use crate::wasm::host::{JsHost, promise};

/// A verifier, as calls make it theirs.
pub(super) struct Opened {
    config: Rc<VerifierConfig>,
    /// For what nobody has to be asked.
    idle: JwtVerifier<JsHost>,
}

thread_local! {
    static VERIFIERS: RefCell<Configurations<Opened>> = RefCell::default();
}

/// Validates a configuration and returns its number, which is `id`. `fields` is an object of the options; `id` must
/// never have been used.
#[wasm_bindgen(skip_typescript, js_name = openVerifier)]
pub fn open_verifier(fields: &JsValue, id: u32) -> Result<u32, JsValue> {
    VERIFIERS.with_borrow_mut(|all| super::open(all, fields, id, Opened::new))
}

impl Opened {
    pub(super) fn new(fields: Fields) -> Result<Self, Error> {
        let config = Rc::new(config(fields)?);
        let idle = JwtVerifier::new(nobodys_host(), Rc::clone(&config), memory());
        Ok(Self { config, idle })
    }

    /// As that of `host`.
    pub(super) fn by(&self, host: Rc<JsHost>) -> JwtVerifier<JsHost> {
        JwtVerifier::new(host, Rc::clone(&self.config), memory())
    }
}

fn config(mut fields: Fields) -> Result<VerifierConfig, Error> {
    let mut options = VerifierOptions {
        jwks_uri: fields.text("jwksUri"),
        algorithms: fields.list("algorithms"),
        transport: fields.text("transport"),
        seal_key: fields.secret("sealKey"),
        ..VerifierOptions::default()
    };
    options.jwks = key_set(&mut fields)?;
    set(&mut options.issuer, fields.text("issuer"));
    set(&mut options.store_prefix, fields.text("storePrefix"));
    // `false` says that there is none.
    options.no_audience = fields.flag("audience") == Some(false);
    for (place, name) in [
        (&mut options.audience, "audience"),
        (&mut options.required_claims, "requiredClaims"),
    ] {
        set(place, fields.list(name));
    }
    for (place, name) in [
        (&mut options.plain_jwt, "plainJwt"),
        (
            &mut options.allow_insecure_requests,
            "allowInsecureRequests",
        ),
    ] {
        set(place, fields.flag(name));
    }
    for (place, name) in [
        (&mut options.clock_skew_seconds, "clockSkewSeconds"),
        (&mut options.jwks_max_age_seconds, "jwksMaxAgeSeconds"),
        (&mut options.jwks_cooldown_seconds, "jwksCooldownSeconds"),
        (&mut options.timeout_ms, "timeoutMs"),
        (&mut options.store_timeout_ms, "storeTimeoutMs"),
    ] {
        set(place, fields.number(name));
    }
    fields.finish()?;
    VerifierConfig::new(options)
}

/// Keys that are given.
pub(super) fn key_set(fields: &mut Fields) -> Result<Option<Json>, Error> {
    let problem = "must be JSON of no great depth";
    let parsed = |set: String| {
        let set = Json::parse(&set);
        set.ok_or_else(|| Error::invalid_option("jwks", problem))
    };
    fields.text("jwks").map(parsed).transpose()
}

fn verifier(id: u32) -> Option<Rc<Opened>> {
    VERIFIERS.with_borrow(|all| all.of(id))
}

/// Brings what `token` says, if it is good: `fields` is an object of it and of the audience. `undefined` if `id` is not
/// known.
#[wasm_bindgen(skip_typescript)]
pub fn verify(id: u32, call: &Call, fields: &JsValue) -> Option<Promise> {
    let verifier = verifier(id)?.by(host(call));
    let fields = Fields::of(fields);
    Some(promise(async move {
        let mut fields = fields?;
        let token = fields.text("token").unwrap_or_default();
        let audience = fields.list("audience");
        fields.finish()?;
        let verified = verifier.verify(&token, audience.as_deref(), false).await;
        verified.map(|verified| rendered::verified(&verified))
    }))
}

/// What is remembered of `token`, if it may be used with nothing else to do; where only its signature is to be checked,
/// what [`pending::begin`] brings, under this `number`.
#[wasm_bindgen(skip_typescript)]
pub fn verified(id: u32, number: u32, token: &str) -> Option<JsValue> {
    let opened = verifier(id)?;
    Some(match opened.idle.seen(token, None)? {
        Seen::Known(verified) => rendered::verified(&verified),
        Seen::Unchecked(unchecked) => pending::begin(number, Asked::Verifier, unchecked).into(),
    })
}
