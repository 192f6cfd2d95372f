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

use model::figures::Figures;
use model::limits;
use model::outage::Outage;
use model::plan::Plan;
use model::refused::Refused;
use model::store_kind::StoreKind;
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

/// A hundred isolates at five places, each asked every ten seconds.
fn small_fleet(kind: StoreKind) -> Plan {
    let mut plan = Plan::fleet(kind, 100, 1.0, 7);
    plan.locations = 5;
    plan
}

/// One instance alone would ask 120 times, once for each half a minute that it remembers; and 60 times where it is told to
/// come back in a minute.
#[test]
fn a_fleet_asks_a_server_that_refuses_as_seldom_as_one_instance() {
    for kind in StoreKind::DISTINCT {
        let refused = Refused::of(&small_fleet(kind));
        assert_eq!(refused.violations, Vec::<String>::new());
        let most = match kind {
            StoreKind::None => continue,
            // Without a lease also those ask that come before the first has told.
            StoreKind::Plain => [600, 300, 3_000],
            // Every place is told for itself, and a claim may be had by two.
            kind if kind.is_asked_for_by_location() => [600, 300, 600],
            kind if kind.has_exact_lease() => [120, 60, 120],
            _ => [130, 65, 130],
        };
        let is_kept = refused
            .requests
            .iter()
            .zip(most)
            .all(|(it, most)| *it <= most);
        assert!(is_kept, "{kind:?}: {:?} of {most:?}", refused.requests);
    }
}

/// Where a write takes a minute to be seen, lives may be too short to wait for it. Alone an instance renews its token after
/// three quarters of what there is of its life.
#[test]
fn a_place_of_a_fleet_asks_no_more_often_than_one_instance_where_lives_are_short() {
    for life_seconds in [60, 120, 300, 600] {
        let mut plan = small_fleet(StoreKind::Kv);
        plan.server.life_seconds = (life_seconds, life_seconds);
        let figures = Figures::of(&plan, |_, _| {});
        let usable_seconds = (life_seconds - 10) as f64;
        let most = life_seconds as f64 / (usable_seconds * 0.75);
        let grants = figures.grants_per_place_and_life;
        assert!(grants <= most, "{grants} of {most} in {life_seconds} s");
        assert_eq!(figures.steady_waits, 0, "{life_seconds} s");
        assert_eq!(figures.violations, Vec::<String>::new());
    }
}

/// A fleet of tokens that live five minutes, so that there is much to renew in an hour.
fn short_lived(kind: StoreKind) -> Plan {
    let mut plan = small_fleet(kind);
    plan.server.life_seconds = (300, 300);
    plan
}

#[test]
fn no_store_beats_arithmetic_and_none_is_worse_than_no_sharing() {
    for kind in StoreKind::DISTINCT {
        let figures = Figures::of(&short_lived(kind), |_, _| {});
        let limits = &figures.limits;
        // Of an hour the last token's life may reach beyond the end.
        let fewest = limits.one_per_life * figures.hours;
        assert!(figures.grants as f64 >= fewest, "{kind:?}: {figures:?}");
        let most = match kind {
            kind if kind.has_exact_lease() => 3_600.0 / limits::due_seconds(300),
            kind if kind.is_asked_for_by_location() => limits.one_per_place,
            // The fleet of the expectation is larger than this one.
            _ => limits.one_per_isolate * 1.05,
        };
        let per_hour = figures.grants_per_hour;
        assert!(per_hour <= most, "{kind:?}: {per_hour} of {most}");
        assert!(most < limits.one_per_request, "{kind:?}");
        // With a store nobody waits for a grant once there is a token; without one, for nothing else.
        let (grant_ms, waits) = (limits.grant_ms, figures.steady);
        let is_read = waits.p99_ms <= 2 * limits.store_ms.1;
        let is_granted = waits.p50_ms >= grant_ms.0 && waits.most_ms <= grant_ms.1;
        let is_as_said = match kind {
            StoreKind::None => is_granted,
            _ => is_read,
        };
        assert!(is_as_said, "{kind:?}: {waits:?}");
        assert!(figures.cold.most_ms >= grant_ms.0, "{kind:?}");
    }
}

/// The tokens there are last for what is left of their lives, and nothing lasts longer than a life.
#[test]
fn an_outage_of_the_server_is_lived_through_as_long_as_tokens_last() {
    let reserve = limits::shortest_reserve_seconds(300) as u64;
    for kind in [StoreKind::Kv, StoreKind::Durable] {
        for seed in 0..2 {
            let mut plan = short_lived(kind);
            plan.seed = seed;
            let outage = Outage::of(&plan, 9);
            let row = outage.row();
            assert_eq!(outage.violations, Vec::<String>::new());
            let first = outage.first_failure_seconds.expect("it is too long");
            assert!(first >= reserve, "{reserve} s: {row}");
            assert!(first + outage.token_age_seconds <= 300, "{row}");
            // Who asks shortly before the end tries until after it.
            let (lasting, over) = (&outage.timeline[5..8], &outage.timeline[10..]);
            assert!(lasting.iter().all(|it| it.served == 0), "{row}");
            assert!(over.iter().all(|it| it.failed == 0), "{row}");
            assert!(over.iter().all(|it| it.served > 0), "{row}");
        }
    }
}

/// Every isolate that starts then has nothing.
#[test]
fn an_outage_without_a_store_lasts_as_long_as_isolates_do() {
    let mut plan = small_fleet(StoreKind::None);
    plan.isolates = 300;
    let outage = Outage::of(&plan, 20);
    for (minute, it) in outage.timeline[..20].iter().enumerate() {
        let failed = it.failed as f64 / it.answered() as f64;
        let gone = 1.0 - limits::survivors(plan.isolate_life_ms, 60.0 * minute as f64 + 30.0);
        assert!(
            (failed - gone).abs() < 0.1,
            "minute {minute}: {failed}, {gone}"
        );
    }
}

/// What one object cannot serve in time is asked of the server; a place's cache is asked by its own isolates only.
#[test]
fn a_cold_herd_makes_one_grant_if_the_store_keeps_up() {
    let herd = |kind, isolates| {
        let plan = Plan::fleet(kind, isolates, 0.05, 7);
        Figures::of(&plan, |_, _| {}).herd_grants
    };
    assert_eq!(herd(StoreKind::Durable, 300), 1);
    assert!(herd(StoreKind::Durable, 2_000) > 1_000);
    assert_eq!(herd(StoreKind::Kv, 2_000), 30);
}
