//! One cell: what an agreement says to the uses of a row.

use carveout_terms::{ClauseRef, Decision, RoleId, Ruling};

use super::{
    Answer, Cell,
    side::{Compared, Does},
};
use crate::{
    Cube, Plain, Prover, ShownCube, ShownRegion, Undecided, Witness,
    symbolic::{Term, all, both, not},
};

const NOTHING: ShownRegion = ShownRegion { cubes: Vec::new(), exhausted: true };

impl Cell {
    /// Whether two cells say the same, whatever uses show it.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        let cubes = |region: &ShownRegion| -> Vec<Cube> {
            region.cubes.iter().map(|shown| shown.cube.clone()).collect()
        };
        let alike = |first: &ShownRegion, second: &ShownRegion| {
            first.exhausted == second.exhausted && cubes(first) == cubes(second)
        };
        self.answer == other.answer
            && self.clauses == other.clauses
            && self.ungranted == other.ungranted
            && alike(&self.permitted, &other.permitted)
            && alike(&self.denied, &other.denied)
            && self.held.len() == other.held.len()
            && self
                .held
                .iter()
                .zip(&other.held)
                .all(|((role, first), (other, second))| role == other && alike(first, second))
    }

    const fn new(answer: Answer) -> Self {
        Self {
            answer,
            clauses: Vec::new(),
            ungranted: false,
            permitted: NOTHING,
            held: Vec::new(),
            denied: NOTHING,
        }
    }
}

/// The uses of a row for the targets that an agreement governs: a cube, and the same as a term.
struct Universe {
    cube: Cube,
    inside: Term,
}

impl Compared {
    pub(super) fn cell(&self, prover: &mut Prover, row: &Cube) -> Result<Cell, Undecided> {
        let cube = row.and(prover.vocabulary(), &self.targets);
        let stated = prover.inside(std::slice::from_ref(row))?;
        let governed = prover.inside(std::slice::from_ref(&self.targets))?;
        let universe = Universe { cube, inside: both(stated, governed) };
        if !prover.can_be(&universe.inside)? {
            return Ok(Cell::new(Answer::NotGoverned));
        }
        let mut some = |condition: Term| prover.can_be(&both(universe.inside.clone(), condition));
        let permitted = some(self.permitted())?;
        let lifted = some(self.lifted())?;
        let denied = some(not(self.lifted()))?;
        let mut holding = Vec::new();
        for role in self.holds.keys() {
            let (held, not_held) = (some(self.held_for(role))?, some(not(self.held_for(role)))?);
            if held {
                holding.push((role.clone(), !not_held));
            }
        }
        let answer = match (permitted, lifted, denied) {
            (true, _, false) if holding.is_empty() => Answer::Permitted,
            (false, true, false) if holding.iter().all(|(_, always)| *always) => {
                Answer::Held(holding.iter().map(|(role, _)| role.clone()).collect())
            }
            (false, false, true) => Answer::Denied,
            _ => Answer::Depends,
        };
        let mut cell = Cell::new(answer);
        self.attribute(prover, &universe, &mut cell)?;
        if cell.answer == Answer::Depends {
            self.conditions(prover, &universe, &holding, &mut cell)?;
        }
        Ok(cell)
    }

    /// The clauses that the answer rests on.
    fn attribute(&self, prover: &mut Prover, universe: &Universe, cell: &mut Cell) -> Result<(), Undecided> {
        let inside = &universe.inside;
        let denied = both(inside.clone(), not(self.lifted()));
        let forbidden = both(inside.clone(), self.forbidden.clone());
        cell.ungranted = prover.can_be(&both(denied.clone(), not(self.forbidden.clone())))?;
        // What nothing grants is denied without any clause; a clause counts where it does more.
        let by_clause = if cell.ungranted { both(forbidden, self.granted.clone()) } else { forbidden };
        let mut parts = vec![(Does::Forbid, by_clause)];
        for role in self.holds.keys() {
            parts.push((Does::Hold(role.clone()), both(inside.clone(), self.held_for(role))));
        }
        if cell.answer == Answer::Permitted {
            parts.push((Does::Grant, inside.clone()));
        }
        for (does, region) in parts {
            let own: Vec<(&ClauseRef, &Term)> = self
                .clauses
                .iter()
                .filter(|(_, known, _)| *known == does)
                .map(|(clause, _, matches)| (clause, matches))
                .collect();
            cell.clauses.extend(enough(prover, &region, own)?);
        }
        let place = |clause: &ClauseRef| self.clauses.iter().position(|(known, _, _)| known == clause);
        cell.clauses.sort_by_key(place);
        cell.clauses.dedup();
        Ok(())
    }

    /// On what it depends.
    fn conditions(
        &self,
        prover: &mut Prover,
        universe: &Universe,
        holding: &[(RoleId, bool)],
        cell: &mut Cell,
    ) -> Result<(), Undecided> {
        cell.permitted =
            self.shown(prover, universe, &self.permitted(), |decision| decision.ruling == Ruling::Permit)?;
        cell.denied =
            self.shown(prover, universe, &not(self.lifted()), |decision| decision.ruling == Ruling::Deny)?;
        for (role, _) in holding {
            let held = self.shown(
                prover,
                universe,
                &self.held_for(role),
                |decision| matches!(&decision.ruling, Ruling::Hold { roles } if roles.contains(role)),
            )?;
            cell.held.push((role.clone(), held));
        }
        Ok(())
    }

    /// What a row's uses that meet a condition say beyond the row. Each cube is shown by a use of the row.
    fn shown(
        &self,
        prover: &mut Prover,
        universe: &Universe,
        condition: &Term,
        confirm: impl Fn(&Decision) -> bool,
    ) -> Result<ShownRegion, Undecided> {
        let wanted = both(universe.inside.clone(), condition.clone());
        let region = prover.cover(&wanted, &not(universe.inside.clone()))?;
        let vocabulary = prover.vocabulary();
        let plain = Plain::of(vocabulary, &[self.stack.as_ref()]);
        let shown = |cube: Cube| {
            let witness = Witness::of(vocabulary, &cube.and(vocabulary, &universe.cube), &plain);
            match witness.decide(vocabulary, &self.stack).filter(|decision| confirm(decision)) {
                Some(decision) => Ok(ShownCube { cube, witness, before: decision.clone(), after: decision }),
                None => Err(Undecided::Replay { use_: witness.all.display(vocabulary).to_string() }),
            }
        };
        let cubes: Result<Vec<ShownCube>, Undecided> = region.cubes.into_iter().map(shown).collect();
        Ok(ShownRegion { cubes: cubes?, exhausted: region.exhausted })
    }
}

/// Clauses that cover a region together, none of which can be left out.
fn enough(
    prover: &mut Prover,
    region: &Term,
    clauses: Vec<(&ClauseRef, &Term)>,
) -> Result<Vec<ClauseRef>, Undecided> {
    let mut kept = Vec::new();
    for (clause, matches) in clauses {
        if prover.can_be(&both(region.clone(), matches.clone()))? {
            kept.push((clause, matches));
        }
    }
    let mut position = kept.len();
    while let Some(candidate) = position.checked_sub(1) {
        position = candidate;
        let others = kept.iter().enumerate().filter(|(at, _)| *at != candidate);
        let uncovered = all(others.map(|(_, (_, matches))| not((*matches).clone())));
        if !prover.can_be(&both(region.clone(), uncovered))? {
            kept.remove(candidate);
        }
    }
    Ok(kept.into_iter().map(|(clause, _)| clause.clone()).collect())
}
