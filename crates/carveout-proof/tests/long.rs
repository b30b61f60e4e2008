//! Agreements as long as real ones, and longer: a proof ends, and is either whole or says that it isn't.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use carveout_proof::{Budget, Change, Dates, Diff, Progress, Prover, side};
use carveout_terms::{Stack, Vocabulary};
use common::{cvc5, deeply, every_use::replay, large, regions};

fn sides(vocabulary: &Arc<Vocabulary>, clauses: usize, seed: u64) -> [Arc<Stack>; 2] {
    let old = large::policies(clauses, seed);
    let new = large::revised(&old, seed + 1000);
    [old, new]
        .map(|policies| side(vocabulary, [large::agreement(vocabulary, &policies)], Dates::Ignored).unwrap())
}

fn diff(vocabulary: &Arc<Vocabulary>, sides: &[Arc<Stack>; 2], budget: Budget) -> (Prover, Diff) {
    let mut prover = Prover::new(Arc::clone(vocabulary), budget).unwrap().keeping_findings();
    let [old, new] = sides.each_ref().map(|side| prover.law(side).unwrap());
    let diff = prover.diff(&old, &new).unwrap();
    (prover, diff)
}

#[test]
fn short_and_long_agreements_are_compared_to_the_end() {
    deeply(|| {
        let vocabulary = large::vocabulary();
        let mut scripts = Vec::new();
        for (clauses, pairs) in [(1, 10), (10, 10), (30, 5), (100, 1)] {
            for seed in 0..pairs {
                let sides = sides(&vocabulary, clauses, seed);
                let (prover, diff) = diff(&vocabulary, &sides, Budget::unlimited());
                replay(&diff, &sides);
                assert!(regions(&diff).all(|(_, region)| region.exhausted), "{clauses} clauses, seed {seed}");
                scripts.push(prover.script().unwrap());
            }
        }
        cvc5::compare(&scripts).into_iter().for_each(|verdict| verdict.unwrap());
    });
}

/// So many clauses that the regions are too large to read: what is shown is proven, and not called all.
#[test]
fn three_hundred_clauses_end_with_honest_progress() {
    deeply(|| {
        let vocabulary = large::vocabulary();
        let most = 20;
        let (compiled, told) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let report = {
            let (compiled, told) = (Arc::clone(&compiled), Arc::clone(&told));
            move |progress| match progress {
                Progress::Compiled { done, of } => {
                    assert!(done <= of);
                    compiled.fetch_add(1, Ordering::Relaxed);
                }
                Progress::Cubes(cubes) => told.lock().unwrap().push(cubes),
                Progress::Answered { .. } => {}
            }
        };
        let sides = sides(&vocabulary, 300, 1);
        let (_, diff) = diff(&vocabulary, &sides, Budget::unlimited().cubes(most).reporting(report));
        replay(&diff, &sides);
        assert_ne!(diff.change, Change::Equivalent);
        let cut: Vec<usize> = regions(&diff)
            .filter(|(_, region)| !region.exhausted)
            .map(|(_, region)| region.cubes.len())
            .collect();
        assert!(!cut.is_empty() && cut.iter().all(|cubes| *cubes <= most), "{cut:?}");
        assert_eq!(told.lock().unwrap().iter().max(), Some(&most));
    });
}
