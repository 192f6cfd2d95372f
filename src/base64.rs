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

/// Reads what [`encode_url`] wrote, and nothing else.
pub(crate) fn decode_url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut have) = (0u32, 0u32);
    for byte in text.bytes() {
        if matches!(byte, b'+' | b'/') {
            return None;
        }
        bits = bits.wrapping_shl(6) | digit(byte)?;
        have = have.saturating_add(6);
        if let Some(more) = have.checked_sub(8) {
            bytes.push(bits.wrapping_shr(more) as u8);
            bits &= 1u32.wrapping_shl(more).wrapping_sub(1);
            have = more;
        }
    }
    (have < 6 && bits == 0).then_some(bytes)
}

/// The value of a digit of either alphabet.
pub(crate) fn digit(byte: u8) -> Option<u32> {
    let (first, value) = match byte {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' | b'-' => return Some(62),
        b'/' | b'_' => return Some(63),
        _ => return None,
    };
    Some(u32::from(byte.wrapping_sub(first)).saturating_add(value))
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
