//! Every refusal, and the attacks of RFC 8725.

use edge_oauth2::protocol::jwa::SignatureAlgorithm;
use edge_oauth2::protocol::jws::is_jws;
use edge_oauth2::{ErrorCode, Json};

use super::issuer::{AUDIENCE, ISSUER, START, Signer, claims, claims_without, encode, set, signer};
use super::support::host::Reply;
use super::support::{check_rows, crypto, same};
use super::{Api, api, api_of};

/// A token whose header has these members, and a signature that is right.
fn headed(signer: &Signer, members: &str) -> String {
    let algorithm = signer.algorithm.as_str();
    let header = format!(r#"{{"alg":"{algorithm}","kid":"1",{members}}}"#);
    signer.sign(&header, claims(""))
}

fn reencoded(token: &str, change: impl Fn(&[&str]) -> Vec<String>) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    change(&parts).join(".")
}

fn rsa() -> Signer {
    Signer::of("1", SignatureAlgorithm::Rs256)
}

fn check<const N: usize>(api: &Api, rows: [(&'static str, (String, &'static str)); N]) {
    check_rows(rows, |(token, reason)| {
        same(api.reason(&token), Some(reason))?;
        // The same when it is presented again.
        same(api.reason(&token), Some(reason))
    });
}

#[test]
fn what_is_no_signed_token_is_refused() {
    let signer = signer("1");
    let api = api_of(&signer);
    let good = signer.token();
    let last = |change: fn(&str) -> String| {
        reencoded(&good, |parts| {
            vec![parts[0].into(), parts[1].into(), change(parts[2])]
        })
    };
    let header = |header: &str| signer.sign(header, claims(""));
    let rows = [
        ("nothing", (String::new(), "not_compact")),
        ("opaque", ("2YotnFZFEjr1zCsicMWpAA".into(), "not_compact")),
        (
            "two parts",
            (good.rsplit_once('.').unwrap().0.into(), "not_compact"),
        ),
        ("four parts", (format!("{good}.e30"), "not_compact")),
        ("five parts", (format!("{good}.e30.e30"), "encrypted")),
        ("six parts", (format!("{good}.a.b.c"), "not_compact")),
        ("dots", ("..".into(), "header")),
        ("no signature", (last(|_| String::new()), "signature")),
        ("padding", (last(|it| format!("{it}=")), "encoding")),
        ("white space", (last(|it| format!("{it} ")), "encoding")),
        (
            "a line break within",
            (last(|it| it.replacen(&it[4..5], "\n", 1)), "encoding"),
        ),
        (
            "the other alphabet",
            (last(|it| format!("+/{}", &it[2..])), "encoding"),
        ),
        (
            "unused bits",
            (last(|it| format!("{}B", &it[..it.len() - 1])), "encoding"),
        ),
        (
            "a digit too many",
            (last(|it| format!("{it}AAA")), "encoding"),
        ),
        ("a header that is no JSON", (header("alg"), "header")),
        ("a header that is a list", (header(r#"["alg"]"#), "header")),
        (
            "a header that is cut",
            (header(r#"{"alg":"ES256""#), "header"),
        ),
        (
            "a header with more behind",
            (header(r#"{"alg":"ES256"} {}"#), "header"),
        ),
        ("no alg", (header(r#"{"typ":"at+jwt"}"#), "header")),
        (
            "an alg that is a list",
            (header(r#"{"alg":["ES256"]}"#), "header"),
        ),
        (
            "a kid that is a number",
            (headed(&signer, r#""kid":1,"typ":"at+jwt""#), "header"),
        ),
        (
            "a typ that is a list",
            (headed(&signer, r#""typ":["at+jwt"]"#), "header"),
        ),
        (
            "claims that are a list",
            (signer.sign(&signer.header(), "[]"), "claims"),
        ),
        (
            "claims that are a text",
            (signer.sign(&signer.header(), r#""{}""#), "claims"),
        ),
        ("no claims", (signer.sign(&signer.header(), ""), "claims")),
        (
            "claims in UTF-16",
            (signer.sign(&signer.header(), [b'{', 0, b'}', 0]), "claims"),
        ),
        (
            "claims in no encoding",
            (signer.sign(&signer.header(), [b'"', 0xff, b'"']), "claims"),
        ),
        (
            "a mark before the claims",
            (signer.sign(&signer.header(), "\u{feff}{}"), "claims"),
        ),
    ];
    check(&api, rows);
}

#[test]
fn what_is_too_long_is_not_read() {
    let signer = signer("1");
    let api = api_of(&signer);
    let token = |filling: usize| signer.token_with(&format!(r#""x":"{}""#, "x".repeat(filling)));
    let of = |bytes: usize| (11_000..).map(token).find(|it| it.len() >= bytes).unwrap();
    let (longest, too_long) = (of(16 * 1024), of(16 * 1024 + 1));
    assert_eq!(longest.len(), 16 * 1024);
    assert!(api.verify(&longest).is_ok());
    let error = api.verify(&too_long).unwrap_err();
    assert_eq!(error.code(), ErrorCode::TokenMalformed);
}

#[test]
fn the_attacks_of_rfc_8725_fail() {
    let signer = rsa();
    let public = signer.key.clone();
    let mut attacker = Signer::of("attacker", SignatureAlgorithm::Rs256);
    attacker.key_id = Some("1");
    let jwk = attacker.jwk();
    let api = api_of(&signer);
    let good = signer.token();
    let other_header = |header: &str| {
        let header = encode(header);
        reencoded(&good, |parts| {
            vec![header.clone(), parts[1].into(), parts[2].into()]
        })
    };
    let hmac = |algorithm: &str, key: &[u8]| {
        let header = format!(r#"{{"alg":"{algorithm}","typ":"at+jwt","kid":"1"}}"#);
        let input = [encode(header), encode(claims(""))].join(".");
        let mac = crypto::hmac_sha256(key, input.as_bytes());
        [input, encode(mac)].join(".")
    };
    let unsigned = |algorithm: &str| {
        let header = format!(r#"{{"alg":"{algorithm}","typ":"at+jwt"}}"#);
        [encode(header), encode(claims("")), String::new()].join(".")
    };
    let by_attacker = |members: &str| headed(&attacker, &format!(r#""typ":"at+jwt",{members}"#));
    let swapped = reencoded(&signer.token_with(r#""sub":"admin""#), |parts| {
        let genuine: Vec<&str> = good.split('.').collect();
        vec![genuine[0].into(), parts[1].into(), genuine[2].into()]
    });
    let rows = [
        // §2.1, §3.1, §3.2
        ("none", (unsigned("none"), "algorithm")),
        ("None", (unsigned("None"), "algorithm")),
        ("nOnE", (unsigned("nOnE"), "algorithm")),
        (
            "none with a signature",
            (
                other_header(r#"{"alg":"none","typ":"at+jwt"}"#),
                "algorithm",
            ),
        ),
        ("an empty alg", (unsigned(""), "algorithm")),
        (
            "HS256 by the public key",
            (hmac("HS256", &public), "algorithm"),
        ),
        (
            "HS512 by the public key",
            (hmac("HS512", &public), "algorithm"),
        ),
        (
            "HS256 by the JWK",
            (hmac("HS256", signer.jwk().as_bytes()), "algorithm"),
        ),
        ("HS256 by nothing", (hmac("HS256", b""), "algorithm")),
        (
            "rs256",
            (
                other_header(r#"{"alg":"rs256","typ":"at+jwt","kid":"1"}"#),
                "algorithm",
            ),
        ),
        (
            "ES256K",
            (
                other_header(r#"{"alg":"ES256K","typ":"at+jwt","kid":"1"}"#),
                "algorithm",
            ),
        ),
        (
            "PS256 with the signature of RS256",
            (
                other_header(r#"{"alg":"PS256","typ":"at+jwt","kid":"1"}"#),
                "signature",
            ),
        ),
        (
            "ES256 with an RSA key",
            (
                other_header(r#"{"alg":"ES256","typ":"at+jwt","kid":"1"}"#),
                "signature",
            ),
        ),
        // §2.5, §2.10, §3.10
        (
            "jwk",
            (by_attacker(&format!(r#""jwk":{jwk}"#)), "signature"),
        ),
        (
            "jku",
            (
                by_attacker(r#""jku":"https://attacker.example/keys""#),
                "signature",
            ),
        ),
        (
            "x5u",
            (
                by_attacker(r#""x5u":"https://attacker.example/cert""#),
                "signature",
            ),
        ),
        ("x5c", (by_attacker(r#""x5c":["AAAA"]"#), "signature")),
        (
            "a kid that is a path",
            (
                headed(&attacker, r#""typ":"at+jwt","kid":"../../dev/null""#),
                "unknown_key",
            ),
        ),
        (
            "a kid that is a query",
            (
                headed(&attacker, r#""typ":"at+jwt","kid":"1' OR '1'='1""#),
                "unknown_key",
            ),
        ),
        (
            "a kid of an object",
            (
                headed(&attacker, r#""typ":"at+jwt","kid":"__proto__""#),
                "unknown_key",
            ),
        ),
        // §2.6, §3.6, §3.7
        (
            "crit",
            (
                headed(&signer, r#""typ":"at+jwt","crit":["exp"],"exp":1"#),
                "critical",
            ),
        ),
        (
            "an empty crit",
            (headed(&signer, r#""typ":"at+jwt","crit":[]"#), "critical"),
        ),
        (
            "a crit that is null",
            (headed(&signer, r#""typ":"at+jwt","crit":null"#), "critical"),
        ),
        (
            "b64",
            (
                headed(&signer, r#""typ":"at+jwt","b64":false"#),
                "unencoded",
            ),
        ),
        (
            "b64 that is a text",
            (
                headed(&signer, r#""typ":"at+jwt","b64":"false""#),
                "unencoded",
            ),
        ),
        // §2.3, §3.3
        ("other claims", (swapped, "signature")),
        // §3.8, §3.9
        (
            "another issuer",
            (
                signer.token_with(r#""iss":"https://attacker.example""#),
                "issuer",
            ),
        ),
        (
            "a slash at the end",
            (
                signer.token_with(&format!(r#""iss":"{ISSUER}/""#)),
                "issuer",
            ),
        ),
        (
            "another case",
            (
                signer.token_with(r#""iss":"https://AUTH.example.com""#),
                "issuer",
            ),
        ),
        (
            "an issuer among others",
            (
                signer.token_with(&format!(r#""iss":["{ISSUER}"]"#)),
                "issuer",
            ),
        ),
        (
            "no issuer",
            (
                signer.sign(&signer.header(), claims_without("iss")),
                "issuer",
            ),
        ),
        (
            "another audience",
            (
                signer.token_with(r#""aud":"https://other.example.com""#),
                "audience",
            ),
        ),
        (
            "an audience that begins so",
            (
                signer.token_with(&format!(r#""aud":"{AUDIENCE}/""#)),
                "audience",
            ),
        ),
        (
            "other audiences",
            (signer.token_with(r#""aud":["a","b"]"#), "audience"),
        ),
        (
            "an audience within a text",
            (
                signer.token_with(&format!(r#""aud":"other {AUDIENCE}""#)),
                "audience",
            ),
        ),
        (
            "an audience that is an object",
            (
                signer.token_with(&format!(r#""aud":{{"{AUDIENCE}":1}}"#)),
                "audience",
            ),
        ),
        (
            "no audiences",
            (signer.token_with(r#""aud":[]"#), "audience"),
        ),
        (
            "no audience",
            (
                signer.sign(&signer.header(), claims_without("aud")),
                "audience",
            ),
        ),
        // §2.8, §3.11, §3.12
        ("no typ", (headed(&signer, r#""cty":"JWT""#), "type")),
        ("JWT", (headed(&signer, r#""typ":"JWT""#), "type")),
        ("an empty typ", (headed(&signer, r#""typ":"""#), "type")),
        (
            "a logout token",
            (headed(&signer, r#""typ":"logout+jwt""#), "type"),
        ),
        (
            "a DPoP proof",
            (headed(&signer, r#""typ":"dpop+jwt""#), "type"),
        ),
        (
            "an introspection",
            (
                headed(&signer, r#""typ":"token-introspection+jwt""#),
                "type",
            ),
        ),
        (
            "an event",
            (headed(&signer, r#""typ":"secevent+jwt""#), "type"),
        ),
        (
            "an authorization request",
            (headed(&signer, r#""typ":"oauth-authz-req+jwt""#), "type"),
        ),
        (
            "a client's assertion",
            (
                headed(&signer, r#""typ":"client-authentication+jwt""#),
                "type",
            ),
        ),
        (
            "an ID token by its type",
            (headed(&signer, r#""typ":"id_token+jwt""#), "type"),
        ),
        (
            "a type that ends so",
            (headed(&signer, r#""typ":"x-at+jwt""#), "type"),
        ),
        (
            "a type of another tree",
            (headed(&signer, r#""typ":"text/at+jwt""#), "type"),
        ),
    ];
    check(&api, rows);
    let sent = api.world.network.sent.borrow();
    assert!(sent.iter().all(|it| it.url == super::JWKS_URI), "followed");
}

#[test]
fn plain_tokens_are_taken_if_asked_for_and_no_others() {
    let signer = rsa();
    let api = api_of(&signer).with(|options| options.plain_jwt = true);
    for typ in [
        r#""typ":"JWT""#,
        r#""typ":"jwt""#,
        r#""typ":"application/JWT""#,
        r#""x":1"#,
    ] {
        assert_eq!(api.reason(&headed(&signer, typ)), None, "{typ}");
    }
    let event = r#""events":{"http://schemas.openid.net/event/backchannel-logout":{}}"#;
    let plain =
        |members: &str| signer.sign(r#"{"alg":"RS256","kid":"1","typ":"JWT"}"#, claims(members));
    let rows = [
        (
            "a logout token",
            (headed(&signer, r#""typ":"logout+jwt""#), "type"),
        ),
        (
            "a DPoP proof",
            (headed(&signer, r#""typ":"dpop+jwt""#), "type"),
        ),
        (
            "an introspection",
            (
                headed(&signer, r#""typ":"token-introspection+jwt""#),
                "type",
            ),
        ),
        (
            "an event",
            (headed(&signer, r#""typ":"secevent+jwt""#), "type"),
        ),
        (
            "an event that does not say so",
            (plain(event), "security_event"),
        ),
        ("another audience", (plain(r#""aud":"client""#), "audience")),
        ("a refresh token", (plain(r#""typ":"Refresh""#), "purpose")),
        ("an ID token", (plain(r#""token_use":"id""#), "purpose")),
    ];
    check(&api, rows);
}

#[test]
fn access_tokens_say_so_in_several_ways() {
    let signer = rsa();
    let api = api_of(&signer);
    for typ in [
        "at+jwt",
        "application/at+jwt",
        "AT+JWT",
        "Application/AT+jwt",
    ] {
        let token = headed(&signer, &format!(r#""typ":"{typ}""#));
        assert_eq!(api.reason(&token), None, "{typ}");
    }
}

#[test]
fn times_are_numbers_with_a_skew() {
    let signer = signer("1");
    let api = api_of(&signer);
    let at = |name: &str, value: &str| signer.token_with(&format!(r#""{name}":{value}"#));
    let rows = [
        (
            "exp past",
            (at("exp", &(START - 10).to_string()), "expired"),
        ),
        ("exp long past", (at("exp", "1"), "expired")),
        ("exp before there was time", (at("exp", "-1"), "expired")),
        (
            "no exp",
            (
                signer.sign(&signer.header(), claims_without("exp")),
                "expiry",
            ),
        ),
        (
            "exp as a text",
            (at("exp", &format!(r#""{}""#, START + 60)), "expiry"),
        ),
        ("exp that is null", (at("exp", "null"), "expiry")),
        ("exp that is true", (at("exp", "true"), "expiry")),
        (
            "exp as a date",
            (at("exp", r#""2099-01-01T00:00:00Z""#), "expiry"),
        ),
        (
            "nbf ahead",
            (at("nbf", &(START + 11).to_string()), "not_yet_valid"),
        ),
        ("nbf as a text", (at("nbf", r#""0""#), "not_before")),
        ("nbf that is null", (at("nbf", "null"), "not_before")),
        (
            "iat ahead",
            (at("iat", &(START + 11).to_string()), "issued_ahead"),
        ),
        (
            "iat in milliseconds",
            (at("iat", &(START * 1000).to_string()), "issued_ahead"),
        ),
        ("iat as a text", (at("iat", r#""0""#), "issued_at")),
    ];
    check(&api, rows);
    let taken = [
        at("exp", &(START - 9).to_string()),
        at("exp", &format!("{}.5", START - 10)),
        at("exp", "1.9e9"),
        at("nbf", &(START + 10).to_string()),
        at("nbf", &format!("{}.25", START + 9)),
        at("iat", &(START + 10).to_string()),
        at("iat", "0"),
        signer.sign(&signer.header(), claims_without("iat")),
    ];
    for (n, token) in taken.iter().enumerate() {
        assert_eq!(api.reason(token), None, "{n}");
    }
}

#[test]
fn a_token_expires_while_it_is_remembered() {
    let signer = signer("1");
    let api = api_of(&signer).with(|options| options.clock_skew_seconds = 0);
    let token = signer.token_with(&format!(r#""exp":{}"#, START + 60));
    api.wait(59);
    assert!(api.verify(&token).is_ok() && api.cached(&token));
    api.wait(1);
    assert!(!api.cached(&token));
    assert_eq!(api.reason(&token), Some("expired"));
}

#[test]
fn required_claims_are_required() {
    let signer = signer("1");
    let api = api_of(&signer).with(|options| options.required_claims = vec!["tenant".into()]);
    let rows = [
        ("missing", (signer.token(), "required_claim")),
        (
            "null",
            (signer.token_with(r#""tenant":null"#), "required_claim"),
        ),
    ];
    check(&api, rows);
    let error = api.verify(&signer.token()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the token lacks a claim that is required here: tenant"
    );
    assert_eq!(api.reason(&signer.token_with(r#""tenant":0"#)), None);
}

#[test]
fn a_bound_token_wants_a_proof() {
    let signer = signer("1");
    let api = api_of(&signer);
    for cnf in [r#"{"jkt":"abc"}"#, r#"{"x5t#S256":"abc"}"#, "{}", "null"] {
        let token = signer.token_with(&format!(r#""cnf":{cnf}"#));
        assert_eq!(api.reason(&token), Some("bound"), "{cnf}");
        assert!(api.call(&token, None, true).is_ok());
        // Whoever has checked the proof has done so for himself.
        assert_eq!(api.reason(&token), Some("bound"), "{cnf}");
        assert!(!api.cached(&token));
    }
}

#[test]
fn the_list_of_algorithms_is_obeyed() {
    let (es, rs) = (signer("1"), rsa());
    let keys = set(&[&es, &rs]);
    let api = api(move |_| Reply::now(200, keys.as_str()))
        .with(|options| options.algorithms = Some(vec!["ES256".into()]));
    assert_eq!(api.reason(&es.token()), None);
    assert_eq!(api.reason(&rs.token()), Some("algorithm"));
}

#[test]
fn what_a_call_asks_for_is_asked_of_a_remembered_token_too() {
    let signer = signer("1");
    let api = api_of(&signer);
    let token = signer.token_with(r#""aud":["a","b"]"#);
    assert!(api.call(&token, Some(&["x", "b"]), false).is_ok());
    let refused = api.call(&token, Some(&["x"]), false).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::TokenRejected);
    assert_eq!(api.reason(&token), Some("audience"));
    let (_, verifier) = api.verifier();
    assert!(verifier.cached(&token, Some(&["a".into()])).is_some());
    assert!(verifier.cached(&token, Some(&["x".into()])).is_none());
    for none in [&[][..], &[""]] {
        let error = api.call(&token, Some(none), false).unwrap_err();
        assert_eq!(error.option(), Some("audience"));
    }
}

#[test]
fn a_verifier_that_asks_for_less_lends_nothing_to_one_that_asks_for_more() {
    let signer = signer("1");
    let lax = api_of(&signer).with(|options| {
        options.no_audience = true;
        options.audience.clear();
        options.plain_jwt = true;
    });
    let token = signer.sign(r#"{"alg":"ES256","kid":"1"}"#, claims_without("aud"));
    assert!(lax.verify(&token).is_ok() && lax.cached(&token));
    let strict = lax.with(|options| options.plain_jwt = false);
    assert!(!strict.cached(&token));
    assert_eq!(strict.reason(&token), Some("type"));
    let strict = strict.with(|options| *options = super::options());
    let strict = strict.with(|options| options.plain_jwt = true);
    assert!(!strict.cached(&token));
    assert_eq!(strict.reason(&token), Some("audience"));
}

#[test]
fn of_repeated_members_the_last_counts() {
    let signer = signer("1");
    let api = api_of(&signer);
    let header = r#"{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"1"}"#;
    let verified = api
        .verify(&signer.sign(header, claims(r#""sub":"second""#)))
        .unwrap();
    assert_eq!(
        verified.claims.get("sub").and_then(Json::as_str),
        Some("second")
    );
    let header = r#"{"alg":"ES256","alg":"none","typ":"at+jwt","kid":"1"}"#;
    assert_eq!(
        api.reason(&signer.sign(header, claims(""))),
        Some("algorithm")
    );
    let last = format!(r#""exp":{},"exp":1"#, START + 60);
    assert_eq!(api.reason(&signer.token_with(&last)), Some("expired"));
}

#[test]
fn refusals_may_be_shown_in_a_challenge() {
    let signer = signer("1");
    let api = api_of(&signer).with(|options| options.required_claims = vec!["\"ü\\".into()]);
    for token in [
        "a.b",
        "a.b.c.d.e",
        &signer.token(),
        &signer.token_with(r#""exp":1"#),
    ] {
        let words = api.verify(token).unwrap_err().to_string();
        let may_be_shown = |byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(words.bytes().all(may_be_shown), "{words}");
    }
}

#[test]
fn a_token_is_one_of_these_by_its_header() {
    let good = signer("1").token();
    let (input, _) = good.rsplit_once('.').unwrap();
    assert!(is_jws(&good));
    assert!(is_jws(&format!("{input}.")), "unsigned");
    for other in [
        "",
        "a",
        "a.b.c",
        "..",
        "e30",
        "e30.e30",
        &format!("{good}.x"),
        &format!("{input}x"),
    ] {
        assert!(!is_jws(other), "{other}");
    }
}
