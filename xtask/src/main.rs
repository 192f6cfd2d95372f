//! Builds, tests and shows `edge-oauth2`: `cargo xtask`.

mod build;
mod check;
mod places;
mod setup;
mod simulate;
mod step;
mod stores;
mod suite;
mod totals;

use std::process::ExitCode;

const USAGE: &str = "usage:
    cargo xtask demo [--serve]     build and pack the package, run the example Worker against real servers
    cargo xtask test [step…]       check everything, or only the steps whose names begin like this
    cargo xtask bench [--quick] [--json] [figure…]
                                   the package beside others, in one workerd
    cargo xtask bench --report [--quick]
                                   that with plots: writes docs/report.html, its data and its picture
    cargo xtask matrix [consumer…] projects of frameworks and bundlers with the package in them; writes docs/support.md
    cargo xtask soak [seconds] [--json FILE]
                                   a fleet of isolates shares tokens of 90 s, for minutes
    cargo xtask stores             fleets of isolates by each kind of store, over real servers
    cargo xtask build              build and pack the npm package into target/npm
    cargo xtask simulate [--isolates N] [--hours H] [--seeds S] [--lifetime SECONDS] [--store NAME|all]
        [--refused | --outage MINUTES] [--json]
                                   what a store makes of a large fleet";

/// What went wrong, told to the person in front of the terminal.
type Result<T = ()> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["build"] => build::package(),
        ["demo"] => build::demo(&[]),
        ["demo", "--serve"] => build::demo(&["--serve"]),
        ["bench", options @ ..] => build::bench(options),
        ["matrix", consumers @ ..] => build::matrix(consumers),
        ["stores"] => stores::run(),
        ["simulate", options @ ..] => simulate::run(options),
        ["soak", options @ ..] => build::soak(options),
        ["test", names @ ..] => suite::run(names),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("\n{problem}");
            ExitCode::FAILURE
        }
    }
}
