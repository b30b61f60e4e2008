//! `train`: makes the tripwire's model from its examples, and writes what it measured into its card.

use crate::bench::page;
use crate::shell::{Outcome, command, output};

const CARD: &str = "docs/tripwire.md";
const MARKER: &str = "train:measured";

/// Trains. With `check` nothing is written: it fails if the committed model or the numbers of the card are not what
/// training gives. The profile is the one that CI has built already.
pub(crate) fn train(check: bool) -> Outcome {
    let option = if check { "-- --check" } else { "" };
    let line = "cargo run --quiet --profile ci --locked --package carveout-signals --example train";
    let tables = output(&mut command(&format!("{line} {option}")))?;
    println!("{tables}");
    if !check {
        return page::fill(CARD, MARKER, &tables);
    }
    if page::says(CARD, MARKER, &tables)? {
        Ok(())
    } else {
        Err(format!("the numbers in {CARD} are not what training gives; run `cargo xtask train`"))
    }
}
