//! What a store makes of a large fleet: `cargo xtask simulate`.

#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod model;

use std::process::ExitCode;
use std::time::Instant;

use model::figures::Figures;
use model::plan::{Plan, StoreKind};

const USAGE: &str = "options: --isolates N (10000) --hours H (24) --seeds S (1) --lifetime SECONDS (3600) --store none|kv|lease|redis|all (all) --json";

struct Options {
    isolates: usize,
    hours: f64,
    seeds: u64,
    life_seconds: u64,
    stores: Vec<StoreKind>,
    json: bool,
}

fn options(args: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options {
        isolates: 10_000,
        hours: 24.0,
        seeds: 1,
        life_seconds: 3_600,
        stores: StoreKind::ALL.to_vec(),
        json: false,
    };
    let mut args = args;
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--isolates" => options.isolates = args.next()?.parse().ok()?,
            "--hours" => options.hours = args.next()?.parse().ok()?,
            "--seeds" => options.seeds = args.next()?.parse().ok()?,
            "--lifetime" => options.life_seconds = args.next()?.parse().ok()?,
            "--store" => {
                let name = args.next()?;
                options
                    .stores
                    .retain(|store| name == "all" || store.name() == name);
            }
            "--json" => options.json = true,
            _ => return None,
        }
    }
    (!options.stores.is_empty()).then_some(options)
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let mut all = Vec::new();
    for seed in 0..options.seeds {
        for store in &options.stores {
            let mut plan = Plan::fleet(*store, options.isolates, options.hours, seed);
            plan.server.life_seconds = (options.life_seconds, options.life_seconds);
            let start = Instant::now();
            all.push(Figures::of(&plan, |hour, world| {
                eprintln!(
                    "{} seed {seed}: hour {hour}, {} grants, {} requests, {} s",
                    store.name(),
                    world.server.issued.borrow().len(),
                    world.ledger.requests.get(),
                    start.elapsed().as_secs()
                );
            }));
        }
    }
    if options.json {
        let figures: Vec<_> = all.iter().map(Figures::json).collect();
        println!("{:#}", serde_json::Value::from(figures));
    } else {
        println!("{}", Figures::HEADER);
        for figures in &all {
            println!("{}", figures.row());
        }
    }
    let violations: Vec<_> = all.iter().flat_map(|it| &it.violations).collect();
    for violation in &violations {
        eprintln!("{violation}");
    }
    if violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
