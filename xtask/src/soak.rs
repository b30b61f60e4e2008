//! `soak`: the runs that are too long for CI, and their record.

use std::fs;

use crate::fuzz;
use crate::shell::{self, Outcome, command, output, root, run, target};
use crate::tally::{Runner, Tally, tests};
use crate::tools;

/// How long.
#[derive(Debug)]
pub(crate) struct Options {
    /// Kills of the ledger under load, and a tenth as many of the whole gateway.
    kills: u64,
    /// Seconds for each fuzz target.
    seconds: u64,
}

impl Options {
    pub(crate) fn parse(mut words: &[&str]) -> Outcome<Self> {
        let mut options = Self { kills: 10_000, seconds: 900 };
        while let [name, number, rest @ ..] = words {
            match *name {
                "--kills" => options.kills = shell::number(number)?,
                "--seconds" => options.seconds = shell::number(number)?,
                _ => return Err(format!("`soak` has no option `{name}`")),
            }
            words = rest;
        }
        Ok(options)
    }
}

/// Runs the tests whose names say `soak`, `kill` or `pairs` at length, then the fuzz targets, and records the result.
pub(crate) fn soak(options: &Options) -> Outcome {
    tools::NEXTEST.ensure()?;
    tools::cvc5()?;
    let python = tools::e2e_python()?;
    run(&mut command("cargo build --workspace --bins --tests --profile ci --locked"))?;
    let mut nextest = command(
        "cargo nextest run --workspace --lib --bins --tests --cargo-profile ci --locked --profile soak",
    );
    nextest.env("CARVEOUT_KILLS", options.kills.to_string());
    nextest.env("CARVEOUT_POWER_CUTS", options.kills.to_string());
    // Pairs of stacks: so many times what CI asks, 2,000 against cvc5.
    nextest.env("CARVEOUT_PAIRS", (options.kills / 1_000).max(1).to_string());
    let mut tally = tests(Runner::Nextest, &mut nextest)?;
    let mut pytest = command(&python.to_string_lossy());
    pytest.args(["-m", "pytest", "e2e", "-k", "kill", "--strict-markers"]);
    pytest.env("CARVEOUT_BIN", target().join("ci/carveout"));
    pytest.env("CARVEOUT_KILLS", (options.kills / 10).max(1).to_string());
    tally += tests(Runner::Pytest, &mut pytest)?;
    fuzz::fuzz(&fuzz::Options { seconds: options.seconds, targets: Vec::new() })?;
    record(options, tally)
}

fn record(options: &Options, tally: Tally) -> Outcome {
    let commit = output(&mut command("git rev-parse HEAD"))?;
    let changed = output(&mut command("git status --porcelain"))?;
    let day = output(&mut command("date -u +%Y-%m-%d"))?;
    let state = if changed.trim().is_empty() { "" } else { ", with changes that were not committed" };
    let text = format!(
        "# The last soak run\n\n`cargo xtask soak --kills {} --seconds {}` on {}, commit `{}`{state}: \
         {} passed, {} failed; each fuzz target ran {} s and found nothing.\n",
        options.kills,
        options.seconds,
        day.trim(),
        commit.trim(),
        tally.passed,
        tally.failed,
        options.seconds,
    );
    fs::write(root().join("docs/soak.md"), text).map_err(|error| format!("docs/soak.md: {error}"))
}
