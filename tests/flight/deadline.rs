//! No caller waits longer than it said.

use edge_oauth2::{ClientConfig, ClientOptions, ErrorCode};

use super::*;
use crate::support::host::Reply;

fn within(ms: u32) -> ClientConfig {
    config(ClientOptions {
        timeout_ms: ms,
        ..options()
    })
}

#[test]
fn is_kept_to_the_millisecond_when_the_server_is_silent() {
    for timeout_ms in [1, 5, 49, 50, 51, 149, 151, 1_000, 10_000] {
        let world = World::new(|_, _| Reply::Never);
        let callers: Vec<_> = (0..4)
            .map(|_| Caller::new(&world, within(timeout_ms), false))
            .collect();
        run(&world);
        for caller in &callers {
            assert_eq!(caller.error(), ErrorCode::Timeout);
            assert_eq!(caller.waited_ms(), u64::from(timeout_ms));
        }
        // After half of the time the request is made once more, beside the first.
        assert_eq!(world.sent(), 2);
        assert_eq!(world.network.aborted.get(), 2, "{timeout_ms} ms");
    }
}

#[test]
fn is_each_callers_own() {
    let world = World::new(|n, _| Reply::token(1_000, &token(n)));
    let patient = Caller::new(&world, within(5_000), false);
    let hasty = Caller::new(&world, within(100), false);
    let hasty_and_forcing = Caller::new(&world, within(333), true);
    run(&world);
    assert_eq!(patient.token(), "token-0");
    assert_eq!(
        (hasty.error(), hasty.waited_ms()),
        (ErrorCode::Timeout, 100)
    );
    assert_eq!(hasty_and_forcing.error(), ErrorCode::Timeout);
    assert_eq!(hasty_and_forcing.waited_ms(), 333);
    assert_eq!(world.sent(), 1);
}

#[test]
fn a_hasty_leader_does_not_speak_for_the_patient() {
    let world = World::new(|n, _| Reply::token(1_000, &token(n)));
    let hasty = Caller::new(&world, within(100), false);
    let patient = Caller::new(&world, within(5_000), false);
    run(&world);
    assert_eq!(hasty.error(), ErrorCode::Timeout);
    assert_eq!(patient.token(), "token-2");
    assert_eq!(world.sent(), 3);
}

#[test]
fn is_kept_through_take_overs() {
    let world = World::new(|_, _| Reply::Never);
    let callers = callers(&world, 4);
    for died in 0..3 {
        while world.sent() == died {
            assert!(world.isolate.step(u64::MAX));
        }
        world.isolate.kill(world.network.sender(died));
    }
    run(&world);
    let survivors: Vec<_> = callers.iter().filter(|caller| caller.answered()).collect();
    assert_eq!(survivors.len(), 1);
    assert_eq!(survivors[0].error(), ErrorCode::Timeout);
    assert_eq!(survivors[0].waited_ms(), TIMEOUT_MS);
}
