//! JSON as the protocol sees it. Parsing is the host's: `JSON.parse` where there is JavaScript (`bindings`, `web`) and
//! a parser of our own would be paid on every cold start, and `serde_json` elsewhere.

#[cfg(all(
    target_arch = "wasm32",
    target_os = "unknown",
    any(feature = "bindings", feature = "web")
))]
pub(crate) mod js;
#[cfg(any(
    test,
    all(
        target_arch = "wasm32",
        target_os = "unknown",
        any(feature = "bindings", feature = "web"),
        feature = "inbound"
    )
))]
mod plain;
mod serde;

use std::fmt;

/// The host's parser, where there is JavaScript.
#[cfg(all(
    target_arch = "wasm32",
    target_os = "unknown",
    any(feature = "bindings", feature = "web")
))]
use js as text;
#[cfg(not(all(
    target_arch = "wasm32",
    target_os = "unknown",
    any(feature = "bindings", feature = "web")
)))]
use serde::text;

/// A JSON value. `Debug` shows its shape only, since token responses are made of secrets.
#[derive(Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number, as JavaScript sees it.
    Number(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, members in the order received.
    Object(Vec<(String, Json)>),
}

/// Begins a parameter that is JSON, as in `readers.js`. No text that is sent has it.
const PARAMETER_MARK: &str = "\u{1}";

impl Json {
    /// Parses `text`; `None` when it is not JSON.
    pub fn parse(text: &str) -> Option<Self> {
        text::parse(text)
    }

    /// The value as text.
    pub fn to_text(&self) -> String {
        text::to_text(self)
    }

    /// The value of a parameter in a JSON body ([`BodyFormat::Json`](crate::BodyFormat)) that is more
    /// than a text.
    pub fn to_parameter(&self) -> String {
        [PARAMETER_MARK, &self.to_text()].concat()
    }

    /// The value of a parameter: a text, unless it was made by [`Self::to_parameter`].
    pub(crate) fn of_parameter(value: &str) -> Self {
        let json = value.strip_prefix(PARAMETER_MARK).and_then(Self::parse);
        json.unwrap_or_else(|| Self::from(value))
    }

    /// About how much memory it takes, in bytes.
    pub(crate) fn weight(&self) -> usize {
        const EACH: usize = 64;
        let inside = match self {
            Self::String(text) => text.len(),
            Self::Array(items) => items
                .iter()
                .map(Self::weight)
                .fold(0, usize::saturating_add),
            Self::Object(members) => members
                .iter()
                .map(|(name, value)| name.len().saturating_add(value.weight()))
                .fold(0, usize::saturating_add),
            _ => 0,
        };
        inside.saturating_add(EACH)
    }

    /// An object of `members`.
    pub(crate) fn object<const N: usize>(members: [(&str, Option<Self>); N]) -> Self {
        Self::Object(
            members
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect(),
        )
    }

    /// The member `name` of an object. Of repeated members the last counts, as in JavaScript.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .rev()
                .find_map(|(member, value)| (member == name).then_some(value)),
            _ => None,
        }
    }

    /// The text of the member `name`, if it is one.
    #[inline(never)]
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The number in the member `name`, if it is one.
    #[inline(never)]
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    /// What is found by going down `path`, which has dots between members of objects and positions in
    /// arrays. A name may have dots itself.
    pub fn at(&self, path: &str) -> Option<&Self> {
        let step = |step: &str| match self {
            Self::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => self.get(step),
        };
        let mut dots = path.match_indices('.');
        step(path).or_else(|| {
            dots.find_map(|(dot, _)| {
                let (first, rest) = path.split_at_checked(dot)?;
                step(first)?.at(rest.strip_prefix('.')?)
            })
        })
    }

    /// The value of a number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        })
    }
}
