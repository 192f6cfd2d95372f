//! A named piece of work: says that it runs, keeps a log, and shows its end when it fails.

use crate::{Result, places};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long a step may be silent.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How much of a failed step's log is shown.
const TAIL: usize = 60;

/// A step that failed.
pub struct Failure {
    /// What to tell the user.
    pub message: String,
    /// Everything that the step printed.
    pub log: String,
}

/// Runs commands, one after the other, as the step `name`. Returns what they printed.
pub fn run(name: &str, commands: Vec<Command>) -> std::result::Result<String, Failure> {
    let path = log_path(name);
    println!("▶ {name}");
    let start = Instant::now();
    let done = File::create(&path)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
        .and_then(|log| {
            commands
                .into_iter()
                .try_for_each(|command| follow(name, command, &log, start))
        });
    let log = fs::read(&path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default();
    match done {
        Ok(()) => {
            println!("✔ {name}: {:.1} s", start.elapsed().as_secs_f64());
            Ok(log)
        }
        Err(problem) => {
            let message = format!(
                "✘ {name}: {problem}; log: {}\n\n{}",
                path.display(),
                tail(&log)
            );
            Err(Failure { message, log })
        }
    }
}

/// A program that runs in the repository's root and finds the pinned tools first.
pub fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    command
        .current_dir(places::root())
        .env("PATH", places::tools_path());
    command
}

/// A program and its arguments, separated by spaces; what may contain a space is added to it.
pub fn command(line: &str) -> Command {
    let mut words = line.split_whitespace();
    let mut command = program(words.next().unwrap_or_default());
    command.args(words);
    command
}

fn follow(name: &str, mut command: Command, log: &File, start: Instant) -> Result {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = || log.try_clone().map_err(|error| error.to_string());
    let mut child = command
        .stdout(output()?)
        .stderr(output()?)
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => format!("`{program}` is not on PATH"),
            _ => format!("`{program}` did not start: {error}"),
        })?;
    let mut last_sign = Instant::now();
    loop {
        let status = child.try_wait().map_err(|error| error.to_string())?;
        match status {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("`{program}` failed ({status})")),
            None => std::thread::sleep(Duration::from_millis(20)),
        }
        if last_sign.elapsed() >= HEARTBEAT {
            last_sign = Instant::now();
            let log = fs::read(log_path(name)).unwrap_or_default();
            let log = String::from_utf8_lossy(&log);
            let last_line = log
                .lines()
                .rev()
                .find(|line| !line.trim().is_empty())
                .unwrap_or_default();
            let last_line: String = last_line.trim().chars().take(100).collect();
            println!("  … {name}, {} s: {last_line}", start.elapsed().as_secs());
        }
    }
}

fn log_path(name: &str) -> PathBuf {
    let logs = places::root().join("target/xtask-logs");
    // When this fails, so does the creation of the log, which says why.
    let _ = fs::create_dir_all(&logs);
    logs.join(format!("{name}.log"))
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let skipped = lines.len().saturating_sub(TAIL);
    lines
        .into_iter()
        .skip(skipped)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut shell = command("sh -c");
        shell.arg(script);
        shell
    }

    #[test]
    fn a_failing_step_names_itself_its_log_and_the_end_of_its_output() {
        let failure = run(
            "self-test-failing",
            vec![shell("for i in $(seq 100); do echo line $i; done; exit 3")],
        )
        .unwrap_err();
        assert!(
            failure
                .message
                .starts_with("✘ self-test-failing: `sh` failed (exit status: 3); log: ")
        );
        assert!(
            failure
                .message
                .contains("target/xtask-logs/self-test-failing.log")
        );
        assert!(failure.message.ends_with("\nline 100"));
        assert!(failure.message.contains("line 41\n") && !failure.message.contains("line 40\n"));
    }

    #[test]
    fn a_missing_program_is_named() {
        let failure = run("self-test-missing", vec![command("no-such-program")]).unwrap_err();
        assert!(failure.message.contains("`no-such-program` is not on PATH"));
    }
}
