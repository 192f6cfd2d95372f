//! How long answers are used.

use super::support::host::{Reply, World};
use super::support::isolate::Request;
use super::*;

/// The server's answer about a good token, which numbers them.
fn numbered(n: usize, members: &str) -> Reply {
    Reply::now(200, format!(r#"{{"active":true,"sub":"{n}"{members}}}"#))
}

fn api(members: &'static str) -> Api {
    Api::plain(move |n, _| numbered(n, members))
}

/// Which of the server's answers is used now.
fn number(api: &Api) -> String {
    let answer = api.ask("token").expect("an answer");
    answer.introspection.sub.clone().expect("a number")
}

#[test]
fn a_good_token_is_asked_about_once_in_a_minute() {
    let api = api("");
    for _ in 0..4 {
        assert_eq!(number(&api), "0");
        api.wait_seconds(11);
    }
    assert!(api.cached("token").is_some());
    assert_eq!(api.sent(), 1);
    api.wait_seconds(60);
    assert!(api.cached("token").is_none());
    assert_eq!(number(&api), "1");
}

#[test]
fn near_the_end_a_newer_answer_is_asked_for_in_the_background() {
    let api = Api::plain(|n, _| match n {
        0 => numbered(0, ""),
        _ => Reply::After(
            300,
            Ok(support::response(200, r#"{"active":true,"sub":"1"}"#)),
        ),
    });
    number(&api);
    api.wait_seconds(45);
    // One caller has it asked for, and does not wait.
    assert!(api.cached("token").is_none());
    let (_, answer) = call(&api, "token");
    api.wait_ms(0);
    assert!(answer.borrow().is_some(), "it waited");
    assert_eq!(api.sent(), 2);
    // All others are given the one of before meanwhile.
    assert!(api.cached("token").is_some());
    assert_eq!(number(&api), "0");
    api.wait_ms(400);
    assert_eq!(number(&api), "1");
    api.wait_seconds(44);
    assert_eq!(number(&api), "1");
    assert_eq!(api.sent(), 2);
    assert!(api.events().contains(&"stale_served"));
}

#[test]
fn an_answer_is_never_used_past_exp() {
    let api = Api::plain(|n, _| match n {
        0 => numbered(0, &format!(r#","exp":{}"#, NOW + 20)),
        _ => Reply::now(200, INACTIVE),
    });
    assert!(api.is_active("token"));
    // What ends with the token is not renewed before.
    api.wait_ms(19_999);
    assert!(api.is_active("token"));
    assert_eq!(api.sent(), 1);
    api.wait_ms(1);
    assert!(api.cached("token").is_none());
    assert!(!api.is_active("token"));
    assert_eq!(api.sent(), 2);
}

#[test]
fn a_token_that_is_over_is_inactive_whatever_the_server_says() {
    let api = Api::plain(|n, _| numbered(n, &format!(r#","exp":{}"#, NOW + 20)));
    assert!(api.is_active("token"));
    api.wait_seconds(20);
    assert!(!api.is_active("token"));
}

#[test]
fn a_bad_token_is_asked_about_every_five_seconds() {
    let api = Api::plain(|_, _| Reply::now(200, INACTIVE));
    for _ in 0..100 {
        assert!(!api.is_active("bad"));
    }
    api.wait_ms(4_999);
    assert!(!api.is_active("bad"));
    assert_eq!(api.sent(), 1);
    api.wait_ms(1);
    assert!(!api.is_active("bad"));
    assert_eq!(api.sent(), 2);
}

#[test]
fn a_token_that_was_called_bad_may_be_good_later() {
    let api = Api::plain(|n, _| match n {
        0 => Reply::now(200, INACTIVE),
        _ => Reply::now(200, ACTIVE),
    });
    assert!(!api.is_active("token"));
    api.wait_seconds(5);
    assert!(api.is_active("token"));
    api.wait_seconds(30);
    assert!(api.cached("token").is_some());
}

#[test]
fn a_revoked_token_is_seen_to_be_so_after_a_minute_at_the_latest() {
    let api = Api::plain(|n, _| match n {
        0 => Reply::now(200, ACTIVE),
        _ => Reply::now(200, INACTIVE),
    });
    assert!(api.is_active("token"));
    api.wait_seconds(60);
    assert!(!api.is_active("token"));
    // That it is revoked is remembered in place of what was before.
    assert!(
        api.cached("token")
            .is_some_and(|it| !it.introspection.active)
    );
    assert!(!api.is_active("token"));
    assert_eq!(api.sent(), 2);
}

#[test]
fn a_call_may_want_a_newer_answer() {
    let api = api("");
    let asked = |max_age_seconds| {
        let answer = api.ask_with("token", &[], Some(max_age_seconds));
        answer
            .expect("an answer")
            .introspection
            .sub
            .clone()
            .expect("a number")
    };
    assert_eq!(number(&api), "0");
    assert_eq!(asked(0), "1");
    // It is for all.
    assert_eq!(number(&api), "1");
    api.wait_seconds(10);
    assert_eq!(asked(20), "1");
    assert_eq!(asked(10), "2");
    // Nobody gets an older one than the options allow.
    api.wait_seconds(60);
    assert_eq!(asked(1_000), "3");
}

#[test]
fn a_call_that_wants_the_newest_takes_no_answer_to_a_question_of_before() {
    let api = Api::plain(|n, _| {
        let body = format!(r#"{{"active":{}}}"#, n == 0);
        Reply::After(500, Ok(support::response(200, body)))
    });
    let (_, before) = call(&api, "token");
    // The token is revoked while that is answered.
    api.wait_ms(100);
    let answer = api.ask_with("token", &[], Some(0)).expect("an answer");
    assert!(!answer.introspection.active);
    assert!(before.borrow().is_some());
}

#[test]
fn those_who_want_the_newest_at_once_ask_once_more() {
    let api = Api::plain(|n, _| {
        let body = format!(r#"{{"active":true,"sub":"{n}"}}"#);
        Reply::After(100, Ok(support::response(200, body)))
    });
    let mut answers = Vec::new();
    for _ in 0..50 {
        let (request, introspector): (Request, _) = api.introspector();
        answers.push(api.world.isolate.call(request, async move {
            introspector.introspect("token", &Vec::new(), Some(0)).await
        }));
        api.wait_ms(1);
    }
    api.wait_seconds(2);
    assert!(answers.iter().all(|it| it.borrow().is_some()));
    assert_eq!(api.sent(), 2);
}

#[test]
fn nothing_is_remembered_where_that_is_said() {
    let forgetful = IntrospectorOptions {
        max_age_seconds: 0,
        inactive_age_seconds: 0,
        ..options()
    };
    let api = Api::new(
        forgetful,
        World::new(|n, _| match n {
            0 | 1 => Reply::now(200, ACTIVE),
            _ => Reply::now(200, INACTIVE),
        }),
    );
    for sent in 1..5 {
        assert_eq!(api.is_active("token"), sent <= 2);
        assert!(api.cached("token").is_none());
        assert_eq!(api.sent(), sent);
    }
    assert!(format!("{:?}", api.memory).contains("introspected_tokens: 0"));
}

#[test]
fn what_a_clock_says_that_was_set_back_is_not_believed() {
    let api = api("");
    number(&api);
    api.world.isolate.shift_clock(-60_000);
    assert_eq!(number(&api), "1");
}

#[test]
fn parameters_of_a_call_make_another_answer() {
    let api = Api::plain(|_, request| {
        let tenant = parameter(request, "tenant").unwrap_or_default();
        Reply::now(200, format!(r#"{{"active":true,"sub":"of {tenant}"}}"#))
    });
    let of = |parameters: &[(&str, &str)]| {
        let answer = api.ask_with("token", parameters, None).expect("an answer");
        answer.introspection.sub.clone().expect("whose")
    };
    for _ in 0..2 {
        assert_eq!(of(&[]), "of ");
        assert_eq!(of(&[("tenant", "a")]), "of a");
        assert_eq!(of(&[("tenant", "b")]), "of b");
        assert_eq!(of(&[("x", "y"), ("tenant", "b")]), "of b");
        // The order of names does not matter.
        assert_eq!(of(&[("tenant", "b"), ("x", "y")]), "of b");
    }
    assert_eq!(api.sent(), 4);
}

#[test]
fn another_introspector_has_answers_of_its_own() {
    let api = api("");
    number(&api);
    let client = |client_id: &str| ClientOptions {
        client_id: client_id.into(),
        ..client()
    };
    let others = [
        IntrospectorOptions {
            client: client("another"),
            ..options()
        },
        IntrospectorOptions {
            token_type_hint: Some("refresh_token".into()),
            ..options()
        },
        IntrospectorOptions {
            introspection_url: Some("https://other.example.com/i".into()),
            ..options()
        },
        IntrospectorOptions {
            client: ClientOptions {
                endpoint_params: pairs(&[("tenant", "a")]),
                ..super::client()
            },
            ..options()
        },
        IntrospectorOptions {
            client: ClientOptions {
                identity: Some("another".into()),
                ..super::client()
            },
            ..options()
        },
    ];
    for (n, other) in others.into_iter().enumerate() {
        assert_eq!(number(&api.with(other)), (n + 1).to_string());
    }
    // What does not decide what is answered does not matter.
    let patient = IntrospectorOptions {
        max_age_seconds: 30,
        stale_if_error_seconds: 5,
        ..options()
    };
    assert_eq!(number(&api.with(patient)), "0");
}

#[test]
fn what_is_forgotten_is_asked_again() {
    let api = api("");
    number(&api);
    let of = |tenant| {
        api.ask_with("token", &[("tenant", tenant)], None)
            .expect("an answer")
    };
    of("a");
    of("b");
    api.ask("another").expect("an answer");
    assert_eq!(api.sent(), 4);
    api.forget("token");
    assert!(api.cached("token").is_none());
    of("a");
    of("b");
    number(&api);
    assert_eq!(api.sent(), 7);
    api.ask("another").expect("an answer");
    assert_eq!(api.sent(), 7);
}

#[test]
fn what_is_under_way_when_a_token_is_forgotten_is_not_kept() {
    let api = Api::plain(|n, _| {
        let body = format!(r#"{{"active":{}}}"#, n == 0);
        Reply::After(500, Ok(support::response(200, body)))
    });
    let (_, before) = call(&api, "token");
    api.wait_ms(100);
    api.forget("token");
    api.wait_seconds(1);
    let (answer, _) = before
        .borrow_mut()
        .take()
        .expect("the one who asked has an answer");
    assert!(answer.expect("an answer").introspection.active);
    assert!(api.cached("token").is_none());
    assert!(!api.is_active("token"));
}

#[test]
fn what_the_platform_keeps_beside_an_answer_stays_with_it() {
    let api = api("");
    api.ask("token").expect("an answer").slot.set(1);
    assert_eq!(api.cached("token").expect("an answer").slot.get(), 1);
    api.forget("token");
    assert_eq!(api.ask("token").expect("an answer").slot.get(), 0);
}
