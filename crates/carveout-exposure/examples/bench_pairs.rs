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

    fn measures(&self) -> (f64, f64) {
        let share = |part: u32, other: u32| f64::from(part) / f64::from((part + other).max(1));
        (share(self.both, self.only_ours), share(self.both, self.only_theirs))
    }

    fn f1(&self) -> f64 {
        let (precision, recall) = self.measures();
        2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE)
    }

    fn row(&self, threshold: f64) -> String {
        let (precision, recall) = self.measures();
        format!("| {threshold:.2} | {precision:.3} | {recall:.3} | {:.3} |", self.f1())
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
        println!("{}", tally(&scored, threshold).row(threshold));
    }
    held_out(&scored);
    Ok(())
}

fn tally(scored: &[(f64, bool)], threshold: f64) -> Tally {
    let mut tally = Tally::default();
    for (score, label) in scored {
        tally.add(*score >= threshold, *label);
    }
    tally
}

/// The threshold is chosen on one half of the pairs and measured on the other, and the other way round. A pair's half is
/// decided by its place in the file, which nobody chose by looking at it.
fn held_out(scored: &[(f64, bool)]) {
    println!(
        "\n| chosen on | measured on | threshold chosen | precision | recall | F1 |\n|---|---|---|---|---|---|"
    );
    let half = |odd: usize| -> Vec<(f64, bool)> {
        scored.iter().enumerate().filter(|(place, _)| place % 2 == odd).map(|(_, pair)| *pair).collect()
    };
    let halves = [("even places", half(0)), ("odd places", half(1))];
    for (fitted, measured) in [(0, 1), (1, 0)] {
        let (Some((one, fitted)), Some((other, measured))) = (halves.get(fitted), halves.get(measured))
        else {
            return;
        };
        let best = chosen(fitted);
        let row = tally(measured, best).row(best);
        println!("| {one} | {other} {row}");
    }
}

/// The threshold with the best F1, in steps of a hundredth; of several the one in their middle.
fn chosen(scored: &[(f64, bool)]) -> f64 {
    let all: Vec<(f64, f64)> = (30_u32..=95)
        .map(|step| f64::from(step) / 100.0)
        .map(|step| (tally(scored, step).f1(), step))
        .collect();
    let best = all.iter().map(|(f1, _)| *f1).fold(0.0, f64::max);
    let equal: Vec<f64> =
        all.iter().filter(|(f1, _)| (*f1 - best).abs() < 1e-9).map(|(_, step)| *step).collect();
    equal.get(equal.len() / 2).copied().unwrap_or(MATCH)
}
