//! Options that are refused, and how.

use edge_oauth2::inbound::{VerifierConfig, VerifierOptions};
use edge_oauth2::{ErrorCode, Json};

use super::issuer::{set, signer};
use super::options;
use super::support::{check_rows, same};

type Change = fn(&mut VerifierOptions);

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn bad_options_are_named() {
    let rows: [(&str, (Change, &str)); 24] = [
        ("no issuer", (|it| it.issuer.clear(), "issuer")),
        ("no audience", (|it| it.audience.clear(), "audience")),
        (
            "an empty audience",
            (|it| it.audience = texts(&[""]), "audience"),
        ),
        ("both audiences", (|it| it.no_audience = true, "audience")),
        (
            "no algorithms",
            (|it| it.algorithms = Some(vec![]), "algorithms"),
        ),
        (
            "none",
            (|it| it.algorithms = Some(texts(&["none"])), "algorithms"),
        ),
        (
            "an HMAC",
            (
                |it| it.algorithms = Some(texts(&["RS256", "HS256"])),
                "algorithms",
            ),
        ),
        (
            "HS512",
            (|it| it.algorithms = Some(texts(&["HS512"])), "algorithms"),
        ),
        (
            "another case",
            (|it| it.algorithms = Some(texts(&["rs256"])), "algorithms"),
        ),
        (
            "ES256K",
            (|it| it.algorithms = Some(texts(&["ES256K"])), "algorithms"),
        ),
        (
            "an empty algorithm",
            (|it| it.algorithms = Some(texts(&[""])), "algorithms"),
        ),
        (
            "an empty claim",
            (|it| it.required_claims = texts(&[""]), "requiredClaims"),
        ),
        (
            "an age of nothing",
            (|it| it.jwks_max_age_seconds = 0, "jwksMaxAgeSeconds"),
        ),
        (
            "no cooldown",
            (|it| it.jwks_cooldown_seconds = 0, "jwksCooldownSeconds"),
        ),
        ("no time", (|it| it.timeout_ms = 0, "timeoutMs")),
        (
            "both keys",
            (|it| it.jwks = Json::parse(&set(&[&signer("1")])), "jwks"),
        ),
        (
            "no set",
            (
                |it| {
                    it.jwks_uri = None;
                    it.jwks = Some(Json::Null);
                },
                "jwks",
            ),
        ),
        (
            "an empty set",
            (
                |it| {
                    it.jwks_uri = None;
                    it.jwks = Json::parse(r#"{"keys":[]}"#);
                },
                "jwks",
            ),
        ),
        (
            "a private key",
            (
                |it| {
                    it.jwks_uri = None;
                    it.jwks = Json::parse(&format!(
                        r#"{{"keys":[{}]}}"#,
                        signer("1").jwk_with(r#","d":"AA""#)
                    ));
                },
                "jwks",
            ),
        ),
        (
            "no URL",
            (|it| it.jwks_uri = Some("keys".into()), "jwksUri"),
        ),
        (
            "an empty URL",
            (|it| it.jwks_uri = Some(String::new()), "jwksUri"),
        ),
        (
            "plain http",
            (
                |it| it.jwks_uri = Some("http://auth.example.com/keys".into()),
                "jwksUri",
            ),
        ),
        (
            "an issuer that is no URL",
            (
                |it| {
                    it.jwks_uri = None;
                    it.issuer = "accounts".into();
                },
                "issuer",
            ),
        ),
        (
            "an empty seal key",
            (|it| it.seal_key = Some("".into()), "sealKey"),
        ),
    ];
    check_rows(rows, |(change, option)| {
        let mut options = options();
        change(&mut options);
        let error = VerifierConfig::new(options).expect_err("a refusal");
        same(error.code(), ErrorCode::InvalidOption)?;
        same(error.option(), Some(option))
    });
}

#[test]
fn good_options_are_taken() {
    let rows: [(&str, Change); 7] = [
        ("as they are", |_| {}),
        ("every algorithm", |it| {
            it.algorithms = Some(texts(&["RS256", "PS512", "ES384", "EdDSA", "Ed25519"]))
        }),
        ("no audience", |it| {
            it.audience.clear();
            it.no_audience = true;
        }),
        ("an issuer that is no URL", |it| {
            it.issuer = "accounts.google.com".into()
        }),
        ("discovery", |it| it.jwks_uri = None),
        ("http to this machine", |it| {
            it.jwks_uri = Some("http://127.0.0.1:8080/keys".into())
        }),
        ("http if asked for", |it| {
            it.jwks_uri = Some("http://auth.internal/keys".into());
            it.allow_insecure_requests = true;
        }),
    ];
    check_rows(rows, |change| {
        let mut options = options();
        change(&mut options);
        VerifierConfig::new(options)
            .map(drop)
            .map_err(|error| error.to_string())
    });
}

#[test]
fn what_is_wrong_is_told_with_what_to_do() {
    let mut options = options();
    options.algorithms = Some(texts(&["HS256"]));
    assert_eq!(
        VerifierConfig::new(options).unwrap_err().to_string(),
        "algorithms must be of those that are checked with a public key: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519; not HS256"
    );
}

#[test]
fn what_is_shown_of_options_holds_no_secret() {
    let mut options = options();
    options.jwks_uri = Some("https://auth.example.com/keys?code=hush".into());
    options.seal_key = Some("hush".into());
    let config = VerifierConfig::new(options.clone()).unwrap();
    assert!(!format!("{options:?} {config:?}").contains("hush"));
}
