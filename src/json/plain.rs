//! Plain JSON, read and written without the host: it is handed over as one text, where it would otherwise take a call
//! for each member. What is not plain is left to the host: escapes, numbers with a fraction, what is deep or no JSON.

use super::Json;

/// What is deeper is not plain.
const MAX_DEPTH: u32 = 16;

/// Whole numbers from here on may not be what they look like.
const FIRST_UNSAFE: u64 = 1 << 53;

/// Most tokens say no more.
const CAPACITY: usize = 1024;

/// Reads `text`; `None` says that somebody else is to.
pub(super) fn parse(text: &str) -> Option<Json> {
    let mut rest = Rest(text);
    let json = rest.value(MAX_DEPTH)?;
    rest.skip_space();
    rest.0.is_empty().then_some(json)
}

/// Writes `json`; `None` says that somebody else is to.
pub(super) fn to_text(json: &Json) -> Option<String> {
    let mut text = String::with_capacity(CAPACITY);
    write(json, &mut text, MAX_DEPTH)?;
    Some(text)
}

/// Writes an object of those of `members` that are there.
pub(super) fn object_to_text(members: &[(&str, Option<&Json>)]) -> Option<String> {
    let mut text = String::with_capacity(CAPACITY);
    let mut before = '{';
    for (name, value) in members {
        if let Some(value) = value {
            text.push(before);
            before = ',';
            write_string(name, &mut text)?;
            text.push(':');
            write(value, &mut text, MAX_DEPTH)?;
        }
    }
    text.push_str(if before == '{' { "{}" } else { "}" });
    Some(text)
}

/// What is still to be read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn skip_space(&mut self) {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        while self.0.as_bytes().first().is_some_and(is_space) {
            self.0 = self.0.get(1..).unwrap_or_default();
        }
    }

    #[inline(always)]
    fn takes(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    fn value(&mut self, depth: u32) -> Option<Json> {
        self.skip_space();
        match self.0.as_bytes().first()? {
            b'"' => self.string().map(|text| Json::String(text.to_owned())),
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b't' => self.takes("true").map(|()| Json::Bool(true)),
            b'f' => self.takes("false").map(|()| Json::Bool(false)),
            b'n' => self.takes("null").map(|()| Json::Null),
            _ => self.number(),
        }
    }

    /// A string as it stands there.
    fn string(&mut self) -> Option<&'a str> {
        self.takes("\"")?;
        let end = odd(self.0)?;
        let (text, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        self.takes("\"")?;
        Some(text)
    }

    /// A whole number. What follows the digits must be nothing of a number.
    fn number(&mut self) -> Option<Json> {
        let is_negative = self.takes("-").is_some();
        let end = self.0.bytes().position(|byte| !byte.is_ascii_digit());
        let (digits, rest) = self.0.split_at_checked(end.unwrap_or(self.0.len()))?;
        let is_leading = digits.len() > 1 && digits.starts_with('0');
        let number = digits.parse::<u64>().ok()?;
        // Zero has a sign.
        let is_odd = is_leading || number >= FIRST_UNSAFE || (is_negative && number == 0);
        if is_odd || rest.starts_with(['.', 'e', 'E']) {
            return None;
        }
        self.0 = rest;
        let number = number as f64;
        Some(Json::Number(if is_negative { -number } else { number }))
    }

    fn array(&mut self, depth: u32) -> Option<Json> {
        self.takes("[")?;
        let mut items = Vec::new();
        self.skip_space();
        if self.takes("]").is_some() {
            return Some(Json::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.skip_space();
            if self.takes("]").is_some() {
                return Some(Json::Array(items));
            }
            self.takes(",")?;
        }
    }

    fn object(&mut self, depth: u32) -> Option<Json> {
        self.takes("{")?;
        let mut members: Vec<(String, Json)> = Vec::new();
        self.skip_space();
        if self.takes("}").is_some() {
            return Some(Json::Object(members));
        }
        loop {
            self.skip_space();
            let name = self.string()?;
            // The host has its own order of names that are numbers, and keeps one of those that are there twice.
            let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
            if is_number || members.iter().any(|(known, _)| known == name) {
                return None;
            }
            self.skip_space();
            self.takes(":")?;
            members.push((name.to_owned(), self.value(depth)?));
            self.skip_space();
            if self.takes("}").is_some() {
                return Some(Json::Object(members));
            }
            self.takes(",")?;
        }
    }
}

/// Where the first character is that no string has as it is.
fn odd(text: &str) -> Option<usize> {
    // A loop: what iterators are made of is not inlined where size counts.
    for (at, byte) in text.bytes().enumerate() {
        if byte < b' ' || matches!(byte, b'"' | b'\\') {
            return Some(at);
        }
    }
    None
}

fn write(json: &Json, text: &mut String, depth: u32) -> Option<()> {
    match json {
        Json::Null => text.push_str("null"),
        Json::Bool(true) => text.push_str("true"),
        Json::Bool(false) => text.push_str("false"),
        Json::Number(number) => write_number(*number, text)?,
        Json::String(string) => write_string(string, text)?,
        Json::Array(items) => {
            let depth = depth.checked_sub(1)?;
            let mut before = '[';
            for item in items {
                text.push(before);
                before = ',';
                write(item, text, depth)?;
            }
            text.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Json::Object(members) => {
            let depth = depth.checked_sub(1)?;
            let mut before = '{';
            for (name, value) in members {
                text.push(before);
                before = ',';
                write_string(name, text)?;
                text.push(':');
                write(value, text, depth)?;
            }
            text.push_str(if members.is_empty() { "{}" } else { "}" });
        }
    }
    Some(())
}

fn write_number(number: f64, text: &mut String) -> Option<()> {
    let whole = number.abs() as u64;
    let is_plain = whole < FIRST_UNSAFE && whole as f64 == number.abs();
    if !is_plain || (whole == 0 && number.is_sign_negative()) {
        return None;
    }
    if number < 0.0 {
        text.push('-');
    }
    text.push_str(&whole.to_string());
    Some(())
}

fn write_string(string: &str, text: &mut String) -> Option<()> {
    if odd(string).is_some() {
        return None;
    }
    text.push('"');
    text.push_str(string);
    text.push('"');
    Some(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            any::<f64>()
                .prop_filter("finite", |it| it.is_finite())
                .prop_map(Json::Number),
            any::<i32>().prop_map(|it| Json::Number(it.into())),
            "[a-z\"\\\\ é\n]{0,6}".prop_map(Json::String),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
                prop::collection::vec(("[a-c0-9]{0,2}", inner), 0..4).prop_map(Json::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_nothing_in_another_way(text in r#"[\[\]{}:,"\\a1\-0.eE \ntrufalsn]{0,24}"#) {
            if let Some(json) = parse(&text) {
                prop_assert_eq!(Some(json), Json::parse(&text));
            }
        }

        #[test]
        fn reads_and_writes_what_is_plain_as_the_host_does(json in any_json()) {
            if let Some(text) = to_text(&json) {
                let read = Json::parse(&text);
                prop_assert_eq!(read.as_ref(), Some(&json));
            }
            let text = json.to_text();
            if let Some(read) = parse(&text) {
                prop_assert_eq!(Some(read), Json::parse(&text));
            }
        }
    }

    #[test]
    fn claims_are_plain() {
        let text = r#"{"iss":"https://a.example/","aud":["b","c"],"exp":1700000000,"n":-1,"é":true,"d":{},"e":[]}"#;
        let json = parse(text).unwrap();
        assert_eq!(to_text(&json).as_deref(), Some(text));
    }

    #[test]
    fn members_that_are_not_there_are_left_out() {
        let (one, odd) = (Json::Number(1.0), Json::Number(0.5));
        let members = [("a", Some(&one)), ("b", None), ("c", Some(&one))];
        assert_eq!(
            object_to_text(&members).as_deref(),
            Some(r#"{"a":1,"c":1}"#)
        );
        assert_eq!(object_to_text(&[("a", None)]).as_deref(), Some("{}"));
        assert_eq!(object_to_text(&[("a", Some(&odd))]), None);
    }
}
