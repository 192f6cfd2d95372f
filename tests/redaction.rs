//! No secret and no token is ever shown: not by `Debug`, not in an error, whatever goes wrong.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use std::fmt::Debug;
use std::rc::Rc;

use base64ct::{Base64, Encoding};
use edge_oauth2::cache::flight::{Flight, Role};
use edge_oauth2::cache::identity::Identity;
use edge_oauth2::cache::slot::Slot;
use edge_oauth2::host::TransportError;
use edge_oauth2::protocol::client_auth::{ClientAuth, ClientCredentials};
use edge_oauth2::protocol::endpoint::Endpoint;
use edge_oauth2::protocol::form::encode_value;
use edge_oauth2::protocol::grant::Grant;
use edge_oauth2::protocol::http::{HttpRequest, HttpResponse};
use edge_oauth2::protocol::jwt::{Algorithm, Assertion};
use edge_oauth2::protocol::token_request::{BodyFormat, TokenRequest};
use edge_oauth2::protocol::token_response::{TokenMapping, TokenResponseContext};
use edge_oauth2::{AssertionOptions, ClientOptions, PrivateKey, Resource, Secret};
use support::host::{Reply, World};
use support::{check_rows, config, response};

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
    let slot = Slot::new(config(options()), Rc::clone(&world.memory));
    let cached = slot.hit(world.isolate.now_ms()).unwrap();
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
        endpoint: &endpoint,
        client: &client,
        grant: &grant,
        mapping: &mapping,
        is_basic: true,
        now_ms: 0,
        default_lifetime_seconds: 1,
    };
    let assertion_options = AssertionOptions {
        issuer: Some(MARKER.into()),
        subject: Some(MARKER.into()),
        audience: Some(MARKER.into()),
        claims: vec![("email".into(), MARKER.into())],
        lifetime_seconds: 60,
    };
    let assertion = Assertion {
        algorithm: Algorithm::Rs256,
        key_id: None,
        issuer: MARKER,
        subject: MARKER,
        audience: MARKER,
        issued_at: 0,
        lifetime_seconds: 60,
        claims: &assertion_options.claims,
    };
    let signing = ClientOptions {
        client_secret: None,
        private_key: Some(PrivateKey {
            algorithm: Algorithm::Rs256,
            key_id: None,
            audience: None,
            key: Some(MARKER.into()),
        }),
        grant: Grant::SignedJwtBearer(assertion_options.clone()),
        ..options()
    };
    let mut flight = Flight::default();
    if let Role::Leader(generation) = flight.join(0) {
        flight.land(generation, Ok(Rc::clone(&cached)));
    }
    let shown = |value: &dyn Debug| format!("{value:?} {value:#?}");
    check_rows(
        [
            ("ClientOptions", shown(&options())),
            ("ClientConfig", shown(&config(options()))),
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
            ("Slot", shown(&slot)),
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
            ("too long", Reply::After(0, Err(TransportError::TooLong))),
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
