//! How long a proof takes, beside cvc5 asked the same questions: `cargo xtask bench proof`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench stops where it can't go on"
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use carveout_proof::{Budget, Change, Dates, Law, Prover, side};
use carveout_terms::{Stack, Vocabulary};
use common::{cvc5, deeply, large, regions};

/// Pairs of each size; the median counts. Of the longest there are fewer.
const PAIRS: u64 = 9;
const LONG_PAIRS: u64 = 3;
/// Nothing here takes longer: what isn't done then is honestly not exhausted.
const MOST: Duration = Duration::from_secs(30);

fn main() {
    // Sizes as arguments measure only those.
    let asked: Vec<usize> = std::env::args().skip(1).map(|size| size.parse().unwrap()).collect();
    let sizes = if asked.is_empty() { vec![1, 10, 30, 100, 300] } else { asked.clone() };
    deeply(|| {
        let vocabulary = large::vocabulary();
        println!(
            "| two agreements of | first verdict ms | diff with regions and witnesses ms | slowest diff ms | cubes | exhausted |"
        );
        println!("|---|---|---|---|---|---|");
        for clauses in sizes {
            measure(&vocabulary, clauses, Against::Revision);
        }
        if asked.is_empty() {
            measure(&vocabulary, 30, Against::Another);
            println!();
            against_cvc5(&vocabulary);
        }
    });
}

/// What an agreement is compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Against {
    /// Itself, with one clause in ten changed.
    Revision,
    /// One that has nothing to do with it.
    Another,
}

fn sides(vocabulary: &Arc<Vocabulary>, clauses: usize, seed: u64, against: Against) -> [Arc<Stack>; 2] {
    let old = large::policies(clauses, seed);
    let new = match against {
        Against::Revision => large::revised(&old, seed + 1000),
        Against::Another => large::policies(clauses, seed + 1000),
    };
    [old, new].map(|policies| {
        let agreement = large::agreement(vocabulary, &policies);
        side(vocabulary, [agreement], Dates::Ignored).unwrap()
    })
}

fn compiled(vocabulary: &Arc<Vocabulary>, sides: &[Arc<Stack>; 2], budget: Budget) -> (Prover, [Law; 2]) {
    let mut prover = Prover::new(Arc::clone(vocabulary), budget).unwrap();
    let laws = sides.each_ref().map(|side| prover.law(side).unwrap());
    (prover, laws)
}

fn measure(vocabulary: &Arc<Vocabulary>, clauses: usize, against: Against) {
    let (mut first, mut whole, mut cubes, mut exhausted) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let pairs = if clauses > 100 { LONG_PAIRS } else { PAIRS };
    for seed in 0..pairs {
        let sides = sides(vocabulary, clauses, seed, against);
        let begun = Instant::now();
        let (mut prover, [old, new]) = compiled(vocabulary, &sides, Budget::unlimited());
        prover.change(&old, &new).unwrap();
        first.push(begun.elapsed());

        let begun = Instant::now();
        let budget = Budget::unlimited().until(move || begun.elapsed() > MOST);
        let (mut prover, [old, new]) = compiled(vocabulary, &sides, budget);
        let diff = prover.diff(&old, &new).unwrap();
        whole.push(begun.elapsed());
        cubes.push(regions(&diff).map(|(_, region)| region.cubes.len()).sum::<usize>());
        exhausted += u32::from(regions(&diff).all(|(_, region)| region.exhausted));
    }
    let what = match against {
        Against::Revision => format!("{clauses} clauses, one in ten revised"),
        Against::Another => format!("{clauses} clauses that have nothing in common"),
    };
    println!(
        "| {what} | {:.0} | {:.0} | {:.0} | {} | {exhausted} of {pairs} |",
        millis(median(&mut first)),
        millis(median(&mut whole)),
        millis(whole[whole.len() - 1]),
        median(&mut cubes),
    );
}

fn median<T: Copy + Ord>(values: &mut [T]) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The same questions to both: the direction of every change, and that every region is exhausted.
fn against_cvc5(vocabulary: &Arc<Vocabulary>) {
    println!("| the direction of a change of | here ms | cvc5 ms | ratio |");
    println!("|---|---|---|---|");
    for clauses in [10, 30, 100] {
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for seed in 0..PAIRS {
            let sides = sides(vocabulary, clauses, seed, Against::Revision);
            let (prover, [old, new]) = compiled(vocabulary, &sides, Budget::unlimited());
            let mut prover = prover.keeping_findings();
            let begun = Instant::now();
            let change = prover.change(&old, &new).unwrap();
            here.push(begun.elapsed());
            assert_ne!(change, Change::Equivalent);
            let script = prover.script().unwrap();
            let begun = Instant::now();
            cvc5::compare(&[script]).into_iter().for_each(|verdict| verdict.unwrap());
            there.push(begun.elapsed());
        }
        let (here, there) = (millis(median(&mut here)), millis(median(&mut there)));
        println!("| {clauses} clauses | {here:.1} | {there:.0} | {:.0} |", there / here);
    }
}
