//! Values of JavaScript's as JSON.

use js_sys::{Array, JSON, JsString, Object, try_iter};
use wasm_bindgen::{JsCast, JsValue};

use super::reason::method;
use crate::error::Error;
use crate::json::Json;
use crate::written::option_names;

/// The option that all others are members of.
const OPTIONS: &str = "options";

const ILL_FORMED: &str = "must be well-formed: it has a half of a surrogate pair, as a text has that was cut within a character";

const NOT_JSON: &str = "must be made of what JSON can say";

/// Deep enough for every option.
const MAX_DEPTH: u32 = 16;

/// Why a value is none of JSON's.
enum Unfit {
    /// Of half a character Rust would make U+FFFD, so that two texts were one.
    IllFormed,
    NotJson,
}

/// The members of `options` that are something.
pub(super) fn plain_members(options: &JsValue) -> Result<Json, Error> {
    let Some(object) = options
        .dyn_ref::<Object>()
        .filter(|it| !Array::is_array(it))
    else {
        return Err(Error::invalid_option(OPTIONS, "must be an object"));
    };
    let mut members = Vec::new();
    for entry in Object::entries(object).iter() {
        let entry = Array::from(&entry);
        let (Some(name), value) = (entry.get(0).as_string(), entry.get(1)) else {
            continue;
        };
        if value.is_undefined() {
            continue;
        }
        let known = option_names().iter().find(|known| **known == name);
        let value = plain_option(known.unwrap_or(&OPTIONS), &value)?;
        members.push((name, value));
    }
    Ok(Json::Object(members))
}

/// The value of an option. One that is none of JSON's, such as a function, becomes one that no option takes.
pub(crate) fn plain_option(option: &'static str, value: &JsValue) -> Result<Json, Error> {
    match plain(value, MAX_DEPTH) {
        Ok(value) => Ok(value),
        Err(Unfit::NotJson) if !value.is_object() => Ok(Json::Array(vec![Json::Null])),
        Err(Unfit::NotJson) => Err(Error::invalid_option(option, NOT_JSON)),
        Err(Unfit::IllFormed) => Err(Error::invalid_option(option, ILL_FORMED)),
    }
}

fn plain(value: &JsValue, depth: u32) -> Result<Json, Unfit> {
    if let Some(text) = value.dyn_ref::<JsString>() {
        let text = text.is_valid_utf16().then(|| Json::String(text.into()));
        return text.ok_or(Unfit::IllFormed);
    }
    if let Some(number) = value.as_f64() {
        return Ok(Json::Number(number));
    }
    if let Some(flag) = value.as_bool() {
        return Ok(Json::Bool(flag));
    }
    if value.is_null() {
        return Ok(Json::Null);
    }
    let depth = depth.checked_sub(1).ok_or(Unfit::NotJson)?;
    let object = value.dyn_ref::<Object>().filter(|_| value.is_object());
    object
        .ok_or(Unfit::NotJson)
        .and_then(|it| of_object(it, depth))
}

/// What iterates is a list, of pairs where it is a map; dates and their like say themselves what they are.
fn of_object(object: &Object, depth: u32) -> Result<Json, Unfit> {
    if let Some(items) = try_iter(object).map_err(|_| Unfit::NotJson)? {
        let mut list = Vec::new();
        for item in items {
            let item = item.map_err(|_| Unfit::NotJson)?;
            if !is_unset_pair(&item) {
                list.push(plain(&item, depth)?);
            }
        }
        return Ok(Json::Array(list));
    }
    if method(object, "toJSON").is_some() {
        let text = JSON::stringify(object).map_err(|_| Unfit::NotJson)?;
        let text = text.as_string().as_deref().and_then(Json::parse);
        return text.ok_or(Unfit::NotJson);
    }
    let mut members = Vec::new();
    for entry in Object::entries(object).iter() {
        let entry = Array::from(&entry);
        let (name, value) = (entry.get(0), entry.get(1));
        if value.is_undefined() {
            continue;
        }
        let name = name.dyn_into::<JsString>().map_err(|_| Unfit::NotJson)?;
        let name = name.is_valid_utf16().then(|| String::from(name));
        members.push((name.ok_or(Unfit::IllFormed)?, plain(&value, depth)?));
    }
    Ok(Json::Object(members))
}

fn is_unset_pair(item: &JsValue) -> bool {
    let pair = item.dyn_ref::<Array>();
    pair.is_some_and(|pair| pair.length() == 2 && pair.get(1).is_undefined())
}
