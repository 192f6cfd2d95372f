//! Sharing tokens: refreshing ahead, the store, sealing, the lease, and what happens when they fail.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod clocks;
mod failure;
mod lease;
mod one_off;
mod refresh;
mod rotation;
mod sealing;
mod store;
#[path = "../support/mod.rs"]
mod support;

use std::rc::Rc;

use edge_oauth2::TokenSource;
use edge_oauth2::protocol::http::HttpRequest;
use support::host::{Reply, TestHost, World};
use support::store::Shelf;
use support::{config, options};

const SECOND_MS: u64 = 1_000;
const HOUR_MS: u64 = 3_600 * SECOND_MS;

fn token(number: usize) -> String {
    format!("token-{number}")
}

/// A token with a life of so many seconds.
fn living(number: usize, seconds: i64) -> Reply {
    let body = format!(r#"{{"access_token":"token-{number}","expires_in":{seconds}}}"#);
    Reply::now(200, body)
}

/// A server that issues tokens that live for an hour, and a store.
fn shared() -> (World, Rc<Shelf>) {
    shared_by(|n, _| Reply::token(50, &token(n)))
}

fn shared_by(script: impl Fn(usize, &HttpRequest) -> Reply + 'static) -> (World, Rc<Shelf>) {
    let mut world = World::new(script);
    let shelf = Rc::<Shelf>::default();
    world.shelf = Some(Rc::clone(&shelf));
    (world, shelf)
}

fn ask(world: &World) -> String {
    let token = world.access_token().expect("a token");
    // What is in the background may end.
    world.isolate.run_for(100);
    token
}

/// Runs what `begin` makes of a source of tokens, in a request of its own.
fn with_source<T: 'static, F: Future<Output = T> + 'static>(
    world: &World,
    begin: impl FnOnce(TokenSource<TestHost>) -> F,
) -> T {
    let (request, source) = world.source(config(options()));
    let result = world.isolate.block_on(request, begin(source));
    world.isolate.run_for(100);
    result
}

fn refresh(world: &World) -> String {
    with_source(world, |source| async move {
        let cached = source.refreshed().await.expect("a token");
        cached.token.access_token.expose().to_owned()
    })
}

fn invalidate(world: &World) {
    with_source(world, |source| async move { source.invalidate().await });
}

fn count(world: &World, event: &str) -> usize {
    let events = world.events.borrow();
    events.iter().filter(|it| it.name() == event).count()
}
