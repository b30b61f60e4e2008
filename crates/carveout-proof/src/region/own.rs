//! What each cube of a region has to itself.
//!
//! Cubes are as large as they can be, so they overlap, and a list of them says the same thing again and
//! again. Here the members that the other cubes cover anyway are taken out of each, the plainest cubes
//! last: together they stay what they were.

use carveout_terms::FactId;

use super::enumerate::Found;
use crate::{
    Prover,
    engine::{Answer, Atom, Fabric, Wire},
};

impl Prover {
    /// Takes out of every cube the members that only other cubes need.
    pub(super) fn narrow_to_own(&mut self, wanted: Wire, found: &mut [Found]) {
        for position in (0..found.len()).rev() {
            let Some(cube) = found.get(position) else { break };
            let mut facts: Vec<FactId> = cube.said.iter().map(|(fact, ..)| *fact).collect();
            facts.dedup();
            for fact in facts {
                let Fabric::Member(members) = self.space.fabric(fact) else { continue };
                let members = members.clone();
                let Some(spare) = self.spare(wanted, found, position, &members) else { return };
                let Some(cube) = found.get_mut(position) else { break };
                let more = spare.into_iter().map(|(member, wire)| (fact, !wire, Atom::IsNot(member)));
                cube.said.extend(more);
                cube.said.sort_by_key(|(fact, ..)| *fact);
                cube.outside = self.outside(&cube.said);
            }
        }
    }

    /// The members of a fact without which a cube still covers what no other does; none if the budget is
    /// spent first.
    fn spare(
        &mut self,
        wanted: Wire,
        found: &[Found],
        position: usize,
        members: &[Wire],
    ) -> Option<Vec<(u16, Wire)>> {
        let cube = found.get(position)?;
        let others = found.iter().enumerate().filter(|(at, _)| *at != position);
        let mut question: Vec<Wire> = others
            .map(|(_, other)| other.outside)
            .chain(cube.said.iter().map(|(_, wire, _)| *wire))
            .chain([wanted])
            .collect();
        let mut spare: Vec<(u16, Wire)> = (0_u16..)
            .zip(members.iter().copied())
            .filter(|(_, member)| !cube.said.iter().any(|(_, wire, _)| *wire == !*member))
            .collect();
        loop {
            match self.circuit.ask(&question) {
                Answer::Possible => {
                    let needed = spare.iter().position(|(_, wire)| self.circuit.value(*wire))?;
                    let (_, wire) = spare.swap_remove(needed);
                    question.push(!wire);
                }
                Answer::Impossible(_) => return Some(spare),
                Answer::Stopped => return None,
            }
        }
    }
}
