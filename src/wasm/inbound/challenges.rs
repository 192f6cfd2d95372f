//! Challenges, read for the face.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::pairs;
use crate::protocol::challenge::{Challenge, parse_challenges};

/// The challenges in a `WWW-Authenticate` header: of each its scheme, its parameters as pairs, and its token68 or
/// `undefined`.
#[wasm_bindgen(skip_typescript)]
pub fn challenges(header: &str) -> Array {
    parse_challenges(header).iter().map(rendered).collect()
}

fn rendered(challenge: &Challenge) -> JsValue {
    let parameters = challenge.parameters.iter();
    let parameters = pairs(parameters.map(|(name, value)| (name.as_str(), value.as_str())));
    let token68 = challenge.token68.as_deref();
    let token68 = token68.map_or(JsValue::UNDEFINED, JsValue::from);
    Array::of3(
        &challenge.scheme.as_str().into(),
        &parameters.into(),
        &token68,
    )
    .into()
}
