//! What takes the secret's place: an assertion that is signed here (RFC 7523 §2.2, RFC 10070), or one that is
//! ready.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

mod support;

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_oauth2::host::Asked;
use edge_oauth2::protocol::form;
use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::{
    AssertionOptions, ClientAssertion, ClientAuth, ClientConfig, ClientOptions, Credential,
    ErrorCode, Grant, Json, PrivateKey, Secret,
};
use support::host::{Reply, World};
use support::{ISSUER, TOKEN_URL, check_rows, config, discovered, metadata, options, same};

const SECRET: &str = "a secret that is as long as the hash";

fn by_key(base: ClientOptions) -> ClientOptions {
    ClientOptions {
        client_secret: None,
        client_auth: ClientAuth::PrivateKeyJwt,
        private_key: Some(PrivateKey {
            algorithm: Algorithm::Ps256,
            key_id: Some("key-1".into()),
            header: vec![("x5t#S256".into(), "thumbprint".into())],
            audience: Vec::new(),
            key: Some("the key".into()),
        }),
        ..base
    }
}

fn by_secret(base: ClientOptions) -> ClientOptions {
    ClientOptions {
        client_secret: Some(SECRET.into()),
        client_auth: ClientAuth::ClientSecretJwt,
        ..base
    }
}

/// The token endpoint is given, and so is the issuer's name.
fn beside(base: ClientOptions) -> ClientOptions {
    ClientOptions {
        issuer: Some(ISSUER.into()),
        ..base
    }
}

fn saying(base: ClientOptions, said: impl FnOnce(&mut AssertionOptions)) -> ClientOptions {
    let mut assertion = AssertionOptions::default();
    said(&mut assertion);
    ClientOptions {
        client_assertion: ClientAssertion::Signed(assertion),
        ..base
    }
}

/// A server whose metadata is asked for first, if at all.
fn world() -> World {
    World::new(|n, request| match request.method.as_str() {
        "GET" => Reply::now(200, metadata("")),
        _ => Reply::token(0, &format!("token-{n}")),
    })
}

/// The forms of the token requests.
fn forms(world: &World) -> Vec<Vec<(String, String)>> {
    let sent = world.network.sent.borrow();
    let asked = sent.iter().filter(|request| request.method == "POST");
    asked
        .map(|request| form::decode(std::str::from_utf8(&request.body).unwrap()))
        .collect()
}

fn value<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut values = form.iter().filter(|(it, _)| it == name);
    let value = values.next().map(|(_, value)| value.as_str());
    assert!(values.next().is_none(), "{name} is there twice");
    value
}

/// Header and claims.
fn parts(jwt: &str) -> (Json, Json) {
    let part = |part: &str| {
        let bytes = Base64UrlUnpadded::decode_vec(part).unwrap();
        Json::parse(std::str::from_utf8(&bytes).unwrap()).unwrap()
    };
    let mut parts = jwt.split('.');
    (part(parts.next().unwrap()), part(parts.next().unwrap()))
}

/// Of the assertion in the only token request.
fn said(options: ClientOptions) -> (Json, Json) {
    let world = world();
    world.token(config(options)).unwrap();
    let forms = forms(&world);
    assert_eq!(forms.len(), 1);
    parts(value(&forms[0], "client_assertion").unwrap())
}

/// RFC 10070: its type says that the client keeps the whole of it, so it goes with that audience only.
#[test]
fn is_for_the_issuer_alone_where_that_is_known() {
    let issuer = || ISSUER.into();
    let old = "JWT";
    let new = "client-authentication+jwt";
    let of_key = |audience: &[&str]| {
        let mut options = by_key(discovered());
        let key = options.private_key.as_mut().unwrap();
        key.audience = audience.iter().map(|it| (*it).to_owned()).collect();
        options
    };
    let audience = |it: &mut AssertionOptions| it.audience = vec![TOKEN_URL.into()];
    let typ = |typ: &'static str| move |it: &mut AssertionOptions| it.typ = Some(typ.into());
    check_rows(
        [
            ("key", (by_key(discovered()), issuer(), new)),
            ("secret", (by_secret(discovered()), issuer(), new)),
            (
                "issuer beside the token endpoint",
                (by_key(beside(options())), issuer(), new),
            ),
            ("unknown", (by_key(options()), TOKEN_URL.into(), old)),
            (
                "unknown, secret",
                (by_secret(options()), TOKEN_URL.into(), old),
            ),
            (
                "key's audience",
                (of_key(&["urn:as"]), "urn:as".into(), old),
            ),
            (
                "key's audiences",
                (
                    of_key(&[ISSUER, TOKEN_URL]),
                    Json::Array(vec![ISSUER.into(), TOKEN_URL.into()]),
                    old,
                ),
            ),
            (
                "audience before the key's",
                (saying(of_key(&["urn:as"]), audience), TOKEN_URL.into(), old),
            ),
            (
                "audience, secret",
                (
                    saying(by_secret(discovered()), audience),
                    TOKEN_URL.into(),
                    old,
                ),
            ),
            (
                "type of before",
                (saying(by_key(discovered()), typ("JWT")), issuer(), old),
            ),
            (
                "type of a profile, the issuer unknown",
                (
                    saying(by_secret(options()), typ("profile+jwt")),
                    TOKEN_URL.into(),
                    "profile+jwt",
                ),
            ),
        ],
        |(options, audience, typ)| {
            let (header, claims) = said(options);
            same(claims.get("aud"), Some(&audience))?;
            same(header.get("typ"), Some(&typ.into()))?;
            same(claims.get("iss"), Some(&"client".into()))?;
            same(claims.get("sub"), Some(&"client".into()))
        },
    );
}

#[test]
fn says_what_it_is_told_to() {
    let (header, claims) = said(saying(by_key(options()), |it| {
        it.claims = vec![("tenant".into(), "one".into())];
        it.lifetime_seconds = 300;
    }));
    assert_eq!(
        header.to_text(),
        r#"{"alg":"PS256","typ":"JWT","kid":"key-1","x5t#S256":"thumbprint"}"#
    );
    assert_eq!(claims.get("tenant"), Some(&"one".into()));
    let seconds = |name| claims.get(name).and_then(Json::as_f64).unwrap();
    assert_eq!(seconds("exp") - seconds("iat"), 300.0);
}

/// Neither RFC 10070's type nor what only the client's own says.
#[test]
fn has_nothing_to_do_with_that_of_the_grant() {
    let both = ClientOptions {
        grant: Grant::SignedJwtBearer(AssertionOptions::default()),
        ..saying(by_key(beside(options())), |it| {
            it.claims = vec![("tenant".into(), "one".into())];
        })
    };
    let world = world();
    world.token(config(both)).unwrap();
    let form = forms(&world).remove(0);
    let (header, claims) = parts(value(&form, "assertion").unwrap());
    assert_eq!(header.get("typ"), Some(&"JWT".into()));
    assert_eq!(claims.get("tenant"), None);
    assert_eq!(claims.get("aud"), Some(&TOKEN_URL.into()));
    let (header, claims) = parts(value(&form, "client_assertion").unwrap());
    assert_eq!(header.get("typ"), Some(&"client-authentication+jwt".into()));
    assert_eq!(claims.get("tenant"), Some(&"one".into()));
}

/// Clocks differ: what is of the future, or over, is refused.
#[test]
fn begins_a_little_earlier_and_never_ends_before_it_is_sent() {
    for (lifetime_seconds, before) in [(1, 0), (7, 1), (60, 10), (300, 10), (3600, 10)] {
        let world = world();
        let now = (world.isolate.now_ms() / 1000) as f64;
        let options = saying(by_key(options()), |it| {
            it.lifetime_seconds = lifetime_seconds
        });
        world.token(config(options)).unwrap();
        let (_, claims) = parts(value(&forms(&world)[0], "client_assertion").unwrap());
        let seconds = |name| claims.get(name).and_then(Json::as_f64).unwrap();
        assert_eq!(
            now - seconds("iat"),
            f64::from(before),
            "{lifetime_seconds}"
        );
        assert_eq!(seconds("exp") - seconds("iat"), f64::from(lifetime_seconds));
        assert!(seconds("exp") > now);
    }
}

/// Which of them a server wants nobody can know who has not been told.
#[test]
fn that_is_refused_leads_to_what_it_says() {
    let world = World::new(|_, _| Reply::now(401, r#"{"error":"invalid_client"}"#));
    for (options, is_hinted) in [
        (by_key(options()), true),
        (by_secret(options()), true),
        (options(), false),
    ] {
        let error = world.token(config(options)).unwrap_err().to_string();
        assert_eq!(
            error.contains("clientAssertion: { audience, typ }"),
            is_hinted,
            "{error}"
        );
        assert!(error.contains("answered 401 invalid_client"), "{error}");
    }
}

fn ready(assertion: Credential) -> ClientOptions {
    ClientOptions {
        client_secret: None,
        client_assertion: ClientAssertion::Ready(assertion),
        identity: Some("tenant".into()),
        ..options()
    }
}

fn ask_thrice(world: &World, options: &ClientOptions) {
    for _ in 0..3 {
        world.token(config(options.clone())).unwrap();
        world.isolate.run_for(3_600_000);
    }
}

#[test]
fn that_is_ready_is_asked_for_once_per_grant() {
    let world = world();
    *world.credential.borrow_mut() = Ok(Secret::from("x.y.z"));
    ask_thrice(&world, &ready(Credential::Asked));
    assert_eq!(*world.asked.borrow(), [Asked::ClientAssertion; 3]);
    for form in forms(&world) {
        let members: Vec<_> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        assert_eq!(
            members,
            [
                ("grant_type", "client_credentials"),
                ("client_id", "client"),
                ("client_assertion_type", jwt_bearer),
                ("client_assertion", "x.y.z"),
            ]
        );
    }
    let sent = world.network.sent.borrow();
    let mut headers = sent.iter().flat_map(|request| &request.headers);
    assert!(headers.all(|(name, _)| name != "authorization"));
}

#[test]
fn that_is_given_may_be_all_that_says_who_asks() {
    let world = world();
    let kind = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    let options = ClientOptions {
        client_id: String::new(),
        client_assertion_type: kind.into(),
        identity: None,
        ..ready("PHNhbWw+".into())
    };
    ask_thrice(&world, &options);
    assert!(world.asked.borrow().is_empty());
    let form = &forms(&world)[2];
    assert_eq!(value(form, "client_id"), None);
    assert_eq!(value(form, "client_assertion"), Some("PHNhbWw+"));
    assert_eq!(value(form, "client_assertion_type"), Some(kind));
}

#[test]
fn that_cannot_be_had_fails_the_request() {
    let world = world();
    let error = world.token(config(ready(Credential::Asked))).unwrap_err();
    assert_eq!(error.code(), ErrorCode::HookFailed);
    assert_eq!(error.to_string(), "clientAssertion failed");
    assert_eq!(world.sent(), 0);
}

#[test]
fn that_is_asked_for_needs_a_name() {
    let options = ClientOptions {
        identity: None,
        ..ready(Credential::Asked)
    };
    let error = ClientConfig::new(options).unwrap_err();
    assert_eq!(error.option(), Some("identity"));
}

#[test]
fn that_is_ready_is_not_told_again() {
    const MARKER: &str = "marker-of-the-assertion";
    let world = World::new(|_, request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let echo = format!(r#"{{"error":"invalid_client","error_description":"{body}"}}"#);
        Reply::now(401, echo)
    });
    *world.credential.borrow_mut() = Ok(Secret::from(MARKER));
    for options in [ready(Credential::Asked), ready(MARKER.into())] {
        let shown = format!("{options:?} {:?}", config(options.clone()));
        assert!(!shown.contains(MARKER), "{shown}");
        let error = world.token(config(options)).unwrap_err();
        assert_eq!(error.status(), Some(401));
        assert!(!format!("{error} {error:?}").contains(MARKER), "{error}");
    }
    assert_eq!(world.sent(), 2);
}

/// RFC 6749 §2.3.1 has it in the header only, and some servers look for it in the body as well.
#[test]
fn the_clients_id_may_be_in_the_body_beside_the_header() {
    let world = world();
    let options = ClientOptions {
        endpoint_params: vec![("client_id".into(), "client".into())],
        ..options()
    };
    world.token(config(options)).unwrap();
    let form = forms(&world).remove(0);
    assert_eq!(value(&form, "client_id"), Some("client"));
    assert_eq!(value(&form, "client_secret"), None);
    let sent = world.network.sent.borrow();
    assert!(
        sent[0]
            .headers
            .iter()
            .any(|(name, _)| name == "authorization")
    );
}
