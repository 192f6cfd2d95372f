//! Bearer tokens in requests, and the challenge in answers (RFC 6750 §2.1, §3).

use super::challenge::{is_token_byte, is_token68_byte, parse_challenges};

const SCHEME: &str = "Bearer";

/// How long a token may be.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

const SEVERAL: &str = "more than one credential in the Authorization header";

/// Why an `Authorization` header has no bearer token that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It has nothing for us: there is no header, or an empty one, or it is of another scheme.
    Missing,
    /// It means to, and is not written as RFC 6750 §2.1 has it. In words that may go into a challenge.
    Malformed(&'static str),
}

/// The bearer token in the value of an `Authorization` header (RFC 6750 §2.1).
///
/// Where a header came twice, platforms join the two with a comma. Who checks one and uses the other would let
/// anybody in, so neither counts.
pub fn read_authorization(header: Option<&str>) -> Result<&str, Unusable> {
    let header = header.unwrap_or_default().trim_matches([' ', '\t']);
    let end = header.bytes().position(|byte| !is_token_byte(byte));
    let (scheme, rest) = header
        .split_at_checked(end.unwrap_or(header.len()))
        .unwrap_or_default();
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        // Credentials are written as challenges are. Those of others may be long, and are seldom two.
        let mut all = match header.as_bytes().contains(&b',') {
            true => parse_challenges(header),
            false => Vec::new(),
        };
        all.retain(|it| it.scheme.eq_ignore_ascii_case(SCHEME));
        return Err(match all.is_empty() {
            true => Unusable::Missing,
            false => Unusable::Malformed(SEVERAL),
        });
    }
    let token = rest.trim_start_matches(' ');
    let is_separate = token.len() < rest.len();
    let is_too_long = token.len() > MAX_TOKEN_BYTES;
    if is_separate && !is_too_long && is_b64token(token) {
        return Ok(token);
    }
    let problem = if token.is_empty() {
        "no token after the scheme in the Authorization header"
    } else if token.as_bytes().contains(&b',') {
        SEVERAL
    } else if is_too_long {
        "the token is longer than 8 KiB"
    } else {
        "a character in the Authorization header that no token has"
    };
    Err(Unusable::Malformed(problem))
}

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
fn is_b64token(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    // A loop: what iterators are made of is not inlined where size counts.
    for byte in digits.bytes() {
        if !is_token68_byte(byte) {
            return false;
        }
    }
    !digits.is_empty()
}

/// What a `WWW-Authenticate` header says of what is wanted, and of what was wrong (RFC 6750 §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BearerChallenge<'a> {
    /// `realm`: what is protected.
    pub realm: Option<&'a str>,
    /// `error`, unless no credentials came.
    pub error: Option<&'a str>,
    /// `error_description`: for whoever writes the client.
    pub error_description: Option<&'a str>,
    /// `scope`: what the token must reach, if that is known.
    pub scope: Option<&'a str>,
    /// `resource_metadata`: where the resource tells which authorization server to go to (RFC 9728 §5.1).
    pub resource_metadata: Option<&'a str>,
}

impl BearerChallenge<'_> {
    /// The header's value.
    pub fn to_header(&self) -> String {
        let mut parameters = String::new();
        let mut add = |name: &str, value: &str| {
            let separator = if parameters.is_empty() { " " } else { ", " };
            for part in [separator, name, "=", &quoted(value)] {
                parameters.push_str(part);
            }
        };
        if let Some(realm) = self.realm {
            add("realm", realm);
        }
        for (name, value) in [
            ("error", self.error),
            ("error_description", self.error_description),
            ("scope", self.scope),
            ("resource_metadata", self.resource_metadata),
        ] {
            if let Some(value) = value {
                add(name, &shown(value));
            }
        }
        if parameters.is_empty() {
            // The scheme must be followed by a parameter.
            return [SCHEME, " realm=\"api\""].concat();
        }
        [SCHEME, &parameters].concat()
    }
}

/// `text` in the characters that RFC 6750 §3 has for descriptions, which are those of scopes too, and a space.
pub fn shown(text: &str) -> String {
    let shown = |c: char| match c {
        '"' => '\'',
        '\\' => '/',
        ' '..='~' => c,
        _ => '?',
    };
    text.chars().map(shown).collect()
}

/// A quoted string (RFC 9110 §5.6.4).
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            // A line break would end the header.
            _ => quoted.push('?'),
        }
    }
    quoted.push('"');
    quoted
}
