//! Regions against every single use: the authorizer decides each use there is in a small world, and the
//! cubes must hold exactly those that were found to move.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use std::collections::BTreeSet;

use carveout_proof::{Change, Diff};
use carveout_terms::{FactId, Facts, Ruling, Stack, Use};
use common::{
    Moved, Pair, cases, deeply,
    drawn::Drawer,
    every_use::{assembled, every_use, inside, told},
    regions, world,
    world::World,
};

/// Every use of a world, and how two stacks rule on it.
struct Oracle<'a> {
    world: &'a World,
    uses: Vec<&'a (Facts, Use)>,
    /// The facts that some agreement looks at. The others can't matter, and stay the same throughout.
    looked_at: BTreeSet<FactId>,
    before: Vec<Ruling>,
    after: Vec<Ruling>,
}

impl<'a> Oracle<'a> {
    fn new(world: &'a World, uses: &'a [(Facts, Use)], old: &Stack, new: &Stack) -> Self {
        let looked_at = looked_at(&[old, new]);
        let (first, _) = &uses[0];
        let same = |facts: &Facts| {
            facts.iter().all(|(fact, value)| looked_at.contains(&fact) || first.get(fact) == Some(value))
        };
        let uses: Vec<&(Facts, Use)> = uses.iter().filter(|(facts, _)| same(facts)).collect();
        let ruled = |stack: &Stack| uses.iter().map(|(_, use_)| stack.decide(use_).ruling).collect();
        Self { world, before: ruled(old), after: ruled(new), uses, looked_at }
    }

    fn each(&self) -> impl Iterator<Item = (&Facts, &Ruling, &Ruling)> {
        let rulings = self.before.iter().zip(&self.after);
        self.uses.iter().zip(rulings).map(|((facts, _), (before, after))| (facts, before, after))
    }

    /// The direction of the change, by what each use asks for.
    fn change(&self) -> Change {
        let (mut wider, mut narrower) = (false, false);
        for (_, before, after) in self.each() {
            wider |= looser(before, after);
            narrower |= looser(after, before);
        }
        match (wider, narrower) {
            (false, false) => Change::Equivalent,
            (false, true) => Change::Narrower,
            (true, false) => Change::Wider,
            (true, true) => Change::Both,
        }
    }

    /// Every region holds exactly the uses that move as it says.
    fn check(&self, diff: &Diff, seed: u64) {
        assert_eq!(diff.change, self.change(), "seed {seed}");
        let mut seen: BTreeSet<Moved> = BTreeSet::new();
        for (moved, region) in regions(diff) {
            assert!(region.exhausted, "seed {seed}");
            for (facts, before, after) in self.each() {
                let found = region.cubes.iter().any(|cube| inside(&cube.cube, facts));
                let is = moved.holds(before, after);
                let told = || told(&self.world.vocabulary, facts);
                assert_eq!(found, is, "seed {seed}: {moved:?}: {}", told());
            }
            for shown in &region.cubes {
                let constrained = shown.cube.constraints().all(|(fact, _)| self.looked_at.contains(&fact));
                assert!(constrained, "seed {seed}: a cube about a fact that nobody looks at");
                assert!(
                    inside(&shown.cube, &shown.witness.all),
                    "seed {seed}: a witness outside of its cube"
                );
                assert!(moved.holds(&shown.before.ruling, &shown.after.ruling), "seed {seed}");
            }
            seen.insert(moved);
        }
        // What no region speaks of doesn't move.
        for (role, opened) in world::ROLES.iter().flat_map(|role| [(role, true), (role, false)]) {
            let moved = Moved { role: Some((*role).to_owned()), opened };
            let still = self.each().all(|(_, before, after)| !moved.holds(before, after));
            assert!(still || seen.contains(&moved), "seed {seed}: {moved:?} is missing");
        }
    }
}

/// The facts that policies, presumptions, windows and targets are about.
fn looked_at(stacks: &[&Stack]) -> BTreeSet<FactId> {
    let agreements = || stacks.iter().flat_map(|stack| stack.agreements());
    let vocabulary = stacks[0].vocabulary();
    let presumed = agreements().flat_map(|agreement| agreement.presume().iter().map(|(fact, _)| fact));
    let tested = agreements().flat_map(|agreement| agreement.tested_facts().iter().copied());
    let governed = agreements().flat_map(|agreement| agreement.governs().iter().map(|(fact, _)| *fact));
    let windows = agreements().any(|agreement| agreement.window() != agreement.as_if_in_force().window());
    let time = vocabulary.fact("at").filter(|_| windows);
    tested.chain(governed).chain(presumed).chain(time).collect()
}

/// Whether a use is ruled on less strictly afterwards: it can be permitted with fewer approvals.
fn looser(before: &Ruling, after: &Ruling) -> bool {
    match (before, after) {
        (_, Ruling::Deny) | (Ruling::Permit, _) => false,
        (Ruling::Deny, _) | (_, Ruling::Permit) => true,
        (Ruling::Hold { roles: before }, Ruling::Hold { roles: after }) => {
            before.iter().any(|role| !after.contains(role))
        }
    }
}

fn agree(part: u64) {
    let world = world::tiny();
    let uses: Vec<(Facts, Use)> = every_use(world)
        .into_iter()
        .map(|facts| {
            let use_ = assembled(&world.vocabulary, &facts);
            (facts, use_)
        })
        .collect();
    let (mut cubes, mut moving) = (0, 0);
    let pairs = cases(75);
    for number in 0..pairs {
        let seed = part * 1_000_000 + number;
        let mut drawer = Drawer::new(world, seed);
        let old = drawer.stack();
        let new = drawer.changed(&old);
        let (old, new) = (old.stack(world), new.stack(world));
        let oracle = Oracle::new(world, &uses, &old, &new);
        let diff = Pair::of(&old, &new).unwrap().diff().unwrap();
        oracle.check(&diff, seed);
        cubes += regions(&diff).map(|(_, region)| region.cubes.len()).sum::<usize>();
        moving += usize::from(diff.change != Change::Equivalent);
    }
    println!("{pairs} pairs, {moving} differ, {cubes} cubes, of {} uses", uses.len());
    assert!(moving * 3 > pairs as usize, "pairs this plain test nothing");
}

#[test]
fn regions_hold_exactly_the_uses_that_move_in_pairs_of_the_first_part() {
    deeply(|| agree(1));
}

#[test]
fn regions_hold_exactly_the_uses_that_move_in_pairs_of_the_second_part() {
    deeply(|| agree(2));
}
