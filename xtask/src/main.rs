//! `cargo xtask`: the project's chores.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore reports to the terminal")]

mod bench;
mod ci;
mod fuzz;
mod shell;
mod soak;
mod tally;
mod tidy;
mod tools;
mod train;

use std::process::ExitCode;

use shell::Outcome;

const USAGE: &str = "\
usage: cargo xtask <chore>
  ci                     what CI runs: tidy, format, clippy, deny, then test
  test [--quick]         every test: unit, doc, end to end, fuzz (--quick: under 5 minutes, no fuzzing)
  tidy                   the project's own checks
  bench [WHAT] [--pairs CSV]   ledger, decide, read, gateway, proof, signals, exposure or all: measures, and writes docs/performance.md
  train [--check]        makes the tripwire's model and fills docs/tripwire.md; --check: fails if that changes anything
  fuzz [--seconds N] [TARGET]...   runs the fuzz targets, 30 seconds each
  soak [--kills N] [--seconds N]   the long runs; records the result in docs/soak.md";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match chore(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn chore(arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["ci"] => ci::ci(),
        ["test"] => ci::test(ci::Extent::Full),
        ["test", "--quick"] => ci::test(ci::Extent::Quick),
        ["tidy"] => tidy::tidy(),
        ["bench"] => bench::bench("all", None),
        ["bench", what] => bench::bench(what, None),
        ["bench", what, "--pairs", path] => bench::bench(what, Some(path)),
        ["train"] => train::train(false),
        ["train", "--check"] => train::train(true),
        ["fuzz", options @ ..] => fuzz::fuzz(&fuzz::Options::parse(options)?),
        ["soak", options @ ..] => soak::soak(&soak::Options::parse(options)?),
        _ => Err(format!("no such chore\n{USAGE}")),
    }
}
