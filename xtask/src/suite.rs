//! Every check of the repository, in the order of what it costs: `cargo xtask test`.

use crate::build::{npm_package, wasm_pack};
use crate::step::{self, command};
use crate::{Result, setup};
use std::process::Command;
use std::time::{Duration, Instant};

const WASM_RUNNER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";

/// One step of the suite.
struct Check {
    name: &'static str,
    commands: Vec<Command>,
    /// Whether a test runner runs, whose totals are shown and must not be zero.
    has_tests: bool,
}

/// Runs the steps whose names begin with one of `names`, or all.
pub fn run(names: &[&str]) -> Result {
    setup::run()?;
    let checks = checks()?;
    let known: Vec<&str> = checks.iter().map(|check| check.name).collect();
    if let Some(unknown) = names
        .iter()
        .find(|name| !known.iter().any(|known| known.starts_with(**name)))
    {
        return Err(format!(
            "no step begins with `{unknown}`; there are {}",
            known.join(", ")
        ));
    }
    let mut times = Vec::new();
    let done = checks
        .into_iter()
        .filter(|check| names.is_empty() || names.iter().any(|name| check.name.starts_with(name)))
        .try_for_each(|check| {
            let name = check.name;
            let start = Instant::now();
            let done = perform(check);
            times.push((name, start.elapsed(), done.is_ok()));
            done
        });
    print_times(&times);
    done
}

fn checks() -> Result<Vec<Check>> {
    let mut checks = vec![
        check("format", [command("cargo", &["fmt", "--all", "--check"])]),
        check("clippy", [clippy(&["--workspace", "--all-targets"])]),
        check(
            "clippy-wasm",
            [
                clippy_wasm(&[]),
                clippy_wasm(&["--features", "npm"]),
                clippy_wasm(&["--features", "test-hooks"]),
                clippy_wasm(&["--no-default-features"]),
            ],
        ),
        check("doc", [doc()]),
        tests(
            "test",
            [command("cargo", &["test", "--locked", "--workspace"])],
        ),
        tests("test-wasm", [wasm_tests()]),
    ];
    for (name, target) in [
        ("plain-web", "web"),
        ("plain-bundler", "bundler"),
        ("plain-nodejs", "nodejs"),
    ] {
        let out_dir = format!("target/plain/{target}");
        let mut node = node_tests("node", &["tests/package/plain-bindings.mjs".to_owned()]);
        node.env("PLAIN_TARGET", target);
        let build = wasm_pack(target, &out_dir, &[]);
        checks.push(tests(
            name,
            [command("rm", &["-rf", &out_dir]), build, node],
        ));
    }
    checks.push(check("build-package", npm_package("target/npm", "npm")));
    checks.push(check(
        "build-test-hooks",
        npm_package("target/npm-test", "test-hooks"),
    ));
    checks.push(tests(
        "package",
        [node_tests("node", &test_files("tests/package", "")?)],
    ));
    // The package must run on the machine's own Node too, not only on the pinned one.
    let mut on_own_node = test_files("tests/runtimes", "node")?;
    on_own_node.extend(test_files("tests/package", "loading")?);
    checks.push(tests(
        "own-node",
        [node_tests(&setup::own_node()?, &on_own_node)],
    ));
    checks.push(tests(
        "runtimes",
        [node_tests("node", &test_files("tests/runtimes", "")?)],
    ));
    Ok(checks)
}

fn check(name: &'static str, commands: impl IntoIterator<Item = Command>) -> Check {
    Check {
        name,
        commands: commands.into_iter().collect(),
        has_tests: false,
    }
}

fn tests(name: &'static str, commands: impl IntoIterator<Item = Command>) -> Check {
    Check {
        has_tests: true,
        ..check(name, commands)
    }
}

fn clippy(args: &[&str]) -> Command {
    let mut clippy = command("cargo", &["clippy", "--locked"]);
    clippy.args(args).args(["--", "-D", "warnings"]);
    clippy
}

fn clippy_wasm(features: &[&str]) -> Command {
    clippy(
        &[
            &["--package", "edge-oauth2", "--target", setup::WASM_TARGET],
            features,
        ]
        .concat(),
    )
}

fn doc() -> Command {
    let mut doc = command(
        "cargo",
        &["doc", "--locked", "--no-deps", "--package", "edge-oauth2"],
    );
    doc.env("RUSTDOCFLAGS", "-D warnings");
    doc
}

fn wasm_tests() -> Command {
    let mut test = command(
        "cargo",
        &["test", "--locked", "--target", setup::WASM_TARGET],
    );
    test.env(WASM_RUNNER, "wasm-bindgen-test-runner");
    test
}

/// One file after the other: they measure time, and the machine may be small.
fn node_tests(node: &str, files: &[String]) -> Command {
    let mut test = command(
        node,
        &["--test", "--test-reporter=spec", "--test-concurrency=1"],
    );
    test.args(files);
    test
}

/// The test files of a folder. Older versions of Node do not expand patterns themselves.
fn test_files(folder: &str, prefix: &str) -> Result<Vec<String>> {
    let entries = setup::root()
        .join(folder)
        .read_dir()
        .map_err(|error| format!("cannot read {folder}: {error}"))?;
    let mut files: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(prefix) && name.ends_with(".test.mjs"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    files.sort();
    if files.is_empty() {
        Err(format!("no {prefix}*.test.mjs in {folder}"))
    } else {
        Ok(files)
    }
}

fn perform(check: Check) -> Result {
    let log = step::run(check.name, check.commands).map_err(|failure| failure.message)?;
    if !check.has_tests {
        return Ok(());
    }
    let totals: Vec<&str> = log.lines().filter(|line| is_total(line)).collect();
    for line in &totals {
        println!("{line}");
    }
    let passed: u64 = totals.iter().filter_map(|line| passed(line)).sum();
    if passed == 0 {
        Err(format!("✘ {}: no test ran", check.name))
    } else {
        Ok(())
    }
}

/// Whether a line is a runner's own summary: cargo's and wasm-bindgen's, or Node's. Not that of an empty file.
fn is_total(line: &str) -> bool {
    let of_rust =
        line.starts_with("test result: ") && !line.contains(" 0 passed; 0 failed; 0 ignored;");
    let of_node = ["tests", "pass", "fail", "skipped", "todo"]
        .iter()
        .any(|what| {
            let count = line
                .strip_prefix("ℹ ")
                .and_then(|rest| rest.strip_prefix(what));
            count.is_some_and(|count| count.starts_with(' '))
        });
    of_rust || of_node
}

fn passed(total: &str) -> Option<u64> {
    let count = match total.strip_prefix("ℹ ") {
        Some(of_node) => of_node.strip_prefix("pass ")?,
        None => total.split(" passed; ").next()?.rsplit(' ').next()?,
    };
    count.parse().ok()
}

fn print_times(times: &[(&str, Duration, bool)]) {
    println!("\n{:<18} seconds", "step");
    for (name, time, succeeded) in times {
        let mark = if *succeeded { "" } else { "  failed" };
        println!("{name:<18} {:>7.1}{mark}", time.as_secs_f64());
    }
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn totals_of_every_runner_are_found_and_read() {
        let rust = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.05s";
        let empty = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert!(is_total(rust) && is_total("ℹ pass 7") && is_total("ℹ fail 0"));
        assert!(!is_total(empty) && !is_total("ℹ duration_ms 12") && !is_total("✔ ℹ pass 7"));
        assert_eq!(
            [rust, "ℹ pass 7", "ℹ fail 0"].map(passed),
            [Some(12), Some(7), None]
        );
    }
}
