//! Many callers at the same time, and callers that vanish.

use std::rc::Rc;

use edge_oauth2::protocol::jwa::SignatureAlgorithm;

use super::issuer::{Signer, set, signer};
use super::support::host::Reply;
use super::support::inbound::SLOW;
use super::support::isolate::START_MS;
use super::support::response;
use super::{Answer, Api, api};

fn slow(keys: &[&Signer]) -> Reply {
    delayed(300, &set(keys))
}

fn delayed(ms: u64, set: &str) -> Reply {
    Reply::After(ms, Ok(response(200, set)))
}

type Answers = Vec<Rc<std::cell::RefCell<Option<(Answer, u64)>>>>;

/// Callers, each in a request of its own, with these tokens.
fn callers(api: &Api, tokens: impl Iterator<Item = String>) -> (Vec<usize>, Answers) {
    let call = |token: String| {
        let (request, verifier) = api.verifier();
        let work = async move { verifier.verify(&token, None, false).await };
        (request, api.world.isolate.call(request, work))
    };
    tokens.map(call).unzip()
}

fn all_well(answers: &Answers) -> bool {
    let is_well = |it: &Option<(Answer, u64)>| matches!(it, Some((Ok(_), _)));
    answers.iter().all(|it| is_well(&it.borrow()))
}

fn different(signer: &Signer, n: usize) -> impl Iterator<Item = String> {
    (0..n).map(move |n| signer.token_with(&format!(r#""jti":"{n}""#)))
}

#[test]
fn five_hundred_callers_ask_once() {
    let api = api(|_| slow(&[&signer("1")]));
    let (_, answers) = callers(&api, different(&signer("1"), 500));
    api.wait(1);
    assert!(all_well(&answers));
    assert_eq!(api.sent(), 1);
}

#[test]
fn five_hundred_callers_with_a_new_key_ask_once() {
    let api = api(|n| match n {
        0 => slow(&[&signer("1")]),
        _ => slow(&[&signer("1"), &signer("2")]),
    });
    api.verify(&signer("1").token()).unwrap();
    api.wait(1);
    let (_, answers) = callers(&api, different(&signer("2"), 500));
    api.wait(1);
    assert!(all_well(&answers));
    assert_eq!(api.sent(), 2);
}

#[test]
fn whoever_comes_while_they_are_asked_for_again_waits_for_them() {
    let api = api(|n| match n {
        0 => slow(&[&signer("1")]),
        _ => slow(&[&signer("1"), &signer("2")]),
    });
    api.verify(&signer("1").token()).unwrap();
    api.wait(1);
    let (_, first) = callers(&api, different(&signer("2"), 1));
    api.world.isolate.run_for(100);
    let (_, later) = callers(&api, different(&signer("2"), 5));
    api.wait(1);
    assert!(all_well(&first) && all_well(&later));
    assert_eq!(api.sent(), 2);
}

#[test]
fn a_leader_that_vanishes_is_replaced() {
    let api = api(|_| slow(&[&signer("1")]));
    let (requests, answers) = callers(&api, different(&signer("1"), 20));
    api.world.isolate.run_for(50);
    api.world.isolate.kill(requests[0]);
    api.wait(3);
    assert!(all_well(&answers[1..].to_vec()));
    assert_eq!(api.sent(), 2);
}

#[test]
fn whoever_renews_in_the_background_may_vanish_too() {
    let api = api(|n| match n {
        1 => Reply::Never,
        _ => slow(&[&signer("1")]),
    });
    let token = signer("1").token();
    api.verify(&token).unwrap();
    api.wait(500);
    let (requests, answers) = callers(&api, std::iter::once(token.clone()));
    api.world.isolate.run_for(10);
    assert!(all_well(&answers), "nobody waits");
    api.world.isolate.kill(requests[0]);
    for _ in 0..5 {
        api.wait(3);
        api.verify(&token).unwrap();
    }
    assert_eq!(api.sent(), 3);
    assert!(api.cached(&token));
}

#[test]
fn a_connection_that_is_never_answered_costs_another() {
    let api = api(|n| match n {
        0 => Reply::Never,
        _ => slow(&[&signer("1")]),
    });
    api.verify(&signer("1").token()).unwrap();
    assert_eq!(api.sent(), 2);
}

#[test]
fn a_failure_that_comes_late_is_nobodys_any_more() {
    let api = api(|n| match n {
        0 => Reply::broken(3_000),
        1 => slow(&[&signer("1")]),
        _ => slow(&[&signer("1"), &signer("2")]),
    });
    let (requests, answers) = callers(&api, different(&signer("1"), 2));
    api.world.isolate.run_for(10);
    api.world.isolate.make_late(requests[0], 60_000);
    api.wait(2);
    assert!(all_well(&answers[1..].to_vec()));
    api.world.isolate.run_until(START_MS + 63_500);
    assert!(answers[0].borrow().is_some());
    assert_eq!(api.reason(&signer("2").token()), None);
    assert_eq!(api.sent(), 3);
}

#[test]
fn a_set_that_comes_late_takes_the_place_of_none() {
    let api = api(|n| match n {
        0 => delayed(3_000, &set(&[&signer("1")])),
        _ => slow(&[&signer("1"), &signer("2")]),
    });
    let (requests, answers) = callers(&api, different(&signer("1"), 2));
    api.world.isolate.run_for(10);
    api.world.isolate.make_late(requests[0], 60_000);
    api.wait(2);
    assert_eq!(api.reason(&signer("2").token()), None);
    api.world.isolate.run_until(START_MS + 64_000);
    assert!(all_well(&answers));
    assert!(api.cached(&signer("2").token()));
    assert_eq!(api.sent(), 2);
}

#[test]
fn keys_that_come_while_a_signature_is_checked_are_used() {
    let old = Signer::beginning(SLOW, "1", SignatureAlgorithm::Es256);
    let (before, after) = (set(&[&old]), set(&[&signer("1")]));
    let api = api(move |n| match n {
        0 | 1 => Reply::now(200, before.as_str()),
        _ => delayed(50, &after),
    });
    let api = api.with(|options| options.jwks_cooldown_seconds = 100_000);
    api.verify(&old.token()).unwrap();
    api.wait(1);
    // Because of a token nobody may ask any more.
    assert_eq!(api.reason(&signer("2").token()), Some("unknown_key"));
    api.wait(460);
    let tokens = [old.token(), signer("1").token()];
    let (_, answers) = callers(&api, tokens.into_iter());
    api.wait(1);
    assert!(all_well(&answers));
    assert_eq!(api.sent(), 3);
}
