//! Guards, for the face.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::application::{Application, authorized};
use super::pending::Asked;
use super::refusal::to_js;
use super::rendered::Rendered;
use super::{host, introspector, nobodys_host, pairs, pending, rendered, verifier};
use crate::error::Error;
use crate::inbound::{Admitted, Check, Guard, GuardConfig, GuardOptions, Requirements, Seen};
use crate::wasm::call::Call;
use crate::wasm::configurations::Configurations;
use crate::wasm::fields::{Fields, set};
use crate::wasm::host::JsHost;

/// A guard, as calls make it theirs.
pub(super) struct Opened {
    config: Rc<GuardConfig>,
    introspector: Option<introspector::Opened>,
    verifier: Option<verifier::Opened>,
    /// For what nobody has to be asked.
    pub(super) idle: Guard<JsHost>,
}

thread_local! {
    static GUARDS: RefCell<Configurations<Opened>> = RefCell::default();
}

/// Validates a configuration and returns its number, which is `id`. `fields` is an object of the options, those of
/// introspector and verifier among them; `id` must never have been used.
#[wasm_bindgen(skip_typescript, js_name = openGuard)]
pub fn open_guard(fields: &JsValue, id: u32) -> Result<u32, JsValue> {
    GUARDS.with_borrow_mut(|all| super::open(all, fields, id, Opened::new))
}

impl Opened {
    fn new(mut fields: Fields) -> Result<Self, Error> {
        let introspector = fields.object("introspector");
        let introspector = introspector.map(introspector::Opened::new).transpose()?;
        let verifier = fields.object("verifier");
        let verifier = verifier.map(verifier::Opened::new).transpose()?;
        let mut options = GuardOptions {
            realm: fields.text("realm"),
            resource: fields.text("resource"),
            ..GuardOptions::default()
        };
        set(
            &mut options.scopes_supported,
            fields.list("scopesSupported"),
        );
        fields.finish()?;
        let config = Rc::new(GuardConfig::new(options)?);
        let idle = Guard::new(
            Rc::clone(&config),
            introspector.as_ref().map(|it| it.by(nobodys_host())),
            verifier.as_ref().map(|it| it.by(nobodys_host())),
        )?;
        Ok(Self {
            config,
            introspector,
            verifier,
            idle,
        })
    }

    /// A caller, and until when it may be let in unasked.
    pub(super) fn lasting(
        &self,
        admitted: &Admitted<Rendered>,
        requirements: &Requirements,
    ) -> Array {
        let until_ms = self.idle.lasts_until_ms(admitted, requirements);
        let until_ms = until_ms.min((js_sys::Date::now() as u64).saturating_add(UNASKED_MS));
        let until_ms = JsValue::from_f64(until_ms as f64);
        Array::of2(&rendered::admitted(admitted), &until_ms)
    }

    /// What each of the two does belongs to a call of its own.
    fn of(&self, introspector: &Call, verifier: &Call) -> Result<Guard<JsHost>, Error> {
        Guard::new(
            Rc::clone(&self.config),
            self.introspector
                .as_ref()
                .map(|it| it.by(host(introspector))),
            self.verifier.as_ref().map(|it| it.by(host(verifier))),
        )
    }
}

fn guard(id: u32) -> Option<Rc<Opened>> {
    GUARDS.with_borrow(|all| all.of(id))
}

/// How long the face may let a caller in by itself.
const UNASKED_MS: u64 = 1_000;

/// The caller, if all that is asked of it is known, and until when it may be let in unasked, unless a token is forgotten;
/// where only a signature is to be checked, what [`pending::begin`] brings, under this `number`. `lists` has a line for
/// the scopes, one for those of which one is enough, and one for the audience, with spaces between the words.
#[wasm_bindgen(skip_typescript)]
pub fn admit(
    id: u32,
    number: u32,
    authorization: &str,
    lists: &str,
    is_both: bool,
    max_age_seconds: Option<u32>,
) -> Option<Array> {
    let mut lists = lists.split('\n').map(words);
    let mut given = || lists.next().filter(|words| !words.is_empty());
    let requirements = Requirements {
        scopes: given().unwrap_or_default(),
        any_scope: given(),
        audience: given(),
        check: check(is_both),
        max_age_seconds,
    };
    let opened = guard(id)?;
    Some(
        match opened.idle.seen(Some(authorization), &requirements)? {
            Seen::Known(admitted) => opened.lasting(&admitted, &requirements),
            Seen::Unchecked(unchecked) => {
                pending::begin(number, Asked::Guard(opened, requirements), unchecked)
            }
        },
    )
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(' ').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

const fn check(is_both: bool) -> Check {
    match is_both {
        true => Check::Both,
        false => Check::Either,
    }
}

/// Brings the caller; `undefined` if `id` is not known. `fields` is an object of the header and of what is required,
/// `application` of the functions that have a say.
#[wasm_bindgen(skip_typescript)]
pub fn decide(
    id: u32,
    introspector: &Call,
    verifier: &Call,
    application: Application,
    fields: &JsValue,
) -> Option<Promise> {
    let guard = guard(id)?.of(introspector, verifier);
    let fields = Fields::of(fields);
    // By its address, as `promise` has it.
    let work: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>> = Box::pin(async move {
        let asked = fields.and_then(asked).map_err(|error| super::to_js(&error));
        let (authorization, requirements) = asked?;
        let guard = guard.map_err(|error| super::to_js(&error))?;
        let answer = guard.authorize(authorization.as_deref(), &requirements, &application);
        match answer.await {
            Ok(found) => Ok(authorized(found)),
            Err(refusal) => Err(to_js(&refusal)),
        }
    });
    Some(future_to_promise(work))
}

/// The header, and what is required.
fn asked(mut fields: Fields) -> Result<(Option<String>, Requirements), Error> {
    let authorization = fields.text("authorization");
    let requirements = Requirements {
        scopes: fields.list("scopes").unwrap_or_default(),
        any_scope: fields.list("anyScope"),
        audience: fields.list("audience"),
        check: check(fields.flag("both") == Some(true)),
        max_age_seconds: fields.number("maxAgeSeconds"),
    };
    fields.finish()?;
    Ok((authorization, requirements))
}

/// The answer to a request for the API's metadata: status, headers as pairs, and body. `false` if it is none;
/// `undefined` if `id` is not known.
#[wasm_bindgen(skip_typescript)]
pub fn metadata(id: u32, method: &str, url: &str) -> Option<JsValue> {
    let opened = guard(id)?;
    let Some(response) = opened.idle.metadata(method, url) else {
        return Some(JsValue::FALSE);
    };
    let headers = pairs(response.headers);
    Some(Array::of3(&response.status.into(), &headers, &response.body.into()).into())
}
