//! Options as the face hands them over: an object of plain values, each by its name.

use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::json::{Json, js};
use crate::token::{Credential, Secret};

/// What is read is taken out. What is left at the end is not known here, or of another kind than is expected here.
pub(super) struct Fields(Vec<(String, Json)>);

impl Fields {
    pub(super) fn of(value: &JsValue) -> Result<Self, Error> {
        match js::of(value) {
            Some(Json::Object(fields)) => Ok(Self(fields)),
            _ => Err(unknown("a value")),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// How much memory they take, in bytes.
    pub(super) fn weight(&self) -> usize {
        let each = self.0.iter().map(|(_, value)| value.weight());
        each.fold(0, usize::saturating_add)
    }

    /// Refuses what nobody has taken: face and wasm are not of one build, or do not agree.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(unknown(name)),
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(it, _)| it == name)
    }

    /// What `read` makes of the field.
    fn take<T>(&mut self, name: &str, read: impl FnOnce(&mut Json) -> Option<T>) -> Option<T> {
        let position = self.position(name)?;
        let (_, value) = self.0.get_mut(position)?;
        let taken = read(value)?;
        self.0.swap_remove(position);
        Some(taken)
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, text_of)
    }

    pub(super) fn secret(&mut self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::from)
    }

    /// A text, or `true` for one that the face is asked for.
    pub(super) fn credential(&mut self, name: &str) -> Option<Credential> {
        self.take(name, |value| match value {
            Json::Bool(true) => Some(Credential::Asked),
            _ => text_of(value).map(|it| Credential::Given(it.into())),
        })
    }

    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, |value| match value {
            Json::Bool(value) => Some(*value),
            _ => None,
        })
    }

    pub(super) fn float(&mut self, name: &str) -> Option<f64> {
        self.take(name, |value| value.as_f64())
    }

    /// A number, or `false` for none.
    pub(super) fn number_or_none(&mut self, name: &str) -> Option<Option<f64>> {
        self.take(name, |value| match value {
            Json::Bool(false) => Some(None),
            _ => value.as_f64().map(Some),
        })
    }

    /// A whole number.
    pub(super) fn number(&mut self, name: &str) -> Option<u32> {
        self.take(name, |value| {
            let float = value.as_f64()?;
            let number = float as u32;
            (f64::from(number) == float).then_some(number)
        })
    }

    /// The one that `from_name` knows by this name.
    pub(super) fn named<T>(&mut self, name: &str, from_name: fn(&str) -> Option<T>) -> Option<T> {
        self.take(name, |value| from_name(value.as_str()?))
    }

    pub(super) fn list(&mut self, name: &str) -> Option<Vec<String>> {
        self.take(name, |value| all(value, text_of))
    }

    pub(super) fn pairs(&mut self, name: &str) -> Option<Vec<(String, String)>> {
        self.take(name, |value| all(value, pair_of))
    }

    /// Whether the field has fields.
    #[cfg(feature = "signing")]
    pub(super) fn is_object(&self, name: &str) -> bool {
        let mut fields = self.0.iter();
        fields.any(|(it, value)| it == name && matches!(value, Json::Object(_)))
    }

    /// The fields in a field.
    pub(super) fn object(&mut self, name: &str) -> Option<Self> {
        self.take(name, |value| match value {
            Json::Object(fields) => Some(Self(std::mem::take(fields))),
            _ => None,
        })
    }
}

/// What `read` makes of each item. A loop: what collects options is larger.
fn all<T>(value: &mut Json, read: impl Fn(&mut Json) -> Option<T>) -> Option<Vec<T>> {
    let Json::Array(items) = value else {
        return None;
    };
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        all.push(read(item)?);
    }
    Some(all)
}

fn text_of(value: &mut Json) -> Option<String> {
    match value {
        Json::String(text) => Some(std::mem::take(text)),
        _ => None,
    }
}

fn pair_of(value: &mut Json) -> Option<(String, String)> {
    match value {
        Json::Array(pair) => match pair.as_mut_slice() {
            [name, value] => Some((text_of(name)?, text_of(value)?)),
            _ => None,
        },
        _ => None,
    }
}

#[cold]
fn unknown(name: &str) -> Error {
    let problem = ["has ", name, ", which this build of the wasm does not know"];
    Error::invalid_option("options", problem.concat())
}

/// Puts what is given in the place of the default.
pub(super) fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
