//! Assertions as they are signed (RFC 7515, 7519, 7523).

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::host::Crypto;
use edge_oauth2::protocol::jwt::{Algorithm, Assertion, DEFAULT_LIFETIME_SECONDS, compact};
use edge_oauth2::{ErrorCode, Json, Secret};

use crate::support::{check_rows, crypto, same};

const ASSERTION: Assertion = Assertion {
    algorithm: Algorithm::Rs256,
    typ: "JWT",
    key_id: None,
    header: &[],
    issuer: "client",
    subject: "client",
    audience: &["https://auth.example.com/token"],
    issued_at: 1_800_000_000,
    lifetime_seconds: DEFAULT_LIFETIME_SECONDS,
    claims: &[],
};

/// Header and claims, as JSON text.
fn decode(signing_input: &str) -> (String, String) {
    let part =
        |part: &str| String::from_utf8(Base64UrlUnpadded::decode_vec(part).unwrap()).unwrap();
    let (header, claims) = signing_input.split_once('.').unwrap();
    (part(header), part(claims))
}

fn claims(claims: &[(String, Json)]) -> String {
    decode(
        &Assertion {
            claims,
            ..ASSERTION
        }
        .signing_input("id"),
    )
    .1
}

#[test]
fn header_and_claims_are_these_and_no_others() {
    let (header, claims) = decode(&ASSERTION.signing_input("id"));
    assert_eq!(header, r#"{"alg":"RS256","typ":"JWT"}"#);
    assert_eq!(
        claims,
        r#"{"iss":"client","sub":"client","aud":"https://auth.example.com/token","exp":1800000060,"iat":1800000000,"jti":"id"}"#,
    );
}

#[test]
fn every_member_goes_where_it_belongs() {
    let assertion = Assertion {
        algorithm: Algorithm::EdDsa,
        typ: "client-authentication+jwt",
        key_id: Some("key-1"),
        header: &[
            ("x5t".into(), "thumbprint".into()),
            ("x5c".into(), Json::Array(vec!["certificate".into()])),
        ],
        issuer: "issuer",
        subject: "subject",
        audience: &["audience", "another"],
        issued_at: 7,
        lifetime_seconds: 3600,
        claims: &[("scope".into(), "read write".into())],
    };
    let (header, claims) = decode(&assertion.signing_input("unique"));
    assert_eq!(
        header,
        r#"{"alg":"EdDSA","typ":"client-authentication+jwt","kid":"key-1","x5t":"thumbprint","x5c":["certificate"]}"#
    );
    assert_eq!(
        claims,
        r#"{"iss":"issuer","sub":"subject","aud":["audience","another"],"exp":3607,"iat":7,"jti":"unique","scope":"read write"}"#,
    );
}

#[test]
fn given_claims_win_over_the_standard_ones() {
    let audiences = Json::Array(vec!["one".into(), "two".into()]);
    let given = [
        ("aud".to_owned(), audiences),
        ("jti".to_owned(), Json::Null),
        ("sub".to_owned(), "user".into()),
        ("absent".to_owned(), Json::Null),
        ("admin".to_owned(), Json::Bool(false)),
    ];
    assert_eq!(
        claims(&given),
        r#"{"iss":"client","exp":1800000060,"iat":1800000000,"aud":["one","two"],"sub":"user","admin":false}"#,
    );
}

#[test]
fn what_is_in_a_claim_stays_in_it() {
    let text = "\",\"admin\":true,\"\\\n\u{0}é😀";
    let (_, encoded) = decode(
        &Assertion {
            issuer: text,
            claims: &[(text.into(), text.into())],
            ..ASSERTION
        }
        .signing_input(text),
    );
    let read = Json::parse(&encoded).unwrap();
    let Json::Object(members) = &read else {
        panic!("{encoded}");
    };
    assert_eq!(members.len(), 7, "{encoded}");
    for name in ["iss", "jti", text] {
        assert_eq!(read.get(name).and_then(Json::as_str), Some(text));
    }
}

#[test]
fn every_algorithm_is_known_by_its_name() {
    let names = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
        "Ed25519", "HS256", "HS384", "HS512",
    ];
    check_rows(names.into_iter().map(|name| (name, name)), |name| {
        same(
            Algorithm::from_name(name).map(Algorithm::as_str),
            Some(name),
        )
    });
    for name in ["", "none", "rs256", "RS256 ", "HS1", "ES256K"] {
        assert_eq!(Algorithm::from_name(name), None, "{name}");
    }
}

/// RFC 7515 appendix A.1.
#[test]
fn the_compact_form_is_that_of_the_rfc() {
    let key =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let key = Base64UrlUnpadded::decode_vec(key).unwrap();
    let signature = crypto::hmac_sha256(&key, input.as_bytes());
    assert_eq!(
        compact(input, &signature).expose(),
        [input, ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"].concat(),
    );
}

/// A host with a private key of sorts, whose random bytes count up.
#[derive(Default)]
struct Platform {
    nonces: Cell<u8>,
    has_no_nonce: bool,
}

impl Crypto for Platform {
    fn nonce(&self) -> Option<[u8; 12]> {
        self.nonces.set(self.nonces.get() + 1);
        (!self.has_no_nonce).then_some([self.nonces.get(); 12])
    }

    async fn sign(
        &self,
        algorithm: Algorithm,
        secret: Option<&Secret>,
        data: &[u8],
    ) -> Result<Vec<u8>, String> {
        match secret {
            Some(secret) => Ok(crypto::hmac_sha256(secret.expose().as_bytes(), data).to_vec()),
            None => Ok([algorithm.as_str().as_bytes(), b" of ", data].concat()),
        }
    }
}

struct WithoutKeys;

impl Crypto for WithoutKeys {
    fn nonce(&self) -> Option<[u8; 12]> {
        Some([0; 12])
    }
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
    .expect("nothing here waits")
}

#[test]
fn is_signed_by_the_hosts_key() {
    let signed = now(ASSERTION.sign(&Platform::default(), None)).unwrap();
    let (input, signature) = signed.expose().rsplit_once('.').unwrap();
    assert_eq!(input, ASSERTION.signing_input("AQEBAQEBAQEBAQEB"));
    assert_eq!(
        Base64UrlUnpadded::decode_vec(signature).unwrap(),
        ["RS256 of ", input].concat().as_bytes(),
    );
}

#[test]
fn is_signed_by_a_secret() {
    let assertion = Assertion {
        algorithm: Algorithm::Hs256,
        ..ASSERTION
    };
    let text = "a secret that is as long as the hash";
    let secret = Secret::from(text);
    let signed = now(assertion.sign(&Platform::default(), Some(&secret))).unwrap();
    let input = assertion.signing_input("AQEBAQEBAQEBAQEB");
    let signature = crypto::hmac_sha256(text.as_bytes(), input.as_bytes());
    assert_eq!(signed.expose(), compact(&input, &signature).expose());
}

#[test]
fn no_two_assertions_are_the_same() {
    let platform = Platform::default();
    let id = || {
        let signed = now(ASSERTION.sign(&platform, None)).unwrap();
        let (input, _) = signed.expose().rsplit_once('.').unwrap();
        let claims = Json::parse(&decode(input).1).unwrap();
        claims.get("jti").and_then(Json::as_str).unwrap().to_owned()
    };
    assert_eq!([id(), id()], ["AQEBAQEBAQEBAQEB", "AgICAgICAgICAgIC"]);
}

#[test]
fn without_random_bytes_nothing_is_signed() {
    let platform = Platform {
        has_no_nonce: true,
        ..Platform::default()
    };
    let error = now(ASSERTION.sign(&platform, None)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Internal);
}

#[test]
fn a_key_that_does_not_sign_is_named() {
    let secret = Secret::from("a secret that is as long as the hash");
    for (secret, option) in [(None, "privateKey.key"), (Some(&secret), "clientSecret")] {
        let error = now(ASSERTION.sign(&WithoutKeys, secret)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidOption);
        assert_eq!(error.option(), Some(option));
        assert_eq!(
            error.to_string(),
            [option, " cannot be used: this host does not sign"].concat(),
        );
    }
}

/// RFC 7518 §3.2: whoever sees one assertion can try secrets at leisure.
#[test]
fn a_secret_shorter_than_the_hash_does_not_sign() {
    for (algorithm, least) in [
        (Algorithm::Hs256, 32),
        (Algorithm::Hs384, 48),
        (Algorithm::Hs512, 64),
    ] {
        let assertion = Assertion {
            algorithm,
            ..ASSERTION
        };
        let sign = |length: usize| {
            let secret = Secret::from("é".repeat(length / 2));
            now(assertion.sign(&Platform::default(), Some(&secret)))
        };
        assert!(sign(least).is_ok());
        for short in [0, 2, least - 2] {
            let error = sign(short).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidOption);
            assert_eq!(error.option(), Some("clientSecret"));
            let message = error.to_string();
            let said = format!(
                "has fewer than {least} bytes, which {} needs",
                algorithm.as_str()
            );
            assert!(message.contains(&said), "{message}");
        }
    }
}

#[test]
fn the_signed_assertion_is_not_shown() {
    let signed = now(ASSERTION.sign(&Platform::default(), None)).unwrap();
    assert_eq!(format!("{signed:?}"), "[redacted]");
}
