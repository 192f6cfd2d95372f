//! The API refuses a token.

use super::*;
use crate::support::explore::explore;
use crate::support::host::Reply;

fn refuse(world: &World, access_token: &str) -> bool {
    let (_, source) = world.source(plain());
    source
        .client_state()
        .refuse(access_token, world.isolate.now_ms())
}

fn ask(world: &World) -> String {
    world.access_token().expect("a token")
}

#[test]
fn drops_only_the_token_that_was_refused() {
    let world = World::new(|n, _| Reply::token(0, &token(n)));
    ask(&world);
    assert!(refuse(&world, "token-0"));
    assert_eq!(cached(&world), None);
    assert_eq!(ask(&world), "token-1");
    // A neighbour that was refused the same old token comes late.
    assert!(refuse(&world, "token-0"));
    assert_eq!(cached(&world).as_deref(), Some("token-1"));
    assert_eq!(ask(&world), "token-1");
    assert_eq!(world.sent(), 2);
}

#[test]
fn while_a_flight_is_in_the_air_waits_for_that_flight() {
    let runs = explore(8, |choices| {
        let world = World::exploring(choices, |n, _| Reply::token(100, &token(n)));
        ask(&world);
        let forcing = Caller::insists(&world);
        world.isolate.run_for(50);
        assert!(refuse(&world, "token-0"));
        let asking = [(); 3].map(|()| Caller::asks(&world));
        run(&world);
        assert!(asking.iter().all(|caller| caller.token() == "token-1"));
        assert_eq!(forcing.token(), "token-1");
        assert_eq!(world.sent(), 2);
        // The flight that was already in the air when the refusal came does not cool down.
        assert!(refuse(&world, "token-1"));
    });
    assert!(runs > 20, "only {runs} orders");
}

#[test]
fn of_many_callers_at_once_buys_one_token() {
    let world = World::new(|n, _| Reply::token(30, &token(n)));
    ask(&world);
    let callers: Vec<_> = (0..50)
        .map(|_| {
            assert!(refuse(&world, "token-0"));
            Caller::asks(&world)
        })
        .collect();
    run(&world);
    assert!(callers.iter().all(|caller| caller.token() == "token-1"));
    assert_eq!(world.sent(), 2);
}

#[test]
fn of_a_token_that_replaced_a_refused_one_counts_after_ten_seconds() {
    for (age_ms, counts) in [(0, false), (9_999, false), (10_000, true), (60_000, true)] {
        let world = World::new(|n, _| Reply::token(0, &token(n)));
        ask(&world);
        assert!(refuse(&world, "token-0"), "the first refusal always counts");
        ask(&world);
        world.isolate.run_for(age_ms);
        assert_eq!(refuse(&world, "token-1"), counts, "{age_ms} ms");
        assert_eq!(cached(&world).is_none(), counts, "{age_ms} ms");
    }
}

#[test]
fn marks_the_next_token_only_after_a_failed_attempt_too() {
    let world = World::new(|n, _| match n {
        1 => Reply::failed_hook(0),
        _ => Reply::token(0, &token(n)),
    });
    ask(&world);
    assert!(refuse(&world, "token-0"));
    assert!(world.access_token().is_err());
    assert_eq!(ask(&world), "token-2");
    assert!(!refuse(&world, "token-2"), "it replaced a refused one");
    let (request, source) = world.source(plain());
    world
        .isolate
        .block_on(request, async move { source.invalidate().await });
    assert_eq!(ask(&world), "token-3");
    assert!(refuse(&world, "token-3"), "it replaced an invalidated one");
}

#[test]
fn of_a_server_that_returns_the_same_token_again_ends() {
    let world = World::new(|_, _| Reply::token(0, "same"));
    ask(&world);
    assert!(refuse(&world, "same"));
    ask(&world);
    assert!(!refuse(&world, "same"));
    assert_eq!(world.sent(), 2);
}
