//! A server that takes a connection and says nothing: what may be asked twice is, while there is time.

use edge_oauth2::{ClientOptions, ErrorCode, Grant};

use super::*;
use crate::support::host::Reply;

const HALF_MS: u64 = TIMEOUT_MS / 2;

#[test]
fn a_silent_first_connection_costs_half_of_the_time() {
    let world = World::new(|n, _| match n {
        0 => Reply::Never,
        _ => Reply::token(10, &token(n)),
    });
    let callers = callers(&world, 4);
    run(&world);
    for caller in &callers {
        assert_eq!(caller.token(), "token-1");
        assert!(caller.waited_ms() <= HALF_MS + 100);
    }
    assert_eq!((world.sent(), world.network.aborted.get()), (2, 1));
}

#[test]
fn a_slow_answer_is_not_cut_off() {
    let world = World::new(|n, _| match n {
        0 => Reply::token(TIMEOUT_MS - 100, &token(n)),
        _ => Reply::Never,
    });
    let caller = Caller::new(&world, plain(), false);
    run(&world);
    assert_eq!(caller.token(), "token-0");
}

#[test]
fn the_failure_of_one_is_no_reason_not_to_wait_for_the_other() {
    for (first, second, brings) in [
        (
            Reply::token(HALF_MS + 200, "first"),
            Reply::broken(10),
            "first",
        ),
        (
            Reply::broken(HALF_MS + 10),
            Reply::token(200, "second"),
            "second",
        ),
        (
            Reply::token(HALF_MS + 200, "first"),
            Reply::now(400, r#"{"error":"invalid_grant"}"#),
            "first",
        ),
    ] {
        let world = World::new(move |n, _| match n {
            0 => first.clone(),
            _ => second.clone(),
        });
        let caller = Caller::new(&world, plain(), false);
        run(&world);
        assert_eq!(caller.token(), brings);
        assert_eq!(world.sent(), 2);
    }
}

#[test]
fn what_is_good_for_one_use_is_sent_once() {
    for spending in [
        ClientOptions {
            grant: Grant::RefreshToken {
                refresh_token: "r-0".into(),
            },
            ..options()
        },
        // Nobody knows what hooks do.
        ClientOptions {
            has_hooks: true,
            identity: Some("hooks".into()),
            ..options()
        },
    ] {
        let world = World::new(|_, _| Reply::Never);
        let config = config(ClientOptions {
            timeout_ms: TIMEOUT_MS as u32,
            ..spending
        });
        let caller = Caller::new(&world, config, false);
        run(&world);
        assert_eq!(caller.error(), ErrorCode::Timeout);
        assert_eq!(world.sent(), 1);
    }
}
