//! An identity has to give way.

use edge_oauth2::{ClientOptions, Memory};

use super::*;
use crate::support::host::Reply;

#[test]
fn while_in_the_air_costs_a_request_and_nothing_else() {
    let world =
        World::new(|n, _| Reply::token(100, &token(n))).with_memory(Memory::with_capacity(1));
    let before = callers(&world, 2);
    world.isolate.run_for(50);
    let other = config(ClientOptions {
        client_id: "other".into(),
        ..options()
    });
    let other = Caller::new(&world, other, false);
    world.isolate.run_for(10);
    let after = callers(&world, 2);
    run(&world);
    assert!(before.iter().all(|caller| caller.token() == "token-0"));
    assert_eq!(other.token(), "token-1");
    assert!(after.iter().all(|caller| caller.token() == "token-2"));
    assert_eq!(world.sent(), 3);
    assert_eq!(cached(&world).as_deref(), Some("token-2"));
}
