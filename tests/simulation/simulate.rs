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
use model::outage::Outage;
use model::plan::Plan;
use model::refused::Refused;
use model::store_kind::StoreKind;

const USAGE: &str = "\
options: --isolates N (10000) --hours H (24) --seeds S (1) --lifetime SECONDS (3600)
    --store none|kv|do|redis|upstash|deno-kv|d1|postgres|netlify-blobs|runtime-cache|cache-api|plain|all (all)
    in place of the rest: --refused (what a server hears that refuses), --outage MINUTES (the token server is gone for so long)
    --json";

struct Options {
    isolates: usize,
    hours: f64,
    seeds: u64,
    life_seconds: u64,
    stores: Vec<StoreKind>,
    refused: bool,
    outage_minutes: Option<u64>,
    json: bool,
}

fn options(args: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options {
        isolates: 10_000,
        hours: 24.0,
        seeds: 1,
        life_seconds: 3_600,
        stores: StoreKind::ALL.to_vec(),
        refused: false,
        outage_minutes: None,
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
            "--refused" => options.refused = true,
            "--outage" => {
                let minutes = args.next()?.parse().ok()?;
                options.outage_minutes = (minutes > 0).then_some(minutes);
                options.outage_minutes?;
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
    let violations = match options.outage_minutes {
        _ if options.refused => refused(&options),
        Some(minutes) => outages(&options, minutes),
        None => figures(&options),
    };
    for violation in &violations {
        eprintln!("{violation}");
    }
    if violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A fleet for each store and seed.
fn plans(options: &Options) -> impl Iterator<Item = Plan> {
    let seeds = 0..options.seeds;
    seeds.flat_map(move |seed| {
        let plan = move |store: &StoreKind| {
            let mut plan = Plan::fleet(*store, options.isolates, options.hours, seed);
            plan.server.life_seconds = (options.life_seconds, options.life_seconds);
            plan
        };
        options.stores.iter().map(plan)
    })
}

/// Shows what comes of each fleet; gives what must not have happened.
fn figures(options: &Options) -> Vec<String> {
    let mut all = Vec::new();
    for plan in plans(options) {
        let start = Instant::now();
        all.push(Figures::of(&plan, |hour, world| {
            eprintln!(
                "{} seed {}: hour {hour}, {} grants, {} requests, {} s",
                plan.store.kind.name(),
                plan.seed,
                world.server.issued.borrow().len(),
                world.ledger.requests.get(),
                start.elapsed().as_secs()
            );
        }));
    }
    show(options, &all, Figures::HEADER, Figures::row, Figures::json);
    all.into_iter().flat_map(|it| it.violations).collect()
}

/// The same of fleets whose token server is gone for a while.
fn outages(options: &Options, minutes: u64) -> Vec<String> {
    let of = |plan: Plan| Outage::of(&plan, minutes);
    let all: Vec<_> = plans(options).map(of).collect();
    show(options, &all, Outage::HEADER, Outage::row, Outage::json);
    all.into_iter().flat_map(|it| it.violations).collect()
}

fn show<T>(
    options: &Options,
    all: &[T],
    header: &str,
    row: fn(&T) -> String,
    json: fn(&T) -> serde_json::Value,
) {
    if options.json {
        let all: Vec<_> = all.iter().map(json).collect();
        return println!("{:#}", serde_json::Value::from(all));
    }
    println!("{header}");
    for one in all {
        println!("{}", row(one));
    }
}

/// The same of fleets that are refused.
fn refused(options: &Options) -> Vec<String> {
    println!("{}", Refused::header());
    let of = |plan: Plan| {
        let refused = Refused::of(&plan);
        println!("{}", refused.row());
        refused.violations
    };
    plans(options).flat_map(of).collect()
}
