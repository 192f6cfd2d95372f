//! What only wasm can show: JSON is read by the host's parser, and as `serde_json` reads it.

#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]
#![allow(clippy::expect_used, clippy::unwrap_used)]

#[path = "support/json.rs"]
mod table;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::protocol::client_authentication::{ClientAuth, ClientCredentials};
use edge_oauth2::protocol::endpoint::Endpoint;
use edge_oauth2::protocol::http::HttpResponse;
use edge_oauth2::protocol::jwt::{Algorithm, Assertion};
use edge_oauth2::protocol::token_request::{BodyFormat, TokenRequest};
use edge_oauth2::protocol::token_response::{TokenMapping, TokenResponseContext, read};
use edge_oauth2::{Error, Grant, Json, Token};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_hosts_parser_reads_what_serde_json_reads() {
    for (name, text, expected) in table::cases() {
        let read = Json::parse(&text).as_ref().map(table::show);
        assert_eq!(read, expected, "{name}");
    }
}

#[wasm_bindgen_test]
fn of_repeated_members_the_last_counts() {
    let json = Json::parse(table::REPEATED).unwrap();
    assert!(json.get("a") == Some(&Json::Number(3.0)));
    assert!(json.get("b") == Some(&Json::Number(2.0)));
    assert!(json.get("c").is_none());
}

/// What would be assigned to it would become the prototype, and would not be written.
#[wasm_bindgen_test]
fn a_member_called_proto_is_a_member_like_others() {
    for text in [
        r#"{"__proto__":{"x":1},"a":2}"#,
        r#"[{"a":[{"__proto__":null,"b":{}}]},0.5,true]"#,
    ] {
        assert_eq!(Json::parse(text).unwrap().to_text(), text);
    }
}

/// Where the parsers differ, `serde_json` refuses.
#[wasm_bindgen_test]
fn reads_what_only_the_host_reads() {
    assert!(Json::parse("1e400") == Some(Json::Number(f64::INFINITY)));
    assert!(Json::parse(r#""\ud800""#) == Some(Json::String("\u{fffd}".into())));
}

/// As tests/protocol/jwt.rs has it by `serde_json`.
#[wasm_bindgen_test]
fn an_assertion_is_written_as_serde_json_writes_it() {
    let assertion = Assertion {
        algorithm: Algorithm::Es256,
        key_id: Some("key-1"),
        issuer: "\"\\\n\u{0}é😀",
        subject: "subject",
        audience: &["audience"],
        typ: "JWT",
        header: &[],
        issued_at: 1_800_000_000,
        lifetime_seconds: 60,
        claims: &[("admin".into(), Json::Bool(false))],
    };
    let input = assertion.signing_input("unique");
    let (header, claims) = input.split_once('.').unwrap();
    let decode = |part| String::from_utf8(Base64UrlUnpadded::decode_vec(part).unwrap()).unwrap();
    assert_eq!(
        decode(header),
        r#"{"alg":"ES256","typ":"JWT","kid":"key-1"}"#
    );
    assert_eq!(
        decode(claims),
        r#"{"iss":"\"\\\n\u0000é😀","sub":"subject","aud":"audience","exp":1800000060,"iat":1800000000,"jti":"unique","admin":false}"#
    );
}

fn read_body(body: &str) -> Result<Token, Error> {
    read(
        &HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: body.into(),
        },
        TokenResponseContext {
            request: TokenRequest {
                endpoint: &Endpoint::parse("https://auth.example.com/token").unwrap(),
                grant: &Grant::default().parameters(),
                client: &ClientCredentials::new("client", None),
                client_auth: ClientAuth::None,
                client_assertion: None,
                scope: "",
                resource: &[],
                parameters: &Vec::new(),
                headers: &[],
                body_format: BodyFormat::Form,
            },
            mapping: &TokenMapping::default(),
            now_ms: 0,
            default_lifetime_seconds: 3600,
        },
    )
    .map(|(token, _)| token)
}

#[wasm_bindgen_test]
fn a_token_response_is_read() {
    let token = read_body(
        r#"{"access_token":"token","expires_in":60,"__proto__":{"access_token":"other"}}"#,
    )
    .unwrap();
    assert_eq!(token.access_token.expose(), "token");
    assert_eq!(token.expires_at_ms, 60_000);
    assert!(token.raw.get("__proto__").is_some());
    assert!(read_body(r#"{"__proto__":{"access_token":"other"}}"#).is_err());
}

/// A year, where the sum of floats would run over.
#[wasm_bindgen_test]
fn an_endless_lifetime_is_a_year() {
    let token = read_body(r#"{"access_token":"token","expires_in":1e400}"#).unwrap();
    assert_eq!(token.expires_at_ms, 365 * 24 * 60 * 60 * 1000);
}
