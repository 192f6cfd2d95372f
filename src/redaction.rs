//! What was sent must not be seen again: it is taken out of what others write, however they spell it.
//!
//! Servers, platforms and stores repeat what they were given: as it is, percent-encoded, escaped as in
//! JSON or HTML, in base64 at any alignment, in hexadecimal, and one within the other. So their text is
//! read in all these ways, and where what was sent is found, the place that it was read from is covered.
//! Only their words are looked through, once, and after everything was decided by them.

mod spelling;

use std::fmt;

use crate::json::Json;
use spelling::{BASE64_BITS, HEX_BITS, Seen, unescaped, unpacked};

/// What is shorter is found in many a word.
const MIN_CHARS: usize = 8;

/// The beginning of a value is as good as the value when it is this long: who repeats may cut.
const MIN_BEGINNING: usize = 16;

/// How much of a text is looked through, and how much of it is shown.
const MAX_READ_BYTES: usize = 4096;
const MAX_SHOWN_CHARS: usize = 1000;

/// How often what is escaped may be escaped again.
const MAX_LAYERS: u32 = 2;

/// What escapes begin with: in URLs, in JSON and scripts, in HTML. Each is resolved by itself, since what
/// one of them escapes means something else to another.
const ESCAPES: [u8; 3] = [b'%', b'\\', b'&'];

const REDACTED: &str = "[redacted]";

/// What a request told about itself that nobody else is to see.
#[derive(Clone, Default)]
pub struct Sent(Vec<String>);

/// Its values are secrets.
impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent").finish_non_exhaustive()
    }
}

impl Sent {
    /// Adds a value, unless it is shorter than eight characters.
    pub fn add(&mut self, value: &str) {
        if value.chars().nth(MIN_CHARS.saturating_sub(1)).is_some() {
            self.0.push(value.to_owned());
        }
    }

    /// Adds several.
    pub fn add_all<'a>(&mut self, values: impl IntoIterator<Item = &'a str>) {
        values.into_iter().for_each(|value| self.add(value));
    }

    /// The values of `parameters`, but for the words of the protocol and what names the client or its
    /// wishes: what a server says of those is to be read.
    pub fn add_parameters(&mut self, parameters: &[(String, String)]) {
        let is_public = |name: &str| {
            name.ends_with("_type") || matches!(name, "scope" | "client_id" | "redirect_uri")
        };
        for (_, value) in parameters.iter().filter(|(name, _)| !is_public(name)) {
            self.add_json(&Json::of_parameter(value));
        }
    }

    /// Every text and number in it.
    fn add_json(&mut self, value: &Json) {
        match value {
            Json::String(text) => self.add(text),
            Json::Number(_) => self.add(&value.to_text()),
            Json::Array(items) => items.iter().for_each(|item| self.add_json(item)),
            Json::Object(members) => members.iter().for_each(|(_, item)| self.add_json(item)),
            Json::Null | Json::Bool(_) => {}
        }
    }

    /// The values of `headers`, whole and without a scheme before them.
    pub fn add_headers(&mut self, headers: &[(String, String)]) {
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            if !name.starts_with("accept") && name != "user-agent" {
                self.add(value);
                self.add_all(value.split(' '));
            }
        }
    }

    /// `text`, which somebody else wrote, as it may be shown: on one line, bounded, and without what
    /// was sent.
    pub fn shown(&self, text: &str) -> String {
        self.cut(text, MAX_SHOWN_CHARS)
    }

    /// The same, of `max_chars` at most.
    pub fn cut(&self, text: &str, max_chars: usize) -> String {
        let mut line = String::new();
        let mut rest = text.chars().filter(|c| !c.is_control());
        while let Some(c) = rest.next()
            && line.len() < MAX_READ_BYTES
        {
            line.push(c);
        }
        let mut covered = vec![false; line.len()];
        let seen: Vec<Seen> = line
            .bytes()
            .enumerate()
            .map(|(from, byte)| Seen {
                byte,
                from,
                to: from.saturating_add(1),
            })
            .collect();
        self.cover(&seen, &mut covered, MAX_LAYERS, true);
        if line.len() >= MAX_READ_BYTES {
            // What was cut here may be recognised no more.
            let whole = line.len().saturating_sub(MIN_BEGINNING.saturating_mul(3));
            covered.iter_mut().skip(whole).for_each(|it| *it = true);
        }
        let mut shown = String::new();
        let mut is_covered = false;
        for (at, c) in line.char_indices() {
            let end = at.saturating_add(c.len_utf8());
            let was_covered = is_covered;
            is_covered = covered.get(at..end).is_some_and(|it| it.contains(&true));
            match (is_covered, was_covered) {
                (false, _) => shown.push(c),
                (true, false) => shown.push_str(REDACTED),
                (true, true) => {}
            }
        }
        // Cut last: half a secret would not be recognised.
        shown.chars().take(max_chars).collect()
    }

    /// Covers what was sent, where it stands in `seen` in whatever spelling.
    fn cover(&self, seen: &[Seen], covered: &mut [bool], layers: u32, is_text: bool) {
        for value in &self.0 {
            for (at, first) in seen.iter().enumerate() {
                let rest = seen.get(at..).unwrap_or_default();
                let same = rest.iter().zip(value.bytes());
                let same = same.take_while(|(seen, byte)| {
                    // A form has it for a space.
                    seen.byte == *byte || (seen.byte == b'+' && *byte == b' ')
                });
                let length = same.count();
                if (length == value.len() || length >= MIN_BEGINNING)
                    && let Some(last) = rest.get(length.saturating_sub(1))
                    && let Some(place) = covered.get_mut(first.from..last.to)
                {
                    place.fill(true);
                }
            }
        }
        if is_text {
            // Escaped once at most before it was packed.
            let layers = layers.min(1);
            for (bits, skipped) in [(BASE64_BITS, 4), (HEX_BITS, 2)] {
                for skipped in 0..skipped {
                    self.cover(&unpacked(seen, bits, skipped), covered, layers, false);
                }
            }
        }
        if let Some(layers) = layers.checked_sub(1) {
            for escapes in ESCAPES {
                let plain = unescaped(seen, escapes);
                if plain.len() < seen.len() {
                    self.cover(&plain, covered, layers, is_text);
                }
            }
        }
    }
}
