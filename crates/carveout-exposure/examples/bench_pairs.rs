//! Precision and recall of name matching on labelled pairs: `bench_pairs PATH`, a CSV with the columns of
//! nomenklatura's `cases.csv`. Without a path it says where the data comes from.
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]

use carveout_exposure::names::{Lexicon, MATCH};

/// The kinds of entity that are organisations.
const ORGANISATIONS: [&str; 3] = ["Company", "Organization", "LegalEntity"];

/// How often the matcher and the label agree.
#[derive(Default)]
struct Tally {
    both: u32,
    only_ours: u32,
    only_theirs: u32,
    neither: u32,
}

impl Tally {
    fn add(&mut self, ours: bool, theirs: bool) {
        let cell = match (ours, theirs) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.only_ours,
            (false, true) => &mut self.only_theirs,
            (false, false) => &mut self.neither,
        };
        *cell += 1;
    }

    fn row(&self, threshold: f64) -> String {
        let share = |part: u32, other: u32| f64::from(part) / f64::from((part + other).max(1));
        let (precision, recall) = (share(self.both, self.only_ours), share(self.both, self.only_theirs));
        let f1 = 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE);
        format!("| {threshold:.2} | {precision:.3} | {recall:.3} | {f1:.3} |")
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        println!(
            "name pairs: not measured; give the path of `contrib/name_bench/cases.csv` of opensanctions/nomenklatura"
        );
        return Ok(());
    };
    let explain = arguments.next().is_some_and(|word| word == "--explain");
    let lexicon = Lexicon::standard();
    let mut scored = Vec::new();
    for record in csv::Reader::from_path(path)?.records() {
        let record = record?;
        let field = |index| record.get(index).unwrap_or_default();
        if ORGANISATIONS.contains(&field(1)) {
            let compared = lexicon.compare(&lexicon.read(field(2)), &lexicon.read(field(3)));
            let label = field(4) == "true";
            if explain && label != (compared.score >= MATCH) {
                let reasons: Vec<String> = compared.reasons.iter().map(ToString::to_string).collect();
                println!("{label} {:.2} {} | {}: {}", compared.score, field(2), field(3), reasons.join("; "));
            }
            scored.push((compared.score, label));
        }
    }
    println!("{} pairs of names of organisations\n", scored.len());
    println!("| threshold | precision | recall | F1 |\n|---|---|---|---|");
    for threshold in [0.5, 0.6, MATCH, 0.8, 0.9] {
        let mut tally = Tally::default();
        for (score, label) in &scored {
            tally.add(*score >= threshold, *label);
        }
        println!("{}", tally.row(threshold));
    }
    Ok(())
}
