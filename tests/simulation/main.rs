//! The deterministic simulation: small worlds by the thousand, each from a seed.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod model;

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use model::plan::Plan;
use model::world::World;

/// How many worlds the test command runs.
const SEEDS: u64 = 3_000;

fn run(seed: u64) -> Rc<World> {
    let world = World::new(Plan::small(seed));
    world.run(|_, _| {});
    world
}

fn check(seed: u64) -> Result<(), String> {
    let world = run(seed);
    let violations = world.ledger.violations.borrow();
    if violations.is_empty() {
        return Ok(());
    }
    Err(format!(
        "SIMULATION_SEED={seed} cargo test --test simulation\n  {:?} ({})\n  {}",
        world.plan.store.kind,
        if world.plan.is_calm() {
            "calm"
        } else {
            "troubled"
        },
        violations.join("\n  ")
    ))
}

/// All seeds, or the one in `SIMULATION_SEED`.
#[test]
fn every_world_keeps_the_rules() {
    if let Ok(seed) = std::env::var("SIMULATION_SEED") {
        let seed = seed.parse().expect("SIMULATION_SEED is a number");
        println!("{:#?}", Plan::small(seed));
        return check(seed).unwrap_or_else(|failure| panic!("{failure}"));
    }
    let next = AtomicU64::new(0);
    let worker = || {
        let mut failures = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= SEEDS {
                return failures;
            }
            failures.extend(check(seed).err());
        }
    };
    let failures: Vec<String> = thread::scope(|scope| {
        let workers = [(); 2].map(|()| scope.spawn(worker));
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a worker that ends"))
            .collect()
    });
    let shown = failures.iter().take(10).cloned().collect::<Vec<_>>();
    assert!(
        failures.is_empty(),
        "{} of {SEEDS} worlds failed:\n{}",
        failures.len(),
        shown.join("\n")
    );
}

#[test]
fn a_seed_replays_exactly() {
    for seed in 0..50 {
        let [first, again] = [run(seed), run(seed)];
        assert_ne!(first.ledger.trace.get(), 0);
        assert_eq!(first.ledger.trace, again.ledger.trace, "seed {seed}");
        assert_eq!(first.ledger.requests, again.ledger.requests);
    }
    assert_ne!(run(1).ledger.trace, run(2).ledger.trace);
}
