//! However many ask, one asks the server.

use edge_oauth2::ErrorCode;
use edge_oauth2::cache::single_flight::HEARTBEAT_MS;

use super::*;
use crate::support::explore::explore;
use crate::support::host::Reply;

#[test]
fn fifty_cold_callers_share_one_token() {
    for after_ms in [0, 1, 20, 49, 50, 51, 300, 1_999] {
        let world = World::new(move |n, _| Reply::token(after_ms, &token(n)));
        let callers = callers(&world, 50);
        run(&world);
        // What has been silent for half of the time is asked once more.
        let requests = 1 + usize::from(after_ms > TIMEOUT_MS / 2);
        assert_eq!(world.sent(), requests, "{after_ms} ms");
        for caller in callers {
            assert_eq!(caller.token(), "token-0");
            assert!(caller.waited_ms() <= after_ms + u64::from(HEARTBEAT_MS));
        }
    }
}

#[test]
fn a_failure_is_shared_and_the_next_caller_tries_again() {
    for (reply, requests, code) in [
        (Reply::status(120, 405), 1, ErrorCode::HttpStatus),
        (Reply::nonsense(120), 1, ErrorCode::InvalidResponse),
        (Reply::Never, 2, ErrorCode::Timeout),
        (
            Reply::now(401, r#"{"error":"invalid_client"}"#),
            1,
            ErrorCode::TokenRequestRejected,
        ),
    ] {
        let runs = explore(7, |choices| {
            let reply = reply.clone();
            let world = World::exploring(choices, move |n, _| match n < requests {
                true => reply.clone(),
                false => Reply::token(0, &token(n)),
            });
            let callers = callers(&world, 4);
            run(&world);
            assert_eq!(world.sent(), requests);
            for caller in &callers {
                assert_eq!(caller.error(), code);
                assert!(caller.waited_ms() <= TIMEOUT_MS);
            }
            // Some errors are remembered for a while.
            world.isolate.run_for(30_000);
            assert_eq!(world.access_token(), Ok(token(requests)));
        });
        assert!(runs > 100, "{code}: only {runs} orders");
    }
}

#[test]
fn callers_that_come_while_it_is_in_the_air_join() {
    let world = World::new(|n, _| Reply::token(1_000, &token(n)));
    let mut callers = Vec::new();
    for _ in 0..99 {
        callers.push(Caller::asks(&world));
        world.isolate.run_for(10);
    }
    run(&world);
    assert_eq!(world.sent(), 1);
    assert!(callers.iter().all(|caller| caller.token() == "token-0"));
}

#[test]
fn a_token_that_is_expired_at_once_is_handed_to_its_callers_only() {
    let world = World::new(|n, _| {
        Reply::now(
            200,
            format!(r#"{{"access_token":"token-{n}","expires_in":-1}}"#),
        )
    });
    let callers = callers(&world, 3);
    run(&world);
    assert_eq!(world.sent(), 1);
    assert!(callers.iter().all(|caller| caller.token() == "token-0"));
    assert_eq!(cached(&world), None);
    assert_eq!(world.access_token().as_deref(), Ok("token-1"));
}
