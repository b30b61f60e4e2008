//! `fuzz`: libFuzzer on the targets of `fuzz/`, two at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::shell::{self, Outcome, command, output, root, run, target};
use crate::tools;

/// What to run.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) seconds: u64,
    /// None means all.
    pub(crate) targets: Vec<String>,
}

impl Options {
    pub(crate) fn parse(words: &[&str]) -> Outcome<Self> {
        let (seconds, targets) = match words {
            ["--seconds", number, targets @ ..] => (shell::number(number)?, targets),
            targets => (30, targets),
        };
        Ok(Self { seconds, targets: targets.iter().map(ToString::to_string).collect() })
    }
}

/// Builds the targets and runs each for its seconds, with a fixed seed. No sanitizer: the code
/// under test forbids `unsafe`, and without one the stable compiler will do.
pub(crate) fn fuzz(options: &Options) -> Outcome {
    tools::FUZZ.ensure()?;
    tools::ensure_program("c++", "g++")?;
    let targets = chosen(&options.targets)?;
    let build = target().join("fuzz");
    let line = "cargo fuzz build --fuzz-dir fuzz --sanitizer none --target-dir";
    run(command(line).arg(&build))?;
    let programs = build.join(host()?).join("release");
    let queue = Mutex::new(targets);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(name) = next() {
                    if let Err(failure) = fuzz_one(&name, &programs, &build, options.seconds) {
                        failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// The targets asked for, or all.
fn chosen(wanted: &[String]) -> Outcome<Vec<String>> {
    let listed = output(&mut command("cargo fuzz list --fuzz-dir fuzz"))?;
    let known: Vec<String> = listed.split_whitespace().map(str::to_owned).collect();
    match wanted.iter().find(|name| !known.contains(name)) {
        Some(unknown) => Err(format!("no fuzz target `{unknown}`: there are {}", known.join(", "))),
        None if wanted.is_empty() => Ok(known),
        None => Ok(wanted.to_vec()),
    }
}

/// Runs one target from the seeds kept with the source; what it learns stays in the target directory.
fn fuzz_one(name: &str, programs: &Path, build: &Path, seconds: u64) -> Outcome {
    let (corpus, finds) = (build.join("corpus").join(name), build.join("finds").join(name));
    for directory in [&corpus, &finds] {
        fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    }
    let seeds: Option<PathBuf> = Some(root().join("fuzz/seeds").join(name)).filter(|seeds| seeds.is_dir());
    let ran = Command::new(programs.join(name))
        .arg(&corpus)
        .args(seeds)
        .args(["-seed=1", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", finds.display()))
        .output()
        .map_err(|error| format!("fuzz target `{name}` did not start: {error}"))?;
    let log = String::from_utf8_lossy(&ran.stderr);
    if !ran.status.success() {
        let tail: Vec<&str> = log.lines().rev().take(40).collect();
        let tail = tail.into_iter().rev().collect::<Vec<_>>().join("\n");
        return Err(format!("fuzz target `{name}` failed; the input is in {}\n{tail}", finds.display()));
    }
    let runs =
        log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:")).unwrap_or(" ?");
    println!("fuzz target {name}: {} runs in {seconds} s, nothing found", runs.trim());
    Ok(())
}

/// The triple that cargo-fuzz builds for.
fn host() -> Outcome<String> {
    let version = output(&mut command("rustc -vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc did not say its host".to_owned())
}
