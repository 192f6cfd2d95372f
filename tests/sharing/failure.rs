//! What the server's failures lead to.

use edge_oauth2::ErrorCode;
use edge_oauth2::protocol::http::HttpResponse;

use super::*;
use crate::support::isolate::START_MS;
use crate::support::response;

fn limited(retry_after: &str) -> Reply {
    let mut response: HttpResponse = response(429, "");
    response
        .headers
        .push(("Retry-After".into(), retry_after.into()));
    Reply::After(0, Ok(response))
}

#[test]
fn what_may_pass_is_tried_again_while_the_caller_waits() {
    for reply in [
        Reply::status(10, 500),
        Reply::status(10, 408),
        Reply::broken(10),
        limited("1"),
        // START_MS is eight o'clock of that day.
        limited("Fri, 15 Jan 2027 08:00:01 GMT"),
    ] {
        let is_limited = format!("{reply:?}").contains("429");
        let world = World::new(move |n, _| match n {
            0 => reply.clone(),
            _ => Reply::token(0, &token(n)),
        });
        assert_eq!(world.access_token().as_deref(), Ok("token-1"));
        let waited_ms = world.isolate.now_ms() - START_MS;
        let least_ms = if is_limited { 1_000 } else { 100 };
        assert!(
            (least_ms..least_ms + 400).contains(&waited_ms),
            "{waited_ms}"
        );
    }
}

#[test]
fn a_server_that_wants_to_be_left_alone_for_long_is() {
    let world = World::new(|_, _| limited("30"));
    let error = world.access_token().unwrap_err();
    assert_eq!(error.retry_after_ms(), Some(30_000));
    assert_eq!(world.sent(), 1);
}

#[test]
fn a_background_refresh_waits_as_long_as_the_server_wishes() {
    for wish in ["120", "Fri, 15 Jan 2027 08:53:40 GMT"] {
        let world = World::new(move |n, _| match n {
            1 => limited(wish),
            _ => Reply::token(0, &token(n)),
        });
        ask(&world);
        world.isolate.set_clock(START_MS + 3_100 * SECOND_MS);
        for _ in 0..118 {
            assert_eq!(world.access_token().as_deref(), Ok("token-0"));
            world.isolate.run_for(SECOND_MS);
        }
        assert_eq!(world.sent(), 2, "{wish}");
        world.isolate.run_for(10 * SECOND_MS);
        ask(&world);
        assert_eq!(ask(&world), "token-2", "{wish}");
    }
}

#[test]
fn an_error_that_stays_is_remembered_for_thirty_seconds_and_no_longer() {
    let world = World::new(|n, _| match n {
        0 => Reply::now(401, r#"{"error":"invalid_client"}"#),
        _ => Reply::token(0, &token(n)),
    });
    for _ in 0..30 {
        let error = world.access_token().unwrap_err();
        assert_eq!(error.code(), ErrorCode::TokenRequestRejected);
        world.isolate.run_for(SECOND_MS - 1);
    }
    assert_eq!(world.sent(), 1);
    world.isolate.run_for(SECOND_MS);
    assert_eq!(ask(&world), "token-1");
}

#[test]
fn invalidating_forgets_an_error_that_stays() {
    let world = World::new(|n, _| match n {
        0 => Reply::now(400, r#"{"error":"invalid_scope"}"#),
        _ => Reply::token(0, &token(n)),
    });
    assert!(world.access_token().is_err());
    assert!(world.access_token().is_err());
    invalidate(&world);
    assert_eq!(ask(&world), "token-1");
}

#[test]
fn a_life_counts_from_the_asking() {
    let world = World::new(|n, _| Reply::token(4_000, &token(n)));
    let token = world.token(config(options())).unwrap();
    assert_eq!(token.expires_at_ms, START_MS + HOUR_MS);
}
