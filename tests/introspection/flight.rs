//! Of many who ask at once one asks the server, whatever becomes of it.

use super::support::explore::{Choices, explore};
use super::support::host::{Reply, World};
use super::*;

const TIMEOUT_MS: u64 = 10_000;

fn late(ms: u64) -> Reply {
    Reply::After(ms, Ok(support::response(200, ACTIVE)))
}

fn is_good(answer: &Answered) -> bool {
    let answer = answer.borrow();
    let (answer, _) = answer.as_ref().expect("an answer");
    answer.as_ref().is_ok_and(|it| it.introspection.active)
}

#[test]
fn five_hundred_calls_make_one_introspection() {
    let api = Api::plain(|_, _| late(80));
    let calls: Vec<_> = (0..500).map(|_| call(&api, "token").1).collect();
    api.wait_seconds(1);
    assert!(calls.iter().all(is_good));
    assert_eq!(api.sent(), 1);
}

#[test]
fn different_tokens_do_not_wait_for_each_other() {
    let api = Api::plain(|_, request| match parameter(request, "token").as_deref() {
        Some("slow") => late(5_000),
        _ => late(10),
    });
    let (_, slow) = call(&api, "slow");
    let (_, quick) = call(&api, "quick");
    api.wait_ms(50);
    assert!(is_good(&quick));
    assert!(slow.borrow().is_none());
}

#[test]
fn one_dies_at_any_step_in_any_order() {
    let mut runs = 0;
    for victim in 0..3 {
        for step in 0.. {
            let is_within = Cell::new(false);
            runs += explore(5, |choices: &Choices| {
                let world = World::exploring(choices, |_, _| late(60));
                let api = Api::new(options(), world);
                let calls: Vec<_> = (0..3).map(|_| call(&api, "token")).collect();
                let mut steps = 0;
                while api.world.isolate.step(u64::MAX) {
                    steps += 1;
                    if steps == step {
                        api.world.isolate.kill(calls[victim].0);
                        is_within.set(true);
                    }
                }
                for (number, (_, answer)) in calls.iter().enumerate() {
                    assert!(
                        number == victim || is_good(answer),
                        "{victim} died at {step}"
                    );
                }
                assert!(api.sent() <= 2);
            });
            if step > 0 && !is_within.get() {
                break;
            }
        }
    }
    assert!(runs > 100, "only {runs} runs");
}

#[test]
fn a_leader_that_died_alone_is_replaced_by_the_next_caller() {
    let api = Api::plain(|n, _| match n {
        0 => Reply::Never,
        _ => late(10),
    });
    let (leader, _) = call(&api, "token");
    api.wait_ms(70);
    api.world.isolate.kill(leader);
    api.wait_ms(100);
    let (_, next) = call(&api, "token");
    api.wait_seconds(1);
    assert!(is_good(&next));
    assert_eq!(api.sent(), 2);
    assert!(api.events().contains(&"taken_over"));
}

#[test]
fn whoever_gives_up_leaves_the_answer_to_the_others() {
    let api = Api::plain(|_, _| late(200));
    let (request, introspector) = api.introspector();
    let impatient = api.world.isolate.call(request, {
        let isolate = api.world.isolate.clone();
        async move {
            let parameters = Vec::new();
            let asks = introspector.introspect("token", &parameters, None);
            let mut asks = std::pin::pin!(asks);
            let mut sleep = std::pin::pin!(isolate.sleep(request, 50));
            std::future::poll_fn(|context| {
                let _ = asks.as_mut().poll(context);
                sleep.as_mut().poll(context)
            })
            .await;
        }
    });
    api.wait_ms(60);
    assert!(impatient.borrow().is_some());
    assert!(api.is_active("token"));
    assert_eq!(api.sent(), 1);
}

#[test]
fn a_silent_server_costs_the_deadline_and_is_called_so() {
    let api = Api::plain(|_, _| Reply::Never);
    let (_, answer) = call(&api, "token");
    api.wait_seconds(30);
    let (answer, at_ms) = answer.borrow_mut().take().expect("an answer");
    let error = answer.expect_err("no answer");
    assert_eq!(error.code(), edge_oauth2::ErrorCode::Timeout);
    assert_eq!(
        error.to_string(),
        "no answer about the token within 10000 ms from the introspection endpoint https://auth.example.com/introspect"
    );
    assert_eq!(at_ms, support::isolate::START_MS + TIMEOUT_MS);
    // Asked again at half the time, beside the first.
    assert_eq!(api.sent(), 2);
    let failures = api
        .events()
        .iter()
        .filter(|it| **it == "introspection_failed")
        .count();
    assert_eq!(failures, 1);
}

#[test]
fn whoever_comes_late_to_a_flight_that_fails_waits_as_long_as_others() {
    let api = Api::plain(|n, _| match n {
        0 | 1 => Reply::Never,
        _ => late(500),
    });
    let (_, first) = call(&api, "token");
    api.wait_seconds(9);
    let (_, second) = call(&api, "token");
    api.wait_seconds(3);
    assert!(matches!(&*first.borrow(), Some((Err(_), _))));
    assert!(is_good(&second));
}

#[test]
fn a_connection_that_is_never_answered_is_asked_beside() {
    let api = Api::plain(|n, _| match n {
        0 => Reply::Never,
        _ => late(10),
    });
    let (_, answer) = call(&api, "token");
    api.wait_ms(TIMEOUT_MS / 2 + 50);
    assert!(is_good(&answer));
}

#[test]
fn a_failure_is_that_of_all_who_wait() {
    let api = Api::plain(|_, _| Reply::After(50, Ok(support::response(404, ""))));
    let calls: Vec<_> = (0..20).map(|_| call(&api, "token").1).collect();
    api.wait_seconds(1);
    assert!(
        calls
            .iter()
            .all(|it| matches!(&*it.borrow(), Some((Err(_), _))))
    );
    assert_eq!(api.sent(), 1);
}

#[test]
fn a_leader_whose_timers_are_late_is_not_taken_over() {
    let api = Api::plain(|_, _| late(400));
    let (leader, first) = call(&api, "token");
    api.world.isolate.make_late(leader, 40);
    let (_, second) = call(&api, "token");
    api.wait_seconds(2);
    assert!(is_good(&first) && is_good(&second));
    assert_eq!(api.sent(), 1);
}
