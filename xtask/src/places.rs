//! Where things are on this machine.

use crate::Result;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// `PATH` with the pinned tools first: wasm-bindgen, wasm-pack, wasm-opt, Node.
pub fn tools_path() -> OsString {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let dirs = [tools_dir(), root().join("tests/node_modules/.bin")];
    let all = dirs.into_iter().chain(std::env::split_paths(&own));
    std::env::join_paths(all).unwrap_or(own.clone())
}

/// The machine's own Node, which the pinned one hides.
pub fn own_node() -> Result<String> {
    let print = ["--print", "process.execPath"];
    program_output("node", &print).ok_or("Node.js is not on PATH.".to_owned())
}

/// Where cargo keeps what it downloads.
pub fn cargo_home() -> PathBuf {
    let default = || std::env::home_dir().unwrap_or_default().join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(default, PathBuf::from)
}

/// Where the pinned tools are.
pub fn tools_dir() -> PathBuf {
    root().join("target/tools/bin")
}

/// What a program of this machine prints, if it is there and succeeds.
pub fn program_output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(args)
        .current_dir(root())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
