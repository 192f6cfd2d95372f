//! Answers that the server signs (RFC 9701).

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::inbound::SignedResponse;
use edge_oauth2::protocol::jwa::SignatureAlgorithm;
use edge_oauth2::{ErrorCode, Json};

use super::support::host::Reply;
use super::support::inbound::signature;
use super::support::{ISSUER, check_rows, response, same};
use super::*;

const KEY: [u8; 32] = [7; 32];
const JWKS_URI: &str = "https://auth.example.com/jwks";
const TYPE: &str = "application/token-introspection+jwt";

fn encoded(text: &str) -> String {
    Base64UrlUnpadded::encode_string(text.as_bytes())
}

fn set(key: &[u8]) -> String {
    let x = Base64UrlUnpadded::encode_string(key);
    format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"k","x":"{x}"}}]}}"#)
}

/// Header and claims, signed.
fn jwt(header: &str, claims: &str) -> String {
    let input = format!("{}.{}", encoded(header), encoded(claims));
    let signature = signature(&KEY, SignatureAlgorithm::EdDsa, input.as_bytes());
    format!("{input}.{}", Base64UrlUnpadded::encode_string(&signature))
}

const HEADER: &str = r#"{"alg":"EdDSA","kid":"k","typ":"token-introspection+jwt"}"#;

fn claims(answer: &str) -> String {
    format!(r#"{{"iss":"{ISSUER}","aud":"api","iat":{NOW},"token_introspection":{answer}}}"#)
}

fn signing(signed: SignedResponse) -> IntrospectorOptions {
    IntrospectorOptions {
        client: ClientOptions {
            issuer: Some(ISSUER.into()),
            ..client()
        },
        signed_response: Some(signed),
        ..options()
    }
}

fn at_uri() -> IntrospectorOptions {
    signing(SignedResponse {
        jwks_uri: Some(JWKS_URI.into()),
        ..SignedResponse::default()
    })
}

fn labelled(content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
    let mut response = response(200, body);
    response.headers = vec![("content-type".into(), content_type.into())];
    Reply::After(0, Ok(response))
}

/// A server that has this key, and answers so about tokens.
fn server(options: IntrospectorOptions, reply: Reply) -> Api {
    Api::new(
        options,
        World::new(move |_, request| match request.url.as_str() {
            JWKS_URI => Reply::now(200, set(&KEY)),
            url if url.contains("/.well-known/") => Reply::now(
                200,
                support::metadata(&format!(r#","jwks_uri":"{JWKS_URI}""#)),
            ),
            _ => reply.clone(),
        }),
    )
}

fn good() -> Reply {
    labelled(
        TYPE,
        jwt(HEADER, &claims(r#"{"active":true,"sub":"user"}"#)),
    )
}

#[test]
fn a_signed_answer_is_asked_for_and_verified() {
    let api = server(at_uri(), good());
    let answer = api.ask("token").expect("an answer");
    assert!(answer.introspection.active);
    assert_eq!(answer.introspection.sub.as_deref(), Some("user"));
    // The answer itself, not what it came in.
    assert_eq!(answer.introspection.raw.get("iss"), None::<&Json>);
    let sent = api.world.network.sent.borrow();
    assert_eq!(header(&sent[0], "accept"), Some(TYPE));
    assert_eq!(sent.len(), 2);
    drop(sent);
    // Keys are asked for once, answers are remembered as always.
    assert!(api.is_active("token") && api.is_active("another"));
    assert_eq!(api.sent(), 3);
}

#[test]
fn keys_come_from_where_it_is_said() {
    let given = SignedResponse {
        jwks: Some(Json::parse(&set(&KEY)).expect("JSON")),
        ..SignedResponse::default()
    };
    let api = server(signing(given), good());
    assert!(api.is_active("token"));
    assert_eq!(api.sent(), 1);
    let api = server(signing(SignedResponse::default()), good());
    assert!(api.is_active("token"));
    let urls: Vec<String> = api
        .world
        .network
        .sent
        .borrow()
        .iter()
        .map(|it| it.url.clone())
        .collect();
    assert_eq!(urls[2], JWKS_URI);
}

#[test]
fn labels_vary() {
    let body = jwt(HEADER, &claims(r#"{"active":true}"#));
    for content_type in [
        "application/jwt",
        "Application/Token-Introspection+JWT; charset=utf-8",
        "text/plain",
    ] {
        assert!(server(at_uri(), labelled(content_type, body.clone())).is_active("token"));
    }
    let prefixed = HEADER.replace("token-introspection", "application/token-introspection");
    let body = jwt(&prefixed, &claims(r#"{"active":true}"#));
    assert!(server(at_uri(), labelled(TYPE, body)).is_active("token"));
    let listed = claims(r#"{"active":true}"#).replace(r#""api""#, r#"["other","api"]"#);
    assert!(server(at_uri(), labelled(TYPE, jwt(HEADER, &listed))).is_active("token"));
}

#[test]
fn a_signed_answer_is_judged_like_any_other() {
    let over = format!(r#"{{"active":true,"exp":{NOW}}}"#);
    for answer in [r#"{"active":false}"#, &over] {
        let api = server(at_uri(), labelled(TYPE, jwt(HEADER, &claims(answer))));
        assert!(!api.is_active("token"));
        assert_eq!(api.events(), ["key_set", "introspection"]);
    }
}

#[test]
fn what_is_not_signed_for_us_is_no_answer() {
    let active = claims(r#"{"active":true}"#);
    let with = |from: &str, to: &str| labelled(TYPE, jwt(HEADER, &active.replace(from, to)));
    let headed = |from: &str, to: &str| labelled(TYPE, jwt(&HEADER.replace(from, to), &active));
    let tampered = jwt(HEADER, &claims(r#"{"active":false}"#));
    let signature = tampered.rsplit('.').next().expect("a signature");
    let forged = format!("{}.{}.{signature}", encoded(HEADER), encoded(&active));
    let iat = format!(r#""iat":{NOW}"#);
    let rows = [
        ("not signed", (Reply::now(200, ACTIVE), "not signed")),
        ("a page", (labelled("text/html", "<html>"), "a page")),
        (
            "nothing",
            (labelled("text/html", ""), "without a JSON object"),
        ),
        ("nonsense", (labelled(TYPE, "nonsense"), "three parts")),
        (
            "tampered with",
            (
                labelled(TYPE, forged),
                "a signature that is not the issuer's",
            ),
        ),
        ("unsecured", (headed("EdDSA", "none"), "algorithm")),
        ("an HMAC", (headed("EdDSA", "HS256"), "algorithm")),
        (
            "another key",
            (
                headed(r#""k""#, r#""other""#),
                "key that the issuer does not have",
            ),
        ),
        (
            "critical",
            (headed(r#""kid""#, r#""crit":["x"],"kid""#), "crit"),
        ),
        (
            "an access token",
            (headed("token-introspection+jwt", "at+jwt"), "by its typ"),
        ),
        (
            "a plain JWT",
            (headed("token-introspection+jwt", "JWT"), "by its typ"),
        ),
        ("no typ", (headed("typ", "type"), "by its typ")),
        (
            "another issuer",
            (with(ISSUER, "https://auth.example.com/"), "another issuer"),
        ),
        ("no issuer", (with("iss", "issuer"), "another issuer")),
        (
            "for another",
            (with(r#""api""#, r#""other""#), "somebody else"),
        ),
        ("for nobody", (with("aud", "audience"), "somebody else")),
        ("no iat", (with("iat", "at"), "by its iat")),
        (
            "iat as text",
            (with(&iat, &format!(r#""iat":"{NOW}""#)), "by its iat"),
        ),
        (
            "an old one",
            (with(&iat, &format!(r#""iat":{}"#, NOW - 61)), "by its iat"),
        ),
        (
            "of the future",
            (with(&iat, &format!(r#""iat":{}"#, NOW + 61)), "by its iat"),
        ),
        (
            "no answer in it",
            (with("token_introspection", "introspection"), "says nothing"),
        ),
        (
            "active beside the answer",
            (
                with(r#"{"active":true}"#, r#"{},"active":true"#),
                "without active",
            ),
        ),
        (
            "a list",
            (
                with(r#"{"active":true}"#, r#"[{"active":true}]"#),
                "says nothing",
            ),
        ),
    ];
    check_rows(rows, |(reply, part)| {
        let api = server(at_uri(), reply);
        match api.ask("token") {
            Ok(_) => Err("it was taken".into()),
            Err(error) if !error.to_string().contains(part) => Err(error.to_string()),
            Err(error) => same(
                (error.code(), api.cached("token").is_none()),
                (ErrorCode::InvalidResponse, true),
            ),
        }
    });
}

#[test]
fn without_keys_nothing_is_known_of_the_token() {
    let api = Api::new(
        at_uri(),
        World::new(|_, request| match request.url.as_str() {
            JWKS_URI => Reply::now(404, ""),
            _ => good(),
        }),
    );
    let error = api.ask("token").expect_err("an error");
    assert_eq!(error.code(), ErrorCode::TokenUnverifiable);
    assert_eq!(api.events().last(), Some(&"introspection_failed"));
}

#[test]
fn algorithms_may_be_narrowed() {
    let only_rsa = SignedResponse {
        algorithms: Some(vec!["RS256".into()]),
        jwks_uri: Some(JWKS_URI.into()),
        ..SignedResponse::default()
    };
    let error = server(signing(only_rsa), good())
        .ask("token")
        .expect_err("an error");
    assert!(error.to_string().contains("algorithm"), "{error}");
}

#[test]
fn a_signed_answer_that_was_not_asked_for_is_not_taken() {
    let error = server(options(), good())
        .ask("token")
        .expect_err("an error");
    assert_eq!(error.code(), ErrorCode::InvalidResponse);
    assert!(error.to_string().contains("signedResponse"), "{error}");
}

/// Or one who trusts the server's word would take it for its signature.
#[test]
fn signed_and_other_answers_are_remembered_apart() {
    let plain = IntrospectorOptions {
        signed_response: None,
        ..at_uri()
    };
    let api = server(plain, Reply::now(200, ACTIVE));
    assert!(api.is_active("token"));
    assert!(api.with(at_uri()).cached("token").is_none());
}

#[test]
fn what_signed_answers_need_is_named() {
    let nameless = IntrospectorOptions {
        client: ClientOptions {
            client_id: String::new(),
            client_secret: None,
            ..at_uri().client
        },
        ..at_uri()
    };
    let both = SignedResponse {
        jwks: Some(Json::parse(&set(&KEY)).expect("JSON")),
        jwks_uri: Some(JWKS_URI.into()),
        ..SignedResponse::default()
    };
    let of = |names: &[&str]| SignedResponse {
        algorithms: Some(names.iter().map(|it| (*it).to_owned()).collect()),
        ..SignedResponse::default()
    };
    let rows = [
        (
            "no issuer",
            (
                IntrospectorOptions {
                    client: client(),
                    ..at_uri()
                },
                "issuer",
            ),
        ),
        ("no client", (nameless, "clientId")),
        ("two places", (signing(both), "jwks")),
        ("no algorithm", (signing(of(&[])), "algorithms")),
        ("an HMAC", (signing(of(&["HS256"])), "algorithms")),
    ];
    check_rows(rows, |(options, option)| {
        let error = IntrospectorConfig::new(options).expect_err("an error");
        same(error.option(), Some(option))
    });
}
