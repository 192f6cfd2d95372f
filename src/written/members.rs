//! The members of objects.

use std::fmt;

use serde::de::{self, DeserializeOwned, Deserializer, Visitor};

use super::deserializer::Value;
use crate::error::Error;
use crate::json::Json;
use crate::protocol::form::Parameters;

/// What the members of the outermost object are members of: their own names are enough to find them by.
pub(super) const OPTIONS: &str = "options";

/// Reads the members of `value` that `T` has, and refuses others. `what` is the option whose members they are.
pub(super) fn read<T: DeserializeOwned>(what: &'static str, value: &Json) -> Result<T, Error> {
    let Json::Object(members) = value else {
        return Err(Error::invalid_option(what, "must be an object"));
    };
    let known = names_of::<T>();
    for (name, _) in members {
        if !known.contains(&name.as_str()) {
            let problem = [
                "has ",
                name,
                ", which is no option; there are ",
                &known.join(", "),
            ];
            return Err(Error::invalid_option(what, problem.concat()));
        }
    }
    T::deserialize(Value(value)).map_err(|_| first_unreadable::<T>(what, value, known))
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
    value: &Json,
    known: &[&'static str],
) -> Error {
    for name in known {
        let alone = Json::object([(name, value.get(name).cloned())]);
        if let Err(error) = T::deserialize(Value(&alone)) {
            let said = error.to_string();
            let expected = match said.rsplit_once(", expected ") {
                Some((_, "u32")) => "a whole number from 0 to 4294967295",
                Some((_, "a boolean")) => "true or false",
                Some((_, "a sequence")) => "an array",
                Some((_, expected)) => expected,
                None => "something else",
            };
            return at_fault(what, name, &["must be ", expected].concat());
        }
    }
    Error::invalid_option(what, "cannot be read")
}

/// A text, or several; none if there is none.
pub(super) fn texts(option: &'static str, value: Option<&Json>) -> Result<Vec<String>, Error> {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let texts = match value {
        None => Some(Vec::new()),
        Some(Json::Array(items)) => items.iter().map(text).collect(),
        Some(value) => text(value).map(|text| vec![text]),
    };
    texts.ok_or_else(|| Error::invalid_option(option, "must be a string or an array of strings"))
}

/// An object, or a list of pairs; `None` if it is not given.
fn entries<'a>(
    option: &'static str,
    value: Option<&'a Json>,
) -> Result<Option<Vec<(&'a str, &'a Json)>>, Error> {
    let pair = |item: &'a Json| match item {
        Json::Array(pair) => Some((pair.first()?.as_str()?, pair.get(1)?)),
        _ => None,
    };
    let entries = match value {
        None => return Ok(None),
        Some(Json::Object(members)) => {
            let members = members.iter();
            Some(
                members
                    .map(|(name, value)| (name.as_str(), value))
                    .collect(),
            )
        }
        Some(Json::Array(items)) => items.iter().map(pair).collect::<Option<Vec<_>>>(),
        Some(_) => None,
    };
    let problem = "must be an object or a list of pairs";
    let entries = entries.ok_or_else(|| Error::invalid_option(option, problem))?;
    Ok(Some(entries))
}

/// Names and texts, an array being one for each of its items.
pub(super) fn pairs(
    option: &'static str,
    value: Option<&Json>,
) -> Result<Option<Parameters>, Error> {
    let Some(entries) = entries(option, value)? else {
        return Ok(None);
    };
    let mut pairs = Vec::new();
    for (name, value) in entries {
        let items = match value {
            Json::Array(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        for item in items {
            let problem = "must have strings, numbers, booleans or arrays of them";
            let item = text_of(item).ok_or_else(|| Error::invalid_option(option, problem))?;
            pairs.push((name.to_owned(), item));
        }
    }
    Ok(Some(pairs))
}

/// The same where the body is JSON: what is no text stays what it is.
pub(super) fn json_pairs(
    option: &'static str,
    value: Option<&Json>,
) -> Result<Option<Parameters>, Error> {
    let Some(entries) = entries(option, value)? else {
        return Ok(None);
    };
    let parameter = |(name, value): (&str, &Json)| {
        let value = match value {
            Json::String(text) if text.starts_with(char::is_control) => {
                let problem = "must not begin with a control character";
                return Err(Error::invalid_option(option, problem));
            }
            Json::String(text) => text.clone(),
            value => value.to_parameter(),
        };
        Ok((name.to_owned(), value))
    };
    let parameters = entries.into_iter().map(parameter);
    parameters.collect::<Result<_, _>>().map(Some)
}

/// A string, number or boolean as JavaScript writes it.
fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(value.to_text()),
        _ => None,
    }
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
