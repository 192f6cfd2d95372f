//! What is sent about a token.

use edge_oauth2::protocol::assertion::ClientAssertion;
use edge_oauth2::protocol::jwt::Algorithm;
use edge_oauth2::{ClientAuth, Credential, ErrorCode, PrivateKey, Secret};

use super::support::host::Reply;
use super::support::{ISSUER, check_rows, same};
use super::*;

/// The request that is made about `token`.
fn request(options: IntrospectorOptions) -> HttpRequest {
    request_with(options, &[])
}

fn request_with(options: IntrospectorOptions, parameters: &[(&str, &str)]) -> HttpRequest {
    let api = Api::new(options, World::new(|_, _| Reply::now(200, ACTIVE)));
    *api.world.credential.borrow_mut() = Ok(Secret::from("asked-secret"));
    api.ask_with("to+ken=", parameters, None)
        .expect("an answer");
    api.world.network.sent.borrow()[0].clone()
}

fn of(client: ClientOptions) -> IntrospectorOptions {
    IntrospectorOptions {
        client,
        ..options()
    }
}

fn body(request: &HttpRequest) -> String {
    String::from_utf8(request.body.clone()).expect("text")
}

#[test]
fn the_token_goes_into_the_body_by_post() {
    let sent = request(options());
    assert_eq!(
        (sent.method.as_str(), sent.url.as_str()),
        ("POST", INTROSPECTION_URL)
    );
    assert_eq!(body(&sent), "token=to%2Bken%3D");
    assert_eq!(
        header(&sent, "content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(header(&sent, "accept"), Some("application/json"));
    // api:api-secret
    assert_eq!(
        header(&sent, "authorization"),
        Some("Basic YXBpOmFwaS1zZWNyZXQ=")
    );
}

/// The client, whether it says who it is in the header, and its parameters in the body.
type Row = (ClientOptions, bool, &'static [&'static str]);

#[test]
fn every_kind_of_client_asks() {
    let key = || PrivateKey {
        algorithm: Algorithm::Es256,
        key_id: None,
        header: Vec::new(),
        audience: Vec::new(),
        key: Some("key".into()),
    };
    let nobody = ClientOptions::default();
    let without_secret = || ClientOptions {
        client_secret: None,
        ..client()
    };
    let with = |client_auth| ClientOptions {
        client_auth,
        ..client()
    };
    let rows: [(&str, Row); 9] = [
        ("header", (client(), true, &[])),
        (
            "body",
            (
                with(ClientAuth::Post),
                false,
                &["client_id", "client_secret"],
            ),
        ),
        (
            "both",
            (
                with(ClientAuth::Both),
                true,
                &["client_id", "client_secret"],
            ),
        ),
        ("auto", (with(ClientAuth::Auto), true, &[])),
        (
            "a public client",
            (
                ClientOptions {
                    client_auth: ClientAuth::None,
                    ..without_secret()
                },
                false,
                &["client_id"],
            ),
        ),
        ("nobody", (nobody, false, &[])),
        (
            "a signed assertion",
            (
                ClientOptions {
                    client_auth: ClientAuth::PrivateKeyJwt,
                    private_key: Some(key()),
                    ..without_secret()
                },
                false,
                &["client_id", "client_assertion_type", "client_assertion"],
            ),
        ),
        (
            "a ready assertion",
            (
                ClientOptions {
                    client_assertion: ClientAssertion::Ready("ready".into()),
                    ..without_secret()
                },
                false,
                &["client_id", "client_assertion_type", "client_assertion"],
            ),
        ),
        (
            "a secret that the host is asked for",
            (
                ClientOptions {
                    client_secret: Some(Credential::Asked),
                    identity: Some("api".into()),
                    seal_key: Some("seal".into()),
                    ..client()
                },
                true,
                &[],
            ),
        ),
    ];
    check_rows(rows, |(client, has_header, names)| {
        let sent = request(of(client));
        let sent_names: Vec<String> = form::decode(&body(&sent))
            .into_iter()
            .map(|it| it.0)
            .collect();
        let expected: Vec<&str> = [&["token"], names].concat();
        same(
            (header(&sent, "authorization").is_some(), sent_names),
            (
                has_header,
                expected.into_iter().map(str::to_owned).collect(),
            ),
        )
    });
}

#[test]
fn hint_parameters_and_headers_go_along() {
    let options = IntrospectorOptions {
        token_type_hint: Some("access_token".into()),
        ..of(ClientOptions {
            endpoint_params: pairs(&[("tenant", "a"), ("realm", "r")]),
            headers: pairs(&[("X-Api-Key", "k"), ("Accept", "application/json, */*")]),
            ..client()
        })
    };
    let sent = request(options.clone());
    assert_eq!(
        body(&sent),
        "token=to%2Bken%3D&token_type_hint=access_token&tenant=a&realm=r"
    );
    assert_eq!(header(&sent, "x-api-key"), Some("k"));
    assert_eq!(header(&sent, "accept"), Some("application/json, */*"));
    // Those of a call take the place of their namesakes.
    let sent = request_with(options, &[("tenant", "b")]);
    assert_eq!(
        body(&sent),
        "token=to%2Bken%3D&token_type_hint=access_token&realm=r&tenant=b"
    );
}

#[test]
fn parameters_of_a_call_set_nothing_that_the_protocol_sets() {
    let api = Api::plain(|_, _| Reply::now(200, ACTIVE));
    for name in [
        "token",
        "token_type_hint",
        "client_id",
        "client_secret",
        "client_assertion",
        "",
    ] {
        let error = api
            .ask_with("token", &[(name, "x")], None)
            .expect_err("an error");
        assert_eq!(
            (error.code(), error.option()),
            (ErrorCode::InvalidOption, Some("params")),
            "{name}"
        );
    }
    assert_eq!(api.ask("").expect_err("an error").option(), Some("token"));
    assert_eq!(api.sent(), 0);
}

fn discovered() -> IntrospectorOptions {
    IntrospectorOptions {
        introspection_url: None,
        ..of(ClientOptions {
            issuer: Some(ISSUER.into()),
            ..client()
        })
    }
}

/// An issuer whose metadata has these members, and which answers about tokens.
fn issuer(members: &'static str) -> Api {
    Api::new(
        discovered(),
        World::new(
            move |_, request| match request.url.contains("/.well-known/") {
                true => Reply::now(200, support::metadata(members)),
                false => Reply::now(200, ACTIVE),
            },
        ),
    )
}

#[test]
fn the_issuer_says_where_to_ask() {
    let api = issuer(r#","introspection_endpoint":"https://auth.example.com/found/introspection""#);
    assert!(api.is_active("a"));
    assert!(api.is_active("b"));
    let urls: Vec<String> = api
        .world
        .network
        .sent
        .borrow()
        .iter()
        .map(|it| it.url.clone())
        .collect();
    let found = "https://auth.example.com/found/introspection";
    assert_eq!(
        urls,
        [
            "https://auth.example.com/.well-known/oauth-authorization-server",
            found,
            found
        ]
    );
}

#[test]
fn an_issuer_without_tokens_may_say_where_to_ask() {
    let metadata = r#"{"issuer":"https://auth.example.com","introspection_endpoint":"https://auth.example.com/i"}"#;
    let world = World::new(
        move |_, request| match request.url.contains("/.well-known/") {
            true => Reply::now(200, metadata),
            false => Reply::now(200, ACTIVE),
        },
    );
    assert!(Api::new(discovered(), world).is_active("token"));
}

#[test]
fn an_issuer_that_does_not_say_is_named() {
    let api = issuer("");
    let error = api.ask("token").expect_err("an error");
    assert_eq!(error.code(), ErrorCode::DiscoveryFailed);
    let told = error.to_string();
    assert!(told.contains("introspection_endpoint is missing"), "{told}");
    assert!(told.ends_with("or give `introspectionUrl`"), "{told}");
    let api = issuer(r#","introspection_endpoint":"http://elsewhere.example.com/i""#);
    let error = api.ask("token").expect_err("an error");
    assert_eq!(error.code(), ErrorCode::DiscoveryFailed);
    // It is the same for all tokens.
    let sent = api.sent();
    api.ask("another").expect_err("an error");
    assert_eq!(api.sent(), sent);
}

#[test]
fn an_issuer_that_is_none_is_not_looked_for_by_every_token() {
    let api = Api::new(discovered(), World::new(|_, _| Reply::now(404, "")));
    let error = api.ask("token").expect_err("an error");
    assert_eq!(error.code(), ErrorCode::DiscoveryFailed);
    // An introspector has no token endpoint that could be given.
    let advice = "; check `issuer`, or give `introspectionUrl`";
    assert!(error.to_string().ends_with(advice), "{error}");
    let sent = api.sent();
    api.ask("another").expect_err("an error");
    assert_eq!(api.sent(), sent);
    api.wait_seconds(31);
    api.ask("another").expect_err("an error");
    assert!(api.sent() > sent);
}

#[test]
fn what_is_given_wins_over_the_issuer() {
    let api = Api::new(
        IntrospectorOptions {
            introspection_url: Some(INTROSPECTION_URL.into()),
            ..discovered()
        },
        World::new(|_, _| Reply::now(200, ACTIVE)),
    );
    assert!(api.is_active("token"));
    assert_eq!(api.sent(), 1);
}

#[test]
fn an_issuer_that_is_silent_is_named_when_time_is_over() {
    let api = Api::new(discovered(), World::new(|_, _| Reply::Never));
    let error = api.ask("token").expect_err("an error").to_string();
    assert_eq!(
        error,
        "no answer about the token within 10000 ms from the issuer https://auth.example.com"
    );
}
