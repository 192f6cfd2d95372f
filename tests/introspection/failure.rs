//! What is done where nothing can be found out about a token.

use edge_oauth2::ErrorCode;

use super::support::host::{Reply, World};
use super::support::{check_rows, same};
use super::*;

const PAGE: &str = "<html>blocked</html>";

fn code(api: &Api, token: &'static str) -> ErrorCode {
    api.ask(token).expect_err("an error").code()
}

/// A good answer, and then what `script` says.
fn after_a_good_one(
    options: IntrospectorOptions,
    script: impl Fn(usize) -> Reply + 'static,
) -> Api {
    let api = Api::new(
        options,
        World::new(move |n, _| match n {
            0 => Reply::now(200, ACTIVE),
            n => script(n),
        }),
    );
    assert!(api.is_active("token"));
    api
}

fn patient() -> IntrospectorOptions {
    IntrospectorOptions {
        stale_if_error_seconds: 120,
        ..options()
    }
}

/// How often the server is asked about ten different tokens, within the error cache's time and after it.
fn asked(reply: Reply) -> (usize, usize) {
    let api = Api::plain(move |_, _| reply.clone());
    for token in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
        api.ask(token).expect_err("an error");
    }
    let sent = api.sent();
    api.wait_seconds(31);
    api.ask("k").expect_err("an error");
    (sent, api.sent() - sent)
}

#[test]
fn our_own_refused_credentials_are_remembered_for_all_tokens() {
    let rows = [
        (
            "401 and words",
            (Reply::now(401, r#"{"error":"invalid_client"}"#), (1, 1)),
        ),
        ("401 alone", (Reply::now(401, ""), (1, 1))),
        ("401 and a page", (Reply::now(401, PAGE), (1, 1))),
        (
            "400 invalid_client",
            (Reply::now(400, r#"{"error":"invalid_client"}"#), (1, 1)),
        ),
        (
            "403 unauthorized_client",
            (
                Reply::now(403, r#"{"error":"unauthorized_client"}"#),
                (1, 1),
            ),
        ),
        (
            "200 invalid_client",
            (Reply::now(200, r#"{"error":"invalid_client"}"#), (1, 1)),
        ),
        // Of these one token may be the reason: whoever presents it must not keep all others out.
        ("403 and a page", (Reply::now(403, PAGE), (10, 1))),
        (
            "400 invalid_request",
            (Reply::now(400, r#"{"error":"invalid_request"}"#), (10, 1)),
        ),
        (
            "400 invalid_token",
            (Reply::now(400, r#"{"error":"invalid_token"}"#), (10, 1)),
        ),
        (
            "401 invalid_token",
            (Reply::now(401, r#"{"error":"invalid_token"}"#), (10, 1)),
        ),
        (
            "401 request_unauthorized",
            (
                Reply::now(401, r#"{"error":"request_unauthorized"}"#),
                (10, 1),
            ),
        ),
        (
            "401 access_denied",
            (Reply::now(401, r#"{"error":"access_denied"}"#), (10, 1)),
        ),
        (
            "401 invalid_request",
            (Reply::now(401, r#"{"error":"invalid_request"}"#), (1, 1)),
        ),
        (
            "no boolean",
            (Reply::now(200, r#"{"active":"yes"}"#), (10, 1)),
        ),
        ("redirect", (Reply::now(302, ""), (10, 1))),
        ("too long", (Reply::too_long(200), (10, 1))),
    ];
    check_rows(rows, |(reply, expected)| same(asked(reply), expected));
}

#[test]
fn a_server_that_wants_to_be_left_alone_is() {
    let wish = |status: u16| Reply::now(status, "").with(&[("Retry-After", "20")]);
    let rows = [
        ("429", wish(429)),
        ("429 that does not say how long", Reply::now(429, "")),
        ("503", wish(503)),
    ];
    check_rows(rows, |reply| {
        let api = Api::plain(move |_, _| reply.clone());
        api.ask("a").expect_err("an error");
        let sent = api.sent();
        api.ask("b").expect_err("an error");
        api.ask("c").expect_err("an error");
        let is_left_alone = api.sent() == sent;
        api.wait_seconds(21);
        api.ask("d").expect_err("an error");
        same((is_left_alone, api.sent() > sent), (true, true))
    });
}

#[test]
fn nobody_is_kept_out_for_a_day_by_what_a_server_says() {
    let api = Api::plain(|n, _| match n {
        0 => Reply::now(503, "").with(&[("Retry-After", "86400")]),
        _ => Reply::now(200, ACTIVE),
    });
    api.ask("token").expect_err("an error");
    let error = api.ask("token").expect_err("an error");
    assert_eq!(error.retry_after_ms(), Some(60_000));
    assert_eq!(api.sent(), 1);
    api.wait_seconds(60);
    assert!(api.is_active("token"));
}

#[test]
fn what_may_pass_is_asked_again() {
    let api = Api::plain(|n, _| match n {
        0 => Reply::status(0, 500),
        1 => Reply::broken(0),
        _ => Reply::now(200, ACTIVE),
    });
    assert!(api.is_active("token"));
    assert_eq!(api.events(), ["retry", "retry", "introspection"]);
}

#[test]
fn each_failure_has_its_code() {
    let rows = [
        ("broken", (Reply::broken(0), ErrorCode::Network)),
        ("down", (Reply::status(0, 503), ErrorCode::HttpStatus)),
        ("page", (Reply::now(200, PAGE), ErrorCode::InvalidResponse)),
        (
            "redirect",
            (Reply::now(307, ""), ErrorCode::RedirectRefused),
        ),
        (
            "too long",
            (Reply::too_long(200), ErrorCode::InvalidResponse),
        ),
        (
            "refused",
            (
                Reply::now(401, r#"{"error":"invalid_client"}"#),
                ErrorCode::TokenRequestRejected,
            ),
        ),
    ];
    check_rows(rows, |(reply, expected)| {
        let api = Api::plain(move |_, _| reply.clone());
        let events = || api.events().last().copied();
        same(
            (code(&api, "token"), events()),
            (expected, Some("introspection_failed")),
        )
    });
}

#[test]
fn a_failure_is_not_taken_for_an_answer() {
    let api = Api::plain(|n, _| match n {
        0 => Reply::now(404, ""),
        _ => Reply::now(200, ACTIVE),
    });
    assert_eq!(code(&api, "token"), ErrorCode::HttpStatus);
    assert!(api.cached("token").is_none());
    assert!(api.is_active("token"));
}

#[test]
fn without_staleness_an_old_answer_is_not_used() {
    let api = after_a_good_one(options(), |_| Reply::status(0, 503));
    api.wait_seconds(60);
    assert_eq!(code(&api, "token"), ErrorCode::HttpStatus);
}

#[test]
fn while_the_server_gives_no_answer_the_one_of_before_is_used_for_a_time() {
    let rows = [
        ("down", Reply::status(0, 503)),
        ("broken", Reply::broken(0)),
        ("a page", Reply::now(200, PAGE)),
        ("our credentials refused", Reply::now(401, "")),
    ];
    check_rows(rows, |reply| {
        let api = after_a_good_one(patient(), move |_| reply.clone());
        api.wait_until(60.0);
        let is_used = api.is_active("token") && api.cached("token").is_none();
        api.wait_until(177.0);
        let is_still_used = api.is_active("token");
        api.wait_until(180.0);
        let is_over = api.ask("token").is_err();
        same([is_used, is_still_used, is_over], [true; 3])
    });
}

#[test]
fn an_old_answer_is_never_used_past_exp() {
    let body = format!(r#"{{"active":true,"exp":{}}}"#, NOW + 90);
    let api = Api::new(
        patient(),
        World::new(move |n, _| match n {
            0 => Reply::now(200, body.clone()),
            _ => Reply::now(404, ""),
        }),
    );
    assert!(api.is_active("token"));
    api.wait_until(89.999);
    assert!(api.is_active("token"));
    api.wait_until(90.0);
    assert_eq!(code(&api, "token"), ErrorCode::HttpStatus);
}

#[test]
fn a_silent_server_is_not_waited_for_by_everybody_where_there_is_an_old_answer() {
    let api = after_a_good_one(patient(), |_| Reply::Never);
    api.wait_seconds(60);
    let (_, first) = call(&api, "token");
    api.wait_ms(2_501);
    assert!(first.borrow().is_some(), "it waited too long");
    let (_, second) = call(&api, "token");
    api.wait_ms(0);
    assert!(second.borrow().is_some(), "it waited");
    assert_eq!(api.sent(), 2);
}

#[test]
fn a_server_that_is_back_is_heard() {
    let api = after_a_good_one(patient(), |n| match n {
        1..=4 => Reply::now(404, ""),
        _ => Reply::now(200, INACTIVE),
    });
    api.wait_seconds(60);
    while api.sent() < 5 {
        assert!(api.is_active("token"));
        api.wait_seconds(1);
    }
    api.wait_seconds(5);
    assert!(!api.is_active("token"));
}

#[test]
fn a_newer_answer_that_cannot_be_had_in_the_background_is_not_asked_for_by_every_call() {
    let api = after_a_good_one(options(), |_| Reply::now(404, ""));
    api.wait_seconds(45);
    for _ in 0..10 {
        assert!(api.is_active("token"));
        api.wait_ms(100);
    }
    assert_eq!(api.sent(), 2);
    assert!(api.cached("token").is_some());
}

#[test]
fn a_bad_answer_is_no_old_one() {
    let api = Api::new(
        patient(),
        World::new(|n, _| match n {
            0 => Reply::now(200, INACTIVE),
            _ => Reply::status(0, 503),
        }),
    );
    assert!(!api.is_active("token"));
    api.wait_seconds(6);
    assert_eq!(code(&api, "token"), ErrorCode::HttpStatus);
}

#[test]
fn the_body_is_tried_where_the_header_is_not_read() {
    let auto = IntrospectorOptions {
        client: ClientOptions {
            client_auth: edge_oauth2::ClientAuth::Auto,
            ..client()
        },
        ..options()
    };
    let api = Api::new(
        auto,
        World::new(
            |_, request| match parameter(request, "client_secret").is_some() {
                true => Reply::now(200, ACTIVE),
                false => Reply::now(401, r#"{"error":"invalid_client"}"#),
            },
        ),
    );
    assert!(api.is_active("a"));
    assert!(api.is_active("b"));
    assert_eq!(api.sent(), 3);
}

#[test]
fn an_error_repeats_nothing_that_was_sent() {
    let body = r#"{"error":"invalid_client","error_description":"api-secret, YXBpOmFwaS1zZWNyZXQ=, the-presented-token"}"#;
    let api = Api::plain(move |_, _| Reply::now(401, body));
    let error = api.ask("the-presented-token").expect_err("an error");
    let said = "invalid_client: [redacted], [redacted], [redacted]";
    assert!(error.to_string().contains(said), "{error}");
    assert!(!format!("{error:?}").contains("api-secret"), "{error:?}");
}

#[test]
fn an_error_advises_what_may_be_wrong() {
    let api = Api::plain(|_, _| Reply::now(401, r#"{"error":"invalid_client"}"#));
    let error = api.ask("token").expect_err("an error").to_string();
    assert!(error.contains("the introspection endpoint https://auth.example.com/introspect answered with 401 invalid_client"), "{error}");
    assert!(error.contains("clientAuth: 'body'"), "{error}");
}
