//! The server wants to be left alone: it is, by everybody, until the time is over.

use edge_oauth2::{ClientOptions, ErrorCode};

use crate::support::host::{Reply, World};
use crate::support::options;
use crate::{HOUR_MS, SECOND_MS, ask, run, shared_by};

fn limited(wish: &str) -> Reply {
    Reply::status(0, 429).with(&[("Retry-After", wish)])
}

#[test]
fn a_rate_limit_is_remembered_until_it_is_over() {
    let world = World::new(|n, _| match n {
        0 => limited("3600"),
        _ => Reply::token(0, "token"),
    });
    for _ in 0..200 {
        let error = ask(&world, &options()).unwrap_err();
        assert_eq!((error.status(), error.retryable()), (Some(429), true));
    }
    assert_eq!(world.sent(), 1);
    let error = ask(&world, &options()).unwrap_err();
    let left_ms = error.retry_after_ms().unwrap();
    assert!(
        left_ms < HOUR_MS && left_ms > HOUR_MS - 60 * SECOND_MS,
        "{left_ms}"
    );
    world.isolate.run_for(HOUR_MS);
    assert_eq!(ask(&world, &options()).as_deref(), Ok("token"));
    assert_eq!(world.sent(), 2);
}

#[test]
fn a_limit_without_a_time_is_remembered_for_a_moment() {
    let world = World::new(|_, _| Reply::status(0, 429));
    ask(&world, &options()).unwrap_err();
    let sent = world.sent();
    for _ in 0..10 {
        ask(&world, &options()).unwrap_err();
    }
    assert_eq!(world.sent(), sent);
    world.isolate.run_for(6 * SECOND_MS);
    ask(&world, &options()).unwrap_err();
    assert!(world.sent() > sent);
}

#[test]
fn a_503_that_says_when_is_left_alone_too() {
    let world = World::new(|_, _| Reply::status(0, 503).with(&[("Retry-After", "60")]));
    for _ in 0..10 {
        ask(&world, &options()).unwrap_err();
    }
    assert_eq!(world.sent(), 1);
}

#[test]
fn a_success_without_a_token_is_remembered_as_a_refusal_is() {
    for body in ["{}", "<html>", r#"{"message":"hello"}"#] {
        let world = World::new(move |_, _| Reply::now(200, body));
        for _ in 0..200 {
            let error = ask(&world, &options()).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidResponse);
        }
        assert_eq!(world.sent(), 1, "{body}");
        world.isolate.run_for(30 * SECOND_MS);
        ask(&world, &options()).unwrap_err();
        assert_eq!(world.sent(), 2, "{body}");
    }
}

#[test]
fn other_identities_are_not_concerned() {
    let world = World::new(|n, _| match n {
        0 => limited("3600"),
        _ => Reply::token(0, "token"),
    });
    ask(&world, &options()).unwrap_err();
    let other = ClientOptions {
        scopes: vec!["other".into()],
        ..options()
    };
    assert_eq!(ask(&world, &other).as_deref(), Ok("token"));
}

#[test]
fn a_valid_token_stays_in_use_meanwhile() {
    let world = World::new(|n, _| match n {
        0 => Reply::token(0, "token"),
        _ => limited("600"),
    });
    assert_eq!(ask(&world, &options()).as_deref(), Ok("token"));
    // It is stale, and its successor is refused.
    world.isolate.run_for(3_000 * SECOND_MS);
    for _ in 0..100 {
        assert_eq!(ask(&world, &options()).as_deref(), Ok("token"));
        world.isolate.run_for(SECOND_MS);
    }
    assert_eq!(world.sent(), 2);
}

#[test]
fn a_forced_renewal_does_not_ask_either() {
    let world = World::new(|_, _| limited("600"));
    ask(&world, &options()).unwrap_err();
    let error = run(&world, &options(), |source| async move {
        source.refreshed().await.unwrap_err()
    });
    assert_eq!((error.status(), world.sent()), (Some(429), 1));
}

#[test]
fn the_fleet_learns_it_once() {
    let (world, _) = shared_by(|n, _| match n {
        0 => Reply::now(
            429,
            r#"{"error":"slow_down","error_description":"come later"}"#,
        )
        .with(&[("Retry-After", "3600")]),
        _ => Reply::token(0, "token"),
    });
    ask(&world, &options()).unwrap_err();
    for _ in 0..20 {
        let neighbour = world.neighbour();
        let error = ask(&neighbour, &options()).unwrap_err();
        assert_eq!(error.status(), Some(429));
        assert!(error.retryable());
        assert_eq!(error.code(), ErrorCode::TokenRequestRejected);
        assert!(
            error.to_string().contains("429 slow_down: come later"),
            "{error}"
        );
        let response = error.response().unwrap();
        assert_eq!(response.error, "slow_down");
        assert_eq!(response.description.as_deref(), Some("come later"));
    }
    assert_eq!(world.sent(), 1);
    world.isolate.run_for(HOUR_MS);
    assert_eq!(ask(&world.neighbour(), &options()).as_deref(), Ok("token"));
}

/// One was refused while another was served: the token counts.
#[test]
fn a_token_of_another_instance_is_taken_in_the_middle_of_it() {
    let (world, _) = shared_by(|n, _| match n {
        0 => limited("3600"),
        _ => Reply::token(0, "token"),
    });
    ask(&world, &options()).unwrap_err();
    // Its clock is ahead of the others', or it did not see the record.
    let neighbour = world.neighbour();
    let token = run(&neighbour, &options(), |source| async move {
        source.refreshed().await.map(|it| it.token.clone())
    });
    assert_eq!(token.unwrap().access_token.expose(), "token");
    world.isolate.run_for(SECOND_MS);
    assert_eq!(ask(&world, &options()).as_deref(), Ok("token"));
    assert_eq!(world.sent(), 2);
}

#[test]
fn it_is_forgotten_by_who_says_so() {
    let (world, shelf) = shared_by(|n, _| match n {
        0 => limited("3600"),
        _ => Reply::token(0, "token"),
    });
    ask(&world, &options()).unwrap_err();
    assert_eq!(shelf.records.borrow().len(), 1);
    run(&world, &options(), |source| async move {
        source.invalidate().await
    });
    assert_eq!(shelf.records.borrow().len(), 0);
    assert_eq!(ask(&world, &options()).as_deref(), Ok("token"));
}

/// The record says since when and for how long: to a clock that is behind it is of no use.
#[test]
fn clocks_make_it_no_longer() {
    let (world, _) = shared_by(|n, _| match n {
        0 => limited("600"),
        _ => Reply::token(0, "token"),
    });
    world.isolate.run_for(100 * HOUR_MS);
    ask(&world, &options()).unwrap_err();
    world
        .isolate
        .set_clock(world.isolate.now_ms() - 50 * HOUR_MS);
    assert_eq!(ask(&world.neighbour(), &options()).as_deref(), Ok("token"));
}

/// A record that is not one, or another's, is a miss.
#[test]
fn nobody_who_writes_to_the_store_stops_the_fleet() {
    let (world, shelf) = shared_by(|n, _| match n {
        0 => limited("3600"),
        _ => Reply::token(0, "token"),
    });
    ask(&world, &options()).unwrap_err();
    shelf.replace_record(r#"{"v":1,"rest":1e12,"at":0,"message":"no"}"#);
    assert_eq!(ask(&world.neighbour(), &options()).as_deref(), Ok("token"));
}
