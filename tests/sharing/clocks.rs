//! Instances whose clocks differ, and clocks that are set.

use edge_oauth2::{ClientOptions, Grant};

use super::*;
use crate::support::store::Mood;

const DAY_MS: i64 = 24 * 3_600_000;

/// As an instance does whose clock is ahead by so much.
fn ahead<T>(world: &World, ms: i64, run: impl FnOnce() -> T) -> T {
    world.isolate.shift_clock(ms);
    let result = run();
    world.isolate.shift_clock(-ms);
    result
}

/// A bug that was: 7200 s instead of 3600, and a year instead of an hour.
#[test]
fn a_record_from_a_clock_that_is_ahead_lives_no_longer_than_its_token() {
    for ms in [HOUR_MS as i64, DAY_MS, 365 * DAY_MS] {
        let (world, _) = shared();
        ahead(&world, ms, || ask(&world));
        let neighbour = world.neighbour();
        assert_eq!(ask(&neighbour), "token-0");
        world.isolate.run_for(HOUR_MS);
        assert_eq!(ask(&neighbour), "token-1", "{ms}");
        assert_eq!(world.sent(), 2);
    }
}

/// It is over too early for the others, which costs grants, and no more.
#[test]
fn a_record_from_a_clock_that_is_behind_costs_a_grant() {
    for ms in [HOUR_MS as i64, DAY_MS] {
        let (world, _) = shared();
        ahead(&world, -ms, || ask(&world));
        let neighbour = world.neighbour();
        assert_eq!(ask(&neighbour), "token-1");
        assert_eq!(
            ask(&world.neighbour()),
            "token-1",
            "it took the other's place"
        );
        assert_eq!(world.sent(), 2);
    }
}

/// Nobody uses a token for a year that came when the clock was a year ahead.
#[test]
fn a_token_that_came_by_a_clock_far_ahead_is_replaced() {
    for has_lease in [true, false] {
        let (world, shelf) = shared();
        shelf.has_lease.set(has_lease);
        ahead(&world, 365 * DAY_MS, || ask(&world));
        assert_eq!(
            ask(&world),
            "token-0",
            "handed out, since nothing is known against it"
        );
        assert_eq!(ask(&world), "token-1");
        assert_eq!(ask(&world), "token-1");
        assert_eq!(world.sent(), 2);
    }
}

#[test]
fn a_store_that_failed_is_not_left_alone_for_longer_when_the_clock_is_set_back() {
    let (world, shelf) = shared();
    shelf.mood.set(Mood::Failing);
    ahead(&world, DAY_MS, || {
        ask(&world);
        refresh(&world);
        refresh(&world);
    });
    shelf.mood.set(Mood::Well);
    let operations = shelf.log.borrow().len();
    refresh(&world);
    assert!(shelf.log.borrow().len() > operations);
}

/// A write waits for the one before by a second, and not until the clock has caught up.
#[test]
fn a_write_does_not_wait_for_the_clock() {
    let (world, shelf) = shared();
    shelf.propagation_ms.set(60_000);
    ahead(&world, DAY_MS, || refresh(&world));
    refresh(&world);
    world.isolate.run_for(2 * SECOND_MS);
    assert_eq!(shelf.count("put"), 2);
}

/// Whatever a clock does and whenever: nobody fails, nobody is left waiting, a refresh token is spent once, and what
/// it costs is a grant for each time it is set.
#[test]
fn a_clock_that_jumps_costs_a_grant_at_most() {
    let rotating = || ClientOptions {
        grant: Grant::RefreshToken {
            refresh_token: "refresh-0".into(),
        },
        ..options()
    };
    let jumps: Vec<i64> = [
        6_000,
        HOUR_MS as i64 / 2,
        HOUR_MS as i64,
        DAY_MS,
        365 * DAY_MS,
    ]
    .into_iter()
    .flat_map(|ms| [ms, -ms])
    .collect();
    // Before the first request, while the store is asked, while the server is asked, and afterwards.
    for (at_ms, &jump_ms) in [0, 5, 30, 60, 90, 120, 160, 400]
        .into_iter()
        .flat_map(|at_ms| jumps.iter().map(move |jump_ms| (at_ms, jump_ms)))
    {
        for (has_store, has_lease, spends) in [
            (false, false, false),
            (false, false, true),
            (true, false, false),
            (true, true, false),
            (true, true, true),
        ] {
            let name = format!("{jump_ms} ms at {at_ms}, {has_store} {has_lease} {spends}");
            let spent = std::cell::RefCell::new(Vec::new());
            let (mut world, shelf) = shared_by(move |n, request| {
                let form = String::from_utf8(request.body.clone()).unwrap();
                if spends {
                    assert!(!spent.borrow().contains(&form), "{form} once more");
                    spent.borrow_mut().push(form);
                }
                let refresh_token = format!(r#""refresh_token":"refresh-{}""#, n + 1);
                let body =
                    format!(r#"{{"access_token":"token-{n}","expires_in":3600,{refresh_token}}}"#);
                Reply::After(100, Ok(support::response(200, body)))
            });
            shelf.has_lease.set(has_lease);
            shelf.mood.set(Mood::Slow(10));
            if !has_store {
                world.shelf = None;
            }
            let config = || config(if spends { rotating() } else { options() });
            let callers: Vec<_> = (0..40)
                .map(|number| {
                    let (request, source) = world.source(config());
                    let isolate = world.isolate.clone();
                    world.isolate.call(request, async move {
                        isolate.sleep(request, number * 20).await;
                        let begun_ms = isolate.now_ms();
                        let token = source.token().await;
                        (token.is_ok(), isolate.now_ms() - begun_ms)
                    })
                })
                .collect();
            world.isolate.run_for(at_ms);
            world.isolate.shift_clock(jump_ms);
            world.isolate.run_for(15 * SECOND_MS);
            for caller in &callers {
                let answer = *caller.borrow();
                let ((is_ok, waited_ms), _) = answer.expect("an answer");
                assert!(is_ok, "{name}: failed after {waited_ms} ms");
                assert!(waited_ms < SECOND_MS, "{name}: waited {waited_ms} ms");
            }
            // And an hour later, when the clock is right again.
            world.isolate.shift_clock(-jump_ms);
            world.isolate.run_for(HOUR_MS);
            for _ in 0..3 {
                world.token(config()).expect("a token");
                world.isolate.run_for(200);
            }
            assert!(world.sent() <= 4, "{name}: {} grants", world.sent());
        }
    }
}
