//! The npm package, and the demonstration that runs on it.

use crate::step::{self, command};
use crate::{Result, places, setup};
use std::process::Command;

/// Builds and packs the npm package.
pub fn package() -> Result {
    setup::run()?;
    step::run("build-package", npm_package("target/npm", "npm"))
        .map_err(|failure| failure.message)?;
    Ok(())
}

/// Builds the package, then shows it at work.
pub fn demo(flags: &[&str]) -> Result {
    package()?;
    script("tests/runtimes/demo.mjs", flags)
}

/// Builds the package, then keeps a fleet of isolates busy for minutes.
pub fn soak(options: &[&str]) -> Result {
    package()?;
    script("tests/runtimes/soak.mjs", options)
}

/// Builds the package, then measures it beside others.
pub fn bench(options: &[&str]) -> Result {
    package()?;
    setup::node_packages("tests/bench", "setup-bench", "what is compared")?;
    script("tests/bench/bench.mjs", options)
}

/// Builds the package, then has consumers install, build and run it.
pub fn matrix(consumers: &[&str]) -> Result {
    package()?;
    script("tests/matrix/matrix.mjs", consumers)
}

/// Runs a script, which prints what it does.
pub fn script(path: &str, args: &[&str]) -> Result {
    let status = command(&format!("node {path}"))
        .args(args)
        .status()
        .map_err(|error| format!("`node` did not start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{path} failed ({status})"))
    }
}

/// The commands that build and pack the package with one Cargo feature, in a folder of its own. Its entry `m2m` has a
/// wasm of its own, without the rooms, and so have its entries `inbound`, without the client, and `all`, which has both.
pub fn npm_package(dir: &str, feature: &str) -> Vec<Command> {
    let glue = |name: &str, features: &str| {
        let flags = "--target web --no-pack --no-gitignore --no-typescript";
        wasm_pack(&format!("{flags} --out-dir {dir}/{name} -- {features}"))
    };
    vec![
        command(&format!("rm -rf {dir}")),
        glue("glue", &format!("--features {feature}")),
        glue("glue-m2m", "--no-default-features --features npm,outbound"),
        glue("glue-inbound", &inbound(feature)),
        glue("glue-all", &format!("--features {feature},inbound")),
        command(&format!("node pkg-templates/build.mjs {dir}")),
    ]
}

/// What the entry `inbound` is built of. Its own requests are authorised in every way that there is.
pub fn inbound(feature: &str) -> String {
    format!("--no-default-features --features {feature},inbound,signing,discovery")
}

/// `wasm-pack build`, which must find its tools here: it would download others.
///
/// Where the dependencies' sources lie is taken out of the wasm: it tells the builder's name, and costs bytes.
pub fn wasm_pack(flags: &str) -> Command {
    let mut build = command(&format!(
        "wasm-pack build --mode no-install --out-name edge_oauth2 {flags}"
    ));
    let sources = places::cargo_home().join("registry/src");
    let remap = format!("--remap-path-prefix={}=", sources.display());
    build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", remap);
    build
}
