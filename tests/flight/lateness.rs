//! Leaders that are slow, alone or together with everybody else.

use edge_oauth2::cache::single_flight::HEARTBEAT_MS;

use super::*;
use crate::support::host::Reply;

#[test]
fn a_busy_isolate_takes_nobody_for_dead() {
    for busy_ms in [160, 400, 1_500] {
        for from_ms in 0..200 {
            let world = World::new(|n, _| Reply::token(400, &token(n)));
            let callers = callers(&world, 3);
            world.isolate.run_for(from_ms);
            world.isolate.block(busy_ms);
            run(&world);
            assert_eq!(world.sent(), 1, "busy for {busy_ms} ms from {from_ms} ms");
            assert!(callers.iter().all(|caller| caller.token() == "token-0"));
        }
    }
}

#[test]
fn a_leader_that_alone_is_late_is_replaced_and_fenced() {
    // When the old and the new leader's answers arrive, in every relation to each other.
    for old_ms in (50..1_500).step_by(75) {
        for new_ms in (20..900).step_by(60) {
            for old_succeeds in [true, false] {
                let world = World::new(move |n, _| match n {
                    0 if old_succeeds => Reply::token(0, &token(n)),
                    0 => Reply::failed_hook(0),
                    _ => Reply::token(new_ms, &token(n)),
                });
                let callers = callers(&world, 3);
                // Late in everything it does, the answer included.
                world.isolate.make_late(0, old_ms);
                run(&world);
                let case = format!("old {old_ms} ms ({old_succeeds}), new {new_ms} ms");
                assert!(world.sent() <= 2, "{case}");
                let newest = token(world.sent() - 1);
                if world.sent() == 2 {
                    // Whoever came last: the newer one stays.
                    assert_eq!(cached(&world), Some(newest.clone()), "{case}");
                }
                for caller in &callers[1..] {
                    match caller.result() {
                        Ok(got) => assert!(
                            got == newest || (old_succeeds && got == "token-0"),
                            "{case}: {got}"
                        ),
                        // Shared by the old leader while it still was the leader.
                        Err(_) => assert!(!old_succeeds && world.sent() == 1, "{case}"),
                    }
                }
            }
        }
    }
}

#[test]
fn an_old_leaders_token_outlives_the_new_leaders_failure() {
    for old_ms in (250..480).step_by(10) {
        let world = World::new(|n, _| match n {
            0 => Reply::token(0, &token(n)),
            _ => Reply::failed_hook(300),
        });
        let callers = callers(&world, 3);
        world.isolate.make_late(0, old_ms);
        run(&world);
        assert_eq!(world.sent(), 2, "old {old_ms} ms");
        assert!(callers.iter().all(|caller| caller.token() == "token-0"));
        assert_eq!(cached(&world).as_deref(), Some("token-0"));
    }
}

#[test]
fn an_old_leaders_token_serves_who_came_after_the_take_over_too() {
    let world = World::new(|n, _| match n {
        0 => Reply::token(0, &token(n)),
        _ => Reply::Never,
    });
    let callers = callers(&world, 2);
    world.isolate.make_late(0, 400);
    world.isolate.run_for(300);
    assert_eq!(world.sent(), 2, "taken over");
    let late = Caller::asks(&world);
    run(&world);
    assert_eq!(late.token(), "token-0");
    assert!(late.waited_ms() <= 100 + u64::from(HEARTBEAT_MS));
    assert_eq!(callers[1].token(), "token-0");
}
