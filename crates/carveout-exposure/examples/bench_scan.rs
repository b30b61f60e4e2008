//! How fast a tree is searched, on one thread: `bench_scan [DIR]`; without a folder a made-up text in memory.
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]

use std::{
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
    time::Instant,
};

use carveout_exposure::{
    fingerprints::Fingerprints,
    scan::{FileKind, scan},
};

/// A line of a program, and seldom one with a trace.
fn made_up(megabytes: usize) -> String {
    let mut text = String::with_capacity(megabytes << 20);
    let mut number = 0_u32;
    while text.len() < megabytes << 20 {
        number += 1;
        if number.is_multiple_of(50_000) {
            text.push_str("    let model = \"claude-3-opus\";\n");
        } else {
            text.push_str("    let total = orders.iter().map(|order| order.amount * rates[order.currency]).sum::<u64>();\n");
        }
    }
    text
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files(&entry.path(), found)?;
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rules = Fingerprints::parse(include_str!("../../../packs/fingerprints.toml"))?;
    println!("| what | size | traces | rate |\n|---|---|---|---|");
    let row = |what: &str, bytes: u64, hits: u64, start: Instant| {
        let seconds = start.elapsed().as_secs_f64();
        let megabytes = bytes >> 20;
        println!(
            "| {what} | {megabytes} MB | {hits} | {:.0} MB/s |",
            f64::from(u32::try_from(megabytes).unwrap_or(u32::MAX)) / seconds
        );
    };
    let text = made_up(256);
    for (what, path) in [("source, in memory", "a.rs"), ("imports of Python, in memory", "a.py")] {
        let kind = FileKind::of(path).ok_or("no kind")?;
        let start = Instant::now();
        let scanned = scan(&rules, kind, text.as_bytes())?;
        row(what, text.len() as u64, scanned.hits.len() as u64 + scanned.more, start);
    }
    if let Some(folder) = std::env::args().nth(1) {
        let mut found = Vec::new();
        files(Path::new(&folder), &mut found)?;
        let (mut bytes, mut hits) = (0, 0);
        let start = Instant::now();
        for path in &found {
            let Some(kind) = FileKind::of(&path.to_string_lossy()) else { continue };
            let file = File::open(path)?;
            bytes += file.metadata()?.len();
            let scanned = scan(&rules, kind, BufReader::with_capacity(64 << 10, file))?;
            hits += scanned.hits.len() as u64 + scanned.more;
        }
        row(&format!("{} files of a tree", found.len()), bytes, hits, start);
    }
    Ok(())
}
