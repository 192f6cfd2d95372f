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

/// What servers send along is kept, and memory is not: 128 MB in a Worker.
#[test]
fn tokens_that_are_heavy_give_way_before_they_are_many() {
    let padding = "x".repeat(900_000);
    let world = World::new(move |n, _| {
        Reply::now(
            200,
            format!(
                r#"{{"access_token":"token-{n}","expires_in":3600,"padding":"{padding}","many":[{}1]}}"#,
                "1,".repeat(20_000)
            ),
        )
    });
    let of = |n: usize| {
        config(ClientOptions {
            client_id: format!("client-{n}"),
            ..options()
        })
    };
    let ask = |n: usize| {
        let token = world.token(of(n))?;
        Ok::<_, Error>(token.access_token.expose().to_owned())
    };
    for n in 0..150 {
        assert_eq!(ask(n), Ok(token(n)));
    }
    // The latest are there, and no more than a few of them.
    for n in (146..150).rev() {
        assert_eq!(ask(n), Ok(token(n)), "client-{n}");
    }
    assert_eq!(world.sent(), 150);
    assert_eq!(ask(130), Ok(token(150)));
}
