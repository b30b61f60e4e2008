//! Files of a source tree: whatever a file of a kind holds, hits lie on its lines.
#![no_main]

use std::sync::LazyLock;

use carveout_exposure::{
    fingerprints::Fingerprints,
    names::{Lexicon, fold},
    scan::{FileKind, scan},
};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Fingerprints> = LazyLock::new(|| {
    Fingerprints::parse(include_str!("../../packs/fingerprints.toml")).expect("the rules are read")
});

const PATHS: [&str; 14] = [
    "requirements.txt",
    "pyproject.toml",
    "Cargo.toml",
    "poetry.lock",
    "package.json",
    "yarn.lock",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "Dockerfile",
    "a.py",
    "a.ts",
    "a.go",
    "a.cfg",
];

fuzz_target!(|input: (u8, &[u8])| {
    let (path, bytes) = input;
    let path = PATHS[usize::from(path) % PATHS.len()];
    let kind = FileKind::of(path).expect("a kind");
    let scanned = scan(&RULES, kind, bytes).expect("bytes in memory are read");
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    for hit in &scanned.hits {
        assert!((1..=lines).contains(&(hit.line as usize)), "{hit:?} of {lines} lines");
    }
    // The same bytes as a name: folding is done once, and a name is like itself.
    let text = String::from_utf8_lossy(bytes);
    let folded = fold(&text);
    assert!(fold(&folded).len() <= folded.len());
    let lexicon = Lexicon::standard();
    let (one, other) = (lexicon.read(&text), lexicon.read(path));
    let (there, back) = (lexicon.compare(&one, &other).score, lexicon.compare(&other, &one).score);
    assert!((there - back).abs() < 1e-9 && (0.0..=1.0).contains(&there));
});
