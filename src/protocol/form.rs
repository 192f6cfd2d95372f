//! `application/x-www-form-urlencoded`, the wire format of RFC 6749 (appendix B).

/// An ordered list of parameters. A name may repeat (RFC 8707 does so with `resource`).
pub type Parameters = Vec<(String, String)>;

/// Encodes a list of parameters.
pub fn encode(parameters: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish()
}

/// Encodes one value on its own, as client credentials are before base64 (RFC 6749 §2.3.1).
pub fn encode_value(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// Decodes a body.
pub fn decode(body: &str) -> Parameters {
    form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}

/// Parameters whose values must not be seen.
const SECRETS: [&str; 7] = [
    "password",
    "refresh_token",
    "code",
    "code_verifier",
    "assertion",
    "client_assertion",
    "token",
];

/// The values among `parameters` that must not be seen.
pub(crate) fn secrets(parameters: &[(String, String)]) -> impl Iterator<Item = &str> {
    parameters
        .iter()
        .filter(|(name, _)| SECRETS.contains(&name.as_str()))
        .map(|(_, value)| value.as_str())
}

/// Takes `secrets` out of a text that came from outside, as they are and as they are sent.
pub(crate) fn redact<'a>(text: &str, secrets: impl Iterator<Item = &'a str>) -> String {
    secrets
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| {
            text.replace(secret, "[redacted]")
                .replace(&encode_value(secret), "[redacted]")
        })
}
