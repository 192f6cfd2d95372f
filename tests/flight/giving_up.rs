//! Callers that drop their future.

use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::support::host::Reply;

fn impatient(world: &World, ms: u64) -> Rc<RefCell<Option<(bool, u64)>>> {
    let (request, source) = world.source(plain());
    let isolate = world.isolate.clone();
    world.isolate.call(request, async move {
        give_up_after(isolate, request, ms, source.token())
            .await
            .is_some()
    })
}

#[test]
fn a_leader_that_gives_up_leaves_its_request_to_the_others() {
    for ms in [0, 1, 30, 199] {
        let world = World::new(|n, _| Reply::token(200, &token(n)));
        let leader = impatient(&world, ms);
        let callers = callers(&world, 3);
        run(&world);
        assert_eq!(leader.borrow().map(|(answered, _)| answered), Some(false));
        assert_eq!(world.sent(), 1);
        assert!(callers.iter().all(|caller| caller.token() == "token-0"));
    }
}

#[test]
fn a_follower_that_gives_up_is_missed_by_nobody() {
    for ms in [0, 1, 30, 199] {
        let world = World::new(|n, _| Reply::token(200, &token(n)));
        let leader = Caller::asks(&world);
        let follower = impatient(&world, ms);
        let other = Caller::asks(&world);
        run(&world);
        assert_eq!(follower.borrow().map(|(answered, _)| answered), Some(false));
        assert_eq!((leader.token(), other.token()), (token(0), token(0)));
        assert_eq!(world.sent(), 1);
    }
}
