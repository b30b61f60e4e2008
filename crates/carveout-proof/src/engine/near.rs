//! The neighbours of a use: those that differ from it in one fact by one member.
//!
//! Whether a wire holds for a use whose facts are all known needs no solver. It is worked out gate by
//! gate, for 64 uses at once. That tells of most things that a cube says that they can't be left out.

use std::collections::HashSet;

use super::{
    circuit::{Circuit, Gate},
    sat::Wire,
    space::{Fabric, Space},
};

/// The gates that a wire depends on, in the order in which they can be worked out.
pub(crate) struct Cone {
    root: Wire,
    gates: Vec<(Wire, Gate)>,
    variables: usize,
}

/// A use, by the wires that hold, and its neighbours.
pub(crate) struct Near {
    holding: Vec<Wire>,
    /// What the use meets and the neighbour alone doesn't; and the wires that are the other way there.
    neighbours: Vec<(Wire, Vec<Wire>)>,
}

impl Cone {
    pub(crate) fn of(root: Wire, circuit: &Circuit) -> Self {
        let mut needed = HashSet::from([root.var()]);
        let mut variables = index(root);
        let mut gates = Vec::new();
        for (wire, gate) in circuit.made().rev() {
            if needed.contains(&wire.var()) {
                needed.extend(gate.inputs().iter().map(|input| input.var()));
                variables =
                    gate.inputs().iter().chain([wire]).map(|wire| index(*wire)).fold(variables, usize::max);
                gates.push((*wire, gate.clone()));
            }
        }
        gates.reverse();
        Self { root, gates, variables: variables + 1 }
    }

    /// What holds for a use and is needed to keep the root true: without it a neighbour would be let in
    /// for which the root is false.
    pub(crate) fn needed(&self, near: &Near, circuit: &Circuit) -> HashSet<Wire> {
        let mut needed = HashSet::new();
        for some in near.neighbours.chunks(64) {
            let held = self.held(near, some, circuit.constant(true));
            let Some(held) = held else { return needed };
            let lost = some.iter().enumerate().filter(|(case, _)| held >> case & 1 == 0);
            needed.extend(lost.map(|(_, (said, _))| *said));
        }
        needed
    }

    /// For which of up to 64 neighbours the root holds, one bit each; none if it depends on something
    /// that is no fact.
    fn held(&self, near: &Near, neighbours: &[(Wire, Vec<Wire>)], truth: Wire) -> Option<u64> {
        let mut values: Vec<Option<u64>> = vec![None; self.variables];
        for wire in near.holding.iter().chain([&truth]) {
            if let Some(value) = values.get_mut(index(*wire)) {
                *value = Some(if wire.sign() { u64::MAX } else { 0 });
            }
        }
        for (case, (_, turned)) in neighbours.iter().enumerate() {
            for wire in turned {
                if let Some(Some(value)) = values.get_mut(index(*wire)) {
                    *value ^= 1 << case;
                }
            }
        }
        for (wire, gate) in &self.gates {
            let value = match gate {
                Gate::Both(first, second) => read(&values, *first)? & read(&values, *second)?,
                Gate::Any(inputs) => {
                    inputs.iter().try_fold(0, |any, input| Some(any | read(&values, *input)?))?
                }
            };
            *values.get_mut(index(*wire))? = Some(if wire.sign() { value } else { !value });
        }
        read(&values, self.root)
    }
}

fn index(wire: Wire) -> usize {
    usize::try_from(wire.var().idx()).unwrap_or(usize::MAX)
}

fn read(values: &[Option<u64>], wire: Wire) -> Option<u64> {
    let value = (*values.get(index(wire))?)?;
    Some(if wire.sign() { value } else { !value })
}

impl Space {
    /// The use of the last model, and its neighbours. Of numbers there are none.
    pub(crate) fn near(&self, circuit: &Circuit) -> Near {
        let as_it_is = |wire: &Wire| if circuit.value(*wire) { *wire } else { !*wire };
        let (mut holding, mut neighbours) = (Vec::new(), Vec::new());
        for (fact, _) in self.vocabulary().facts() {
            match self.fabric(fact) {
                Fabric::Member(members) => {
                    let is = members.iter().find(|member| circuit.value(**member));
                    let others = members.iter().filter(|member| !circuit.value(**member));
                    neighbours.extend(others.filter_map(|other| Some((!*other, vec![*other, *is?]))));
                    holding.extend(members.iter().map(as_it_is));
                }
                Fabric::Set(members) => {
                    let held = members.iter().filter(|member| circuit.value(**member)).count();
                    // A set is never empty, so its last member has no neighbour.
                    let others = members.iter().filter(|member| held > 1 || !circuit.value(**member));
                    neighbours.extend(others.map(|member| (as_it_is(member), vec![*member])));
                    holding.extend(members.iter().map(as_it_is));
                }
                Fabric::Bool(wire) => {
                    neighbours.push((as_it_is(wire), vec![*wire]));
                    holding.push(as_it_is(wire));
                }
                Fabric::Number { at_least, .. } => holding.extend(at_least.values().map(as_it_is)),
            }
        }
        Near { holding, neighbours }
    }
}
