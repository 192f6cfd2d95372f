//! JSON by the host's parser, and to the host by serde.

use js_sys::{Array, JSON, Object};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};

use crate::json::Json;

/// The host's parser takes any depth; recursion in wasm does not. As `serde_json`.
const MAX_DEPTH: u32 = 128;

pub(crate) fn parse(text: &str) -> Option<Json> {
    #[cfg(feature = "inbound")]
    if let Some(json) = super::plain::parse(text) {
        return Some(json);
    }
    of(&JSON::parse(text).ok()?)
}

/// A value that is made as `JSON.parse` makes values.
pub(crate) fn of(value: &JsValue) -> Option<Json> {
    from_js(value, MAX_DEPTH)
}

fn from_js(value: &JsValue, depth: u32) -> Option<Json> {
    let depth = depth.checked_sub(1)?;
    if value.is_null() {
        return Some(Json::Null);
    }
    if let Some(value) = value.as_bool() {
        return Some(Json::Bool(value));
    }
    if let Some(value) = value.as_f64() {
        return Some(Json::Number(value));
    }
    if let Some(value) = value.as_string() {
        return Some(Json::String(value));
    }
    // Loops: what collects options is larger.
    if let Some(items) = value.dyn_ref::<Array>() {
        let mut all = Vec::with_capacity(items.length() as usize);
        for item in items.iter() {
            all.push(from_js(&item, depth)?);
        }
        return Some(Json::Array(all));
    }
    let entries = Object::entries(value.dyn_ref()?);
    let mut members = Vec::with_capacity(entries.length() as usize);
    for entry in entries.iter() {
        let entry = entry.unchecked_ref::<Array>();
        members.push((entry.get(0).as_string()?, from_js(&entry.get(1), depth)?));
    }
    Some(Json::Object(members))
}

pub(crate) fn to_text(json: &Json) -> String {
    JSON::stringify(&to_js(json))
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// An object of those of `members` that are there.
#[cfg(feature = "inbound")]
pub(crate) fn object_to_js(members: &[(&str, Option<&Json>)]) -> JsValue {
    if let Some(text) = super::plain::object_to_text(members)
        && let Ok(value) = JSON::parse(&text)
    {
        return value;
    }
    let owned =
        |(name, value): &(&str, Option<&Json>)| Some(((*name).to_owned(), (*value)?.clone()));
    to_js(&Json::Object(members.iter().filter_map(owned).collect()))
}

/// serde-wasm-bindgen assigns members, and what is assigned to one called `__proto__` becomes the prototype. Where
/// there is one, however deep, what is around it goes by entries, of which each is an own member.
pub(crate) fn to_js(json: &Json) -> JsValue {
    #[cfg(feature = "inbound")]
    if let Some(text) = super::plain::to_text(json)
        && let Ok(value) = JSON::parse(&text)
    {
        return value;
    }
    match json {
        Json::Array(items) if has_proto(json) => items.iter().map(to_js).collect::<Array>().into(),
        Json::Object(members) if has_proto(json) => {
            let entries: Array = members
                .iter()
                .map(|(name, value)| Array::of2(&JsValue::from_str(name), &to_js(value)))
                .collect();
            Object::from_entries(&entries).map_or(JsValue::NULL, JsValue::from)
        }
        _ => json
            .serialize(&Serializer::json_compatible())
            .unwrap_or(JsValue::NULL),
    }
}

fn has_proto(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().any(has_proto),
        Json::Object(members) => members
            .iter()
            .any(|(name, value)| name == "__proto__" || has_proto(value)),
        _ => false,
    }
}
