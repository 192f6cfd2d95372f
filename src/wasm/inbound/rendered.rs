//! What was found out about a token, as JavaScript sees it: made once, and frozen, since all who present the token
//! share it.

use std::cell::OnceCell;
use std::fmt;

use wasm_bindgen::prelude::*;

use crate::inbound::{Admitted, Answer, Verified};
use crate::json::{Json, js};
use crate::protocol::introspection::Introspection;

#[wasm_bindgen(module = "/pkg-templates/face/members.js")]
extern "C" {
    fn frozen(value: &JsValue) -> JsValue;
}

/// What is kept beside an answer.
#[derive(Default)]
pub struct Rendered {
    itself: OnceCell<JsValue>,
    admitted: OnceCell<JsValue>,
}

/// Says nothing of whom the token is about.
impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered").finish_non_exhaustive()
    }
}

/// What `introspect` resolves to.
pub(super) fn introspection(answer: &Answer<Rendered>) -> JsValue {
    let render = || frozen(&js::to_js(&members(&answer.introspection)));
    answer.slot.itself.get_or_init(render).clone()
}

fn members(it: &Introspection) -> Json {
    let text = |text: &Option<String>| text.as_deref().map(Json::from);
    let number = |seconds: Option<u64>| seconds.map(|seconds| Json::Number(seconds as f64));
    Json::object([
        ("active", Some(Json::Bool(it.active))),
        ("scope", text(&it.scope)),
        ("clientId", text(&it.client_id)),
        ("username", text(&it.username)),
        ("tokenType", text(&it.token_type)),
        ("exp", number(it.exp)),
        ("iat", number(it.iat)),
        ("nbf", number(it.nbf)),
        ("sub", text(&it.sub)),
        ("aud", it.raw.get("aud").cloned()),
        ("iss", text(&it.iss)),
        ("jti", text(&it.jti)),
        ("raw", Some(it.raw.clone())),
    ])
}

/// What `verify` resolves to.
pub(super) fn verified(verified: &Verified<Rendered>) -> JsValue {
    let render = || {
        let members = [
            ("header", Some(&verified.header)),
            ("claims", Some(&verified.claims)),
        ];
        frozen(&js::object_to_js(&members))
    };
    verified.slot.itself.get_or_init(render).clone()
}

/// What `authorize` resolves to.
pub(super) fn admitted(admitted: &Admitted<Rendered>) -> JsValue {
    let render = || frozen(&caller(admitted));
    let slot = match admitted {
        Admitted::Introspection(answer) => &answer.slot,
        Admitted::Jwt(verified) => &verified.slot,
        // What two say together belongs to none of them.
        Admitted::Both(..) => return render(),
    };
    slot.admitted.get_or_init(render).clone()
}

fn caller(it: &Admitted<Rendered>) -> JsValue {
    let texts = |texts: Vec<String>| Json::Array(texts.into_iter().map(Json::String).collect());
    js::object_to_js(&[
        ("subject", it.subject().map(Json::from).as_ref()),
        ("clientId", it.client_id().map(Json::from).as_ref()),
        ("scopes", Some(&texts(it.scopes()))),
        ("audience", Some(&texts(it.audience()))),
        ("claims", Some(it.claims())),
        ("by", Some(&it.by().into())),
    ])
}
