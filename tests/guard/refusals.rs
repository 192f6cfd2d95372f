//! Every refusal, with its status, its headers and its body.

use edge_oauth2::ErrorCode;
use edge_oauth2::host::TransportError;

use super::row::{
    DOCUMENT, Row, bare, lacking, malformed, misconfigured, rejected, rejected_jwt, unverifiable,
};
use super::*;

#[test]
fn every_refusal() {
    let good = jwt("");
    let (signed, _) = good.rsplit_once('.').unwrap();
    let several = "more than one credential in the Authorization header";
    let odd = "a character in the Authorization header that no token has";
    let opaque = "opaque.and.more";
    let with_resource = |row: &mut Row| {
        row.api.options.realm = Some(r#"my "API""#.into());
        row.api.options.resource = Some("https://api.example.com/v1".into());
    };
    let at =
        r#"resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/v1""#;
    let rows = [
        ("no header", bare(None)),
        ("an empty one", bare(Some(""))),
        ("white space", bare(Some("  "))),
        ("another scheme", bare(Some("Basic YTpi"))),
        (
            "no header, of an API that tells of itself",
            bare(None).with(|row| {
                with_resource(row);
                row.requirements = scopes(&["read", "write"]);
                let challenge = format!(r#"Bearer realm="my \"API\"", scope="read write", {at}"#);
                row.headers[0].1 = challenge;
            }),
        ),
        (
            "the scheme alone",
            malformed(
                "Bearer",
                "no token after the scheme in the Authorization header",
            ),
        ),
        ("two headers", malformed("Bearer a, Bearer b", several)),
        (
            "of which one is another's",
            malformed("Basic YTpi, Bearer b", several),
        ),
        ("white space within", malformed("Bearer a b", odd)),
        ("other characters", malformed("Bearer \u{e4}", odd)),
        (
            "9 KiB",
            malformed(
                &["Bearer ", &"x".repeat(9 * 1024)].concat(),
                "the token is longer than 8 KiB",
            ),
        ),
        (
            "malformed, of an API that tells of itself",
            malformed("Bearer a b", odd).with(|row| {
                with_resource(row);
                row.requirements = scopes(&["read"]);
                let error = format!(r#"error="invalid_request", error_description="{odd}""#);
                row.headers[0].1 = format!(r#"Bearer realm="my \"API\"", {error}, {at}"#);
            }),
        ),
        (
            "unknown to the server",
            rejected_jwt("unknown".into(), "the token is not active"),
        ),
        (
            "three parts that are no JWT",
            rejected_jwt(opaque.into(), "the token is not active"),
        ),
        (
            "over, whatever the server says",
            rejected(r#","exp":1"#, "the token is not active"),
        ),
        (
            "not yet good, whatever the server says",
            rejected(r#","nbf":9999999999"#, "the token is not active"),
        ),
        (
            "for renewal, whatever the server says",
            rejected(
                r#","token_use":"refresh_token""#,
                "the token is no access token, but one for renewal or of an identity",
            ),
        ),
        (
            "the same, of another server",
            rejected(
                r#","typ":"Refresh""#,
                "the token is no access token, but one for renewal or of an identity",
            ),
        ),
        (
            "of an identity",
            rejected_jwt(
                jwt(r#","token_use":"id""#),
                "the token is no access token, but one for renewal or of an identity",
            ),
        ),
        (
            "bound",
            rejected(
                r#","cnf":{"jkt":"x"}"#,
                "the token is bound to a key by cnf, and there is no proof of it",
            ),
        ),
        (
            "bound to what is not said",
            rejected(
                r#","token_type":"dpop""#,
                "the token is bound to a key by cnf, and there is no proof of it",
            ),
        ),
        (
            "a bound JWT",
            rejected_jwt(
                jwt(r#","cnf":{"x5t#S256":"x"}"#),
                "the token is bound to a key by cnf, and there is no proof of it",
            ),
        ),
        (
            "bound by null",
            rejected_jwt(
                jwt(r#","cnf":null"#),
                "the token is bound to a key by cnf, and there is no proof of it",
            ),
        ),
        (
            "an expired JWT",
            rejected_jwt(jwt(r#","exp":1"#), "the token is expired"),
        ),
        (
            "a JWT with another's signature",
            rejected_jwt(
                [signed, &encode([1; 64])].join("."),
                "the token has a signature that is not the issuer's",
            ),
        ),
        (
            "for others",
            rejected(
                r#","aud":"other""#,
                "the token is not for this API, by its aud",
            )
            .with(|row| {
                row.requirements = audience(&[AUDIENCE]);
            }),
        ),
        (
            "for nobody, where somebody is wanted",
            rejected("", "the token is not for this API, by its aud").with(|row| {
                row.requirements = audience(&[AUDIENCE]);
            }),
        ),
        (
            "a JWT for others",
            rejected_jwt(jwt(""), "the token is not for this API, by its aud").with(|row| {
                row.requirements = audience(&["other"]);
            }),
        ),
        (
            "rejected, where scopes are wanted",
            rejected_jwt("unknown".into(), "the token is not active").with(|row| {
                row.requirements = scopes(&["read"]);
                row.headers[0].1.push_str(r#", scope="read""#);
            }),
        ),
        (
            "one scope of two",
            lacking(
                scopes(&["read", "write"]),
                "read write",
                "the caller lacks scopes: write",
            ),
        ),
        (
            "one that is asked for twice",
            lacking(
                Requirements {
                    any_scope: Some(texts(&["write", "admin"])),
                    ..scopes(&["write"])
                },
                "write admin",
                "the caller lacks scopes: write",
            ),
        ),
        (
            "none of two",
            lacking(
                Requirements {
                    any_scope: Some(texts(&["write", "admin"])),
                    ..scopes(&["read"])
                },
                "read write admin",
                "the caller lacks one of these scopes: write admin",
            ),
        ),
        (
            "no connection",
            unverifiable("opaque", Reply::broken(10), "5"),
        ),
        ("no answer", unverifiable("opaque", Reply::Never, "5")),
        ("no keys", unverifiable(&good, Reply::broken(10), "5")),
        (
            "no answer about keys",
            unverifiable(&good, Reply::Never, "5"),
        ),
        (
            "the server wants to be left alone",
            unverifiable(
                "opaque",
                Reply::status(0, 429).with(&[("retry-after", "17")]),
                "17",
            ),
        ),
        (
            "for a second and a half",
            unverifiable(
                "opaque",
                Reply::status(0, 429).with(&[("retry-after-ms", "1500")]),
                "2",
            ),
        ),
        (
            "no longer",
            unverifiable(
                "opaque",
                Reply::status(0, 503).with(&[("retry-after", "0")]),
                "1",
            ),
        ),
        (
            "a page",
            unverifiable("opaque", Reply::now(200, "<html>"), "5"),
        ),
        (
            "a page for keys",
            unverifiable(&good, Reply::now(200, "<html>"), "5"),
        ),
        (
            "a redirect",
            unverifiable("opaque", Reply::status(0, 302), "5"),
        ),
        (
            "too long",
            unverifiable("opaque", Reply::too_long(200), "5"),
        ),
        (
            "keys that are too many",
            unverifiable(&good, Reply::too_long(200), "5"),
        ),
        (
            "active is a text",
            unverifiable("opaque", Reply::now(200, r#"{"active":"true"}"#), "5"),
        ),
        (
            "our own credentials are refused",
            unverifiable(
                "opaque",
                Reply::now(401, r#"{"error":"invalid_client"}"#),
                "5",
            ),
        ),
        (
            "the network gives something else",
            unverifiable(
                "opaque",
                Reply::After(0, Err(TransportError::Unusable("a number".into()))),
                "5",
            ),
        ),
        (
            "a scope that is two",
            misconfigured(api(), scopes(&["read write"])),
        ),
        (
            "no scope of which there is one",
            misconfigured(
                api(),
                Requirements {
                    any_scope: Some(Vec::new()),
                    ..Requirements::default()
                },
            ),
        ),
        ("for nobody", misconfigured(api(), audience(&[]))),
        ("for a nameless one", misconfigured(api(), audience(&[""]))),
        (
            "both ways, of which there is one",
            misconfigured(api().with(|api| api.introspects = false), both()),
        ),
        (
            "or the other",
            misconfigured(api().with(|api| api.verifies = false), both()),
        ),
    ];
    for (name, row) in rows {
        row.check(name);
    }
}

#[test]
fn what_keeps_us_from_an_answer_is_told_to_us_only() {
    let api = api();
    api.answer(Reply::now(500, "the database is down"));
    let refusal = refused(api.authorize("opaque"), "");
    let cause = refusal.cause().unwrap();
    assert_eq!(cause.code(), ErrorCode::HttpStatus);
    assert!(refusal.error().to_string().contains(&cause.to_string()));
    assert!(!refusal.body().contains("500"), "{}", refusal.body());
    let failed = |event: &Event| matches!(event, Event::IntrospectionFailed { .. });
    assert!(api.world.events.borrow().iter().any(failed));
}

#[test]
fn what_is_wrong_with_a_token_is_told_by_an_event() {
    let api = api();
    api.issue("for others", "");
    for (token, requirements) in [
        ("unknown", Requirements::default()),
        ("unknown", Requirements::default()),
        (&jwt(r#","exp":1"#), Requirements::default()),
    ] {
        refused(api.call(bearer(token).as_deref(), &requirements), token);
    }
    api.issue("other", r#","aud":"other""#);
    refused(api.call(bearer("other").as_deref(), &audience(&["x"])), "");
    api.issue("bound", r#","cnf":{}"#);
    refused(api.authorize("bound"), "");
    refused(api.authorize(&jwt(r#","cnf":{}"#)), "");
    let expected = [
        "inactive", "inactive", "expired", "audience", "bound", "bound",
    ];
    assert_eq!(api.told(), expected);
}

#[test]
fn the_document_has_every_reason() {
    use edge_oauth2::protocol::invalid_token::InvalidToken as Why;
    for why in [
        Why::TooLong,
        Why::NotCompact,
        Why::Encrypted,
        Why::Encoding,
        Why::Header,
        Why::Critical,
        Why::Unencoded,
        Why::Claims,
        Why::Algorithm,
        Why::Type,
        Why::UnknownKey,
        Why::Signature,
        Why::Issuer,
        Why::Audience,
        Why::Expiry,
        Why::Expired,
        Why::NotBefore,
        Why::NotYetValid,
        Why::IssuedAt,
        Why::IssuedAhead,
        Why::RequiredClaim("tenant".into()),
        Why::SecurityEvent,
        Why::Purpose,
        Why::Bound,
        Why::Inactive,
    ] {
        let row = format!("| `{}` | {why} |", why.reason());
        assert!(DOCUMENT.contains(&row), "{row}");
    }
}
