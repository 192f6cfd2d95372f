//! What was sent must not be seen again: it is taken out of what others write, however they spell it.
//!
//! Servers, platforms and stores repeat what they were given: as it is, percent-encoded, escaped as in
//! JSON or HTML, in base64 at any alignment, in hexadecimal, and one within the other. So their text is
//! read in all these ways, and where what was sent is found, the place that it was read from is covered.
//! Only their words are looked through, once, and after everything was decided by them.

use std::fmt;

use crate::base64;
use crate::json::Json;

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

/// How many bits a character of base64 stands for, and one of hexadecimal.
const BASE64_BITS: u32 = 6;
const HEX_BITS: u32 = 4;

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

/// A byte of a text, or one that stands in it in another spelling, and where.
#[derive(Clone, Copy)]
struct Seen {
    byte: u8,
    from: usize,
    to: usize,
}

/// Between texts that are not one. No value has it: control characters are refused.
const GAP: Seen = Seen {
    byte: 0,
    from: 0,
    to: 0,
};

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

/// What the runs of digits in `seen` mean, each digit being so many `bits`, and the first ones skipped.
fn unpacked(seen: &[Seen], bits: u32, skipped: u32) -> Vec<Seen> {
    let mut meant = Vec::new();
    let (mut left, mut value, mut have, mut from) = (skipped, 0u32, 0u32, 0);
    for it in seen {
        let Some(digit) = digit(it.byte, bits) else {
            (left, have) = (skipped, 0);
            meant.push(GAP);
            continue;
        };
        if let Some(fewer) = left.checked_sub(1) {
            left = fewer;
            continue;
        }
        value = value.wrapping_shl(bits) | digit;
        have = have.saturating_add(bits);
        if let Some(more) = have.checked_sub(8) {
            meant.push(Seen {
                byte: value.wrapping_shr(more) as u8,
                from,
                to: it.to,
            });
            have = more;
        }
        from = it.from;
    }
    meant
}

fn digit(byte: u8, bits: u32) -> Option<u32> {
    if bits == HEX_BITS {
        return char::from(byte).to_digit(16);
    }
    base64::digit(byte)
}

/// `seen` with the escapes resolved that begin with `escapes`.
fn unescaped(seen: &[Seen], escapes: u8) -> Vec<Seen> {
    let mut plain = Vec::with_capacity(seen.len());
    let mut rest = seen;
    while let Some((first, after)) = rest.split_first() {
        let found = match first.byte == escapes {
            true => escape(rest),
            false => None,
        };
        let Some((meaning, length)) = found else {
            plain.push(*first);
            rest = after;
            continue;
        };
        let (escape, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let (from, to) = (first.from, escape.last().unwrap_or(first).to);
        match meaning {
            Meaning::Byte(byte) => plain.push(Seen { byte, from, to }),
            Meaning::Char(c) => {
                let mut utf8 = [0; 4];
                let bytes = c.encode_utf8(&mut utf8).bytes();
                plain.extend(bytes.map(|byte| Seen { byte, from, to }));
            }
        }
        rest = after;
    }
    plain
}

enum Meaning {
    Byte(u8),
    Char(char),
}

/// What the escape at the beginning of `seen` means, and how long it is.
fn escape(seen: &[Seen]) -> Option<(Meaning, usize)> {
    let at = |index: usize| seen.get(index).map(|it| it.byte);
    // The number from there on, in so many digits at most, and where it ends.
    let number = |from: usize, radix: u32, most: usize| {
        let digits = seen.iter().skip(from).take(most);
        let digits = digits.map_while(|it| char::from(it.byte).to_digit(radix));
        let add = |(number, end): (u32, usize), digit: u32| {
            let number = number.saturating_mul(radix).saturating_add(digit);
            (number, end.saturating_add(1))
        };
        digits.fold((0, from), add)
    };
    let exact = |digits: usize, from: usize| {
        let (value, end) = number(from, 16, digits);
        (end == from.saturating_add(digits)).then_some((value, end))
    };
    match (at(0)?, at(1)?) {
        (b'%', _) => exact(2, 1).map(|(byte, end)| (Meaning::Byte(byte as u8), end)),
        (b'\\', b'x') => exact(2, 2).and_then(character),
        (b'\\', b'u') => exact(4, 2).and_then(character),
        (b'\\', byte) if byte.is_ascii_punctuation() => Some((Meaning::Byte(byte), 2)),
        (b'&', b'#') => {
            let (from, radix) = match at(2)? {
                b'x' | b'X' => (3, 16),
                _ => (2, 10),
            };
            let (value, end) = number(from, radix, 7);
            (at(end)? == b';')
                .then_some((value, end.saturating_add(1)))
                .and_then(character)
        }
        (b'&', _) => ENTITIES.iter().find_map(|(name, byte)| {
            let is_named = (1usize..)
                .zip(name.bytes())
                .all(|(index, byte)| at(index) == Some(byte));
            is_named.then_some((Meaning::Byte(*byte), name.len().saturating_add(1)))
        }),
        _ => None,
    }
}

fn character((code, end): (u32, usize)) -> Option<(Meaning, usize)> {
    Some((Meaning::Char(char::from_u32(code)?), end))
}

const ENTITIES: [(&str, u8); 5] = [
    ("amp;", b'&'),
    ("lt;", b'<'),
    ("gt;", b'>'),
    ("quot;", b'"'),
    ("apos;", b'\''),
];
