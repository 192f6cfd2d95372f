//! Which configurations share a token, seen from outside: two sources over one memory, and how many
//! requests they send.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use edge_oauth2::cache::identity::Identity;
use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::{
    AssertionOptions, BodyFormat, ClientAuth, ClientConfig, ClientOptions, Credential,
    CredentialEncoding, Grant, Json, PrivateKey,
};
use proptest::collection::vec;
use proptest::prelude::*;
use support::host::{Reply, World};
use support::{config, options};

fn share(one: ClientConfig, other: ClientConfig) -> bool {
    let world = World::new(|n, _| Reply::token(0, &format!("token-{n}")));
    let token = |config| world.token(config).unwrap().access_token;
    let tokens = (token(one), token(other));
    let is_same = tokens.0.expose() == tokens.1.expose();
    assert_eq!(is_same, world.sent() == 1);
    is_same
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

fn with_parameters(parameters: &[(&str, &str)]) -> ClientOptions {
    ClientOptions {
        endpoint_params: pairs(parameters),
        ..options()
    }
}

fn refreshing(refresh_token: &str) -> ClientOptions {
    ClientOptions {
        grant: Grant::RefreshToken {
            refresh_token: refresh_token.into(),
        },
        ..options()
    }
}

fn with_scopes(scopes: &[&str]) -> ClientOptions {
    ClientOptions {
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        ..options()
    }
}

fn with_headers(headers: &[(&str, &str)]) -> ClientOptions {
    ClientOptions {
        headers: pairs(headers),
        ..options()
    }
}

#[test]
fn these_share_nothing() {
    let id = |id: &str| ClientOptions {
        client_id: id.into(),
        ..options()
    };
    for (name, one, other) in [
        (
            "URL",
            options(),
            ClientOptions {
                token_url: "https://auth.example.com/token2".into(),
                ..options()
            },
        ),
        (
            "query of the URL",
            options(),
            ClientOptions {
                token_url: "https://auth.example.com/token?tenant=1".into(),
                ..options()
            },
        ),
        ("client id", options(), id("other")),
        (
            "secret",
            options(),
            ClientOptions {
                client_secret: Some("other".into()),
                ..options()
            },
        ),
        (
            "client authentication",
            options(),
            ClientOptions {
                client_auth: ClientAuth::Post,
                ..options()
            },
        ),
        (
            "default lifetime",
            options(),
            ClientOptions {
                default_lifetime_seconds: 60,
                ..options()
            },
        ),
        ("grant", options(), refreshing("a")),
        ("refresh token", refreshing("a"), refreshing("b")),
        ("scope or none", options(), with_scopes(&["read"])),
        ("scopes", with_scopes(&["read"]), with_scopes(&["write"])),
        (
            "more scopes",
            with_scopes(&["read"]),
            with_scopes(&["read", "write"]),
        ),
        (
            "scope's case",
            with_scopes(&["read"]),
            with_scopes(&["Read"]),
        ),
        (
            "joined scopes",
            with_scopes(&["a", "bc"]),
            with_scopes(&["ab", "c"]),
        ),
        (
            "scope as a parameter's value",
            with_scopes(&["a"]),
            with_parameters(&[("a", "")]),
        ),
        (
            "header's value",
            with_headers(&[("x", "1")]),
            with_headers(&[("x", "2")]),
        ),
        (
            "header or parameter",
            with_headers(&[("x", "1")]),
            with_parameters(&[("x", "1")]),
        ),
        (
            "order of one parameter's values",
            with_parameters(&[("resource", "a"), ("resource", "b")]),
            with_parameters(&[("resource", "b"), ("resource", "a")]),
        ),
        (
            "repetition of a parameter",
            with_parameters(&[("resource", "a")]),
            with_parameters(&[("resource", "a"), ("resource", "a")]),
        ),
        // Keys made of joined values, as in the Lowdefy plugin, take each of these for one.
        (
            "names of parameters",
            with_parameters(&[("audience", "a"), ("region", "b")]),
            with_parameters(&[("x", "a"), ("y", "b")]),
        ),
        (
            "values joined with a dash",
            with_parameters(&[("a", "x-y")]),
            with_parameters(&[("a", "x"), ("b", "y")]),
        ),
        (
            "id joined with a value",
            ClientOptions {
                client_id: "client".into(),
                ..with_parameters(&[("a", "x")])
            },
            id("client-x"),
        ),
        (
            "value moved to its neighbour",
            with_parameters(&[("a", "bc"), ("d", "e")]),
            with_parameters(&[("a", "b"), ("cd", "e")]),
        ),
        (
            "issuer with the same client id",
            options(),
            ClientOptions {
                token_url: "https://other.example.com/token".into(),
                ..options()
            },
        ),
        (
            "id and secret",
            ClientOptions {
                client_secret: Some("bc".into()),
                ..id("a")
            },
            ClientOptions {
                client_secret: Some("c".into()),
                ..id("ab")
            },
        ),
        (
            "a value that looks like a length",
            with_parameters(&[("a", "\0\0\0\0\0\0\0\u{1}b")]),
            with_parameters(&[("a", ""), ("b", "")]),
        ),
    ] {
        assert!(!share(config(one), config(other)), "{name}");
    }
}

#[test]
fn these_share_their_token() {
    for (name, one, other) in [
        ("equal", options(), options()),
        (
            "skew",
            options(),
            ClientOptions {
                expiry_skew_seconds: 60,
                ..options()
            },
        ),
        (
            "timeout",
            options(),
            ClientOptions {
                timeout_ms: 1,
                ..options()
            },
        ),
        (
            "order of scopes",
            with_scopes(&["a", "b"]),
            with_scopes(&["b", "a"]),
        ),
        (
            "repeated scope",
            with_scopes(&["a", "b"]),
            with_scopes(&["a", "b", "a"]),
        ),
        (
            "order of parameters",
            with_parameters(&[("a", "1"), ("b", "2"), ("b", "3")]),
            with_parameters(&[("b", "2"), ("a", "1"), ("b", "3")]),
        ),
        (
            "order and case of headers",
            with_headers(&[("X-A", "1"), ("X-B", "2")]),
            with_headers(&[("x-b", "2"), ("x-a", "1")]),
        ),
    ] {
        assert!(share(config(one), config(other)), "{name}");
    }
}

/// Short texts over few letters, so that what could collide often meets.
fn text() -> impl Strategy<Value = String> {
    "[ab-]{0,3}"
}

fn name() -> impl Strategy<Value = String> {
    "[ab-]{1,3}"
}

prop_compose! {
    fn any_options()(
        host in "[ab]",
        id in name(),
        secret in name(),
        is_post in any::<bool>(),
        scopes in vec(name(), 0..3),
        parameters in vec((name(), text()), 0..4),
        headers in vec((name(), text()), 0..3),
        lifetime in 1..3_u32,
    ) -> ClientOptions {
        ClientOptions {
            token_url: format!("https://{host}.example/token"),
            client_id: id,
            client_secret: Some(secret.into()),
            client_auth: if is_post { ClientAuth::Post } else { ClientAuth::Basic },
            scopes,
            endpoint_params: parameters,
            headers,
            default_lifetime_seconds: lifetime,
            ..ClientOptions::default()
        }
    }
}

/// One option of `options`, in place of what is there.
fn change(mut options: ClientOptions, other: &ClientOptions, which: usize) -> ClientOptions {
    let other = other.clone();
    match which {
        0 => options.token_url = other.token_url,
        1 => options.client_id = other.client_id,
        2 => options.client_secret = other.client_secret,
        3 => options.client_auth = other.client_auth,
        4 => options.scopes = other.scopes,
        5 => options.endpoint_params = other.endpoint_params,
        6 => options.headers = other.headers,
        7 => options.default_lifetime_seconds = other.default_lifetime_seconds,
        _ => options = other,
    }
    options
}

/// What two configurations must have in common to mean the same token, written plainly.
fn meaning(options: &ClientOptions) -> impl PartialEq + std::fmt::Debug + use<> {
    let sorted = |pairs: &[(String, String)]| {
        let mut pairs = pairs.to_vec();
        // Stable: the order of equal names stays.
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        pairs
    };
    let mut scopes = options.scopes.clone();
    scopes.sort();
    scopes.dedup();
    (
        options.token_url.clone(),
        options.client_id.clone(),
        options
            .client_secret
            .as_ref()
            .map(|secret| secret.given().unwrap().expose().to_owned()),
        options.client_auth,
        scopes,
        sorted(&options.endpoint_params),
        sorted(&options.headers),
        options.default_lifetime_seconds,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_token_is_shared_exactly_when_the_same_is_meant(
        one in any_options(),
        other in any_options(),
        which in 0..10_usize,
    ) {
        let other = change(one.clone(), &other, which);
        let is_same = meaning(&one) == meaning(&other);
        prop_assert_eq!(share(config(one), config(other)), is_same);
    }

    #[test]
    fn order_does_not_matter(
        one in any_options(),
        by in any::<prop::sample::Index>(),
    ) {
        let mut other = one.clone();
        other.scopes.reverse();
        // Parameters of the same name keep their order.
        let pivot = one.endpoint_params.get(by.index(one.endpoint_params.len().max(1)));
        if let Some((pivot, _)) = pivot {
            let (chosen, rest): (Vec<_>, Vec<_>) =
                one.endpoint_params.iter().cloned().partition(|(name, _)| name == pivot);
            other.endpoint_params = [chosen, rest].concat();
        }
        prop_assert!(share(config(one), config(other)));
    }
}

/// Each option that changes the request, or what is made of the answer.
#[test]
fn every_shaping_option_tells_clients_apart() {
    type Change = fn(&mut ClientOptions);
    let changes: [(&str, Change); 15] = [
        ("refreshUrl", |o| {
            o.refresh_url = Some("https://auth.example.com/refresh".into());
        }),
        ("identity", |o| o.identity = Some("user".into())),
        ("credentialEncoding", |o| {
            o.credential_encoding = CredentialEncoding::Loose;
        }),
        ("clientIdParam", |o| o.client_id_param = "id".into()),
        ("clientSecretParam", |o| {
            o.client_secret_param = "secret".into()
        }),
        ("username", |o| o.grant = with_password("a", "x")),
        ("password", |o| o.grant = with_password("x", "a")),
        ("token", |o| {
            o.grant = Grant::Token {
                access_token: "a".into(),
                expires_at_ms: None,
                refresh_token: None,
                response: None,
            };
        }),
        ("assertion", |o| {
            let assertion = "a".into();
            o.grant = Grant::JwtBearer { assertion };
        }),
        ("scopeSeparator", |o| o.scope_separator = ",".into()),
        ("resource", |o| {
            o.resource = vec!["https://a.example/".into()]
        }),
        ("refreshParams", |o| o.refresh_params = Some(Vec::new())),
        ("bodyFormat", |o| o.body_format = BodyFormat::Json),
        ("tokenMapping", |o| {
            o.token_mapping = pairs(&[("access_token", "token")]);
        }),
        ("noRefreshToken", |o| o.no_refresh_token = true),
    ];
    let base = || ClientOptions {
        grant: with_password("x", "x"),
        ..options()
    };
    for (name, change) in changes {
        let mut changed = base();
        change(&mut changed);
        let body = r#"{"access_token":"a","token":"a","expires_in":3600}"#;
        let world = World::new(move |_, _| Reply::now(200, body));
        let hits = |options: ClientOptions| {
            let (_, source) = world.source(config(options));
            source.client_state().hit(world.isolate.now_ms()).is_some()
        };
        world.token(config(base())).unwrap();
        assert!(hits(base()), "{name}");
        assert!(!hits(changed), "{name}");
    }
}

fn with_password(username: &str, password: &str) -> Grant {
    Grant::Password {
        username: username.into(),
        password: password.into(),
    }
}

fn private_key(key: &str) -> PrivateKey {
    PrivateKey {
        algorithm: Algorithm::Es256,
        key_id: None,
        header: Vec::new(),
        audience: Vec::new(),
        key: Some(key.into()),
    }
}

/// What is signed decides whose token comes back.
#[test]
fn every_part_of_a_signed_assertion_tells_clients_apart() {
    let claim = |name: &str, value: Json| (name.to_owned(), value);
    let base = || AssertionOptions {
        issuer: Some("x".into()),
        subject: Some("x".into()),
        audience: vec!["x".into()],
        typ: Some("x".into()),
        claims: vec![claim("scope", "x".into())],
        lifetime_seconds: 60,
    };
    let of = |assertion: AssertionOptions, key: &str| {
        config(ClientOptions {
            client_secret: None,
            private_key: Some(private_key(key)),
            grant: Grant::SignedJwtBearer(assertion),
            ..options()
        })
    };
    assert!(share(of(base(), "key"), of(base(), "key")));
    assert!(!share(of(base(), "key"), of(base(), "other")), "key");

    type Change<'a> = &'a dyn Fn(&mut AssertionOptions);
    let changes: [(&str, Change); 15] = [
        ("no issuer", &|o| o.issuer = None),
        ("issuer", &|o| o.issuer = Some("y".into())),
        ("no subject", &|o| o.subject = None),
        ("subject", &|o| o.subject = Some("y".into())),
        ("no audience", &|o| o.audience.clear()),
        ("audience", &|o| o.audience = vec!["y".into()]),
        ("another audience", &|o| o.audience.push("y".into())),
        ("no type", &|o| o.typ = None),
        ("type", &|o| o.typ = Some("y".into())),
        ("lifetime", &|o| o.lifetime_seconds = 61),
        ("no claim", &|o| o.claims.clear()),
        ("claim's name", &|o| {
            o.claims = vec![claim("Scope", "x".into())]
        }),
        ("claim's value", &|o| {
            o.claims = vec![claim("scope", "y".into())]
        }),
        ("claim's type", &|o| {
            o.claims = vec![claim("scope", Json::Array(vec!["x".into()]))];
        }),
        ("another claim", &|o| {
            o.claims.push(claim("admin", Json::Bool(true)))
        }),
    ];
    for (name, change) in changes {
        let mut changed = base();
        change(&mut changed);
        assert!(!share(of(base(), "key"), of(changed, "key")), "{name}");
    }
}

/// Nor is it taken for one that is given or asked for, with the same key in another place.
#[test]
fn a_signed_assertion_is_like_no_other() {
    let grants = [
        Grant::SignedJwtBearer(AssertionOptions::default()),
        Grant::JwtBearer {
            assertion: Credential::Asked,
        },
        Grant::JwtBearer {
            assertion: r#"{"claims":{},"lifetimeSeconds":60}"#.into(),
        },
    ];
    let of = |grant: Grant| {
        let signs = matches!(grant, Grant::SignedJwtBearer(_));
        Identity::of(&config(ClientOptions {
            grant,
            identity: Some("x".into()),
            private_key: signs.then(|| private_key("key")),
            ..options()
        }))
    };
    let identities = grants.map(of);
    for (index, one) in identities.iter().enumerate() {
        assert!(!identities.iter().skip(index + 1).any(|other| other == one));
    }
}
