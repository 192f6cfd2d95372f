//! How long a token is handed out: to the second, and to the millisecond.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::unwrap_used
)]

mod support;

use edge_oauth2::{ClientOptions, Grant};
use support::host::{Reply, World};
use support::isolate::START_MS;
use support::{check_rows, config, options};

/// Whether a token with `expires_in`, received at [`START_MS`], is handed out at `at_ms`.
fn is_handed_out(expires_in: &str, skew_seconds: u32, at_ms: u64) -> bool {
    let body = format!(r#"{{"access_token":"token","expires_in":{expires_in}}}"#);
    let world = World::new(move |_, _| Reply::now(200, body.clone()));
    let config = config(ClientOptions {
        expiry_skew_seconds: skew_seconds,
        refresh_ahead: None,
        ..options()
    });
    world.token(config.clone()).unwrap();
    world.isolate.set_clock(at_ms);
    let (_, source) = world.source(config);
    source.client_state().hit(at_ms).is_some()
}

/// Lifetime and skew in seconds, and for how many milliseconds the token is used.
#[test]
fn a_token_is_used_until_its_expiry_less_the_skew() {
    let year_ms = 365 * 24 * 60 * 60 * 1000;
    check_rows(
        [
            ("an hour", ("3600", 10, 3_590_000)),
            ("an hour, no skew", ("3600", 0, 3_600_000)),
            ("an hour, a second", ("3600", 1, 3_599_000)),
            ("an hour, a minute", ("3600", 60, 3_540_000)),
            ("an hour, an hour", ("3600", 3_600, 2_700_000)),
            ("an hour, any skew", ("3600", u32::MAX, 2_700_000)),
            ("more than four times the skew", ("41", 10, 31_000)),
            ("four times the skew", ("40", 10, 30_000)),
            ("less than four times the skew", ("39", 10, 29_250)),
            ("as long as the skew", ("10", 10, 7_500)),
            ("shorter than the skew", ("1", 10, 750)),
            ("three seconds", ("3", 10, 2_250)),
            ("cut to a second", ("1.999", 10, 750)),
            ("a year", ("31536000", 10, year_ms - 10_000)),
            ("too long", ("1e300", 10, year_ms - 10_000)),
            ("unsaid", ("null", 10, 3_590_000)),
        ],
        |(expires_in, skew, used_ms)| {
            for (offset_ms, expected) in [
                (0, true),
                (used_ms - 1, true),
                (used_ms, false),
                (used_ms + 1, false),
                (u64::MAX - START_MS, false),
            ] {
                if is_handed_out(expires_in, skew, START_MS + offset_ms) != expected {
                    return Err(format!("after {offset_ms} ms, expected {expected}"));
                }
            }
            Ok(())
        },
    );
}

#[test]
fn a_token_that_is_expired_at_once_is_never_used_again() {
    for skew in [0, 10, u32::MAX] {
        for offset_ms in [0, 1, 1_000] {
            assert!(!is_handed_out("-1", skew, START_MS + offset_ms));
        }
    }
}

/// Requests have clocks of their own, and at a Worker's top level the time is 0.
#[test]
fn a_clock_a_little_behind_the_tokens_arrival_does_no_harm() {
    for at_ms in [START_MS - 1, START_MS - 5_000, 0] {
        assert!(is_handed_out("3600", 10, at_ms), "{at_ms}");
    }
}

/// Nobody knows how old the token is: it is handed out, and its successor asked for, once.
#[test]
fn a_clock_that_was_set_back_costs_a_grant() {
    for at_ms in [START_MS - 5_001, START_MS - 3_600_000, 1] {
        let world = World::new(|n, _| Reply::token(50, &format!("token-{n}")));
        assert_eq!(world.access_token().unwrap(), "token-0");
        world.isolate.set_clock(at_ms);
        assert_eq!(world.access_token().unwrap(), "token-0");
        world.isolate.run_for(100);
        for _ in 0..3 {
            assert_eq!(world.access_token().unwrap(), "token-1");
            world.isolate.run_for(100);
        }
        assert_eq!(world.sent(), 2);
    }
}

/// The same where the token had come long before: it must not live on by as much as the clock was set back.
#[test]
fn a_clock_that_was_set_back_within_a_life_costs_a_grant() {
    let world = World::new(|n, _| Reply::token(50, &format!("token-{n}")));
    world.access_token().unwrap();
    world.isolate.set_clock(START_MS + 2_000_000);
    assert_eq!(world.access_token().unwrap(), "token-0");
    world.isolate.set_clock(START_MS + 1_000_000);
    assert_eq!(world.access_token().unwrap(), "token-0");
    world.isolate.run_for(100);
    assert_eq!(world.access_token().unwrap(), "token-1");
}

/// What cannot be renewed is not given up for a clock.
#[test]
fn a_token_that_nobody_can_renew_outlives_a_clock_that_was_set() {
    let given = || {
        config(ClientOptions {
            grant: Grant::Token {
                access_token: "given".into(),
                expires_at_ms: Some(START_MS + 3_600_000),
                refresh_token: None,
                response: None,
            },
            ..options()
        })
    };
    let world = World::new(|_, _| panic!("nobody is asked"));
    world.token(given()).unwrap();
    for at_ms in [START_MS - 3_600_000, START_MS + 1_800_000, START_MS] {
        world.isolate.set_clock(at_ms);
        let token = world.token(given()).unwrap();
        assert_eq!(token.access_token.expose(), "given");
        world.isolate.run_for(100);
    }
    assert!(world.events.borrow().is_empty(), "nor is anything tried");
}

#[test]
fn the_default_lifetime_is_the_options() {
    let config = |seconds| {
        config(ClientOptions {
            default_lifetime_seconds: seconds,
            ..options()
        })
    };
    let world = World::new(|_, _| Reply::now(200, r#"{"access_token":"token"}"#));
    for seconds in [1, 60, u32::MAX] {
        let token = world.token(config(seconds)).unwrap();
        assert_eq!(token.expires_at_ms, START_MS + u64::from(seconds) * 1000);
    }
}

/// The boundary as a caller meets it: the last hit, and then another request.
#[test]
fn the_caller_after_the_last_moment_gets_a_new_token() {
    let world = World::new(|n, _| Reply::token(0, &format!("token-{n}")));
    assert_eq!(world.access_token().unwrap(), "token-0");
    world.isolate.set_clock(START_MS + 3_589_999);
    assert_eq!(world.access_token().unwrap(), "token-0");
    world.isolate.set_clock(START_MS + 3_590_000);
    assert_eq!(world.access_token().unwrap(), "token-1");
}
