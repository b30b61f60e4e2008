//! Exposure at its real size, beside networkx and ripgrep.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::page;
use crate::shell::{Outcome, command, output, root, target};
use crate::tools;

/// How large a tree is searched.
const TREE: u64 = 1 << 30;

/// Runs everything and returns the tables. Files of more than a gigabyte come and go in the target directory.
pub(super) fn measured(pairs: Option<&str>) -> Outcome<String> {
    let folder = target().join("bench-exposure");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let text = all(&folder, pairs);
    // Whatever happened, nobody wants the files.
    let removed = fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()));
    let text = text?;
    removed?;
    Ok(text)
}

fn all(folder: &Path, pairs: Option<&str>) -> Outcome<String> {
    let python = tools::exposure_python()?;
    let mut text = page::block(&example("bench_pairs", &pairs.into_iter().collect::<Vec<_>>())?);
    let place = folder.to_string_lossy();
    text.push_str(&busy());
    text.push_str(&page::block(&example("bench_scale", &[&place])?));
    text.push_str(&page::block(&example("bench_scale", &[&place, "--snapshot"])?));
    let script = root().join("xtask/src/bench/reachability.py");
    println!("$ networkx");
    let walked = output(Command::new(&python).arg(script).arg(folder.join("edges.bin")))?;
    text.push_str(&page::block(&walked));
    text.push_str(&page::block(&example("bench_inventory", &[&place])?));
    text.push_str(&searched(folder, &python)?);
    Ok(text)
}

fn example(name: &str, arguments: &[&str]) -> Outcome<String> {
    println!("$ carveout-exposure: {name}");
    let line =
        format!("cargo run --quiet --release --locked --package carveout-exposure --example {name} --");
    output(command(&line).args(arguments))
}

/// How busy the machine was before: on a shared one wall times say little.
fn busy() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    format!("Load of the machine before the large graph: {load}.\n\n")
}

/// The same tree, searched by both for as many patterns.
fn searched(folder: &Path, python: &Path) -> Outcome<String> {
    let tree = tree(folder)?;
    let (tree, patterns) = (tree.to_string_lossy(), folder.join("patterns.txt"));
    let written = patterns.to_string_lossy();
    // Once for the page cache, so that neither pays for the disk.
    let _ = example("bench_scan", &[&tree, &written])?;
    let mut text = example("bench_scan", &[&tree, &written])?.trim_end().to_owned();
    println!("$ ripgrep");
    let ripgrep = python.with_file_name("rg");
    let script = "TIMEFORMAT='%U %S %R'; time \"$0\" -j1 --no-ignore --hidden --text --no-config --count-matches -f \"$1\" \"$2\" > \"$3\"";
    let counts = folder.join("counts.txt");
    let ran = Command::new("bash")
        .args(["-c", script])
        .arg(&ripgrep)
        .args([&*written, &*tree])
        .arg(&counts)
        .output()
        .map_err(|error| format!("ripgrep did not start: {error}"))?;
    let times = String::from_utf8_lossy(&ran.stderr);
    let times: Vec<f64> = times.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [user, system, wall] = times.as_slice() else {
        return Err(format!("ripgrep failed: {}", String::from_utf8_lossy(&ran.stderr)));
    };
    let counted = fs::read_to_string(&counts).map_err(|error| format!("{}: {error}", counts.display()))?;
    let matches: u64 = counted.lines().filter_map(|line| line.rsplit(':').next()?.parse::<u64>().ok()).sum();
    let number = fs::read_to_string(&patterns).map_or(0, |text| text.lines().count());
    text.push_str(&format!(
        "\n| ripgrep 15.1.0 `-j1`, {number} patterns | all | all | {matches} | {:.2} s | {wall:.2} s |\n\n",
        user + system
    ));
    Ok(text)
}

/// A tree of real sources: those of the project's dependencies, copied until there are enough.
fn tree(folder: &Path) -> Outcome<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.ok_or("there is no home of cargo")?.join("registry/src");
    let tree = folder.join("tree");
    let mut copied = 0;
    for round in 0.. {
        let before = copied;
        copy(&sources, &tree.join(round.to_string()), &mut copied)?;
        if copied == before {
            return Err(format!("{} holds no sources to search", sources.display()));
        }
        if copied >= TREE {
            break;
        }
    }
    Ok(tree)
}

/// Copies files until there are enough.
fn copy(from: &Path, to: &Path, copied: &mut u64) -> Outcome {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if *copied >= TREE {
            return Ok(());
        }
        if kind.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()), copied)?;
        } else if kind.is_file() {
            *copied += fs::copy(entry.path(), to.join(entry.file_name())).map_err(failed)?;
        }
    }
    Ok(())
}
