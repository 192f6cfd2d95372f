//! The memory is bounded; who was used least recently gives way.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::unwrap_used
)]

mod support;

use std::rc::Rc;

use edge_oauth2::cache::client_state::ClientState;
use edge_oauth2::{ClientConfig, ClientOptions, ErrorCode, Grant, Memory};
use support::host::{Reply, World};
use support::{config, options, response};

fn tenant(number: usize) -> ClientConfig {
    config(ClientOptions {
        client_id: format!("tenant-{number}"),
        ..options()
    })
}

fn world(capacity: usize) -> World {
    World::new(|n, _| Reply::token(100, &format!("token-{n}")))
        .with_memory(Memory::with_capacity(capacity))
}

/// Asks for `number`'s token; whether it had to be requested.
fn is_requested(world: &World, number: usize) -> bool {
    let before = world.sent();
    world.token(tenant(number)).unwrap();
    world.sent() > before
}

#[test]
fn a_thousand_identities_are_kept() {
    let world = World::new(|n, _| Reply::token(0, &format!("token-{n}")));
    for number in 0..1_000 {
        assert!(is_requested(&world, number));
    }
    assert!(!is_requested(&world, 999));
    assert!(!is_requested(&world, 0));
    assert!(is_requested(&world, 1_000));
    assert!(!is_requested(&world, 0), "used since");
    assert!(is_requested(&world, 1), "the least recently used");
    assert!(!is_requested(&world, 3));
}

#[test]
fn the_least_recently_used_goes_first() {
    let world = world(3);
    for number in [0, 1, 2] {
        assert!(is_requested(&world, number));
    }
    assert!(!is_requested(&world, 0));
    assert!(is_requested(&world, 3), "1 gives way");
    assert!(!is_requested(&world, 2));
    assert!(!is_requested(&world, 0));
    assert!(is_requested(&world, 1), "3 gives way");
    assert!(!is_requested(&world, 0));
    assert!(!is_requested(&world, 2));
}

#[test]
fn a_memory_has_room_for_one_at_least() {
    let world = world(0);
    assert!(is_requested(&world, 0));
    assert!(!is_requested(&world, 0));
    assert!(is_requested(&world, 1));
    assert!(is_requested(&world, 0));
}

#[test]
fn a_client_that_gave_way_finds_its_new_place() {
    let world = world(1);
    let (request, client) = world.source(tenant(0));
    let client = std::rc::Rc::new(client);
    let token = || {
        let client = Rc::clone(&client);
        let cached = world
            .isolate
            .block_on(request, async move { client.token().await });
        cached.unwrap().token.access_token.expose().to_owned()
    };
    assert_eq!(token(), "token-0");
    assert!(is_requested(&world, 1));
    // Its identity is new in the memory, and shared with those who ask for it from now on.
    assert_eq!(token(), "token-2");
    assert_eq!(token(), "token-2");
    assert!(!is_requested(&world, 0));
    // What is dropped is what is there now, not what was there once.
    let dropping = Rc::clone(&client);
    world
        .isolate
        .block_on(request, async move { dropping.invalidate().await });
    assert!(is_requested(&world, 0));
    assert_eq!(token(), "token-3");
}

#[test]
fn an_identity_that_is_waited_for_goes_last() {
    let world = world(2);
    let (request, slow) = world.source(tenant(0));
    let answer = world
        .isolate
        .call(request, async move { slow.token().await.is_ok() });
    world.isolate.run_for(10);
    let (_, second) = world.source(tenant(1));
    assert!(second.client_state().hit(world.isolate.now_ms()).is_none());
    // The oldest is in the air: the one after it gives way.
    let (_, third) = world.source(tenant(2));
    assert!(third.client_state().hit(world.isolate.now_ms()).is_none());
    world.isolate.run_for(200);
    assert_eq!(answer.borrow().map(|(is_ok, _)| is_ok), Some(true));
    assert_eq!(world.sent(), 1);
    assert!(!is_requested(&world, 0));
}

/// A bug that was: of two clients that differ only in their earlier secret, the second was taken for
/// the first when nothing is sealed.
#[test]
fn clients_with_different_earlier_secrets_are_not_taken_for_one() {
    let client = |seal, secret: &str| {
        let options = ClientOptions {
            seal,
            previous_client_secret: Some(secret.into()),
            ..options()
        };
        ClientState::<()>::new(config(options), Rc::default())
    };
    for seal in [true, false] {
        assert!(client(seal, "a").equals(&client(seal, "a")));
        assert!(!client(seal, "a").equals(&client(seal, "b")));
    }
}

/// Rotates: what is spent brings the next one, and a second use brings nothing.
fn rotating(capacity: usize) -> World {
    let spent = std::cell::RefCell::new(Vec::new());
    let world = World::new(move |n, request| {
        let form = String::from_utf8(request.body.clone()).unwrap();
        let refresh_token = form.split('&').find(|it| it.starts_with("refresh_token="));
        let Some(refresh_token) = refresh_token.map(str::to_owned) else {
            return Reply::token(100, &format!("token-{n}"));
        };
        if spent.borrow().contains(&refresh_token) {
            return Reply::After(100, Ok(response(400, r#"{"error":"invalid_grant"}"#)));
        }
        spent.borrow_mut().push(refresh_token);
        let body = format!(
            r#"{{"access_token":"token-{n}","refresh_token":"refresh-{n}","expires_in":3600}}"#
        );
        Reply::After(100, Ok(response(200, body)))
    });
    world.with_memory(Memory::with_capacity(capacity))
}

fn user(number: usize) -> ClientConfig {
    config(ClientOptions {
        grant: Grant::RefreshToken {
            refresh_token: format!("given-{number}").into(),
        },
        ..options()
    })
}

fn evicted(world: &World) -> usize {
    let events = world.events.borrow();
    events.iter().filter(|it| it.name() == "evicted").count()
}

/// A bug that was: the spent one was sent again, and the authorization was lost.
#[test]
fn a_rotated_refresh_token_does_not_give_way_to_what_can_be_had_again() {
    let world = rotating(3);
    world.token(user(0)).unwrap();
    for number in 0..20 {
        world.token(tenant(number)).unwrap();
    }
    world.isolate.run_for(3_600_000);
    world.token(user(0)).expect("by the rotated refresh token");
    assert_eq!(evicted(&world), 0);
}

/// While it is on its way it is not even known yet.
#[test]
fn nor_while_it_is_on_its_way() {
    let world = rotating(1);
    let (request, source) = world.source(user(0));
    let answer = world
        .isolate
        .call(request, async move { source.token().await.is_ok() });
    world.isolate.run_for(10);
    world.token(tenant(0)).unwrap();
    world.token(tenant(1)).unwrap();
    world.isolate.run_for(3_600_000);
    assert_eq!(answer.borrow().map(|(is_ok, _)| is_ok), Some(true));
    world.token(user(0)).expect("by the rotated refresh token");
}

#[test]
fn there_is_a_bound_all_the_same_and_it_is_told() {
    let world = rotating(3);
    for number in 0..5 {
        world.token(user(number)).unwrap();
    }
    assert_eq!(evicted(&world), 1, "0, when 4 came");
    world.isolate.run_for(3_600_000);
    for number in [1, 2, 3, 4] {
        world.token(user(number)).unwrap();
    }
    let error = world.token(user(0)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ReauthorizationRequired);
}

#[test]
fn what_is_in_a_store_too_gives_way_as_all_else() {
    let mut world = rotating(3);
    world.shelf = Some(Rc::default());
    world.token(user(0)).unwrap();
    world.isolate.run_for(100);
    for number in 0..4 {
        world.token(tenant(number)).unwrap();
        world.isolate.run_for(100);
    }
    let (_, source) = world.source(user(0));
    assert!(
        source.client_state().hit(world.isolate.now_ms()).is_none(),
        "gone"
    );
    world.isolate.run_for(3_600_000);
    world.token(user(0)).expect("by what is in the store");
    assert_eq!(evicted(&world), 0);
}

/// The server does not rotate: what was given is as good as before.
#[test]
fn a_refresh_token_that_was_not_replaced_gives_way_as_all_else() {
    let world = world(3);
    world.token(user(0)).unwrap();
    for number in 0..3 {
        world.token(tenant(number)).unwrap();
    }
    let (_, source) = world.source(user(0));
    assert!(source.client_state().hit(world.isolate.now_ms()).is_none());
    world.token(user(0)).unwrap();
    assert_eq!(evicted(&world), 0);
}
