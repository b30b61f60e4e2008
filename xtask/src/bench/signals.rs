//! Presidio's pattern recognisers on the labelled set, beside ours.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::shell::{Outcome, command, output, root, target};
use crate::tools;

/// Returns Presidio's precision, recall and throughput as tables.
pub(crate) fn presidio() -> Outcome<String> {
    let python = tools::presidio_python()?;
    let line =
        "cargo run --quiet --release --locked --package carveout-signals --example bench_labelled -- --jsonl";
    let documents = output(&mut command(line))?;
    let file = target().join("bench-labelled.jsonl");
    std::fs::write(&file, documents).map_err(|error| format!("{}: {error}", file.display()))?;
    let input = File::open(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let ran = Command::new(python)
        .arg(root().join("xtask/src/bench/presidio.py"))
        .stdin(input)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("Presidio did not start: {error}"))?;
    if !ran.status.success() {
        return Err(format!("Presidio failed: {}", ran.status));
    }
    String::from_utf8(ran.stdout).map_err(|_| "Presidio printed something that is not UTF-8".to_owned())
}
