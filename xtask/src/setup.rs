//! What a fresh clone needs: checked, installed, and quick when it is there already.

use crate::Result;
use crate::places::{program_output, root, tools_dir};
use crate::step::{self, command};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// As in `xtask/bindgen`, which builds the command; the library's version is pinned by `Cargo.lock`.
const WASM_BINDGEN: &str = "0.2.130";
const WASM_PACK: &str = "0.15.1";
/// JavaScript, and WASI 0.2.
const WASM_TARGETS: [&str; 2] = ["wasm32-unknown-unknown", "wasm32-wasip2"];

/// Makes everything ready that the other commands use.
pub fn run() -> Result {
    check_node(program_output("node", &["--version"]).as_deref())?;
    if program_output("npm", &["--version"]).is_none() {
        return Err(
            "npm is not on PATH: it comes with Node.js, or as your distribution's package npm."
                .to_owned(),
        );
    }
    check_wasm_bindgen(&lock_file()?)?;
    WASM_TARGETS.into_iter().try_for_each(add_target)?;
    fs::create_dir_all(tools_dir())
        .map_err(|error| format!("cannot create {}: {error}", tools_dir().display()))?;
    node_packages("tests", "setup-node-tools", "the test tools")?;
    install_wasm_bindgen()?;
    install_wasm_pack()
}

/// Node runs the tools; where npm has a pinned Node for the platform, the machine's own may be older.
fn check_node(version: Option<&str>) -> Result {
    let has_pinned_node = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    let minimum = if has_pinned_node { (20, 19) } else { (22, 12) };
    let advice = format!(
        "install Node.js {}.{} or newer, then run the command again.",
        minimum.0, minimum.1
    );
    let version = version.ok_or(format!("Node.js is not on PATH: {advice}"))?;
    let mut parts = version
        .trim_start_matches('v')
        .split('.')
        .map_while(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if (major, minor) >= minimum => Ok(()),
        _ => Err(format!("Node.js {version} is too old: {advice}")),
    }
}

fn lock_file() -> Result<String> {
    let path = root().join("Cargo.lock");
    fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// wasm-bindgen's command reads what its library of the same version wrote, and no other.
fn check_wasm_bindgen(lock: &str) -> Result {
    let mut lines = lock.lines();
    let locked = lines
        .find(|line| *line == "name = \"wasm-bindgen\"")
        .and_then(|_| lines.next()?.strip_prefix("version = "));
    match locked.map(|version| version.trim_matches('"')) {
        Some(WASM_BINDGEN) => Ok(()),
        locked => Err(format!(
            "Cargo.lock has wasm-bindgen {}, and xtask/bindgen has its command in {WASM_BINDGEN}: run \
             `cargo update wasm-bindgen --precise {WASM_BINDGEN}`, or raise the other two, in \
             xtask/bindgen/Cargo.toml and xtask/src/setup.rs.",
            locked.unwrap_or("in no version")
        )),
    }
}

fn add_target(target: &str) -> Result {
    let libdir = program_output("rustc", &["--print", "target-libdir", "--target", target]);
    if libdir.is_some_and(|dir| Path::new(&dir).is_dir()) {
        return Ok(());
    }
    if program_output("rustup", &["--version"]).is_none() {
        return Err(format!(
            "Rust's {target} target is missing, and there is no rustup to add it with: \
             install the target as your Rust came, or Rust by rustup."
        ));
    }
    install(
        &format!("setup-{target}"),
        command(&format!("rustup target add {target}")),
        &format!("rustup could not add the {target} target"),
    )
}

/// Installs what the lock file of `folder` pins; `what` names it in messages.
pub fn node_packages(folder: &str, step: &str, what: &str) -> Result {
    let folder = root().join(folder);
    let lock = modified(&folder.join("package-lock.json"));
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= lock {
        return Ok(());
    }
    // The machine's own Node: the one in node_modules is about to be replaced.
    let mut npm = Command::new("npm");
    npm.args([
        "ci",
        "--ignore-scripts",
        "--fetch-retries=1",
        "--loglevel=error",
    ])
    .current_dir(folder);
    install(step, npm, &format!("npm could not install {what}"))
}

fn install_wasm_bindgen() -> Result {
    let tools = [
        ("bindgen", "wasm-bindgen"),
        ("bindgen-test-runner", "wasm-bindgen-test-runner"),
    ];
    if tools
        .iter()
        .all(|(_, name)| is_installed(name, WASM_BINDGEN))
    {
        return Ok(());
    }
    let target_dir = root().join("target/tools/build");
    let mut build =
        command("cargo build --locked --manifest-path xtask/bindgen/Cargo.toml --target-dir");
    build.arg(&target_dir);
    install(
        "setup-wasm-bindgen",
        build,
        "cargo could not build wasm-bindgen",
    )?;
    for (binary, name) in tools {
        let from = target_dir.join("debug").join(binary);
        fs::copy(&from, tools_dir().join(name))
            .map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
    }
    Ok(())
}

fn install_wasm_pack() -> Result {
    if is_installed("wasm-pack", WASM_PACK) {
        return Ok(());
    }
    let mut build = command(&format!(
        "cargo install wasm-pack --version {WASM_PACK} --locked --debug --root"
    ));
    build.arg(root().join("target/tools"));
    // Without debug information, which would double the time.
    build.env("CARGO_PROFILE_DEV_DEBUG", "0");
    install(
        "setup-wasm-pack",
        build,
        "cargo could not install wasm-pack",
    )
}

/// Runs a step that downloads: without a network its failure is one sentence.
pub fn install(name: &str, command: Command, failed: &str) -> Result {
    step::run(name, vec![command]).map(drop).map_err(|failure| {
        if is_network_failure(&failure.log) {
            format!("{failed}, because the network or the registry cannot be reached: connect, then run the command again.")
        } else {
            format!("{failed}.\n{}", failure.message)
        }
    })
}

/// What rustup, cargo and npm print when they cannot reach a server.
fn is_network_failure(log: &str) -> bool {
    [
        "ENOTFOUND",
        "ECONNREFUSED",
        "ECONNRESET",
        "ETIMEDOUT",
        "EAI_AGAIN",
        "ERR_SOCKET_TIMEOUT",
        "ENOTCACHED",
        "could not download file",
        "Could not resolve host",
        "Could not connect",
        "Couldn't connect",
        "Failed to connect",
        "failed to download",
        "network failure",
        "spurious network error",
    ]
    .iter()
    .any(|sign| log.contains(sign))
}

fn is_installed(tool: &str, version: &str) -> bool {
    let path = tools_dir().join(tool);
    let output = program_output(&path.to_string_lossy(), &["--version"]);
    output.is_some_and(|output| output.split_whitespace().nth(1) == Some(version))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_wasm_bindgen_is_the_same_everywhere() {
        let pin = format!("\"={WASM_BINDGEN}\"");
        let manifest = include_str!("../bindgen/Cargo.toml");
        assert!(manifest.contains(&pin), "no {pin} in:\n{manifest}");
        assert_eq!(check_wasm_bindgen(include_str!("../../Cargo.lock")), Ok(()));
        assert_eq!(
            check_wasm_bindgen(include_str!("../bindgen/Cargo.lock")),
            Ok(())
        );
    }

    #[test]
    fn another_wasm_bindgen_in_the_lock_file_is_one_sentence() {
        for (lock, says) in [
            (
                "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.99\"\n",
                "Cargo.lock has wasm-bindgen 0.2.99,",
            ),
            (
                "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.2.130\"\n",
                "Cargo.lock has wasm-bindgen in no version,",
            ),
        ] {
            let sentence = check_wasm_bindgen(lock).unwrap_err();
            assert!(sentence.starts_with(says), "{sentence}");
            assert_eq!(sentence.lines().count(), 1);
        }
    }

    #[test]
    fn a_missing_or_old_node_is_one_sentence() {
        assert_eq!(check_node(Some("v24.1.0")), Ok(()));
        for version in [None, Some("v18.20.4"), Some("v20.18.3"), Some("nonsense")] {
            let sentence = check_node(version).unwrap_err();
            assert!(sentence.starts_with("Node.js "), "{sentence}");
            assert!(
                sentence.ends_with(" or newer, then run the command again."),
                "{sentence}"
            );
            assert_eq!(sentence.lines().count(), 1);
        }
    }

    fn failing_install(name: &str, prints: &str) -> String {
        let mut shell = command("sh -c");
        shell.arg(format!("echo '{prints}'; exit 1"));
        install(name, shell, "npm could not do it").unwrap_err()
    }

    #[test]
    fn a_network_failure_is_one_sentence() {
        assert_eq!(
            failing_install("self-test-network", "npm error code ENOTFOUND"),
            "npm could not do it, because the network or the registry cannot be reached: connect, then run the command again."
        );
    }

    #[test]
    fn any_other_failure_shows_the_log() {
        let problem = failing_install("self-test-other", "why");
        assert!(
            problem.starts_with("npm could not do it.\n✘ self-test-other: "),
            "{problem}"
        );
        assert!(problem.ends_with("\nwhy"), "{problem}");
    }
}
