//! How each grant comes to its first token, and to the next ones.

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
    AssertionOptions, ClientAuth, ClientOptions, Credential, Error, ErrorCode, Grant, Json,
    PrivateKey, Secret,
};
use support::host::{PRIVATE_KEY, Reply, World};
use support::isolate::START_MS;
use support::{config, crypto, options};

const HOUR_MS: u64 = 3_600_000;

/// The n-th answer; token and refresh token are numbered.
fn issued(n: usize, has_refresh_token: bool) -> Reply {
    let refresh_token = if has_refresh_token {
        format!(r#","refresh_token":"refresh-{n}""#)
    } else {
        String::new()
    };
    let body = format!(r#"{{"access_token":"token-{n}","expires_in":3600{refresh_token}}}"#);
    Reply::now(200, body)
}

fn rejection(status: u16, error: &str) -> Reply {
    Reply::now(status, format!(r#"{{"error":"{error}"}}"#))
}

fn using(grant: Grant) -> ClientOptions {
    ClientOptions { grant, ..options() }
}

fn password() -> Grant {
    Grant::Password {
        username: "jo hn".into(),
        password: "p+w".into(),
    }
}

fn jwt_bearer(assertion: impl Into<Credential>) -> Grant {
    Grant::JwtBearer {
        assertion: assertion.into(),
    }
}

fn given(expires_at_ms: Option<u64>, refresh_token: Option<&str>) -> Grant {
    Grant::Token {
        access_token: "given".into(),
        expires_at_ms,
        refresh_token: refresh_token.map(Into::into),
        response: None,
    }
}

fn ask(world: &World, options: &ClientOptions) -> Result<String, Error> {
    let token = world.token(config(options.clone()))?;
    world.isolate.run_for(100);
    Ok(token.access_token.expose().to_owned())
}

/// Asks, and again when the token is over, and so on.
fn ask_thrice(world: &World, options: &ClientOptions) -> [Result<String, Error>; 3] {
    [(); 3].map(|()| {
        let token = ask(world, options);
        world.isolate.run_for(HOUR_MS);
        token
    })
}

/// The grant's own parameters of every request.
fn requests(world: &World) -> Vec<String> {
    let sent = world.network.sent.borrow();
    let grant = |body: &Vec<u8>| {
        let parameters = form::decode(std::str::from_utf8(body).unwrap());
        let own = |(name, _): &(String, String)| !["client_id", "client_secret"].contains(&&**name);
        let own: Vec<_> = parameters.into_iter().filter(own).collect();
        form::encode(&own)
    };
    sent.iter().map(|request| grant(&request.body)).collect()
}

const JWT_BEARER: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";

#[test]
fn without_a_refresh_token_the_grant_is_made_again() {
    let custom = Grant::Custom {
        grant_type: "urn:example:grant".into(),
    };
    let password_request = "grant_type=password&username=jo+hn&password=p%2Bw".to_owned();
    for (grant, request) in [
        (
            Grant::ClientCredentials,
            "grant_type=client_credentials".to_owned(),
        ),
        (password(), password_request),
        (
            jwt_bearer("a.b.c"),
            [JWT_BEARER, "&assertion=a.b.c"].concat(),
        ),
        (custom, "grant_type=urn%3Aexample%3Agrant".to_owned()),
    ] {
        let world = World::new(|n, _| issued(n, false));
        let tokens = ask_thrice(&world, &using(grant));
        assert_eq!(
            tokens,
            ["token-0", "token-1", "token-2"].map(|it| Ok(it.to_owned()))
        );
        assert_eq!(requests(&world), vec![request; 3]);
    }
}

#[test]
fn with_a_refresh_token_that_is_spent() {
    for grant in [password(), jwt_bearer("a.b.c")] {
        let world = World::new(|n, _| issued(n, true));
        let tokens = ask_thrice(&world, &using(grant));
        assert_eq!(
            tokens,
            ["token-0", "token-1", "token-2"].map(|it| Ok(it.to_owned()))
        );
        assert_eq!(
            requests(&world)[1..],
            [
                "grant_type=refresh_token&refresh_token=refresh-0",
                "grant_type=refresh_token&refresh_token=refresh-1",
            ]
        );
    }
}

#[test]
fn one_that_came_with_client_credentials_is_left_alone() {
    let world = World::new(|n, _| issued(n, true));
    let token = world.token(config(options())).unwrap();
    assert_eq!(token.refresh_token.unwrap().expose(), "refresh-0");
    world.isolate.run_for(2 * HOUR_MS);
    ask(&world, &options()).unwrap();
    assert_eq!(requests(&world), ["grant_type=client_credentials"; 2]);
}

#[test]
fn one_that_is_refused_leads_back_to_the_grant() {
    let world = World::new(|n, _| match n {
        1 => rejection(400, "invalid_grant"),
        _ => issued(n, true),
    });
    let tokens = ask_thrice(&world, &using(password()));
    assert_eq!(
        tokens,
        ["token-0", "token-2", "token-3"].map(|it| Ok(it.to_owned()))
    );
    let requests = requests(&world);
    assert_eq!(
        requests[1],
        "grant_type=refresh_token&refresh_token=refresh-0"
    );
    assert!(requests[2].starts_with("grant_type=password"));
    // The new grant's refresh token takes the refused one's place.
    assert_eq!(
        requests[3],
        "grant_type=refresh_token&refresh_token=refresh-2"
    );
}

#[test]
fn refresh_tokens_can_be_left_unused() {
    let world = World::new(|n, _| issued(n, true));
    let options = ClientOptions {
        no_refresh_token: true,
        ..using(password())
    };
    let token = world.token(config(options.clone())).unwrap();
    assert!(token.refresh_token.is_none());
    world.isolate.run_for(2 * HOUR_MS);
    ask(&world, &options).unwrap();
    assert!(requests(&world)[1].starts_with("grant_type=password"));
}

#[test]
fn a_given_token_is_used_until_it_ends_and_then_renewed() {
    let world = World::new(|n, _| issued(n, true));
    let now_ms = world.isolate.now_ms();
    let options = using(given(Some(now_ms + HOUR_MS / 2), Some("refresh")));
    let tokens = ask_thrice(&world, &options);
    assert_eq!(
        tokens,
        ["given", "token-0", "token-1"].map(|it| Ok(it.to_owned()))
    );
    assert_eq!(
        requests(&world),
        [
            "grant_type=refresh_token&refresh_token=refresh",
            "grant_type=refresh_token&refresh_token=refresh-0",
        ]
    );
}

/// A token that was stored, with so much left of it, and what it came with.
fn stored(left_ms: u64, response: &str) -> ClientOptions {
    using(Grant::Token {
        access_token: "given".into(),
        expires_at_ms: Some(START_MS + left_ms),
        refresh_token: Some("refresh".into()),
        response: Json::parse(response),
    })
}

/// A bug that was: the skew was a quarter of what was left when the client was made, so that it was handed out.
#[test]
fn of_a_given_token_as_much_is_kept_back_as_of_any() {
    const HOUR: &str = r#"{"access_token":"given","expires_in":3600}"#;
    const SHORT: &str = r#"{"access_token":"given","expires_in":"8"}"#;
    for (name, left_ms, response, is_used) in [
        ("an hour's, almost over", 300, HOUR, false),
        ("an hour's, 10 s before its end", 10_000, HOUR, false),
        ("an hour's, before that", 10_001, HOUR, true),
        ("of unknown life, almost over", 300, "{}", false),
        ("of unknown life, 10 s before its end", 10_000, "{}", false),
        ("of unknown life, before that", 10_001, "{}", true),
        ("of a short life, 2 s before its end", 2_000, SHORT, false),
        ("of a short life, before that", 2_001, SHORT, true),
    ] {
        let world = World::new(|n, _| issued(n, true));
        let expected = if is_used { "given" } else { "token-0" };
        let token = ask(&world, &stored(left_ms, response));
        assert_eq!(token, Ok(expected.to_owned()), "{name}");
    }
}

/// Its successor is asked for when as much of its whole life is over as of any token's.
#[test]
fn a_given_token_is_renewed_ahead_by_its_whole_life() {
    let hour = r#"{"access_token":"given","expires_in":3600}"#;
    for (left_ms, requests) in [(HOUR_MS / 2, 0), (HOUR_MS / 10, 1)] {
        let world = World::new(|n, _| issued(n, true));
        for _ in 0..2 {
            assert_eq!(ask(&world, &stored(left_ms, hour)), Ok("given".into()));
        }
        world.isolate.run_for(100);
        assert_eq!(world.sent(), requests);
    }
}

/// Where only its life is known it lives from its first use on, and only once.
#[test]
fn the_life_of_a_given_token_begins_at_its_first_use() {
    let world = World::new(|n, _| issued(n, true));
    let options = using(Grant::Token {
        access_token: "given".into(),
        expires_at_ms: None,
        refresh_token: Some("refresh".into()),
        response: Json::parse(r#"{"access_token":"given","expires_in":60}"#),
    });
    let options = ClientOptions {
        refresh_ahead: None,
        ..options
    };
    let (_, _made_early) = world.source(config(options.clone()));
    world.isolate.run_for(HOUR_MS);
    assert_eq!(ask(&world, &options), Ok("given".into()));
    world.isolate.run_for(49_000);
    assert_eq!(ask(&world, &options), Ok("given".into()));
    world.isolate.run_for(2_000);
    assert_eq!(ask(&world, &options), Ok("token-0".into()));
}

#[test]
fn a_given_token_that_is_refused_is_renewed() {
    let world = World::new(|n, _| issued(n, false));
    let options = using(given(None, Some("refresh")));
    assert_eq!(ask(&world, &options), Ok("given".into()));
    let (_, source) = world.source(config(options.clone()));
    assert!(
        source
            .client_state()
            .refuse("given", world.isolate.now_ms())
    );
    assert_eq!(ask(&world, &options), Ok("token-0".into()));
}

#[test]
fn a_given_token_of_which_nothing_is_known_is_not_renewed_ahead_of_time() {
    let world = World::new(|n, _| issued(n, false));
    let options = using(given(None, None));
    for _ in 0..3 {
        assert_eq!(ask(&world, &options), Ok("given".into()));
        world.isolate.run_for(100 * 24 * HOUR_MS);
    }
    assert_eq!(world.sent(), 0);
    let (_, source) = world.source(config(options.clone()));
    assert!(
        source
            .client_state()
            .refuse("given", world.isolate.now_ms())
    );
    let error = ask(&world, &options).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ReauthorizationRequired);
    assert_eq!(world.sent(), 0);
}

fn asked(credential: Option<Credential>, grant: Grant) -> ClientOptions {
    ClientOptions {
        client_secret: credential,
        client_auth: ClientAuth::Post,
        identity: Some("tenant".into()),
        ..using(grant)
    }
}

#[test]
fn the_host_is_asked_for_a_secret_once_per_grant() {
    let world = World::new(|n, _| issued(n, false));
    *world.credential.borrow_mut() = Ok(Secret::from("of the hour"));
    let options = asked(Some(Credential::Asked), Grant::ClientCredentials);
    assert!(ask_thrice(&world, &options).iter().all(Result::is_ok));
    assert_eq!(*world.asked.borrow(), [Asked::ClientSecret; 3]);
    let body = world.network.sent.borrow()[2].body.clone();
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("client_secret=of+the+hour"), "{body}");
}

#[test]
fn the_host_is_asked_for_an_assertion_once_per_grant() {
    let world = World::new(|n, _| issued(n, false));
    *world.credential.borrow_mut() = Ok(Secret::from("x.y.z"));
    let options = asked(None, jwt_bearer(Credential::Asked));
    assert!(ask_thrice(&world, &options).iter().all(Result::is_ok));
    assert_eq!(*world.asked.borrow(), [Asked::Assertion; 3]);
    assert!(requests(&world)[0].ends_with("&assertion=x.y.z"));
}

#[test]
fn a_host_that_has_none_to_give_fails_the_request() {
    let world = World::new(|n, _| issued(n, false));
    let options = asked(Some(Credential::Asked), Grant::ClientCredentials);
    let error = ask(&world, &options).unwrap_err();
    assert_eq!(error.code(), ErrorCode::HookFailed);
    assert_eq!(error.to_string(), "clientSecret failed");
    assert_eq!(error.hook(), Some("nothing to give"));
    // It may have been asked in a bad moment.
    *world.credential.borrow_mut() = Ok(Secret::from("secret"));
    assert!(ask(&world, &options).is_ok());
    for unusable in ["", "with a\nline break"] {
        let world = World::new(|n, _| issued(n, false));
        *world.credential.borrow_mut() = Ok(Secret::from(unusable));
        let error = ask(&world, &options).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidOption);
        assert_eq!(error.option(), Some("clientSecret"));
    }
}

#[test]
fn what_cannot_be_compared_needs_a_name() {
    for mut options in [
        asked(Some(Credential::Asked), Grant::ClientCredentials),
        asked(None, jwt_bearer(Credential::Asked)),
        ClientOptions {
            has_hooks: true,
            ..options()
        },
    ] {
        options.identity = None;
        let error = edge_oauth2::ClientConfig::new(options).unwrap_err();
        assert_eq!(error.option(), Some("identity"));
    }
    let world = World::new(|n, _| issued(n, false));
    *world.credential.borrow_mut() = Ok(Secret::from("secret"));
    let named = |name: &str| ClientOptions {
        identity: Some(name.into()),
        ..asked(Some(Credential::Asked), Grant::ClientCredentials)
    };
    assert_eq!(ask(&world, &named("one")), Ok("token-0".into()));
    assert_eq!(ask(&world, &named("other")), Ok("token-1".into()));
    assert_eq!(ask(&world, &named("one")), Ok("token-0".into()));
}

/// The form of the first request.
fn form_of(options: ClientOptions) -> Vec<(String, String)> {
    let world = World::new(|n, _| issued(n, false));
    world.token(config(options)).unwrap();
    let sent = world.network.sent.borrow();
    assert!(
        sent[0]
            .headers
            .iter()
            .all(|(name, _)| name != "authorization")
    );
    form::decode(std::str::from_utf8(&sent[0].body).unwrap())
}

fn claims(form: &[(String, String)]) -> (Json, Json) {
    let value = |name| &form.iter().find(|(it, _)| it == name).unwrap().1;
    assert_eq!(
        value("client_assertion_type"),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert_eq!(value("client_id"), "client");
    assert!(form.iter().all(|(name, _)| name != "client_secret"));
    let part = |part: &str| {
        let bytes = Base64UrlUnpadded::decode_vec(part).unwrap();
        Json::parse(std::str::from_utf8(&bytes).unwrap()).unwrap()
    };
    let mut parts = value("client_assertion").split('.');
    let header = part(parts.next().unwrap());
    (header, part(parts.next().unwrap()))
}

#[test]
fn a_secret_authenticates_an_assertion() {
    let (header, claims) = claims(&form_of(ClientOptions {
        client_secret: Some("a secret that is as long as the hash".into()),
        client_auth: ClientAuth::ClientSecretJwt,
        ..options()
    }));
    let text = |json: &Json, name: &str| json.get(name).unwrap().as_str().unwrap().to_owned();
    assert_eq!(text(&header, "alg"), "HS256");
    assert_eq!(text(&claims, "iss"), "client");
    assert_eq!(text(&claims, "sub"), "client");
    assert_eq!(text(&claims, "aud"), support::TOKEN_URL);
    let seconds = |name| claims.get(name).unwrap().as_f64().unwrap();
    assert_eq!(seconds("exp") - seconds("iat"), 60.0);
}

#[test]
fn a_private_key_signs_an_assertion() {
    let signed = ClientOptions {
        client_secret: None,
        client_auth: ClientAuth::PrivateKeyJwt,
        private_key: Some(PrivateKey {
            algorithm: Algorithm::Es256,
            key_id: Some("key-1".into()),
            header: Vec::new(),
            audience: vec!["https://issuer.example".into()],
            key: Some("the key".into()),
        }),
        ..options()
    };
    let (header, claims) = claims(&form_of(signed));
    let text = |json: &Json, name: &str| json.get(name).unwrap().as_str().unwrap().to_owned();
    assert_eq!(text(&header, "alg"), "ES256");
    assert_eq!(text(&header, "kid"), "key-1");
    assert_eq!(text(&claims, "aud"), "https://issuer.example");
}

#[test]
fn a_private_key_and_its_method_belong_together() {
    let key = || PrivateKey {
        algorithm: Algorithm::Es256,
        key_id: None,
        header: Vec::new(),
        audience: Vec::new(),
        key: None,
    };
    let unused = ClientOptions {
        private_key: Some(key()),
        ..options()
    };
    let missing = ClientOptions {
        client_secret: None,
        client_auth: ClientAuth::PrivateKeyJwt,
        ..options()
    };
    let nameless = ClientOptions {
        private_key: Some(key()),
        ..missing.clone()
    };
    for (options, option) in [
        (unused, "privateKey"),
        (missing, "privateKey"),
        (nameless, "identity"),
    ] {
        let error = edge_oauth2::ClientConfig::new(options).unwrap_err();
        assert_eq!(error.option(), Some(option));
    }
}

mod signed_assertion {
    use super::*;

    /// A client that has nothing but a key.
    fn signing(assertion: AssertionOptions) -> ClientOptions {
        ClientOptions {
            client_secret: None,
            private_key: Some(PrivateKey {
                algorithm: Algorithm::Rs256,
                key_id: Some("key-1".into()),
                header: Vec::new(),
                audience: Vec::new(),
                key: Some("the key".into()),
            }),
            ..using(Grant::SignedJwtBearer(assertion))
        }
    }

    fn forms(world: &World) -> Vec<Vec<(String, String)>> {
        let sent = world.network.sent.borrow();
        let form = |body: &Vec<u8>| form::decode(std::str::from_utf8(body).unwrap());
        sent.iter().map(|request| form(&request.body)).collect()
    }

    fn value<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
        let mut values = form.iter().filter(|(it, _)| it == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    /// Header and claims of a JWT that is signed with `key`.
    fn verified(jwt: &str, key: &[u8]) -> (String, String) {
        let (input, signature) = jwt.rsplit_once('.').unwrap();
        let bytes = |part: &str| Base64UrlUnpadded::decode_vec(part).unwrap();
        assert_eq!(bytes(signature), crypto::hmac_sha256(key, input.as_bytes()));
        let (header, claims) = input.split_once('.').unwrap();
        let text = |part: &str| String::from_utf8(bytes(part)).unwrap();
        (text(header), text(claims))
    }

    /// `jti` of an assertion.
    fn id(assertion: &str) -> String {
        let claims = Json::parse(&verified(assertion, PRIVATE_KEY).1).unwrap();
        claims.get("jti").unwrap().as_str().unwrap().to_owned()
    }

    fn ids(world: &World) -> Vec<String> {
        let forms = forms(world);
        let assertions = forms.iter().filter_map(|form| value(form, "assertion"));
        assertions.map(id).collect()
    }

    /// The only request of `options`: its form, and its assertion without `jti` and times.
    fn request_of(options: ClientOptions) -> (Vec<(String, String)>, String, String) {
        let world = World::new(|n, _| issued(n, false));
        let now = world.isolate.now_ms() / 1000;
        world.token(config(options)).unwrap();
        let form = forms(&world).remove(0);
        let assertion = value(&form, "assertion").unwrap();
        let (header, claims) = verified(assertion, PRIVATE_KEY);
        let read = Json::parse(&claims).unwrap();
        let second = read.get("iat").and_then(Json::as_f64).unwrap() as u64;
        assert!((now - 10..=now).contains(&second));
        let claims = claims.replace(&id(assertion), "ID");
        let claims = claims.replace(&format!(r#""iat":{second}"#), r#""iat":0"#);
        let (before, after) = claims.split_once(r#""exp":"#).unwrap();
        let (expiry, after) = after.split_once(',').unwrap();
        let lifetime = expiry.parse::<u64>().unwrap() - second;
        (
            form.clone(),
            header,
            format!(r#"{before}"exp":{lifetime},{after}"#),
        )
    }

    #[test]
    fn says_who_asks_whom() {
        let (form, header, claims) = request_of(signing(AssertionOptions::default()));
        assert_eq!(
            value(&form, "grant_type"),
            Some("urn:ietf:params:oauth:grant-type:jwt-bearer")
        );
        assert_eq!(value(&form, "client_id"), Some("client"));
        assert_eq!(form.len(), 3);
        assert_eq!(header, r#"{"alg":"RS256","typ":"JWT","kid":"key-1"}"#);
        assert_eq!(
            claims,
            r#"{"iss":"client","sub":"client","aud":"https://auth.example.com/token","exp":60,"iat":0,"jti":"ID"}"#
        );
    }

    #[test]
    fn says_what_it_is_told_to() {
        let (_, header, claims) = request_of(signing(AssertionOptions {
            issuer: Some("issuer".into()),
            subject: Some("user".into()),
            audience: vec!["audience".into(), "another".into()],
            typ: Some("authorization-grant+jwt".into()),
            claims: vec![
                ("scope".into(), "signature impersonation".into()),
                ("roles".into(), Json::Array(vec!["one".into()])),
            ],
            lifetime_seconds: 3600,
        }));
        assert_eq!(
            header,
            r#"{"alg":"RS256","typ":"authorization-grant+jwt","kid":"key-1"}"#
        );
        assert_eq!(
            claims,
            r#"{"iss":"issuer","sub":"user","aud":["audience","another"],"exp":3600,"iat":0,"jti":"ID","scope":"signature impersonation","roles":["one"]}"#
        );
    }

    #[test]
    fn speaks_for_its_issuer_to_the_audience_of_the_key() {
        let mut options = signing(AssertionOptions {
            issuer: Some("issuer".into()),
            ..AssertionOptions::default()
        });
        options.private_key.as_mut().unwrap().audience = vec!["audience".into()];
        let (_, _, claims) = request_of(options);
        assert!(
            claims.starts_with(r#"{"iss":"issuer","sub":"issuer","aud":"audience","#),
            "{claims}"
        );
    }

    #[test]
    fn is_enough_to_say_who_asks() {
        let (form, ..) = request_of(ClientOptions {
            client_id: String::new(),
            ..signing(AssertionOptions {
                issuer: Some("robot@example.com".into()),
                ..AssertionOptions::default()
            })
        });
        assert_eq!(value(&form, "client_id"), None);
        assert_eq!(form.len(), 2);
    }

    #[test]
    fn goes_with_a_secret() {
        let (form, ..) = request_of(ClientOptions {
            client_secret: Some("secret".into()),
            client_auth: ClientAuth::Post,
            ..signing(AssertionOptions::default())
        });
        assert_eq!(value(&form, "client_secret"), Some("secret"));
    }

    #[test]
    fn goes_with_the_assertion_of_the_client() {
        let signed = || AssertionOptions {
            subject: Some("user".into()),
            audience: vec!["audience".into()],
            claims: vec![("admin".into(), Json::Bool(false))],
            lifetime_seconds: 7,
            ..AssertionOptions::default()
        };
        let secret = "a secret that is as long as the hash";
        for (client_auth, client_secret, key) in [
            (ClientAuth::PrivateKeyJwt, None, PRIVATE_KEY),
            (
                ClientAuth::ClientSecretJwt,
                Some(Credential::from(secret)),
                secret.as_bytes(),
            ),
        ] {
            let (form, header, claims) = request_of(ClientOptions {
                client_secret,
                client_auth,
                ..signing(signed())
            });
            assert!(header.contains("RS256"), "{header}");
            assert!(
                claims.contains(r#""sub":"user","aud":"audience","exp":7,"#),
                "{claims}"
            );
            let (_, client) = verified(value(&form, "client_assertion").unwrap(), key);
            let own = r#"{"iss":"client","sub":"client","aud":"https://auth.example.com/token","#;
            assert!(
                client.starts_with(own) && !client.contains("admin"),
                "{client}"
            );
        }
    }

    #[test]
    fn is_another_whenever_the_grant_is_made_again() {
        let world = World::new(|n, _| issued(n, false));
        let options = signing(AssertionOptions::default());
        assert!(ask_thrice(&world, &options).iter().all(Result::is_ok));
        let mut ids = ids(&world);
        assert_eq!(ids.len(), 3);
        ids.dedup();
        assert_eq!(ids.len(), 3);
    }

    #[test]
    fn is_not_needed_where_a_refresh_token_renews() {
        let world = World::new(|n, _| match n {
            2 => rejection(400, "invalid_grant"),
            _ => issued(n, true),
        });
        let options = signing(AssertionOptions::default());
        assert!(ask_thrice(&world, &options).iter().all(Result::is_ok));
        let types: Vec<_> = forms(&world)
            .iter()
            .map(|form| {
                value(form, "grant_type")
                    .unwrap()
                    .replace("urn:ietf:params:oauth:", "")
            })
            .collect();
        let jwt_bearer = "grant-type:jwt-bearer";
        assert_eq!(
            types,
            [jwt_bearer, "refresh_token", "refresh_token", jwt_bearer]
        );
    }

    #[test]
    fn is_another_when_a_request_is_made_again() {
        let in_both_styles = ClientOptions {
            client_secret: Some("secret".into()),
            client_auth: ClientAuth::Auto,
            ..signing(AssertionOptions::default())
        };
        for (options, status, error) in [
            (
                signing(AssertionOptions::default()),
                503,
                "temporarily_unavailable",
            ),
            (in_both_styles, 401, "invalid_client"),
        ] {
            let world = World::new(move |n, _| match n {
                0 => rejection(status, error),
                _ => issued(n, false),
            });
            assert_eq!(ask(&world, &options), Ok("token-1".into()));
            let ids = ids(&world);
            assert_eq!(ids.len(), 2);
            assert_ne!(ids[0], ids[1], "{error}");
        }
    }
}

#[test]
fn a_code_is_not_a_grant_that_can_be_made_again() {
    let grant_type = "authorization_code".into();
    let options = using(Grant::Custom { grant_type });
    let error = edge_oauth2::ClientConfig::new(options).unwrap_err();
    assert_eq!(error.option(), Some("grant"));
}

#[test]
fn what_says_who_asks_needs_no_client() {
    let world = World::new(|n, _| issued(n, false));
    let of = |grant: Grant| ClientOptions {
        client_id: String::new(),
        client_secret: None,
        grant,
        ..options()
    };
    let exchange = Grant::Custom {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange".into(),
    };
    let password = Grant::Password {
        username: "user".into(),
        password: "password".into(),
    };
    for grant in [exchange, password] {
        ask(&world, &of(grant)).unwrap();
        let sent = world.network.sent.borrow();
        let body = String::from_utf8_lossy(&sent.last().unwrap().body).into_owned();
        assert!(!body.contains("client_id"), "{body}");
    }
    let with_secret = ClientOptions {
        client_secret: Some("secret".into()),
        ..of(Grant::Custom {
            grant_type: "urn:x".into(),
        })
    };
    let error = edge_oauth2::ClientConfig::new(with_secret).unwrap_err();
    assert_eq!(error.option(), Some("clientId"));
}

mod auto_style {
    use super::*;

    fn auto() -> ClientOptions {
        ClientOptions {
            client_auth: ClientAuth::Auto,
            ..options()
        }
    }

    /// Which of the requests had the credentials in the header.
    fn styles(world: &World) -> Vec<&'static str> {
        let sent = world.network.sent.borrow();
        let style = |request: &edge_oauth2::protocol::http::HttpRequest| {
            let mut names = request.headers.iter().map(|(name, _)| name.as_str());
            if names.any(|name| name == "authorization") {
                "header"
            } else {
                "body"
            }
        };
        sent.iter().map(style).collect()
    }

    #[test]
    fn begins_with_the_header() {
        let world = World::new(|n, _| issued(n, false));
        assert!(ask_thrice(&world, &auto()).iter().all(Result::is_ok));
        assert_eq!(styles(&world), ["header"; 3]);
    }

    #[test]
    fn what_works_is_remembered_for_endpoint_and_client() {
        let world = World::new(|n, request| {
            let in_body = String::from_utf8_lossy(&request.body).contains("client_secret");
            if in_body {
                issued(n, false)
            } else {
                rejection(401, "invalid_client")
            }
        });
        assert!(ask_thrice(&world, &auto()).iter().all(Result::is_ok));
        assert_eq!(styles(&world), ["header", "body", "body", "body"]);
        // For another identity of the same client too, but not for another client.
        let other = |client_id: &str, scope: &str| ClientOptions {
            client_id: client_id.into(),
            scopes: vec![scope.into()],
            ..auto()
        };
        ask(&world, &other("client", "read")).unwrap();
        ask(&world, &other("neighbour", "read")).unwrap();
        assert_eq!(styles(&world)[4..], ["body", "header", "body"]);
    }

    #[test]
    fn of_two_errors_the_first_is_reported() {
        let world = World::new(|n, _| match n {
            0 => rejection(401, "invalid_client"),
            _ => rejection(400, "invalid_request"),
        });
        let error = ask(&world, &auto()).unwrap_err();
        assert_eq!(error.response().unwrap().error, "invalid_client");
        assert_eq!(styles(&world), ["header", "body"]);
    }

    #[test]
    fn no_other_error_is_a_reason_to_try() {
        for (status, error) in [(400, "invalid_request"), (401, "unauthorized_client")] {
            let world = World::new(move |_, _| rejection(status, error));
            ask(&world, &auto()).unwrap_err();
            assert_eq!(styles(&world), ["header"]);
        }
    }

    #[test]
    fn a_client_id_that_is_missed_is_a_reason_to_try() {
        const MISSED: [&str; 3] = [
            r#"{"error":"invalid_request","error_description":"Could not determine client ID from request."}"#,
            r#"{"error":{"message":"Missing client_id parameter.","code":101}}"#,
            r#"{"status":400,"message":"missing client id"}"#,
        ];
        for missed in MISSED {
            let world = World::new(move |n, _| match n {
                0 => Reply::now(400, missed),
                _ => issued(n, false),
            });
            assert!(ask(&world, &auto()).is_ok(), "{missed}");
            assert_eq!(styles(&world), ["header", "body"]);
            // Who did not say auto is told of it.
            let world = World::new(move |_, _| Reply::now(400, missed));
            let error = ask(&world, &options()).unwrap_err().to_string();
            assert!(error.ends_with("clientAuth: 'body', or 'auto')"), "{error}");
        }
    }

    #[test]
    fn a_style_that_works_no_more_costs_no_second_request() {
        let world = World::new(|n, _| match n {
            0 | 3 => issued(n, false),
            _ => rejection(401, "invalid_client"),
        });
        ask(&world, &auto()).unwrap();
        world.isolate.run_for(2 * HOUR_MS);
        ask(&world, &auto()).unwrap_err();
        assert_eq!(styles(&world), ["header"; 2]);
        // Then it is found out again.
        world.isolate.run_for(HOUR_MS);
        ask(&world, &auto()).unwrap();
        assert_eq!(styles(&world)[2..], ["header", "body"]);
    }
}
