//! Every check of the repository, in the order of what it costs: `cargo xtask test`.

use crate::build::{npm_package, wasm_pack};
use crate::check::{Check, Times, check, in_lanes, print_times, tests};
use crate::step::{command, program};
use crate::{Result, places, setup, stores};
use std::process::Command;

/// How many of the packages' checks run beside each other. They wait for timers more than they compute, but some count
/// what happens within milliseconds, and the machine may be small.
const LANES: usize = 2;

/// What says that nobody waited for anything must not wait for others' work either, and a browser takes a whole core.
const ALONE: [&str; 3] = ["runtimes-fleet", "runtimes-stage", PAGE];

/// Node's test runner. One file after the other, for the same reason.
const NODE_TEST: &str = "--test --test-reporter=spec --test-concurrency=1";

/// The step that needs servers and clients of its own.
const STORES: &str = "stores";

/// The step that needs a browser.
const PAGE: &str = "page";

/// The builds for wasm, and each room without the others.
const CLIPPED: [&str; 15] = [
    "--all-targets --features worker,inbound",
    "--features npm",
    "--features test-hooks",
    "--no-default-features --features rooms,inbound,serde,serde-json",
    "--no-default-features --features web",
    "--no-default-features --features worker",
    "--no-default-features --features npm,outbound",
    "--no-default-features --features npm,inbound,signing,discovery",
    "--no-default-features --features test-hooks,inbound,signing,discovery",
    "--no-default-features --features outbound,authorization",
    "--no-default-features --features outbound,revocation",
    "--no-default-features --features outbound,signing",
    "--no-default-features --features outbound,discovery",
    "--features npm,inbound",
    "--features web",
];

/// Runs the steps whose names begin with one of `names`, or all.
pub fn run(names: &[&str]) -> Result {
    setup::run()?;
    let (mut checks, mut package_checks) = (source_checks(), package_checks()?);
    let known: Vec<String> = checks
        .iter()
        .chain(&package_checks)
        .map(|check| check.name.clone())
        .collect();
    if let Some(unknown) = names
        .iter()
        .find(|name| !known.iter().any(|known| known.starts_with(**name)))
    {
        return Err(format!(
            "no step begins with `{unknown}`; there are {}",
            known.join(", ")
        ));
    }
    let is_wanted =
        |check: &Check| names.is_empty() || names.iter().any(|name| check.name.starts_with(name));
    checks.retain(is_wanted);
    package_checks.retain(is_wanted);
    if !package_checks.is_empty() {
        checks.push(check("build-package", npm_package("target/npm", "npm")));
        checks.push(check(
            "build-test-hooks",
            npm_package("target/npm-test", "test-hooks"),
        ));
        let has = |name| package_checks.iter().any(|check| check.name == name);
        if has(STORES) {
            stores::setup()?;
        }
        if has(PAGE) {
            setup::node_packages("tests/page", "setup-page", "a browser for the live page")?;
        }
    }
    let times = Times::default();
    let is_alone = |check: &Check| ALONE.contains(&check.name.as_str());
    let (alone, beside) = package_checks.into_iter().partition(is_alone);
    let done = in_lanes(1, checks, &times)
        .and_then(|()| in_lanes(LANES, beside, &times))
        .and_then(|()| in_lanes(1, alone, &times));
    print_times(&times.into_inner().unwrap_or_default());
    done
}

/// What is checked of the source tree.
fn source_checks() -> Vec<Check> {
    let doc = |features: &str| {
        let mut doc = command(&format!("cargo doc --locked --no-deps {features}"));
        doc.env("RUSTDOCFLAGS", "-D warnings");
        doc
    };
    let wasm_tests = |which: &str| {
        let mut test = command(&format!(
            "cargo test --locked --target wasm32-unknown-unknown --features worker,inbound {which}"
        ));
        test.env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            "wasm-bindgen-test-runner",
        );
        test
    };

    vec![
        tests("xtask", own_checks()),
        check(
            "format",
            vec![
                command("cargo fmt --check"),
                command("cargo fmt --manifest-path worker-example/rust/Cargo.toml --check"),
            ],
        ),
        check(
            "clippy",
            vec![
                command("cargo clippy --locked --all-targets -- -D warnings"),
                command(
                    "cargo clippy --locked --all-targets --features native,inbound,rustcrypto -- -D warnings",
                ),
                command("cargo clippy --locked --no-default-features -- -D warnings"),
                command(
                    "cargo clippy --locked --no-default-features --features serde -- -D warnings",
                ),
            ],
        ),
        check("clippy-wasm", CLIPPED.map(clippy_wasm).into()),
        check(
            "clippy-wasi",
            vec![command(
                "cargo clippy --locked --target wasm32-wasip2 --no-default-features --features wasi,rooms --examples -- -D warnings",
            )],
        ),
        check(
            "doc",
            vec![
                doc("--features native,inbound"),
                doc(
                    "--target wasm32-unknown-unknown --no-default-features --features rooms,worker,inbound",
                ),
            ],
        ),
        tests(
            "test",
            vec![
                command("cargo test --locked --features native,inbound,rustcrypto"),
                command("cargo test --locked --no-default-features --test left_out"),
            ],
        ),
        tests(
            "test-wasm",
            vec![
                wasm_tests("--test wasm --test web --test worker"),
                wasm_tests("--doc"),
            ],
        ),
        plain_bindings("web"),
        plain_bindings("bundler"),
        plain_bindings("nodejs"),
        plain_bindings("deno"),
    ]
}

/// What is checked of the packages built from it.
fn package_checks() -> Result<Vec<Check>> {
    let mut checks = vec![
        tests(
            "package",
            vec![node_tests("node", &test_files("tests/package")?)],
        ),
        tests(
            "report",
            vec![node_tests("node", &test_files("tests/bench/report")?)],
        ),
        // Not only on the pinned Node: what a user imports must run on the machine's own too.
        tests(
            "own-node",
            vec![node_tests(
                &places::own_node()?,
                &[
                    "tests/package/loading.test.mjs",
                    "tests/runtimes/node.test.mjs",
                ],
            )],
        ),
    ];
    checks.push(tests(
        "compat",
        vec![node_tests("node", &test_files("tests/compat")?)],
    ));
    checks.push(tests(
        STORES,
        vec![node_tests("node", &test_files("tests/stores")?)],
    ));
    checks.push(tests(
        PAGE,
        vec![node_tests("node", &test_files("tests/page")?)],
    ));
    for file in test_files("tests/runtimes")? {
        let name = file
            .replace("tests/runtimes/", "runtimes-")
            .replace(".test.mjs", "");
        checks.push(tests(&name, vec![node_tests("node", &[file])]));
    }
    Ok(checks)
}

/// This crate is no member of the workspace, so that the other checks do not see it.
fn own_checks() -> Vec<Command> {
    let this = "--manifest-path xtask/Cargo.toml";
    let target = "--locked --target-dir target/xtask";
    vec![
        command(&format!("cargo fmt {this} --check")),
        command("cargo fmt --manifest-path xtask/bindgen/Cargo.toml --check"),
        command(&format!(
            "cargo clippy {this} {target} --all-targets -- -D warnings"
        )),
        command(&format!("cargo test {this} {target}")),
    ]
}

fn clippy_wasm(features: &str) -> Command {
    command(&format!(
        "cargo clippy --locked --target wasm32-unknown-unknown {features} -- -D warnings"
    ))
}

/// What `wasm-pack build` gives without this repository's package around it.
fn plain_bindings(target: &str) -> Check {
    let dir = format!("target/plain/{target}");
    let mut test = node_tests("node", &["tests/package/plain-bindings.mjs"]);
    test.env("PLAIN_TARGET", target);
    let build = wasm_pack(&format!("--target {target} --out-dir {dir}"));
    tests(
        &format!("plain-{target}"),
        vec![command(&format!("rm -rf {dir}")), build, test],
    )
}

fn node_tests(node: &str, files: &[impl AsRef<str>]) -> Command {
    let mut test = program(node);
    test.args(NODE_TEST.split(' '))
        .args(files.iter().map(AsRef::as_ref));
    test
}

/// The test files of a folder. Older versions of Node do not expand patterns themselves.
fn test_files(folder: &str) -> Result<Vec<String>> {
    let entries = places::root()
        .join(folder)
        .read_dir()
        .map_err(|error| format!("cannot read {folder}: {error}"))?;
    let mut files: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    files.sort();
    Ok(files)
}
