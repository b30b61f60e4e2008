//! The solver against another one: whatever is found out about pairs of stacks drawn at random, cvc5
//! finds too, asked in the words of Cedar's own encoder.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use carveout_proof::Script;
use common::{Pair, cases, cvc5, deeply, drawn::Drawer, every_use, world};

/// Pairs that one process of cvc5 is asked about.
const BATCH: u64 = 50;

/// Everything found out about pairs of drawn stacks: the direction of the change, that no clause can
/// fail, each cube of each region, and that the regions are exhausted.
fn agree(part: u64) {
    let (mut scripts, mut drawn): (Vec<Script>, Vec<String>) = (Vec::new(), Vec::new());
    let mut questions = 0;
    let pairs = cases(500);
    for number in 0..pairs {
        let seed = part * 1_000_000 + number;
        let world = world::small();
        let mut drawer = Drawer::new(world, seed);
        let old = drawer.stack();
        let new = drawer.changed(&old);
        let stacks = [old.stack(world), new.stack(world)];
        let mut pair = Pair::of(&stacks[0], &stacks[1]).unwrap();
        let diff = pair.diff().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        every_use::replay(&diff, &stacks);
        assert!(common::regions(&diff).all(|(_, region)| region.exhausted), "seed {seed}");
        scripts.push(pair.prover.script().unwrap());
        drawn.push(format!("seed {seed}\n{old:#?}\n{new:#?}"));
        if (number + 1) % BATCH == 0 || number + 1 == pairs {
            questions += scripts.iter().map(Script::questions).sum::<usize>();
            for (verdict, drawn) in cvc5::compare(&scripts).into_iter().zip(&drawn) {
                verdict.unwrap_or_else(|error| panic!("{error}\n{drawn}"));
            }
            scripts.clear();
            drawn.clear();
        }
    }

    println!("{pairs} pairs, {questions} questions");
    assert!(questions > pairs as usize, "pairs this plain test nothing");
}

#[test]
fn cvc5_agrees_on_pairs_of_the_first_part() {
    deeply(|| agree(1));
}

#[test]
fn cvc5_agrees_on_pairs_of_the_second_part() {
    deeply(|| agree(2));
}

#[test]
fn cvc5_agrees_on_pairs_of_the_third_part() {
    deeply(|| agree(3));
}

#[test]
fn cvc5_agrees_on_pairs_of_the_fourth_part() {
    deeply(|| agree(4));
}
