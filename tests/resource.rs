//! The authorised fetch (RFC 6750) over a scripted network.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

mod support;

use std::rc::Rc;

use edge_oauth2::host::TransportError;
use edge_oauth2::protocol::http::{HttpRequest, HttpResponse};
use edge_oauth2::{
    ClientOptions, ErrorCode, Grant, Resource, ResourceError, ResourceOptions, Sign, TestFailure,
    Token,
};
use support::host::{Reply, World};
use support::{TOKEN_URL, check_rows, config, options, response, same};

const API: &str = "https://api.example.com/v1/";

/// A world whose token endpoint issues `token-0`, `token-1`… and whose API answers with `api`, which
/// sees the number of the request to it and the token.
fn world(api: impl Fn(usize, &str) -> Reply + 'static) -> World {
    world_with_tokens(|n| Reply::token(0, &format!("token-{n}")), api)
}

fn world_with_tokens(
    token: impl Fn(usize) -> Reply + 'static,
    api: impl Fn(usize, &str) -> Reply + 'static,
) -> World {
    let grants = std::cell::Cell::new(0);
    World::new(move |n, request| {
        if request.url == TOKEN_URL {
            grants.set(grants.get() + 1);
            return token(grants.get() - 1);
        }
        let authorization = authorization(request);
        api(
            n - grants.get(),
            authorization.trim_start_matches("Bearer "),
        )
    })
}

fn authorization(request: &HttpRequest) -> String {
    let headers = request.headers.iter();
    let values: Vec<_> = headers
        .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        .map(|(_, value)| value.as_str())
        .collect();
    values.join(" and ")
}

fn request(url: &str) -> HttpRequest {
    HttpRequest {
        method: "PUT".into(),
        url: url.into(),
        headers: vec![
            ("Authorization".into(), "Basic the-user's".into()),
            ("X-Trace".into(), "1".into()),
        ],
        body: b"body".to_vec(),
        max_response_bytes: 10,
    }
}

fn fetch(world: &World, url: &str) -> Result<HttpResponse, ResourceError> {
    fetch_with(world, ResourceOptions::default(), url)
}

fn fetch_with(
    world: &World,
    how: ResourceOptions,
    url: &str,
) -> Result<HttpResponse, ResourceError> {
    let (caller, source) = world.source(config(options()));
    let urls = [API, "http://localhost:8787"];
    let resource = Rc::new(Resource::with_options(source, urls, how).unwrap());
    let request = request(url);
    world
        .isolate
        .block_on(caller, async move { resource.fetch(request).await })
}

fn test(world: &World, how: ResourceOptions, url: &str) -> Result<HttpResponse, TestFailure> {
    let (caller, source) = world.source(config(options()));
    let resource = Rc::new(Resource::with_options(source, [API], how).unwrap());
    let request = request(url);
    world
        .isolate
        .block_on(caller, async move { resource.test(request).await })
}

fn status(result: Result<HttpResponse, ResourceError>) -> u16 {
    result.unwrap().status
}

fn token_error(result: Result<HttpResponse, ResourceError>) -> ErrorCode {
    match result {
        Err(ResourceError::Token(error)) => error.code(),
        other => unreachable!("{other:?}"),
    }
}

fn sent_to_api(world: &World) -> Vec<HttpRequest> {
    let sent = world.network.sent.borrow();
    let requests = sent.iter().filter(|request| request.url != TOKEN_URL);
    requests.cloned().collect()
}

fn grants(world: &World) -> usize {
    world.sent() - sent_to_api(world).len()
}

fn refuse_all_but(accepted: &'static str) -> impl Fn(usize, &str) -> Reply {
    move |_, token| Reply::status(0, if token == accepted { 200 } else { 401 })
}

#[test]
fn sends_the_request_with_the_token_in_place_of_the_users_authorization() {
    let world = world(|_, _| Reply::status(0, 204));
    assert_eq!(status(fetch(&world, &format!("{API}hello?x=1"))), 204);
    let sent = &sent_to_api(&world)[0];
    assert_eq!(authorization(sent), "Bearer token-0");
    assert_eq!(sent.method, "PUT");
    assert_eq!(sent.url, "https://api.example.com/v1/hello?x=1");
    assert_eq!(sent.body, b"body");
    assert_eq!(sent.max_response_bytes, 10);
    assert!(sent.headers.contains(&("X-Trace".into(), "1".into())));
    assert_eq!(status(fetch(&world, API)), 204);
    assert_eq!(grants(&world), 1, "the token is cached");
}

#[test]
fn every_answer_but_401_is_returned_as_it_is() {
    for code in [200, 301, 302, 307, 400, 403, 404, 407, 429, 500, 503] {
        let world = world(move |_, _| Reply::status(0, code));
        assert_eq!(status(fetch(&world, API)), code);
        assert_eq!(
            (grants(&world), sent_to_api(&world).len()),
            (1, 1),
            "{code}"
        );
    }
}

#[test]
fn after_401_the_token_is_renewed_and_the_request_sent_once_more() {
    let world = world(refuse_all_but("token-1"));
    assert_eq!(status(fetch(&world, API)), 200);
    let sent = sent_to_api(&world);
    assert_eq!(sent.len(), 2);
    assert_eq!(authorization(&sent[1]), "Bearer token-1");
    assert_eq!(sent[1].body, sent[0].body);
    assert_eq!(sent[1].method, sent[0].method);
    assert_eq!(sent[1].url, sent[0].url);
    assert_eq!(status(fetch(&world, API)), 200);
    assert_eq!(grants(&world), 2);
}

#[test]
fn a_second_401_is_returned() {
    let world = world(|n, _| Reply::After(0, Ok(response(401, format!("answer {n}")))));
    let answer = fetch(&world, API).unwrap();
    assert_eq!((answer.status, answer.body), (401, b"answer 1".to_vec()));
    assert_eq!((grants(&world), sent_to_api(&world).len()), (2, 2));
}

#[test]
fn an_api_that_always_refuses_does_not_buy_a_grant_per_request() {
    let world = world(|_, _| Reply::status(0, 401));
    for _ in 0..20 {
        assert_eq!(status(fetch(&world, API)), 401);
        world.isolate.run_for(400);
    }
    assert_eq!(grants(&world), 2);
    world.isolate.run_for(2_500);
    assert_eq!(status(fetch(&world, API)), 401);
    assert_eq!(grants(&world), 3, "after ten seconds");
}

/// The API's own answer says most.
#[test]
fn when_the_renewal_fails_the_401_is_returned() {
    check_rows(
        [
            ("server error", Reply::status(0, 500)),
            (
                "rejection",
                Reply::now(400, r#"{"error":"invalid_client"}"#),
            ),
            ("broken connection", Reply::broken(0)),
            ("silence", Reply::Never),
            (
                "a token of another type",
                Reply::now(200, r#"{"access_token":"x","token_type":"DPoP"}"#),
            ),
        ],
        |renewal| {
            let world = world_with_tokens(
                move |n| match n {
                    0 => Reply::token(0, "token-0"),
                    _ => renewal.clone(),
                },
                |_, _| Reply::now(401, "why"),
            );
            let answer = fetch(&world, API).map_err(|error| format!("{error:?}"))?;
            same((answer.status, answer.body), (401, b"why".to_vec()))?;
            // What may pass is tried more than once.
            same(grants(&world) >= 2, true)?;
            same(sent_to_api(&world).len(), 1)
        },
    );
}

#[test]
fn many_refused_at_once_share_one_renewal() {
    let world = world(|_, token| Reply::status(30, if token == "token-0" { 401 } else { 200 }));
    let answers: Vec<_> = (0..50)
        .map(|_| {
            let (caller, source) = world.source(config(options()));
            let resource = Resource::new(source, [API]).unwrap();
            let request = request(API);
            world.isolate.call(caller, async move {
                resource.fetch(request).await.map(|answer| answer.status)
            })
        })
        .collect();
    world.isolate.run_for(10_000);
    for answer in answers {
        assert!(matches!(*answer.borrow(), Some((Ok(200), _))));
    }
    assert_eq!(grants(&world), 2);
}

#[test]
fn without_a_token_nothing_is_sent() {
    let world = world_with_tokens(|_| Reply::status(0, 500), |_, _| Reply::status(0, 200));
    assert_eq!(token_error(fetch(&world, API)), ErrorCode::HttpStatus);
    assert_eq!(sent_to_api(&world).len(), 0);
}

#[test]
fn a_token_of_another_type_is_not_sent_as_bearer() {
    let world = world_with_tokens(
        |_| Reply::now(200, r#"{"access_token":"x","token_type":"mac"}"#),
        |_, _| Reply::status(0, 200),
    );
    assert_eq!(
        token_error(fetch(&world, API)),
        ErrorCode::UnsupportedTokenType
    );
    assert_eq!(sent_to_api(&world).len(), 0);
}

#[test]
fn the_transports_failure_is_handed_on() {
    let world = world(|_, _| Reply::broken(0));
    match fetch(&world, API) {
        Err(ResourceError::Transport(TransportError::Connection(reason))) => {
            assert_eq!(reason, "connection reset");
        }
        other => unreachable!("{other:?}"),
    }
    assert_eq!(sent_to_api(&world).len(), 1);
}

#[test]
fn the_token_goes_to_its_origins_only() {
    check_rows(
        [
            ("below the base", ("https://api.example.com/v1/x", true)),
            ("beside the base", ("https://api.example.com/v2", true)),
            ("default port", ("https://api.example.com:443/", true)),
            ("upper case", ("HTTPS://API.EXAMPLE.COM/", true)),
            ("the other origin", ("http://localhost:8787/x", true)),
            ("other host", ("https://evil.example.com/", false)),
            (
                "host that begins alike",
                ("https://api.example.com.evil.com/", false),
            ),
            (
                "host that ends alike",
                ("https://evilapi.example.com/", false),
            ),
            ("subdomain", ("https://x.api.example.com/", false)),
            ("other port", ("https://api.example.com:8443/", false)),
            ("other scheme", ("http://api.example.com/", false)),
            ("loopback, other port", ("http://localhost:8788/", false)),
            ("loopback, other scheme", ("https://localhost:8787/", false)),
            ("user", ("https://api.example.com@evil.com/", false)),
            ("the token endpoint", (TOKEN_URL, false)),
            ("relative", ("/v1/x", false)),
            ("backslash", ("https://api.example.com\\@evil.com/", false)),
            ("white space", (" https://api.example.com/", false)),
            ("empty", ("", false)),
        ],
        |(url, is_allowed)| {
            let world = world(|_, _| Reply::status(0, 200));
            let result = fetch(&world, url);
            if is_allowed {
                return same(result.map(|answer| answer.status).ok(), Some(200));
            }
            same(token_error(result), ErrorCode::OriginNotAllowed)?;
            same(world.sent(), 0)
        },
    );
}

#[test]
fn an_origin_that_may_not_see_a_token_cannot_be_configured() {
    let world = world(|_, _| Reply::status(0, 200));
    for url in ["http://api.example.com", "api.example.com", ""] {
        let (_, source) = world.source(config(options()));
        let error = Resource::new(source, [API, url]).unwrap_err();
        assert_eq!(error.option(), Some("allowedOrigins"), "{url}");
    }
}

fn signs(refresh_on: Vec<Sign>, detect_on: Vec<Sign>) -> ResourceOptions {
    ResourceOptions {
        refresh_on,
        detect_on,
        ..ResourceOptions::default()
    }
}

fn answer(is_refusal: impl Fn(&HttpResponse) -> bool + 'static) -> Sign {
    Sign::Answer(Rc::new(is_refusal))
}

#[test]
fn a_refusal_looks_as_the_options_say() {
    let text = |text: &str| Sign::Text(text.into());
    let contains = |text: &str| Sign::Contains(text.into());
    let refresh = |sign| signs(vec![sign], vec![]);
    let detect = |sign| signs(vec![], vec![sign]);
    let expired = r#"{"error":"expired"}"#;
    check_rows(
        [
            ("status", (refresh(Sign::Status(403)), 403, "", true)),
            (
                "status beyond 599",
                (refresh(Sign::Status(999)), 999, "", true),
            ),
            ("401 instead", (refresh(Sign::Status(403)), 401, "", false)),
            ("never", (signs(vec![], vec![]), 401, "", false)),
            (
                "one of several",
                (
                    signs(vec![Sign::Status(401), Sign::Status(419)], vec![]),
                    419,
                    "",
                    true,
                ),
            ),
            ("text", (refresh(text("expired")), 400, "expired", true)),
            (
                "text and more",
                (refresh(text("expired")), 400, "expired.", false),
            ),
            (
                "part",
                (refresh(contains("\"expired\"")), 500, expired, true),
            ),
            ("no part", (refresh(contains("limit")), 400, expired, false)),
            (
                "part of a 2xx, by refresh_on",
                (refresh(contains("expired")), 200, expired, false),
            ),
            (
                "part of a 2xx",
                (detect(contains("expired")), 200, expired, true),
            ),
            ("text of a 2xx", (detect(text(expired)), 299, expired, true)),
            ("status 2xx", (detect(Sign::Status(203)), 203, "", true)),
            (
                "part of another, by detect_on",
                (detect(contains("expired")), 400, expired, false),
            ),
            (
                "predicate",
                (
                    refresh(answer(|answer| {
                        answer.status == 400 && answer.body.is_empty()
                    })),
                    400,
                    "",
                    true,
                ),
            ),
            (
                "predicate of others",
                (refresh(answer(|_| false)), 401, "", false),
            ),
            (
                "predicate, by detect_on",
                (detect(answer(|_| true)), 200, "", true),
            ),
        ],
        |(how, status, body, is_noticed)| {
            let body = body.to_owned();
            let world = world(move |_, token| match token {
                "token-0" => Reply::now(status, body.clone()),
                _ => Reply::now(200, "welcome"),
            });
            let answer = fetch_with(&world, how, API).map_err(|error| format!("{error:?}"))?;
            same(answer.body == b"welcome", is_noticed)?;
            same(grants(&world), if is_noticed { 2 } else { 1 })
        },
    );
}

#[test]
fn a_second_detected_refusal_is_returned() {
    let world = world(|n, _| Reply::now(200, format!("expired {n}")));
    let how = signs(vec![], vec![Sign::Contains("expired".into())]);
    let answer = fetch_with(&world, how, API).unwrap();
    assert_eq!(answer.body, b"expired 1");
    assert_eq!((grants(&world), sent_to_api(&world).len()), (2, 2));
}

#[test]
fn an_option_that_cannot_be_is_refused() {
    let unusable = [
        ("refreshOn", signs(vec![Sign::Status(200)], vec![])),
        ("refreshOn", signs(vec![Sign::Status(0)], vec![])),
        ("refreshOn", signs(vec![Sign::Status(1000)], vec![])),
        ("refreshOn", signs(vec![Sign::Text(String::new())], vec![])),
        ("detectOn", signs(vec![], vec![Sign::Status(401)])),
        (
            "detectOn",
            signs(vec![], vec![Sign::Contains(String::new())]),
        ),
        ("apiHeaders", with_headers(&[("Authorization", "x")])),
        ("apiHeaders", with_headers(&[("HOST", "x")])),
        ("apiHeaders", with_headers(&[("Content-Type", "x")])),
        ("apiHeaders", with_headers(&[("", "x")])),
        ("apiHeaders", with_headers(&[("x y", "x")])),
        ("apiHeaders", with_headers(&[("x-key", "a\r\nx-other: b")])),
        ("apiHeaders", with_headers(&[("x-key", "\u{20ac}")])),
    ];
    for (option, how) in unusable {
        let world = world(|_, _| Reply::status(0, 200));
        let (_, source) = world.source(config(options()));
        let error = Resource::with_options(source, [API], how).unwrap_err();
        assert_eq!(
            (error.code(), error.option()),
            (ErrorCode::InvalidOption, Some(option))
        );
    }
}

fn with_headers(headers: &[(&str, &str)]) -> ResourceOptions {
    let headers = headers.iter();
    ResourceOptions {
        api_headers: headers
            .map(|&(name, value)| (name.into(), value.into()))
            .collect(),
        ..ResourceOptions::default()
    }
}

#[test]
fn headers_of_the_api_go_along_unless_the_request_has_them() {
    let world = world(refuse_all_but("token-1"));
    let how = with_headers(&[("x-key", "key"), ("x-TRACE", "2")]);
    assert_eq!(status(fetch_with(&world, how, API)), 200);
    for request in sent_to_api(&world) {
        let mut headers = request.headers;
        headers.retain(|(name, _)| name.starts_with(['x', 'X']));
        let expected = [("X-Trace", "1"), ("x-key", "key")];
        assert_eq!(
            headers,
            expected.map(|(name, value)| (name.into(), value.into()))
        );
    }
    let token_request = &world.network.sent.borrow()[0];
    assert!(
        token_request
            .headers
            .iter()
            .all(|(name, _)| name != "x-key")
    );
}

#[test]
fn apply_sees_the_headers_of_the_api() {
    let world = world(|_, _| Reply::status(0, 200));
    let how = ResourceOptions {
        apply: Some(Rc::new(|request, _| {
            request.headers.retain(|(name, _)| name != "x-key");
        })),
        ..with_headers(&[("x-key", "key")])
    };
    assert_eq!(status(fetch_with(&world, how, API)), 200);
    let sent = sent_to_api(&world);
    assert!(sent[0].headers.iter().all(|(name, _)| name != "x-key"));
}

fn applied(apply: impl Fn(&mut HttpRequest, &Token) + 'static) -> ResourceOptions {
    ResourceOptions {
        apply: Some(Rc::new(apply)),
        ..ResourceOptions::default()
    }
}

#[test]
fn a_function_puts_the_token_where_the_api_wants_it() {
    let world = world_with_tokens(
        |n| {
            Reply::now(
                200,
                format!(r#"{{"access_token":"token-{n}","token_type":"mac"}}"#),
            )
        },
        |n, _| Reply::status(0, if n == 0 { 401 } else { 200 }),
    );
    let how = applied(|request, token| {
        let text = token.access_token.expose();
        request.headers.push(("x-token".into(), text.into()));
        request.url = format!("{}?key={text}", request.url);
        request.body.extend_from_slice(text.as_bytes());
    });
    assert_eq!(status(fetch_with(&world, how, API)), 200);
    let sent = sent_to_api(&world);
    for (n, request) in sent.iter().enumerate() {
        let token = format!("token-{n}");
        assert!(request.headers.contains(&("x-token".into(), token.clone())));
        assert_eq!(
            authorization(request),
            "Basic the-user's",
            "left to the user"
        );
        assert_eq!(request.url, format!("{API}?key={token}"));
        assert_eq!(request.body, format!("body{token}").into_bytes());
    }
    assert_eq!(sent.len(), 2);
}

#[test]
fn a_function_cannot_take_the_token_elsewhere() {
    let world = world(|_, _| Reply::status(0, 200));
    let how = applied(|request, _| request.url = "https://evil.example.com/".into());
    let result = fetch_with(&world, how, API);
    assert_eq!(token_error(result), ErrorCode::OriginNotAllowed);
    assert_eq!(sent_to_api(&world).len(), 0);
}

#[test]
fn a_test_asks_for_a_new_token() {
    let world = world(|_, token| Reply::status(0, if token == "token-1" { 200 } else { 401 }));
    world.access_token().unwrap();
    let answer = test(&world, ResourceOptions::default(), API).unwrap();
    assert_eq!((answer.status, grants(&world)), (200, 2));
}

#[test]
fn a_test_of_a_given_token_asks_for_a_new_one_only_with_a_refresh_token() {
    check_rows(
        [
            ("without", (None, 0, "given")),
            ("with", (Some("r"), 1, "token-0")),
        ],
        |(refresh_token, asked, expected)| {
            let world = world(|_, _| Reply::status(0, 200));
            let options = ClientOptions {
                grant: Grant::Token {
                    access_token: "given".into(),
                    expires_at_ms: None,
                    refresh_token: refresh_token.map(Into::into),
                    response: None,
                },
                ..options()
            };
            let (caller, source) = world.source(config(options));
            let resource = Resource::new(source, [API]).map_err(|error| error.to_string())?;
            let tested = world
                .isolate
                .block_on(caller, async move { resource.test(request(API)).await });
            same(tested.map(|answer| answer.status).ok(), Some(200))?;
            same(grants(&world), asked)?;
            same(
                authorization(&sent_to_api(&world)[0]),
                format!("Bearer {expected}"),
            )
        },
    );
}

#[test]
fn a_test_tells_which_part_fails() {
    let part = |result| match result {
        Err(TestFailure::Configuration(error)) => format!("configuration {}", error.code()),
        Err(TestFailure::Token(error)) => format!("token {}", error.code()),
        Err(TestFailure::Transport(_)) => "transport".into(),
        Err(TestFailure::Api(answer)) => format!("api {}", answer.status),
        other => format!("{other:?}"),
    };
    let good = || Reply::token(0, "token");
    let typed = Reply::now(200, r#"{"access_token":"x","token_type":"mac"}"#);
    let refused = Reply::now(400, r#"{"error":"invalid_client"}"#);
    let ok = || Reply::now(200, "expired");
    check_rows(
        [
            (
                "origin",
                (
                    good(),
                    ok(),
                    "https://evil.example.com",
                    "configuration origin_not_allowed",
                ),
            ),
            (
                "type",
                (typed, ok(), API, "configuration unsupported_token_type"),
            ),
            (
                "token",
                (refused, ok(), API, "token token_request_rejected"),
            ),
            ("connection", (good(), Reply::broken(0), API, "transport")),
            ("absence", (good(), Reply::status(0, 404), API, "api 404")),
            ("refusal", (good(), Reply::status(0, 401), API, "api 401")),
            ("detected refusal", (good(), ok(), API, "api 200")),
        ],
        |(token, answer, url, expected)| {
            let world = world_with_tokens(move |_| token.clone(), move |_, _| answer.clone());
            let how = signs(vec![], vec![Sign::Contains("expired".into())]);
            same(part(test(&world, how, url)), expected.to_owned())?;
            same(sent_to_api(&world).len() < 2, true)
        },
    );
}
