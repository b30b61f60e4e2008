//! Counting what test runners report, and the time that suites take.

use std::ops::AddAssign;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::shell::{self, Outcome};

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// The runners whose closing lines are understood.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Runner {
    Nextest,
    Rustdoc,
    Pytest,
}

impl Runner {
    /// The counts of a closing line; `None` for any other line.
    fn closing(self, line: &str) -> Option<Tally> {
        let is_closing = match self {
            Runner::Nextest => line.trim_start().starts_with("Summary ["),
            Runner::Rustdoc => line.starts_with("test result:"),
            Runner::Pytest => {
                line.contains(" in ") && ["passed", "failed", "error"].iter().any(|word| line.contains(word))
            }
        };
        is_closing.then(|| Tally {
            passed: count(line, "passed"),
            failed: count(line, "failed")
                + count(line, "error")
                + count(line, "errors")
                + count(line, "timed"),
            skipped: count(line, "skipped") + count(line, "ignored") + count(line, "xfailed"),
        })
    }
}

/// The number before a word: 3 in `3 passed`.
fn count(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line.split([' ', ',', ';', '=']).filter(|word| !word.is_empty()).collect();
    words
        .windows(2)
        .filter(|pair| pair.last() == Some(&word))
        .filter_map(|pair| pair.first()?.parse::<u64>().ok())
        .sum()
}

/// Runs a test runner. A run that executes no test is an error too: it guards nothing.
pub(crate) fn tests(runner: Runner, command: &mut Command) -> Outcome<Tally> {
    let tally = Mutex::new(Tally::default());
    command.env("CARGO_TERM_COLOR", "never").env("NO_COLOR", "1");
    let succeeded = shell::watch(command, &|line| {
        if let Some(counted) = runner.closing(line) {
            *tally.lock().unwrap_or_else(PoisonError::into_inner) += counted;
        }
    })?;
    let tally = *tally.lock().unwrap_or_else(PoisonError::into_inner);
    match (succeeded, tally) {
        (true, Tally { failed: 0, .. }) => Ok(tally),
        _ => Err(format!("{} of {} tests failed", tally.failed, tally.passed + tally.failed)),
    }
}

/// The minutes of each suite, printed when all is done.
#[derive(Debug)]
pub(crate) struct Report {
    started: Instant,
    rows: Vec<(&'static str, Duration, Option<Tally>)>,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), rows: Vec::new() }
    }

    /// Does a step and notes its time.
    pub(crate) fn step(&mut self, name: &'static str, step: impl FnOnce() -> Outcome) -> Outcome {
        self.suite(name, || step().map(|()| None))
    }

    /// Does a step that counts tests, or nothing.
    pub(crate) fn suite(
        &mut self,
        name: &'static str,
        suite: impl FnOnce() -> Outcome<Option<Tally>>,
    ) -> Outcome {
        println!("\n== {name}");
        let started = Instant::now();
        let tally = suite().map_err(|message| format!("{name}: {message}"))?;
        self.rows.push((name, started.elapsed(), tally));
        Ok(())
    }

    /// Prints the table, and the totals as the last line.
    pub(crate) fn print(&self) {
        let mut total = Tally::default();
        println!("\nminutes  suite");
        for (name, time, tally) in &self.rows {
            let passed = tally.map(|tally| format!("{} passed", tally.passed)).unwrap_or_default();
            println!("{:7.1}  {name:<10} {passed}", minutes(*time));
            total += tally.unwrap_or_default();
        }
        println!("{:7.1}  all", minutes(self.started.elapsed()));
        println!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    }
}

fn minutes(time: Duration) -> f64 {
    time.as_secs_f64() / 60.0
}

#[cfg(test)]
mod tests {
    use super::{Runner, Tally};

    #[test]
    fn closing_lines_are_counted_and_others_are_not() {
        let tally = |passed, failed, skipped| Some(Tally { passed, failed, skipped });
        for (runner, line, expected) in [
            (
                Runner::Nextest,
                "     Summary [   0.1s] 4 tests run: 3 passed (1 slow), 1 failed, 2 skipped",
                tally(3, 1, 2),
            ),
            (
                Runner::Nextest,
                "     Summary [   9.1s] 2 tests run: 1 passed, 1 timed out, 0 skipped",
                tally(1, 1, 0),
            ),
            (Runner::Nextest, "        PASS [   0.1s] xtask tests::it_passed", None),
            (
                Runner::Rustdoc,
                "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
                tally(2, 0, 1),
            ),
            (Runner::Rustdoc, "test src/lib.rs ... ok", None),
            (
                Runner::Pytest,
                "===== 1 failed, 12 passed, 1 skipped, 2 errors in 3.21s =====",
                tally(12, 3, 1),
            ),
            (Runner::Pytest, "12 passed in 0.21s", tally(12, 0, 0)),
            (Runner::Pytest, "e2e/test_openai.py ....", None),
        ] {
            assert_eq!(runner.closing(line), expected, "{line}");
        }
    }
}
