//! Other spellings of a text: packed in digits, or escaped.

use crate::base64;

/// How many bits a character of base64 stands for, and one of hexadecimal.
pub(super) const BASE64_BITS: u32 = 6;
pub(super) const HEX_BITS: u32 = 4;

/// A byte of a text, or one that stands in it in another spelling, and where.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) byte: u8,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Between texts that are not one. No value has it: control characters are refused.
const GAP: Seen = Seen {
    byte: 0,
    from: 0,
    to: 0,
};

/// What the runs of digits in `seen` mean, each digit being so many `bits`, and the first ones skipped.
pub(super) fn unpacked(seen: &[Seen], bits: u32, skipped: u32) -> Vec<Seen> {
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
pub(super) fn unescaped(seen: &[Seen], escapes: u8) -> Vec<Seen> {
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
