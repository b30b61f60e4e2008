//! What is found stays the same, whatever is done about speed: digests of all findings in many texts, made before it was.
//!
//! A rule that changes on purpose changes a digest: then look at what else it changes, and pin the new one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests are tests: clippy.toml exempts test functions only"
)]

mod generated;
mod labelled;

use std::fmt::Write as _;

use carveout_signals::{Evidence, Region, Scanner};
use sha2::{Digest as _, Sha256};

/// Everything that a text shows, but not what reading it took.
fn written(evidence: &Evidence) -> String {
    let mut lines = String::new();
    for one in &evidence.findings {
        let (kind, sure, canonical) = (one.kind, one.confidence.as_str(), one.canonical.as_str());
        let _ =
            writeln!(lines, "{kind} {}-{} {canonical:?} {sure} {}", one.span.start, one.span.end, one.via);
    }
    for one in &evidence.people {
        let _ = writeln!(lines, "{}-{} {} {}", one.span.start, one.span.end, one.rows, one.unidentified);
    }
    for one in &evidence.opaque {
        let _ = writeln!(lines, "{}-{} {} {}", one.span.start, one.span.end, one.bytes, one.kind.as_str());
    }
    let _ = writeln!(lines, "{} {}", evidence.work.texts, evidence.work.bytes);
    lines
}

/// The first half of the digest of what texts show, in several regions, with what is reserved and without.
fn digest(texts: impl Iterator<Item = String>) -> String {
    let scanners = [
        Scanner::default(),
        Scanner::new(Region::De).with_reserved(),
        Scanner::new(Region::Fr),
        Scanner::new(Region::It).with_reserved(),
    ];
    let mut digest = Sha256::new();
    for text in texts {
        for scanner in scanners {
            digest.update(written(&scanner.scan(&text)));
        }
    }
    hex::encode(&digest.finalize()[..16])
}

#[test]
fn the_labelled_set_shows_what_it_showed() {
    let texts = labelled::documents().into_iter().map(|document| document.text);
    assert_eq!(digest(texts), "37e45bce77e0d5bc4eb2270be413adb8");
}

#[test]
fn the_labelled_set_in_other_characters_shows_what_it_showed() {
    let shifted = |one: char| char::from_u32(u32::from(one) + 0xfee0).filter(|_| one.is_ascii_graphic());
    let texts = labelled::documents().into_iter().step_by(3).flat_map(|document| {
        let text = document.text;
        [
            text.chars().flat_map(|one| [one, '\u{200b}']).collect(),
            text.chars().map(|one| shifted(one).unwrap_or(one)).collect(),
            text.replace('a', "а").replace('3', "З").replace('6', "б").replace('.', "．"),
            text.replace('0', "O").replace('1', "l"),
            text.bytes().map(|byte| format!("%{byte:02X}")).collect(),
            hex::encode(&text),
            text.chars().flat_map(|one| [one, ' ']).collect::<String>(),
        ]
    });
    assert_eq!(digest(texts), "1fee39fcc8b3d9cf77b67e5ad67aa758");
}

#[test]
fn texts_put_together_at_random_show_what_they_showed() {
    assert_eq!(digest((0..6_000).map(|seed| generated::text(seed, 24))), "5705ae97990ecc83de9c000b1bf8b5fa");
    assert_eq!(digest((0..150).map(|seed| generated::text(seed, 600))), "93b3aba0322b43678d047d4afab34680");
}
