//! A check, which is a step that may run tests, and how several are performed.

use crate::totals::{is_total, passed};
use crate::{Result, step};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// One step of the suite.
pub struct Check {
    pub name: String,
    commands: Vec<Command>,
    /// Whether a test runner runs, whose totals are shown and must not be zero.
    has_tests: bool,
}

pub fn check(name: &str, commands: Vec<Command>) -> Check {
    Check {
        name: name.to_owned(),
        commands,
        has_tests: false,
    }
}

pub fn tests(name: &str, commands: Vec<Command>) -> Check {
    Check {
        has_tests: true,
        ..check(name, commands)
    }
}

/// The steps that ran: name, time, and whether it succeeded.
pub type Times = Mutex<Vec<(String, Duration, bool)>>;

/// Performs `checks` in their order, `lanes` of them at a time. After a failure none is begun any more.
pub fn in_lanes(lanes: usize, checks: Vec<Check>, times: &Times) -> Result {
    let queue = Mutex::new(checks.into_iter());
    let next = || lock(&queue).next();
    let lane = || {
        while let Some(check) = next() {
            let (name, start) = (check.name.clone(), Instant::now());
            let done = perform(check);
            lock(times).push((name, start.elapsed(), done.is_ok()));
            if done.is_err() {
                lock(&queue).by_ref().for_each(drop);
                return done;
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        let ends = lanes.into_iter().map(|lane| match lane.join() {
            Ok(end) => end,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ends.fold(Ok(()), Result::and)
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn perform(check: Check) -> Result {
    let log = step::run(&check.name, check.commands).map_err(|failure| failure.message)?;
    if !check.has_tests {
        return Ok(());
    }
    let totals: Vec<&str> = log.lines().filter(|line| is_total(line)).collect();
    println!("{}", totals.join("\n"));
    let passed: u64 = totals.iter().filter_map(|line| passed(line)).sum();
    if passed == 0 {
        Err(format!("✘ {}: no test ran", check.name))
    } else {
        Ok(())
    }
}

pub fn print_times(times: &[(String, Duration, bool)]) {
    println!("\n{:<30} seconds", "step");
    for (name, time, succeeded) in times {
        let mark = if *succeeded { "" } else { "  failed" };
        println!("{name:<30} {:>7.1}{mark}", time.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::command;

    fn shell(name: &str, script: &str) -> Check {
        let mut shell = command("sh -c");
        shell.arg(script);
        check(name, vec![shell])
    }

    #[test]
    fn checks_in_two_lanes_run_beside_each_other() {
        // Each waits for a sign of the other's.
        let folder = std::env::temp_dir().join(format!("lanes-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let meets = |name: &str, other: &str| {
            let look = format!("[ -e {other} ] && exit 0; sleep 0.05");
            let script = format!("touch {name}; for i in $(seq 100); do {look}; done; exit 1");
            shell(name, &format!("cd {} && {script}", folder.display()))
        };
        let checks = vec![
            meets("self-test-first", "self-test-second"),
            meets("self-test-second", "self-test-first"),
        ];
        let times = Times::default();
        assert_eq!(in_lanes(2, checks, &times), Ok(()));
        assert_eq!(times.into_inner().unwrap().len(), 2);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn after_a_failure_no_check_is_begun() {
        let names = ["self-test-passes", "self-test-fails", "self-test-not-run"];
        let checks = vec![
            shell(names[0], "true"),
            shell(names[1], "exit 3"),
            shell(names[2], "true"),
        ];
        let times = Times::default();
        let problem = in_lanes(1, checks, &times).unwrap_err();
        assert!(problem.starts_with("✘ self-test-fails: "), "{problem}");
        let ran: Vec<_> = times
            .into_inner()
            .unwrap()
            .into_iter()
            .map(|(name, _, good)| (name, good))
            .collect();
        assert_eq!(
            ran,
            [(names[0].to_owned(), true), (names[1].to_owned(), false)]
        );
    }
}
