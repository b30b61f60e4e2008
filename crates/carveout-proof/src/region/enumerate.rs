//! Enumerating a region: find a use in it, widen it as far as it stays inside, set it aside, repeat
//! until no use is left.

use std::collections::HashSet;

use carveout_terms::FactId;

use super::Cube;
use crate::{
    Prover, Undecided,
    budget::Progress,
    engine::{Answer, Atom, Cone, Wire},
    symbolic::Term,
};

/// A set of uses, as cubes. Each cube is proven to lie inside; if `exhausted`, every use of the region
/// is proven to lie in one of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// The cubes, those with the fewest constraints first.
    pub cubes: Vec<Cube>,
    /// Whether the cubes are the whole region.
    pub exhausted: bool,
}

impl Region {
    /// Whether no use is in the region.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cubes.is_empty() && self.exhausted
    }

    /// A region of which nothing is known.
    pub(crate) const fn unknown() -> Self {
        Self { cubes: Vec::new(), exhausted: false }
    }
}

/// One thing that a cube says, and the wire that says it.
pub(super) type Said = (FactId, Wire, Atom);

pub(super) struct Found {
    pub(super) said: Vec<Said>,
    /// True outside of the cube.
    pub(super) outside: Wire,
}

impl Prover {
    /// All uses that meet a condition.
    pub(crate) fn region(&mut self, condition: &Term) -> Result<Region, Undecided> {
        self.cover(condition, condition)
    }

    /// All uses that are wanted, in cubes that hold no use but those that are wanted or allowed.
    ///
    /// What is merely allowed makes the cubes fewer and plainer: they may hold it, and need not.
    pub(crate) fn cover(&mut self, wanted: &Term, allowed: &Term) -> Result<Region, Undecided> {
        let (wanted_term, allowed_term) = (wanted, allowed);
        self.start_afresh();
        let wanted = self.wire(wanted)?;
        let allowed = self.wire(allowed)?;
        let inside = self.circuit.or(wanted, allowed);
        let cone = Cone::of(inside, &self.circuit);
        let mut found: Vec<Found> = Vec::new();
        let mut exhausted = false;
        while found.len() < self.budget().most_cubes() {
            let question: Vec<Wire> =
                std::iter::once(wanted).chain(found.iter().map(|cube| cube.outside)).collect();
            match self.circuit.ask(&question) {
                Answer::Impossible(_) => {
                    exhausted = true;
                    break;
                }
                Answer::Stopped if found.is_empty() => return Err(Undecided::BudgetSpent),
                Answer::Stopped => break,
                Answer::Possible => {}
            }
            let seed = self.space.cell(&self.circuit);
            let needed = cone.needed(&self.space.near(&self.circuit), &self.circuit);
            match self.widen(inside, seed, &needed)? {
                Some(said) => {
                    let outside = self.outside(&said);
                    found.push(Found { said, outside });
                    self.budget().report(Progress::Cubes(found.len()));
                }
                None => break,
            }
        }
        self.drop_covered(wanted, &mut found);
        found.sort_by_cached_key(|found| self.cube(&found.said).plainness());
        self.narrow_to_own(wanted, &mut found);
        let mut cubes: Vec<Cube> = found.iter().map(|found| self.cube(&found.said)).collect();
        cubes.sort_by_cached_key(Cube::plainness);
        let region = Region { cubes, exhausted };
        self.note_region(wanted_term, allowed_term, &region);
        Ok(region)
    }

    /// The largest cube around a cell that stays inside; none if the budget is spent first.
    ///
    /// What is known to be needed stays without being tried: a neighbour of the cell that meets all the
    /// rest is not inside. The cube is the same as if it were tried.
    fn widen(
        &mut self,
        inside: Wire,
        cell: Vec<Said>,
        needed: &HashSet<Wire>,
    ) -> Result<Option<Vec<Said>>, Undecided> {
        let Some(mut kept) = self.still_inside(inside, &cell, |_| true)? else { return Ok(None) };
        let mut facts: Vec<FactId> = kept.iter().map(|(fact, ..)| *fact).collect();
        facts.dedup();
        // First whole facts, so that as few as possible are spoken of at all; then single members.
        for fact in facts {
            let mut own = kept.iter().filter(|(other, ..)| *other == fact).peekable();
            if own.peek().is_none() || own.any(|(_, wire, _)| needed.contains(wire)) {
                continue;
            }
            match self.still_inside(inside, &kept, |(other, ..)| *other != fact) {
                Ok(Some(fewer)) => kept = fewer,
                Ok(None) => return Ok(None),
                Err(NotInside) => {}
            }
        }
        let mut position = 0;
        while let Some((_, wire, _)) = kept.get(position).copied() {
            if needed.contains(&wire) {
                position += 1;
                continue;
            }
            match self.still_inside(inside, &kept, |(_, other, _)| *other != wire) {
                Ok(Some(fewer)) => kept = fewer,
                Ok(None) => return Ok(None),
                Err(NotInside) => position += 1,
            }
        }
        Ok(Some(kept))
    }

    /// Those of the chosen constraints that are needed for everything that meets them to be inside.
    fn still_inside(
        &mut self,
        inside: Wire,
        said: &[Said],
        chosen: impl Fn(&Said) -> bool,
    ) -> Result<Option<Vec<Said>>, NotInside> {
        let kept: Vec<Said> = said.iter().filter(|said| chosen(said)).copied().collect();
        let question: Vec<Wire> = kept.iter().map(|(_, wire, _)| *wire).chain([!inside]).collect();
        match self.circuit.ask(&question) {
            Answer::Possible => Err(NotInside),
            Answer::Stopped => Ok(None),
            Answer::Impossible(core) => Ok(Some(needed(kept, &core))),
        }
    }

    pub(super) fn outside(&mut self, said: &[Said]) -> Wire {
        let wires: Vec<Wire> = said.iter().map(|(_, wire, _)| !*wire).collect();
        self.circuit.any(wires)
    }

    /// Drops cubes of which the others cover all that is wanted. What is left is irredundant, not the smallest there could be.
    fn drop_covered(&mut self, wanted: Wire, found: &mut Vec<Found>) {
        let mut position = found.len();
        while let Some(candidate) = position.checked_sub(1) {
            position = candidate;
            let Some(cube) = found.get(candidate) else { break };
            let others = found.iter().enumerate().filter(|(at, _)| *at != candidate);
            let question: Vec<Wire> = others
                .map(|(_, other)| other.outside)
                .chain(cube.said.iter().map(|(_, wire, _)| *wire))
                .chain([wanted])
                .collect();
            match self.circuit.ask(&question) {
                Answer::Impossible(_) => drop(found.remove(candidate)),
                Answer::Possible => {}
                Answer::Stopped => return,
            }
        }
    }

    fn cube(&self, said: &[Said]) -> Cube {
        let mut cube = Cube::default();
        for (fact, _, atom) in said {
            cube.add(self.vocabulary(), *fact, *atom);
        }
        cube
    }
}

/// The constraints alone don't keep a use inside.
struct NotInside;

impl From<NotInside> for Undecided {
    /// A single cell is always on one side, because a question has a cell boundary wherever its answer
    /// changes. This guards against an encoding that breaks that.
    fn from(NotInside: NotInside) -> Self {
        Self::unsupported("a region whose boundary runs through a cell", "report this as a defect")
    }
}

fn needed(said: Vec<Said>, core: &HashSet<Wire>) -> Vec<Said> {
    said.into_iter().filter(|(_, wire, _)| core.contains(wire)).collect()
}
