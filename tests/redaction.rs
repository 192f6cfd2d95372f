//! No secret and no token is ever shown: not by `Debug`, not in an error, whatever goes wrong.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use std::fmt::Debug;
use std::rc::Rc;

use base64ct::{Base64, Encoding};
use edge_oauth2::cache::client_state::ClientState;
use edge_oauth2::cache::identity::Identity;
use edge_oauth2::cache::single_flight::{Flight, Role};
use edge_oauth2::host::TransportError;
use edge_oauth2::protocol::client_authentication::{ClientAuth, ClientCredentials};
use edge_oauth2::protocol::endpoint::Endpoint;
use edge_oauth2::protocol::form::{self, encode_value};
use edge_oauth2::protocol::grant::Grant;
use edge_oauth2::protocol::http::{HttpRequest, HttpResponse};
use edge_oauth2::protocol::jwt::{Algorithm, Assertion};
use edge_oauth2::protocol::token_request::{BodyFormat, TokenRequest};
use edge_oauth2::protocol::token_response::{TokenMapping, TokenResponseContext};
use edge_oauth2::{
    AssertionOptions, AuthorizationOptions, CallbackOptions, ClientOptions, Error, HeldToken,
    PrivateKey, Resource, Secret, TokenSource, TokenTypeHint,
};
use support::host::{Reply, TestHost, World};
use support::{check_rows, config, response, same};

/// In every secret and every token of these tests.
const MARKER: &str = "marker";
const SECRET: &str = "client secret marker/+";
const GRANTED: &str = "refresh token marker/+";
const URL: &str = "https://auth.example.com/token?key=marker";

fn pair(name: &str) -> Vec<(String, String)> {
    vec![(name.into(), format!("{name}-{MARKER}"))]
}

fn options() -> ClientOptions {
    ClientOptions {
        token_url: URL.into(),
        client_id: "client".into(),
        client_secret: Some(SECRET.into()),
        endpoint_params: pair("password"),
        headers: pair("x-api-key"),
        ..ClientOptions::default()
    }
}

fn refresh_token() -> Grant {
    Grant::RefreshToken {
        refresh_token: GRANTED.into(),
    }
}

/// A client of users, whose code is to be exchanged.
fn of_user() -> ClientOptions {
    ClientOptions {
        grant: Grant::AuthorizationCode,
        identity: Some("user".into()),
        authorization_url: Some("https://auth.example.com/?key=marker".into()),
        revocation_url: Some("https://auth.example.com/revoke?key=marker".into()),
        ..options()
    }
}

/// What was kept for the user's browser.
fn kept() -> CallbackOptions {
    CallbackOptions {
        redirect_uri: "https://app.example.com/".into(),
        state: "state marker/+".into(),
        code_verifier: Some(verifier().into()),
    }
}

fn verifier() -> String {
    [MARKER; 8].concat()
}

fn callback(parameters: &[(&str, &str)]) -> String {
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    format!("https://app.example.com/?{}", form::encode(&parameters))
}

fn run<T: 'static, F: Future<Output = T> + 'static>(
    world: &World,
    options: ClientOptions,
    begin: impl FnOnce(TokenSource<TestHost>) -> F,
) -> T {
    let (request, source) = world.source(config(options));
    world.isolate.block_on(request, begin(source))
}

fn check_error(error: Option<Error>) -> Result<(), String> {
    let error = error.ok_or("no error")?;
    check_hidden(&format!("{error} {error:?} {error:#?}"))
}

fn token_body() -> String {
    [
        "access_token",
        "refresh_token",
        "id_token",
        "session",
        "scopes",
    ]
    .map(|name| format!(r#""{name}":"{MARKER}""#))
    .join(",")
}

/// Every form in which the secret could be seen.
fn forms() -> [String; 6] {
    let encoded = encode_value(SECRET);
    let basic = Base64::encode_string(format!("client:{encoded}").as_bytes());
    let granted = encode_value(GRANTED);
    [
        MARKER.into(),
        SECRET.into(),
        encoded,
        basic,
        GRANTED.into(),
        granted,
    ]
}

fn check_hidden(shown: &str) -> Result<(), String> {
    match forms().iter().find(|form| shown.contains(*form)) {
        Some(form) => Err(format!("{form:?} is seen in {shown}")),
        None => Ok(()),
    }
}

#[test]
fn debug_of_every_type_hides_them() {
    let world = World::new(|_, _| Reply::now(200, format!("{{{}}}", token_body())));
    let token = world.token(config(options())).unwrap();
    let (_, source) = world.source(config(options()));
    let (_, other) = world.source(config(options()));
    let client = ClientState::new(config(options()), Rc::clone(&world.memory));
    let cached = client.hit(world.isolate.now_ms()).unwrap();
    let resource = Resource::new(other, ["https://api.example.com/?key=marker"]).unwrap();
    let request: HttpRequest = world.network.sent.borrow()[0].clone();
    let answer: HttpResponse = response(200, token_body());
    let endpoint = Endpoint::parse(URL).unwrap();
    let client = ClientCredentials::new("client", Some(SECRET.into()));
    let grant = refresh_token().parameters();
    let mapping = TokenMapping::default();
    let (parameters, headers) = (pair("password"), pair("x-api-key"));
    let token_request = TokenRequest {
        endpoint: &endpoint,
        grant: &grant,
        client: &client,
        client_auth: ClientAuth::Basic,
        client_assertion: Some(MARKER),
        scope: "",
        resource: &[],
        parameters: &parameters,
        headers: &headers,
        body_format: BodyFormat::Form,
    };
    let context = TokenResponseContext {
        request: token_request,
        mapping: &mapping,
        now_ms: 0,
        default_lifetime_seconds: 1,
    };
    let assertion_options = AssertionOptions {
        issuer: Some(MARKER.into()),
        subject: Some(MARKER.into()),
        audience: vec![MARKER.into()],
        typ: None,
        claims: vec![("email".into(), MARKER.into())],
        lifetime_seconds: 60,
    };
    let assertion = Assertion {
        algorithm: Algorithm::Rs256,
        typ: "JWT",
        key_id: None,
        header: &[],
        issuer: MARKER,
        subject: MARKER,
        audience: &[MARKER],
        issued_at: 0,
        lifetime_seconds: 60,
        claims: &assertion_options.claims,
    };
    let signing = ClientOptions {
        client_secret: None,
        private_key: Some(PrivateKey {
            algorithm: Algorithm::Rs256,
            key_id: None,
            header: Vec::new(),
            audience: Vec::new(),
            key: Some(MARKER.into()),
        }),
        grant: Grant::SignedJwtBearer(assertion_options.clone()),
        ..options()
    };
    let mut flight = Flight::default();
    if let Role::Leader(generation) = flight.join(0) {
        flight.land(generation, Ok(Rc::clone(&cached)));
    }
    let asking = AuthorizationOptions {
        redirect_uri: "https://app.example.com/".into(),
        state: Some("state marker".into()),
        code_verifier: Some(verifier().into()),
        extra: pair("login_hint"),
        ..AuthorizationOptions::default()
    };
    let with = asking.clone();
    let authorization = run(&world, of_user(), |source| async move {
        source.authorization_url(&with).await.unwrap()
    });
    let spent = run(&world, of_user(), |source| async move {
        let url = callback(&[("code", MARKER), ("state", "state marker/+")]);
        source.callback(&url, &kept()).await.unwrap()
    });
    let held = HeldToken {
        access_token: Some(MARKER.into()),
        refresh_token: Some(MARKER.into()),
        raw: Some(token.raw.clone()),
        is_own: true,
    };
    let shown = |value: &dyn Debug| format!("{value:?} {value:#?}");
    check_rows(
        [
            ("ClientOptions", shown(&options())),
            ("ClientConfig", shown(&config(options()))),
            ("ClientOptions of users", shown(&of_user())),
            ("ClientConfig of users", shown(&config(of_user()))),
            ("AuthorizationOptions", shown(&asking)),
            ("Authorization", shown(&authorization)),
            ("CallbackOptions", shown(&kept())),
            ("Renewed", shown(&spent)),
            ("HeldToken", shown(&held)),
            ("Grant", shown(&refresh_token())),
            ("Assertion", shown(&assertion)),
            ("AssertionOptions", shown(&assertion_options)),
            ("ClientOptions that sign", shown(&signing)),
            ("ClientConfig that signs", shown(&config(signing.clone()))),
            ("PrivateKey", shown(&signing.private_key)),
            ("ClientCredentials", shown(&client)),
            ("Secret", shown(&Secret::from(SECRET))),
            ("Identity", shown(&Identity::of(&config(options())))),
            ("Endpoint", shown(&endpoint)),
            ("TokenRequest", shown(&token_request)),
            ("TokenResponseContext", shown(&context)),
            ("HttpRequest", shown(&request)),
            ("HttpResponse", shown(&answer)),
            ("Token", shown(&token)),
            ("Json", shown(&token.raw)),
            ("Cached", shown(&cached)),
            ("Flight", shown(&flight)),
            ("ClientState", shown(&client)),
            ("Memory", shown(&world.memory)),
            ("TokenSource", shown(&source)),
            ("Resource", shown(&resource)),
        ],
        |shown| check_hidden(&shown),
    );
}

#[test]
fn errors_hide_them_whatever_goes_wrong() {
    let [marker, secret, encoded, basic, ..] = forms();
    let echo = format!("{secret} {encoded} Basic {basic}");
    let with_type = |content_type: String, body: String| {
        Reply::After(
            0,
            Ok(HttpResponse {
                headers: vec![("content-type".into(), content_type)],
                ..response(200, body)
            }),
        )
    };
    let broken = |reason: String| Reply::After(0, Err(TransportError::Connection(reason)));
    check_rows(
        [
            (
                "rejection",
                Reply::now(
                    401,
                    format!(
                        r#"{{"error":"{echo}","error_description":"{echo}","error_uri":"{echo}",{}}}"#,
                        token_body()
                    ),
                ),
            ),
            (
                "rejection beside a token",
                Reply::now(200, format!(r#"{{"error":"x",{}}}"#, token_body())),
            ),
            (
                "rejection as an object",
                Reply::now(400, format!(r#"{{"error":{{"message":"{echo}"}}}}"#)),
            ),
            (
                "rejection as a form",
                Reply::now(400, format!("error=x&error_description={encoded}")),
            ),
            (
                "rejection that is cut",
                Reply::now(
                    400,
                    format!(
                        r#"{{"error":"x","error_description":"{}{echo}"}}"#,
                        "x".repeat(990)
                    ),
                ),
            ),
            ("status", Reply::now(500, echo.clone())),
            (
                "status with a token",
                Reply::now(403, format!("{{{}}}", token_body())),
            ),
            ("redirect", Reply::now(302, echo.clone())),
            ("empty", Reply::now(200, "")),
            ("HTML", Reply::now(200, format!("<p>{echo}&error={marker}"))),
            ("cut token", Reply::now(200, format!("{{{}", token_body()))),
            (
                "unusable token",
                Reply::now(200, r#"{"access_token":"a marker"}"#),
            ),
            (
                "misnamed token",
                Reply::now(200, r#"{"accessToken":"marker"}"#),
            ),
            ("content type", with_type(echo.clone(), String::new())),
            ("too long", Reply::too_long(200)),
            ("connection", broken(format!("while sending {echo}"))),
            (
                "connection to the URL",
                broken(format!("no route to {URL}")),
            ),
            ("silence", Reply::Never),
        ],
        |reply| {
            let world = World::new(move |_, _| reply.clone());
            match world.token(config(options())) {
                Ok(_) => Err("no error".into()),
                Err(error) => check_hidden(&format!("{error} {error:?} {error:#?}")),
            }
        },
    );
}

#[test]
fn errors_hide_an_echoed_refresh_token() {
    let echo = format!("{GRANTED} {}", encode_value(GRANTED));
    let rejection = |error: &str| {
        let body = format!(r#"{{"error":"{error}","error_description":"{echo}"}}"#);
        Reply::now(400, body)
    };
    let broken = Reply::After(0, Err(TransportError::Connection(echo.clone())));
    check_rows(
        [
            ("spent", rejection("invalid_grant")),
            ("refused", rejection("invalid_client")),
            ("echoed as the error", rejection(&echo)),
            ("connection", broken),
        ],
        |reply| {
            let world = World::new(move |_, _| reply.clone());
            let options = ClientOptions {
                grant: refresh_token(),
                ..options()
            };
            let error = world.token(config(options)).expect_err("no token");
            check_hidden(&format!("{error} {error:?} {error:#?}"))
        },
    );
}

#[test]
fn errors_of_the_authorised_fetch_hide_them() {
    let api = "https://api.example.com/?key=marker";
    check_rows(
        [
            (
                "other origin",
                ("https://evil.example.com/?key=marker", "Bearer"),
            ),
            ("other type", (api, "mac")),
        ],
        |(url, token_type)| {
            let body = format!(r#"{{"token_type":"{token_type}",{}}}"#, token_body());
            let world = World::new(move |_, _| Reply::now(200, body.clone()));
            let (caller, source) = world.source(config(options()));
            let resource = Resource::new(source, [api]).unwrap();
            let request = HttpRequest {
                method: "GET".into(),
                url: url.into(),
                headers: pair("authorization"),
                body: MARKER.into(),
                max_response_bytes: 1,
            };
            let result = world
                .isolate
                .block_on(caller, async move { resource.fetch(request).await });
            match result {
                Ok(_) => Err("no error".into()),
                Err(error) => check_hidden(&format!("{error} {error:?}")),
            }
        },
    );
}

#[test]
fn errors_of_a_callback_hide_what_was_kept_for_it() {
    let state = ("state", "state marker/+");
    let code = ("code", "code marker/+");
    let echo = ("error_description", "code marker/+ of state marker/+");
    check_rows(
        [
            ("other state", callback(&[("state", "marker"), code])),
            ("no state", callback(&[code])),
            ("twice", callback(&[state, state, code])),
            ("no code", callback(&[state])),
            ("error", callback(&[("error", "x"), state, code, echo])),
            ("JARM", callback(&[state, ("response", MARKER)])),
        ],
        |url| {
            let world = World::new(|_, _| Reply::Never);
            let result = run(&world, of_user(), |source| async move {
                source.callback(&url, &kept()).await
            });
            check_error(result.err())
        },
    );
}

#[test]
fn errors_of_an_exchange_hide_code_and_verifier() {
    let code = "code marker/+";
    let echo = format!("{code} {} {}", encode_value(code), verifier());
    let rejection = |error: &str| {
        let body = format!(r#"{{"error":"{error}","error_description":"{echo}"}}"#);
        Reply::now(400, body)
    };
    let broken = Reply::After(0, Err(TransportError::Connection(echo.clone())));
    check_rows(
        [
            ("spent", rejection("invalid_grant")),
            ("echoed as the error", rejection(&echo)),
            ("connection", broken),
            ("silence", Reply::Never),
        ],
        |reply| {
            let world = World::new(move |_, _| reply.clone());
            let result = run(&world, of_user(), |source| async move {
                let url = callback(&[("code", "code marker/+"), ("state", "state marker/+")]);
                source.callback(&url, &kept()).await
            });
            check_error(result.err())
        },
    );
}

#[test]
fn errors_of_a_revocation_hide_token_and_secret() {
    let [_, secret, encoded, basic, granted, granted_encoded] = forms();
    let echo = format!("{secret} {encoded} Basic {basic} {granted} {granted_encoded}");
    let rejection = |status| {
        let body = format!(r#"{{"error":"{echo}","error_description":"{echo}"}}"#);
        Reply::now(status, body)
    };
    let broken = |reason: String| Reply::After(0, Err(TransportError::Connection(reason)));
    let url = "https://auth.example.com/revoke?key=marker";
    check_rows(
        [
            ("rejection", rejection(400)),
            ("status", Reply::now(500, echo.clone())),
            ("redirect", Reply::now(302, echo.clone())),
            ("too long", Reply::too_long(200)),
            ("connection", broken(echo.clone())),
            (
                "connection to the URL",
                broken(format!("no route to {url}")),
            ),
            ("silence", Reply::Never),
        ],
        |reply| {
            let world = World::new(move |_, _| reply.clone());
            let held = HeldToken {
                access_token: Some(GRANTED.into()),
                refresh_token: Some(GRANTED.into()),
                raw: None,
                is_own: true,
            };
            let failures = run(&world, of_user(), |source| async move {
                let refresh_token = TokenTypeHint::RefreshToken;
                let first = source.revoke(&held, refresh_token, &pair("reason")).await;
                [
                    vec![first.unwrap_err()],
                    source.revoke_all(&held).await.unwrap_err(),
                ]
                .concat()
            });
            same(failures.len(), 3)?;
            failures
                .into_iter()
                .try_for_each(|it| check_error(Some(it)))
        },
    );
}

/// Whoever has one can be the client for a minute.
#[test]
fn errors_hide_an_echoed_client_assertion() {
    let world = World::new(|_, request| {
        let form = form::decode(std::str::from_utf8(&request.body).unwrap());
        let sent = |name: &str| form.iter().find(|(it, _)| it == name).unwrap().1.clone();
        let echo = sent("client_assertion");
        Reply::now(
            400,
            format!(r#"{{"error":"invalid_client","error_description":"not {echo}"}}"#),
        )
    });
    let signing = || ClientOptions {
        client_secret: Some("a secret that is as long as the hash".into()),
        client_auth: ClientAuth::ClientSecretJwt,
        ..of_user()
    };
    let failures = run(&world, signing(), |source| async move {
        let url = callback(&[("code", "code"), ("state", "state marker/+")]);
        let held = HeldToken {
            access_token: Some("access".into()),
            refresh_token: None,
            raw: None,
            is_own: true,
        };
        let no_parameters = Vec::new();
        [
            source.callback(&url, &kept()).await.unwrap_err(),
            source
                .revoke(&held, TokenTypeHint::AccessToken, &no_parameters)
                .await
                .unwrap_err(),
        ]
    });
    for error in failures {
        let shown = format!("{error} {error:?}");
        // How every such JWT begins: `{"`
        assert!(!shown.contains("eyJ"), "{shown}");
    }
}
