//! A new token is asked for although there is one.

use edge_oauth2::ErrorCode;

use super::*;
use crate::support::host::Reply;

fn warm(script: impl Fn(usize) -> Reply + 'static) -> World {
    let world = World::new(move |n, _| match n {
        0 => Reply::token(0, &token(n)),
        _ => script(n),
    });
    assert_eq!(Caller::asks(&world).request, 0);
    run(&world);
    assert_eq!(cached(&world).as_deref(), Some("token-0"));
    world
}

#[test]
fn leads_joins_and_leaves_the_old_token_in_use_meanwhile() {
    let world = warm(|n| Reply::token(200, &token(n)));
    let forcing = [(); 3].map(|()| Caller::insists(&world));
    world.isolate.run_for(100);
    let asking = Caller::asks(&world);
    run(&world);
    assert_eq!((asking.token(), asking.waited_ms()), (token(0), 0));
    assert!(forcing.iter().all(|caller| caller.token() == "token-1"));
    assert_eq!(world.sent(), 2);
    assert_eq!(cached(&world).as_deref(), Some("token-1"));
}

#[test]
fn that_fails_leaves_the_old_token() {
    let world = warm(|_| Reply::status(50, 503));
    let forcing = Caller::insists(&world);
    run(&world);
    assert_eq!(forcing.error(), ErrorCode::HttpStatus);
    assert_eq!(cached(&world).as_deref(), Some("token-0"));
}

#[test]
fn whose_leader_dies_is_taken_over() {
    let world = warm(|n| match n {
        1 => Reply::Never,
        _ => Reply::token(10, &token(n)),
    });
    let leader = Caller::insists(&world);
    let follower = Caller::insists(&world);
    world.isolate.run_for(60);
    world.isolate.kill(leader.request);
    run(&world);
    assert_eq!(follower.token(), "token-2");
    assert!(follower.waited_ms() <= 60 + REPLACED_MS + 10);
}
