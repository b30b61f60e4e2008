//! `ci` and `test`: everything that must hold before a change lands.

use crate::fuzz;
use crate::shell::{Outcome, command, run, target};
use crate::tally::{Report, Runner, tests};
use crate::{tidy, tools, train};

/// Seconds of fuzzing for each target in a full test run.
const FUZZ_SECONDS: u64 = 30;

/// How much is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    Quick,
    Full,
}

/// What CI runs. Ends with the totals of all test runners.
pub(crate) fn ci() -> Outcome {
    let mut report = Report::new();
    report.step("tidy", tidy::tidy)?;
    report.step("format", || run(&mut command("cargo fmt --all --check")))?;
    report.step("clippy", || {
        run(&mut command("cargo clippy --workspace --all-targets --profile ci --locked -- -D warnings"))
    })?;
    report.step("deny", deny)?;
    all_tests(&mut report, Extent::Full)
}

/// Installs what the tests need, builds once, and runs them all.
pub(crate) fn test(extent: Extent) -> Outcome {
    all_tests(&mut Report::new(), extent)
}

fn all_tests(report: &mut Report, extent: Extent) -> Outcome {
    let (profile, selected) = match extent {
        Extent::Quick => ("quick", "not slow"),
        Extent::Full => ("ci", ""),
    };
    report.step("tools", || {
        tools::NEXTEST.ensure()?;
        tools::cvc5()?;
        tools::e2e_python().map(drop)
    })?;
    // `--bins --tests` in one go: the end-to-end suite then drives the binary that these tests were built with.
    report.step("build", || {
        run(&mut command("cargo build --workspace --bins --tests --profile ci --locked"))
    })?;
    report.suite("unit", || {
        let line = format!("cargo nextest run --workspace --lib --bins --tests --cargo-profile ci --locked --profile {profile}");
        tests(Runner::Nextest, &mut command(&line)).map(Some)
    })?;
    report.step("train", || train::train(true))?;
    report.suite("doc", || {
        tests(Runner::Rustdoc, &mut command("cargo test --doc --workspace --profile ci --locked")).map(Some)
    })?;
    report.suite("e2e", || {
        let python = tools::e2e_python()?;
        let mut pytest = command(&python.to_string_lossy());
        pytest.args(["-m", "pytest", "e2e", "-m", selected, "--strict-markers"]);
        pytest.env("CARVEOUT_BIN", target().join("ci/carveout"));
        let tally = tests(Runner::Pytest, &mut pytest)?;
        if tally.skipped > 0 {
            Err(format!("{} tests skipped themselves", tally.skipped))
        } else {
            Ok(Some(tally))
        }
    })?;
    if extent == Extent::Full {
        report.step("fuzz", || fuzz::fuzz(&fuzz::Options { seconds: FUZZ_SECONDS, targets: Vec::new() }))?;
    }
    report.print();
    Ok(())
}

/// Licences, bans and sources. Advisories need a database that CI can't reach: CONTRIBUTING says how to check them.
fn deny() -> Outcome {
    tools::DENY.ensure()?;
    run(&mut command("cargo deny --locked check --hide-inclusion-graph licenses bans sources"))
}
