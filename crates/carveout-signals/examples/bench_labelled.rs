//! Precision and recall on the labelled set, and recall in disguise before and after normalising.
//!
//! `cargo run --release -p carveout-signals --example bench_labelled`; with `--jsonl` it prints the documents, with their
//! marks, for other tools; with `--dev` it shows what is wrong in the half that rules may be tuned on.

#![allow(clippy::print_stdout, reason = "a measurement is printed")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the labelled set is a test"
)]

#[path = "../tests/labelled/mod.rs"]
mod labelled;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use carveout_signals::{Confidence, Scanner};
use labelled::{
    Document, Half, documents,
    score::{name_of, score},
};

fn main() {
    let documents = documents();
    match std::env::args().nth(1).as_deref() {
        Some("--jsonl") => documents.iter().for_each(print_json),
        Some("--dev") => show_wrong(&documents),
        _ => {
            print_scores(&documents);
            print_disguises(&documents);
        }
    }
}

fn print_json(document: &Document) {
    let labels: Vec<_> = document.labels.iter().map(|label| (&label.name, label.start, label.end)).collect();
    let half = document.half.name();
    println!(
        "{}",
        serde_json::json!({ "half": half, "free": document.free, "text": document.text, "labels": labels })
    );
}

fn show_wrong(documents: &[Document]) {
    for document in documents.iter().filter(|document| document.half == Half::Dev) {
        let found: Vec<(&str, usize, usize)> = Scanner::default()
            .scan(&document.text)
            .findings
            .iter()
            .filter(|finding| finding.confidence > Confidence::Possible)
            .map(|finding| (name_of(finding), finding.span.start, finding.span.end))
            .collect();
        for label in &document.labels {
            if !found
                .iter()
                .any(|(name, start, end)| *name == label.name && *start < label.end && label.start < *end)
            {
                println!(
                    "missed {}: {:?} in {:?}",
                    label.name,
                    &document.text[label.start..label.end],
                    document.text
                );
            }
        }
        for (name, start, end) in found.iter().filter(|(name, ..)| *name != "name") {
            if !document
                .labels
                .iter()
                .any(|label| label.name == *name && *start < label.end && label.start < *end)
            {
                println!("wrong {name}: {:?} in {:?}", &document.text[*start..*end], document.text);
            }
        }
    }
}

fn print_scores(documents: &[Document]) {
    let count = |half, free| documents.iter().filter(|one| one.half == half && one.free == free).count();
    println!(
        "Labelled set: {} documents; test half {} from templates and {} of free text, dev half {} and {}.\n",
        documents.len(),
        count(Half::Test, false),
        count(Half::Test, true),
        count(Half::Dev, false),
        count(Half::Dev, true),
    );
    println!(
        "| recogniser (test half) | marked | recall | precision | free text: marked | recall | precision |"
    );
    println!("|---|---|---|---|---|---|---|");
    let (all, free) = (score(documents, Half::Test, None), score(documents, Half::Test, Some(true)));
    let mut sum = [0_usize; 3];
    for (name, score) in &all {
        let own = free.get(name).copied().unwrap_or_default();
        println!(
            "| {name} | {} | {:.3} | {:.3} | {} | {:.2} | {:.2} |",
            score.marked,
            score.recall(),
            score.precision(),
            own.marked,
            own.recall(),
            own.precision()
        );
        sum = [sum[0] + score.marked, sum[1] + score.found, sum[2] + score.wrong];
    }
    let [marked, found, wrong] = sum;
    let recall = found as f64 / marked as f64;
    println!("| **all** | {marked} | {recall:.3} | {:.3} | | | |\n", found as f64 / (found + wrong) as f64);
}

/// A way to disguise a text.
type Disguise = fn(&str) -> String;

fn print_disguises(documents: &[Document]) {
    let disguises: [(&str, Disguise); 12] = [
        ("as it stands", str::to_owned),
        ("zero-width characters", |text| text.chars().flat_map(|one| [one, '\u{200b}']).collect()),
        ("full width", |text| text.chars().map(|one| shifted(one, '!'..='~', 0xfee0)).collect()),
        ("Arabic-Indic digits", |text| {
            text.chars().map(|one| shifted(one, '0'..='9', 0x660 - 0x30)).collect()
        }),
        ("look-alikes", |text| {
            text.chars()
                .map(|one| "асеорх".chars().nth("aceopx".find(one).map_or(9, |at| at)).unwrap_or(one))
                .collect()
        }),
        ("percent-encoding", |text| text.bytes().map(|byte| format!("%{byte:02X}")).collect()),
        ("character references", |text| text.chars().map(|one| format!("&#{};", u32::from(one))).collect()),
        ("base64", |text| STANDARD.encode(text)),
        ("hexadecimal", |text| hex::encode(text)),
        ("spaced out", |text| {
            let letters: Vec<String> = text.chars().filter(|one| *one != ' ').map(String::from).collect();
            letters.join(" ")
        }),
        ("emoji tags", |text| text.chars().map(|one| shifted(one, ' '..='~', 0xe0000)).collect()),
        ("direction turned", |text| format!("\u{202e}{}\u{202c}", text.chars().rev().collect::<String>())),
    ];
    println!("| disguise of the identifiers (test half) | recall as it stands | recall normalised |");
    println!("|---|---|---|");
    for (name, disguise) in disguises {
        let (mut marked, mut plain, mut seen) = (0, 0, 0);
        for document in documents.iter().filter(|document| document.half == Half::Test) {
            for label in &document.labels {
                // Each by itself in its document, and only those that the disguise changes.
                let (before, rest) = document.text.split_at(label.start);
                let (inside, after) = rest.split_at(label.end - label.start);
                let disguised = disguise(inside);
                if disguised == inside && name != "as it stands" {
                    continue;
                }
                let text = format!("{before}{disguised}{after}");
                let place = before.len()..before.len() + disguised.len();
                marked += 1;
                let found = Scanner::default().scan(&text).findings;
                let mut here = found.iter().filter(|finding| {
                    name_of(finding) == label.name
                        && finding.span.start < place.end
                        && place.start < finding.span.end
                });
                let one = here.next();
                seen += usize::from(one.is_some());
                plain += usize::from(one.is_some_and(|finding| finding.via.is_plain()));
            }
        }
        let share = |part: usize| part as f64 / marked as f64;
        println!("| {name} | {:.3} | {:.3} |", share(plain), share(seen));
    }
}

/// A character of a range, moved to another.
fn shifted(one: char, range: std::ops::RangeInclusive<char>, by: u32) -> char {
    if range.contains(&one) { char::from_u32(u32::from(one) + by).unwrap_or(one) } else { one }
}
