//! The outside solver. The test command installs it; without it these tests fail.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use carveout_proof::{Script, SecondOpinionError};

/// Asks one process everything that some scripts ask, and compares the answers.
pub(crate) fn compare(scripts: &[Script]) -> Vec<Result<(), SecondOpinionError>> {
    let printed = answers(scripts);
    let mut lines = printed.lines();
    scripts
        .iter()
        .map(|script| {
            let own: Vec<&str> = lines.by_ref().take(script.questions()).collect();
            script.compare(&own.join("\n"))
        })
        .collect()
}

fn answers(scripts: &[Script]) -> String {
    let program = std::env::var_os("CVC5").unwrap_or_else(|| "cvc5".into());
    let mut child = Command::new(&program)
        .args(["--lang", "smt2", "--tlimit-per", "60000"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask test` installs it", program.display()));
    let mut questions = child.stdin.take().unwrap();
    let text: Vec<String> = scripts.iter().map(|script| format!("{}(reset)\n", script.text())).collect();
    let writer = std::thread::spawn(move || {
        for script in text {
            // A solver that gave up is noticed by the answers that are missing.
            if questions.write_all(script.as_bytes()).is_err() {
                break;
            }
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
