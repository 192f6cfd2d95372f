//! Objects of JavaScript's, read by serde. What is wrong is named, and never shown: it may be a secret.

use std::fmt;

use js_sys::{Array, JSON, JsString, Number, Object, Reflect, try_iter};
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde_wasm_bindgen::from_value;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::json::Json;
use crate::protocol::form::Parameters;

/// What the members of the outermost object are members of: their own names are enough to find them by.
pub(super) const OPTIONS: &str = "options";

/// Deep enough for every option.
const MAX_DEPTH: u32 = 8;

const ILL_FORMED: &str = "must be well-formed: it has a half of a surrogate pair, as a text has that was cut within a character";

/// Reads the members of `value` that `T` has, and refuses others. `what` is the option whose members they are.
pub(super) fn read<T: DeserializeOwned>(what: &'static str, value: &JsValue) -> Result<T, Error> {
    let Some(object) = value.dyn_ref::<Object>().filter(|it| !Array::is_array(it)) else {
        return Err(Error::invalid_option(what, "must be an object"));
    };
    let known = names_of::<T>();
    for name in Object::keys(object).iter().filter_map(|it| it.as_string()) {
        if !known.contains(&name.as_str()) {
            let problem = [
                "has ",
                &name,
                ", which is no option; there are ",
                &known.join(", "),
            ];
            return Err(Error::invalid_option(what, problem.concat()));
        }
    }
    for name in known {
        let value = Reflect::get(object, &(*name).into()).unwrap_or_default();
        if !is_well_formed(&value, MAX_DEPTH) {
            return Err(at_fault(what, name, ILL_FORMED));
        }
    }
    from_value(value.clone()).map_err(|_| first_unreadable::<T>(what, object, known))
}

fn at_fault(what: &'static str, name: &'static str, problem: &str) -> Error {
    match what {
        OPTIONS => Error::invalid_option(name, problem),
        _ => Error::invalid_option(what, ["has ", name, ", which ", problem].concat()),
    }
}

/// serde does not say where it stopped, and its words repeat what it read: each member is read alone.
fn first_unreadable<T: DeserializeOwned>(
    what: &'static str,
    object: &Object,
    known: &[&'static str],
) -> Error {
    for name in known {
        let alone = Object::new();
        let value = Reflect::get(object, &(*name).into()).unwrap_or_default();
        let _ = Reflect::set(&alone, &(*name).into(), &value);
        if let Err(error) = from_value::<T>(alone.into()) {
            let said = error.to_string();
            let expected = match said.rsplit_once(", expected ") {
                Some((_, "u32")) => "a whole number from 0 to 4294967295",
                Some((_, "a boolean")) => "true or false",
                Some((_, "a sequence")) => "an array",
                Some((_, expected)) => expected,
                // Of what is no object nobody asks whether it iterates.
                None => "an array",
            };
            return at_fault(what, name, &["must be ", expected].concat());
        }
    }
    Error::invalid_option(what, "cannot be read")
}

/// Of half a character Rust would make U+FFFD, so that two texts were one.
fn is_well_formed(value: &JsValue, depth: u32) -> bool {
    if let Some(text) = value.dyn_ref::<JsString>() {
        return text.is_valid_utf16();
    }
    match (value.dyn_ref::<Object>(), depth.checked_sub(1)) {
        (Some(object), Some(depth)) => Object::entries(object).iter().all(|entry| {
            Array::from(&entry)
                .iter()
                .all(|part| is_well_formed(&part, depth))
        }),
        _ => true,
    }
}

/// A text, or several; none if there is none.
pub(super) fn texts(option: &'static str, value: &JsValue) -> Result<Vec<String>, Error> {
    if value.is_undefined() {
        return Ok(Vec::new());
    }
    if let Some(text) = value.as_string() {
        return Ok(vec![text]);
    }
    let problem = "must be a string or an array of strings";
    from_value(value.clone()).map_err(|_| Error::invalid_option(option, problem))
}

/// An object, or anything that iterates over pairs; `None` if it is not given.
pub(super) fn entries(
    option: &'static str,
    value: &JsValue,
) -> Result<Option<Vec<(String, JsValue)>>, Error> {
    let problem = || Error::invalid_option(option, "must be an object or a list of pairs");
    if value.is_undefined() {
        return Ok(None);
    }
    let object = value.dyn_ref::<Object>().ok_or_else(problem)?;
    let entries: Array = match try_iter(object).map_err(|_| problem())? {
        Some(pairs) => pairs.collect::<Result<_, _>>().map_err(|_| problem())?,
        None => Object::entries(object),
    };
    let pair = |entry: JsValue| {
        let entry = entry.dyn_into::<Array>().ok()?;
        Some((entry.get(0).as_string()?, entry.get(1)))
    };
    let pairs = entries.iter().map(pair).collect::<Option<Vec<_>>>();
    let pairs = pairs.ok_or_else(problem)?;
    Ok(Some(
        pairs
            .into_iter()
            .filter(|(_, value)| !value.is_undefined())
            .collect(),
    ))
}

/// Names and texts, an array being one for each of its items.
pub(super) fn pairs(option: &'static str, value: &JsValue) -> Result<Option<Parameters>, Error> {
    let Some(entries) = entries(option, value)? else {
        return Ok(None);
    };
    let mut pairs = Vec::new();
    for (name, value) in entries {
        let items = match value.dyn_ref::<Array>() {
            Some(items) => items.to_vec(),
            None => vec![value],
        };
        for item in items {
            let problem = "must have strings, numbers, booleans or arrays of them";
            let item = text_of(&item).ok_or_else(|| Error::invalid_option(option, problem))?;
            pairs.push((name.clone(), item));
        }
    }
    Ok(Some(pairs))
}

/// The same where the body is JSON: what is no text stays what it is.
pub(super) fn json_pairs(
    option: &'static str,
    value: &JsValue,
) -> Result<Option<Parameters>, Error> {
    let Some(entries) = entries(option, value)? else {
        return Ok(None);
    };
    let parameter = |(name, value): (String, JsValue)| {
        let value = match json(option, &value)? {
            Json::String(text) if text.starts_with(char::is_control) => {
                let problem = "must not begin with a control character";
                return Err(Error::invalid_option(option, problem));
            }
            Json::String(text) => text,
            value => value.to_parameter(),
        };
        Ok((name, value))
    };
    entries
        .into_iter()
        .map(parameter)
        .collect::<Result<_, _>>()
        .map(Some)
}

/// What `JSON.stringify` makes of it.
pub(super) fn json(option: &'static str, value: &JsValue) -> Result<Json, Error> {
    let text = JSON::stringify(value)
        .ok()
        .and_then(|text| text.as_string());
    text.as_deref()
        .and_then(Json::parse)
        .ok_or_else(|| Error::invalid_option(option, "must be made of what JSON can say"))
}

/// A string, number or boolean as JavaScript writes it.
pub(super) fn text_of(value: &JsValue) -> Option<String> {
    if let Some(flag) = value.as_bool() {
        return Some(flag.to_string());
    }
    let number = value
        .dyn_ref::<Number>()
        .and_then(|it| it.to_string_with_radix(10).ok());
    number.map(String::from).or_else(|| value.as_string())
}

/// The names of the members that a struct has, told as an error: nothing is read.
pub(super) fn names_of<T: DeserializeOwned>() -> &'static [&'static str] {
    match T::deserialize(Asker) {
        Err(Names(names)) => names,
        Ok(_) => &[],
    }
}

struct Asker;

#[derive(Debug)]
struct Names(&'static [&'static str]);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl std::error::Error for Names {}

impl de::Error for Names {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for Asker {
    type Error = Names;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Names> {
        Err(Names(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Names> {
        Err(Names(fields))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
