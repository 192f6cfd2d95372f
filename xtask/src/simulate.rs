//! The simulation of a large fleet.

use crate::Result;
use crate::step::command;

/// Runs it, optimised, with the options it was given.
pub fn run(options: &[&str]) -> Result {
    let status = command("cargo run --locked --quiet --profile simulation --example simulate --")
        .args(options)
        .status()
        .map_err(|error| format!("`cargo` did not start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the simulation failed ({status})"))
    }
}
