//! How fast a tree is searched, on one thread: `bench_scan FOLDER PATTERNS` searches the folder, and writes the patterns of
//! all rules as regular expressions, one a line, for whoever wants to search for as many.
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

/// A pattern as a regular expression: `*` is a run of characters that a name has.
fn expression(pattern: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in pattern.chars() {
        match letter {
            '[' | ']' => {
                inside = letter == '[';
                text.push(letter);
            }
            '*' => text.push_str("[A-Za-z0-9._:@/-]*"),
            letter if !inside && !letter.is_ascii_alphanumeric() => {
                text.push('\\');
                text.push(letter);
            }
            letter => text.push(letter),
        }
    }
    text
}

/// The processor time that this process has used, in seconds. The kernel counts in hundredths.
fn used() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(patterns)) = (arguments.next(), arguments.next()) else {
        println!("a source tree: not measured; `cargo xtask bench exposure` gives the folder");
        return Ok(());
    };
    let rules = Fingerprints::parse(include_str!("../../../packs/fingerprints.toml"))?;
    let written: Vec<String> =
        rules.rules().iter().flat_map(|rule| rule.patterns()).map(expression).collect();
    fs::write(patterns, written.join("\n"))?;
    let mut found = Vec::new();
    files(Path::new(&folder), &mut found)?;
    let total: u64 = found.iter().filter_map(|path| fs::metadata(path).ok()).map(|data| data.len()).sum();
    let (mut bytes, mut searched, mut hits) = (0, 0_u64, 0);
    let (start, wall) = (used(), Instant::now());
    for path in &found {
        let Some(kind) = FileKind::of(&path.to_string_lossy()) else { continue };
        let file = File::open(path)?;
        bytes += file.metadata()?.len();
        searched += 1;
        let scanned = scan(&rules, kind, BufReader::with_capacity(64 << 10, file))?;
        hits += scanned.hits.len() as u64 + scanned.more;
    }
    let (seconds, wall) = (used() - start, wall.elapsed().as_secs_f64());
    println!("| on one thread | files | searched | matches | processor | wall |\n|---|---|---|---|---|---|");
    println!(
        "| `exposure scan`, {} patterns | {searched} of {} | {} of {} MB | {hits} | {seconds:.2} s | {wall:.2} s |",
        written.len(),
        found.len(),
        bytes >> 20,
        total >> 20
    );
    Ok(())
}
