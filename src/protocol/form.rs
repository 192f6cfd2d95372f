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
