//! Refreshing ahead.

use edge_oauth2::cache::freshness::refresh_at_ms;

use super::*;
use crate::support::isolate::START_MS;
use crate::support::response;

#[test]
fn points_of_refresh() {
    // Life, propagation delay, and the seconds at which the earliest of 10,000 instances, the
    // median and the latest refresh. Skew 10 s, share 75 %.
    for (life, propagation, earliest, median, latest) in [
        (3_600, 0, 2_692, 2_872, 3_051),
        (3_600, 60, 2_691, 3_439, 3_500),
        (7_200, 60, 5_390, 6_971, 7_100),
        (300, 60, 99, 192, 200),
        // What is too short to wait for the others is as without them.
        (119, 60, 81, 87, 92),
        (90, 60, 60, 64, 67),
        (90, 0, 60, 64, 67),
        (60, 60, 37, 40, 42),
        (12, 0, 6, 7, 7),
        (12, 60, 6, 7, 7),
    ] {
        let world = World::new(move |n, _| living(n, life));
        let token = world.token(config(options())).unwrap();
        let at = |random| {
            let at_ms = refresh_at_ms(&token, 10, 0.75, propagation * 1000, random);
            (at_ms - START_MS) / SECOND_MS
        };
        let mut points = [at(0.0), at(0.5), at(0.9999)];
        points.sort_unstable();
        assert_eq!(
            points,
            [earliest, median, latest],
            "{life} s, {propagation} s"
        );
    }
}

#[test]
fn a_stale_token_is_served_at_once_and_refreshed_once() {
    for life in [12, 60, 119, 3_600] {
        let world = World::new(move |n, _| living(n, life));
        assert_eq!(ask(&world), "token-0");
        world.isolate.run_for(life as u64 * SECOND_MS * 64 / 100);
        let began_ms = world.isolate.now_ms();
        for _ in 0..20 {
            assert_eq!(world.access_token().as_deref(), Ok("token-0"));
        }
        assert_eq!(world.isolate.now_ms(), began_ms, "nobody waited");
        if world.sent() == 1 {
            // Not due yet; near the end it is.
            world.isolate.run_for(life as u64 * SECOND_MS * 18 / 100);
            assert_eq!(world.access_token().as_deref(), Ok("token-0"));
        }
        world.isolate.run_for(100);
        assert_eq!(world.sent(), 2, "{life} s");
        assert_eq!(ask(&world), "token-1");
        assert_eq!(count(&world, "stale_served"), 1);
    }
}

#[test]
fn a_failed_refresh_takes_no_valid_token_away_and_is_not_made_by_every_request() {
    let world = World::new(|n, _| match n {
        0 => Reply::token(0, "token-0"),
        _ => Reply::status(10, 503),
    });
    ask(&world);
    world.isolate.run_for(3_100 * SECOND_MS);
    let began_ms = world.isolate.now_ms();
    while world.isolate.now_ms() < began_ms + 480 * SECOND_MS {
        let before_ms = world.isolate.now_ms();
        assert_eq!(world.access_token().as_deref(), Ok("token-0"));
        assert_eq!(world.isolate.now_ms(), before_ms);
        world.isolate.run_for(250);
    }
    // Six refreshes while the pauses grow, then one in about 45 s, each with its retries.
    let failed = count(&world, "grant_failed");
    assert!((8..=18).contains(&failed), "{failed} refreshes");
    world.isolate.run_for(20 * SECOND_MS);
    assert!(world.access_token().is_err(), "now it is over");
}

#[test]
fn a_server_that_returns_the_same_token_is_not_asked_in_a_loop() {
    let world = World::new(|n, _| {
        let left = if n == 0 { 3_600 } else { 600 };
        let body = format!(r#"{{"access_token":"same","expires_in":{left}}}"#);
        Reply::After(10, Ok(response(200, body)))
    });
    ask(&world);
    world.isolate.run_for(3_000 * SECOND_MS);
    for _ in 0..500 {
        assert_eq!(world.access_token().as_deref(), Ok("same"));
        world.isolate.run_for(SECOND_MS);
    }
    assert_eq!(world.sent(), 2);
}

#[test]
fn warming_obtains_refreshes_or_does_nothing() {
    let (world, shelf) = shared();
    let warm = || with_source(&world, |source| async move { source.warm().await });
    assert_eq!(warm(), Ok(()));
    assert_eq!(world.sent(), 1, "there was none");
    assert_eq!(warm(), Ok(()));
    assert_eq!((world.sent(), shelf.count("get")), (1, 2), "it is fresh");
    world.isolate.run_for(3_000 * SECOND_MS);
    assert_eq!(warm(), Ok(()));
    assert_eq!(world.sent(), 2, "it was stale");
    assert_eq!(ask(&world), "token-1");
}

#[test]
fn warming_says_when_it_failed() {
    let world = World::new(|n, _| match n {
        0 => Reply::token(0, "token-0"),
        _ => Reply::failed_hook(10),
    });
    ask(&world);
    world.isolate.run_for(3_100 * SECOND_MS);
    let warmed = with_source(&world, |source| async move { source.warm().await });
    assert!(warmed.is_err());
    assert_eq!(ask(&world), "token-0");
}
