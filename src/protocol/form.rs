//! `application/x-www-form-urlencoded`, the wire format of RFC 6749 (appendix B), as browsers write it (URL
//! Standard §5).

use super::http::{self, HttpRequest, MAX_RESPONSE_BYTES};
use crate::text;

/// An ordered list of parameters. A name may repeat (RFC 8707 does so with `resource`).
pub type Parameters = Vec<(String, String)>;

/// Encodes a list of parameters.
pub fn encode(parameters: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in parameters {
        add(&mut text, name, value);
    }
    text
}

/// The request that posts `parameters` to `url`, with `further` headers, which replace others of their name.
pub(super) fn post(
    url: &str,
    parameters: &[(String, String)],
    further: &[(String, String)],
) -> HttpRequest {
    let mut headers = http::headers(further);
    headers.push((
        "content-type".into(),
        "application/x-www-form-urlencoded".into(),
    ));
    HttpRequest {
        method: "POST".into(),
        url: url.into(),
        headers,
        body: encode(parameters).into_bytes(),
        max_response_bytes: MAX_RESPONSE_BYTES,
    }
}

/// Adds a parameter to a body.
pub(super) fn add(body: &mut String, name: &str, value: &str) {
    if !body.is_empty() {
        body.push('&');
    }
    append(body, name);
    body.push('=');
    append(body, value);
}

/// Encodes one value on its own, as client credentials are before base64 (RFC 6749 §2.3.1).
pub fn encode_value(value: &str) -> String {
    let mut text = String::new();
    append(&mut text, value);
    text
}

fn append(text: &mut String, value: &str) {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    for byte in value.bytes() {
        match byte {
            b'*' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            _ => {
                text.push('%');
                for digit in [byte >> 4, byte & 15] {
                    text.extend(HEX.get(usize::from(digit)));
                }
            }
        }
    }
}

/// Decodes a body.
pub fn decode(body: &str) -> Parameters {
    let mut parameters = Vec::new();
    for pair in body.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.push((decoded(name), decoded(value)));
    }
    parameters
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let byte = match first {
            b'+' => b' ',
            b'%' => match escaped(after) {
                Some((byte, after)) => {
                    rest = after;
                    byte
                }
                None => b'%',
            },
            byte => *byte,
        };
        bytes.push(byte);
    }
    text::of_bytes(&bytes).into_owned()
}

fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], after) = text.split_first_chunk()?;
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let byte = digit(high)?.wrapping_shl(4) | digit(low)?;
    Some((byte as u8, after))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn writes_what_another_library_writes(parameters: Vec<(String, String)>) {
            let text = encode(&parameters);
            let mut other = form_urlencoded::Serializer::new(String::new());
            prop_assert_eq!(&text, &other.extend_pairs(&parameters).finish());
            prop_assert_eq!(decode(&text), parameters);
        }

        #[test]
        fn reads_what_another_library_reads(body in "([a-f0-9%&=+é]|%[a-fA-F0-9]{2}){0,24}") {
            let other = form_urlencoded::parse(body.as_bytes()).into_owned();
            prop_assert_eq!(decode(&body), other.collect::<Vec<_>>());
        }
    }
}
