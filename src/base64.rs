//! Base64 (RFC 4648 §4, §5), with as little code as it takes: every new isolate compiles it.

/// As in URLs, without padding.
pub(crate) fn encode_url(bytes: &[u8]) -> String {
    encoded(bytes, b'-', b'_')
}

/// As in headers.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = encoded(bytes, b'+', b'/');
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

fn encoded(bytes: &[u8], digit_62: u8, digit_63: u8) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut bits = 0u32;
        for index in 0..3 {
            let byte = chunk.get(index).copied().unwrap_or(0);
            bits = bits.wrapping_shl(8) | u32::from(byte);
        }
        for _ in 0..=chunk.len() {
            let value = (bits.wrapping_shr(18) & 63) as u8;
            bits = bits.wrapping_shl(6);
            text.push(char::from(match value {
                0..26 => value.wrapping_add(b'A'),
                26..52 => value.wrapping_sub(26).wrapping_add(b'a'),
                52..62 => value.wrapping_sub(52).wrapping_add(b'0'),
                62 => digit_62,
                _ => digit_63,
            }));
        }
    }
    text
}

/// What no digit has.
const NONE: u8 = 0x80;

/// The values of digits as they are in URLs.
static URL_DIGITS: [u8; 256] = url_digits();

#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)] // of the compiler
const fn url_digits() -> [u8; 256] {
    let mut digits = [NONE; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Some(value) = digit(byte as u8)
            && byte as u8 != b'+'
            && byte as u8 != b'/'
        {
            digits[byte] = value as u8;
        }
        byte += 1;
    }
    digits
}

/// The value of a digit of either alphabet.
pub(crate) const fn digit(byte: u8) -> Option<u32> {
    let (first, value) = match byte {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' | b'-' => return Some(62),
        b'/' | b'_' => return Some(63),
        _ => return None,
    };
    Some((byte.wrapping_sub(first) as u32).wrapping_add(value))
}

/// The bits of `digits`; of one that is none `odd` has a bit.
#[inline(always)] // A token has hundreds of digits.
fn bits(digits: &[u8], odd: &mut u8) -> u32 {
    let mut bits = 0u32;
    for digit in digits {
        let value = URL_DIGITS.get(usize::from(*digit)).copied();
        let value = value.unwrap_or(NONE);
        *odd |= value;
        bits = bits.wrapping_shl(6) | u32::from(value);
    }
    bits
}

/// Reads what [`encode_url`] wrote, and nothing else.
pub(crate) fn decode_url(text: &str) -> Option<Vec<u8>> {
    let (whole, rest) = text.as_bytes().as_chunks::<4>();
    let mut bytes = vec![0; whole.len().saturating_mul(3)];
    let mut odd = 0;
    let (threes, _) = bytes.as_chunks_mut::<3>();
    for (digits, place) in whole.iter().zip(threes) {
        let [_, decoded @ ..] = bits(digits, &mut odd).to_be_bytes();
        *place = decoded;
    }
    // Of the last digit not all bits are used, and those are not set.
    let last = bits(rest, &mut odd);
    let unused = match rest {
        [] => 0,
        [_, _] => {
            bytes.push(last.wrapping_shr(4) as u8);
            last & 15
        }
        [_, _, _] => {
            let [.., high, low] = last.wrapping_shr(2).to_be_bytes();
            bytes.extend([high, low]);
            last & 3
        }
        _ => return None,
    };
    (odd < NONE && unused == 0).then_some(bytes)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use base64ct::{Base64, Base64UrlUnpadded, Encoding};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn writes_what_another_library_writes(bytes: Vec<u8>) {
            prop_assert_eq!(encode(&bytes), Base64::encode_string(&bytes));
            let url = encode_url(&bytes);
            prop_assert_eq!(&url, &Base64UrlUnpadded::encode_string(&bytes));
            prop_assert_eq!(decode_url(&url), Some(bytes));
        }

        #[test]
        fn reads_what_another_library_reads(text in "[A-Za-z0-9_+/=-]{0,8}") {
            prop_assert_eq!(decode_url(&text), Base64UrlUnpadded::decode_vec(&text).ok());
        }
    }
}
