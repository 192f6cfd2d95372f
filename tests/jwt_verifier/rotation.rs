//! When keys are asked for again.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use edge_oauth2::{ErrorCode, Event};

use super::issuer::{Signer, claims, set, signer};
use super::support::host::{Reply, World};
use super::{Api, JWKS_URI, SECOND_MS, api};

/// An issuer whose answer may be changed, and its API.
pub(super) fn changing(keys: &[&Signer]) -> (Api, Rc<RefCell<Reply>>) {
    let answer = Rc::new(RefCell::new(answer(keys)));
    let now = Rc::clone(&answer);
    let api = api(move |_| now.borrow().clone());
    (api, answer)
}

pub(super) fn answer(keys: &[&Signer]) -> Reply {
    Reply::now(200, set(keys))
}

fn failures(api: &Api) -> Vec<ErrorCode> {
    let events = api.world.events.borrow();
    let codes = events.iter().filter_map(|event| match event {
        Event::KeySetFailed { code, .. } => Some(*code),
        _ => None,
    });
    codes.collect()
}

#[test]
fn keys_are_asked_for_once_and_for_all() {
    let (api, _) = changing(&[&signer("1")]);
    for n in 0..10 {
        let token = signer("1").token_with(&format!(r#""jti":"{n}""#));
        api.verify(&token).unwrap();
    }
    assert_eq!(api.sent(), 1);
    let events = api.world.events.borrow();
    assert!(events.iter().any(|it| matches!(it, Event::KeySet { .. })));
}

#[test]
fn a_rotation_just_after_a_cold_start_is_seen_at_once() {
    let (api, keys) = changing(&[&signer("1")]);
    api.verify(&signer("1").token()).unwrap();
    api.wait(1);
    *keys.borrow_mut() = answer(&[&signer("1"), &signer("2")]);
    api.verify(&signer("2").token()).unwrap();
    assert_eq!(api.sent(), 2);
}

#[test]
fn an_unknown_key_at_a_cold_start_is_asked_for_once() {
    let (api, _) = changing(&[&signer("1")]);
    assert_eq!(api.reason(&signer("2").token()), Some("unknown_key"));
    assert_eq!(api.sent(), 1);
}

#[test]
fn a_storm_of_unknown_keys_makes_one_request_per_cooldown() {
    let (api, _) = changing(&[&signer("1")]);
    api.verify(&signer("1").token()).unwrap();
    api.wait(1);
    let unknown = |n: usize| {
        let header = format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"random-{n}"}}"#);
        signer("attacker").sign(&header, claims(""))
    };
    for second in 0..60 {
        for n in 0..10 {
            let reason = api.reason(&unknown(second * 10 + n));
            assert_eq!(reason, Some("unknown_key"));
        }
        api.wait(1);
    }
    assert_eq!(api.sent(), 1 + 2);
    assert_eq!(api.reason(&signer("1").token()), None);
}

#[test]
fn a_key_that_is_replaced_under_its_name_is_seen() {
    let (api, keys) = changing(&[&signer("1")]);
    api.verify(&signer("1").token()).unwrap();
    api.wait(1);
    let new = Signer {
        key: vec![9; 32],
        ..signer("1")
    };
    *keys.borrow_mut() = answer(&[&new]);
    api.verify(&new.token()).unwrap();
    assert_eq!(api.sent(), 2);
    // The old one is gone, with what it had signed.
    assert!(!api.cached(&signer("1").token()));
    assert_eq!(api.reason(&signer("1").token()), Some("signature"));
}

#[test]
fn a_storm_of_bad_signatures_makes_one_request_per_cooldown() {
    let (api, _) = changing(&[&signer("1")]);
    api.verify(&signer("1").token()).unwrap();
    api.wait(1);
    let forged =
        |n: usize| signer("2").sign(&signer("1").header(), claims(&format!(r#""jti":"{n}""#)));
    for n in 0..60 {
        assert_eq!(api.reason(&forged(n)), Some("signature"));
        api.wait(1);
    }
    assert_eq!(api.sent(), 1 + 2);
}

#[test]
fn what_is_not_for_us_is_worth_no_request() {
    let (api, _) = changing(&[&signer("1")]);
    for claims in [
        r#""aud":"other""#,
        r#""exp":1"#,
        r#""iss":"other""#,
        r#""cnf":{}"#,
    ] {
        assert!(api.verify(&signer("2").token_with(claims)).is_err());
    }
    assert_eq!(api.sent(), 0);
}

#[test]
fn keys_are_asked_for_again_before_they_are_too_old_and_nobody_waits() {
    let (api, keys) = changing(&[&signer("1")]);
    let token = signer("1").token();
    api.verify(&token).unwrap();
    api.wait(449);
    assert!(api.cached(&token));
    api.verify(&token).unwrap();
    assert_eq!(api.sent(), 1);
    *keys.borrow_mut() = Reply::Never;
    api.wait(1);
    assert!(!api.cached(&token), "somebody has to ask");
    let begun_ms = api.world.isolate.now_ms();
    let answered = api.call(&token, None, false);
    assert!(answered.is_ok() && api.world.isolate.now_ms() == begun_ms);
    assert!(api.cached(&token), "somebody asks");
    api.wait(1);
    // Beside the first that is not answered.
    assert_eq!(api.sent(), 2);
}

#[test]
fn a_key_that_is_gone_is_gone_after_the_maximal_age() {
    let (api, keys) = changing(&[&signer("1"), &signer("2")]);
    let (stays, goes) = (signer("1").token(), signer("2").token());
    api.verify(&stays).unwrap();
    api.verify(&goes).unwrap();
    *keys.borrow_mut() = answer(&[&signer("1")]);
    api.wait(601);
    assert!(!api.cached(&goes));
    assert_eq!(api.reason(&goes), Some("unknown_key"));
    assert_eq!(api.reason(&stays), None);
    assert!(api.cached(&stays));
}

#[test]
fn the_old_set_is_kept_while_the_server_is_silent_or_lies() {
    let lies = [
        Reply::Never,
        Reply::broken(0),
        Reply::status(0, 500),
        Reply::status(0, 404),
        Reply::status(0, 302),
        Reply::status(0, 0),
        Reply::too_long(200),
        Reply::nonsense(0),
        Reply::now(200, "<html>"),
        Reply::now(200, "{}"),
        Reply::now(200, r#"{"keys":[]}"#),
        Reply::now(200, r#"{"keys":{}}"#),
        Reply::now(200, r#"[{"keys":[]}]"#),
        Reply::now(200, r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#),
        Reply::now(200, ""),
    ];
    for lie in lies {
        let (api, keys) = changing(&[&signer("1")]);
        let token = signer("1").token_with(r#""exp":9e9"#);
        api.verify(&token).unwrap();
        *keys.borrow_mut() = lie.clone();
        api.wait(601);
        for _ in 0..20 {
            api.verify(&token).expect("kept");
            api.wait(100);
        }
        assert!(!failures(&api).is_empty(), "{lie:?}");
        // Nor for ever.
        api.wait(24 * 3600);
        let error = api.verify(&token).unwrap_err();
        assert_eq!(error.code(), ErrorCode::TokenUnverifiable);
        *keys.borrow_mut() = answer(&[&signer("1")]);
        api.wait(30);
        api.verify(&token).expect("well again");
    }
}

#[test]
fn a_key_that_is_gone_is_gone_although_the_server_failed_once() {
    let (api, keys) = changing(&[&signer("1"), &signer("2")]);
    let goes = signer("2").token();
    api.verify(&goes).unwrap();
    *keys.borrow_mut() = Reply::broken(0);
    api.wait(601);
    api.verify(&goes).unwrap();
    *keys.borrow_mut() = answer(&[&signer("1"), &signer("2")]);
    api.wait(60);
    api.verify(&goes).unwrap();
    // All is well again.
    *keys.borrow_mut() = answer(&[&signer("1")]);
    api.wait(601);
    assert_eq!(api.reason(&goes), Some("unknown_key"));
}

#[test]
fn whoever_finds_the_set_too_old_waits_but_not_for_long() {
    let (api, keys) = changing(&[&signer("1")]);
    let token = signer("1").token();
    api.verify(&token).unwrap();
    *keys.borrow_mut() = Reply::Never;
    api.wait(601);
    let begun_ms = api.world.isolate.now_ms();
    api.verify(&token).unwrap();
    assert_eq!(api.world.isolate.now_ms() - begun_ms, 2_501);
    // Once it was in vain, nobody waits any more.
    api.wait(10);
    for _ in 0..40 {
        let begun_ms = api.world.isolate.now_ms();
        api.call(&token, None, false).unwrap();
        assert_eq!(api.world.isolate.now_ms(), begun_ms);
        api.wait(5);
    }
}

#[test]
fn what_was_asked_for_in_vain_is_not_asked_for_at_once() {
    let (api, keys) = changing(&[&signer("1")]);
    *keys.borrow_mut() = Reply::status(0, 503).with(&[("Retry-After", "20")]);
    for _ in 0..10 {
        let error = api.verify(&signer("1").token()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::TokenUnverifiable);
        assert_eq!(error.retry_after_ms(), Some(20 * SECOND_MS));
        assert!(error.retryable());
    }
    assert_eq!(api.sent(), 1);
    assert_eq!(failures(&api), [ErrorCode::HttpStatus]);
    *keys.borrow_mut() = answer(&[&signer("1")]);
    api.wait(20);
    api.verify(&signer("1").token()).unwrap();
}

#[test]
fn a_server_that_fails_is_asked_ever_more_rarely() {
    let (api, keys) = changing(&[&signer("1")]);
    let token = signer("1").token();
    api.verify(&token).unwrap();
    *keys.borrow_mut() = Reply::broken(0);
    api.wait(601);
    for _ in 0..100 {
        api.verify(&token).unwrap();
        api.wait(1);
    }
    assert!((4..12).contains(&api.sent()), "{}", api.sent());
}

#[test]
fn nobody_is_kept_out_for_long_by_a_server_that_fails() {
    let (api, keys) = changing(&[&signer("1")]);
    *keys.borrow_mut() = Reply::status(0, 429).with(&[("Retry-After", "86400")]);
    api.verify(&signer("1").token()).unwrap_err();
    *keys.borrow_mut() = Reply::status(0, 500);
    api.wait(601);
    // However often it fails.
    for _ in 0..50 {
        api.verify(&signer("1").token()).unwrap_err();
        api.wait(10);
    }
    *keys.borrow_mut() = answer(&[&signer("1")]);
    api.wait(30);
    api.verify(&signer("1").token()).unwrap();
}

#[test]
fn an_unknown_key_is_no_fault_of_the_token_while_the_server_is_silent() {
    let (api, keys) = changing(&[&signer("1")]);
    api.verify(&signer("1").token()).unwrap();
    api.wait(1);
    *keys.borrow_mut() = Reply::broken(0);
    assert_eq!(api.reason(&signer("2").token()), Some("token_unverifiable"));
    assert_eq!(api.reason(&signer("2").token()), Some("token_unverifiable"));
    assert_eq!(api.sent(), 2);
    // That of a key that is there has its answer.
    let forged = signer("2").sign(&signer("1").header(), claims(""));
    assert_eq!(api.reason(&forged), Some("signature"));
    assert_eq!(api.reason(&signer("1").token()), None);
    // The server is well, and the key still unknown.
    *keys.borrow_mut() = answer(&[&signer("1")]);
    api.wait(31);
    assert_eq!(api.reason(&signer("2").token()), Some("unknown_key"));
}

#[test]
fn a_clock_that_is_set_back_costs_a_request_and_no_token() {
    let (api, _) = changing(&[&signer("1")]);
    let token = signer("1").token_with(r#""iat":1,"exp":9e9"#);
    api.verify(&token).unwrap();
    api.world.isolate.shift_clock(-3_600_000);
    api.verify(&token).unwrap();
    api.verify(&token).unwrap();
    assert_eq!(api.sent(), 2);
}

#[test]
fn errors_say_what_is_wrong_with_the_set() {
    let why = [
        (Reply::broken(0), "could not be reached: connection reset"),
        (Reply::status(0, 404), "answered with status 404"),
        (
            Reply::status(0, 301),
            "answered with status 301, a redirect, which is not followed; give the URL where it leads as jwksUri",
        ),
        (
            Reply::too_long(200),
            "answered with status 200 and more than 1 MiB",
        ),
        (
            Reply::nonsense(0),
            "is no JWK set (RFC 7517 §5): it has no array keys",
        ),
    ];
    for (reply, problem) in why {
        let error = api(move |_| reply.clone()).verify(&signer("1").token());
        let expected = format!(
            "the keys of the issuer https://auth.example.com could not be had: the key set {JWKS_URI} {problem}"
        );
        assert_eq!(error.unwrap_err().to_string(), expected);
    }
    let error = api(|_| Reply::Never)
        .verify(&signer("1").token())
        .unwrap_err();
    let expected = "the keys of the issuer https://auth.example.com could not be had: no answer within 10000 ms";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn keys_are_where_the_issuer_says() {
    let asked = Rc::new(Cell::new(0));
    let counted = Rc::clone(&asked);
    // As some issuers that give out no tokens over HTTP: Kubernetes, GitHub Actions.
    let metadata =
        r#"{"issuer":"https://auth.example.com","jwks_uri":"https://keys.example.com/set"}"#;
    let world = World::new(move |_, request| match request.url.as_str() {
        "https://keys.example.com/set" => answer(&[&signer("1")]),
        url if url.ends_with("/openid-configuration") => {
            counted.set(counted.get() + 1);
            Reply::now(200, metadata)
        }
        _ => Reply::status(0, 404),
    });
    let api = Api::of(world).with(|options| options.jwks_uri = None);
    api.verify(&signer("1").token()).unwrap();
    api.verify(&signer("1").token_with(r#""jti":"2""#)).unwrap();
    assert_eq!(asked.get(), 1);
    let sent = api.world.network.sent.borrow();
    assert_eq!(sent.last().unwrap().url, "https://keys.example.com/set");
}

#[test]
fn an_issuer_that_does_not_say_is_told_of() {
    let metadata = r#"{"issuer":"https://auth.example.com","token_endpoint":"https://auth.example.com/token"}"#;
    let api = api(move |_| Reply::now(200, metadata)).with(|options| options.jwks_uri = None);
    let error = api.verify(&signer("1").token()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::TokenUnverifiable);
    assert_eq!(
        error.to_string(),
        "the keys of the issuer https://auth.example.com could not be had: jwksUri is required: the issuer's metadata has no jwks_uri"
    );
}
