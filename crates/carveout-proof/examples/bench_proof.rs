//! How long a proof takes, beside cvc5 asked the same questions: `cargo xtask bench proof`.
//!
//! Time is time on a processor, as the kernel counts it for a thread and for a child: what else the
//! machine is doing doesn't count.
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
    fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
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
        let begun = here();
        let (mut prover, [old, new]) = compiled(vocabulary, &sides, Budget::unlimited());
        prover.change(&old, &new).unwrap();
        first.push(here() - begun);

        let begun = here();
        let budget = Budget::unlimited().until(stop_after(begun + MOST));
        let (mut prover, [old, new]) = compiled(vocabulary, &sides, budget);
        let diff = prover.diff(&old, &new).unwrap();
        whole.push(here() - begun);
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

/// How long this thread was on a processor: the first field of its schedstat, in nanoseconds.
fn here() -> Duration {
    let schedstat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(schedstat.split_whitespace().next().unwrap().parse().unwrap())
}

/// How long the children that ended were on a processor: fields 16 and 17 of proc(5), in hundredths.
fn children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks: u64 =
        fields.split_whitespace().skip(13).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// Looks at the clock once in a while: the prover asks often.
fn stop_after(end: Duration) -> impl Fn() -> bool + Send + Sync + 'static {
    let asked = AtomicU64::new(0);
    move || asked.fetch_add(1, Ordering::Relaxed) % 4096 == 4095 && here() > end
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
        let (mut own, mut scripts) = (Duration::ZERO, Vec::new());
        for seed in 0..PAIRS {
            let sides = sides(vocabulary, clauses, seed, Against::Revision);
            let (prover, [old, new]) = compiled(vocabulary, &sides, Budget::unlimited());
            let mut prover = prover.keeping_findings();
            let begun = here();
            let change = prover.change(&old, &new).unwrap();
            own += here() - begun;
            assert_ne!(change, Change::Equivalent);
            scripts.push(prover.script().unwrap());
        }
        let begun = children();
        for script in scripts {
            cvc5::compare(&[script]).into_iter().for_each(|verdict| verdict.unwrap());
        }
        let pairs = f64::from(u32::try_from(PAIRS).unwrap());
        let (own, other) = (millis(own) / pairs, millis(children() - begun) / pairs);
        println!("| {clauses} clauses | {own:.1} | {other:.0} | {:.0} |", other / own);
    }
}
