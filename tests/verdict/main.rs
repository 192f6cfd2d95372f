//! What becomes of what the token endpoint refuses: remembered, shared, tried in another way, told.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

mod classify;
mod dead;
mod fleet;
mod fleet_bounds;
mod fleet_loss;
mod fleet_style;
mod rest;
#[path = "../support/mod.rs"]
mod support;
mod too_long;

use std::future::Future;
use std::rc::Rc;

use edge_oauth2::protocol::http::HttpRequest;
use edge_oauth2::{ClientOptions, Error, TokenSource};
use support::config;
use support::host::{Reply, TestHost, World};
use support::store::Shelf;

const SECOND_MS: u64 = 1_000;
const HOUR_MS: u64 = 3_600 * SECOND_MS;

fn ask(world: &World, options: &ClientOptions) -> Result<String, Error> {
    let token = world.token(config(options.clone()));
    world.isolate.run_for(100);
    token.map(|token| token.access_token.expose().to_owned())
}

fn run<T: 'static, F: Future<Output = T> + 'static>(
    world: &World,
    options: &ClientOptions,
    begin: impl FnOnce(TokenSource<TestHost>) -> F,
) -> T {
    let (request, source) = world.source(config(options.clone()));
    world.isolate.block_on(request, begin(source))
}

fn shared_by(script: impl Fn(usize, &HttpRequest) -> Reply + 'static) -> (World, Rc<Shelf>) {
    let mut world = World::new(script);
    let shelf = Rc::<Shelf>::default();
    world.shelf = Some(Rc::clone(&shelf));
    (world, shelf)
}

fn count(world: &World, event: &str) -> usize {
    let events = world.events.borrow();
    events.iter().filter(|it| it.name() == event).count()
}

fn rejection(status: u16, error: &str) -> Reply {
    Reply::now(status, format!(r#"{{"error":"{error}"}}"#))
}

fn is_refresh(request: &HttpRequest) -> bool {
    String::from_utf8_lossy(&request.body).contains("grant_type=refresh_token")
}
