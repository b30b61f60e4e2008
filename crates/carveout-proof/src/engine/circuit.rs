//! Gates over wires, each made once.

use std::collections::HashMap;

use super::sat::{Answer, Sat, Wire};
use crate::Budget;

/// What a wire follows from.
#[derive(Clone, Debug)]
pub(super) enum Gate {
    /// Both of them hold.
    Both(Wire, Wire),
    /// Some of them hold.
    Any(Vec<Wire>),
}

impl Gate {
    pub(super) fn inputs(&self) -> Vec<Wire> {
        match self {
            Self::Both(first, second) => vec![*first, *second],
            Self::Any(inputs) => inputs.clone(),
        }
    }
}

/// A circuit that only grows. Equal gates are one gate.
pub(crate) struct Circuit {
    sat: Sat,
    gates: HashMap<(Wire, Wire), Wire>,
    /// Every gate with its wire, in the order they were made: what one follows from comes before it.
    made: Vec<(Wire, Gate)>,
}

impl Circuit {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self { sat: Sat::new(budget), gates: HashMap::new(), made: Vec::new() }
    }

    pub(crate) fn constant(&self, value: bool) -> Wire {
        if value { self.sat.truth() } else { !self.sat.truth() }
    }

    pub(crate) fn fresh(&mut self) -> Wire {
        self.sat.fresh()
    }

    pub(crate) fn require(&mut self, one_of: &[Wire]) {
        self.sat.require(one_of);
    }

    pub(crate) fn ask(&mut self, assumptions: &[Wire]) -> Answer {
        self.sat.ask(assumptions)
    }

    pub(super) fn made(&self) -> impl DoubleEndedIterator<Item = &(Wire, Gate)> {
        self.made.iter()
    }

    pub(crate) fn value(&self, wire: Wire) -> bool {
        self.sat.value(wire)
    }

    pub(crate) fn and(&mut self, first: Wire, second: Wire) -> Wire {
        let (yes, no) = (self.constant(true), self.constant(false));
        if first == no || second == no || first == !second {
            return no;
        }
        if first == yes || first == second {
            return second;
        }
        if second == yes {
            return first;
        }
        let key = if first.idx() < second.idx() { (first, second) } else { (second, first) };
        if let Some(gate) = self.gates.get(&key) {
            return *gate;
        }
        let gate = self.sat.following();
        self.sat.require(&[!gate, first]);
        self.sat.require(&[!gate, second]);
        self.sat.require(&[gate, !first, !second]);
        self.gates.insert(key, gate);
        self.made.push((gate, Gate::Both(first, second)));
        gate
    }

    pub(crate) fn or(&mut self, first: Wire, second: Wire) -> Wire {
        !self.and(!first, !second)
    }

    pub(crate) fn all(&mut self, wires: impl IntoIterator<Item = Wire>) -> Wire {
        let start = self.constant(true);
        wires.into_iter().fold(start, |all, wire| self.and(all, wire))
    }

    /// Whether some of these hold: one gate, however many they are.
    pub(crate) fn any(&mut self, wires: impl IntoIterator<Item = Wire>) -> Wire {
        let (yes, no) = (self.constant(true), self.constant(false));
        let mut wires: Vec<Wire> = wires.into_iter().filter(|wire| *wire != no).collect();
        wires.sort_unstable_by_key(|wire| wire.idx());
        wires.dedup();
        match wires.as_slice() {
            [] => no,
            [one] => *one,
            [first, second] => self.or(*first, *second),
            many if many.contains(&yes) => yes,
            many => {
                let gate = self.sat.following();
                self.made.push((gate, Gate::Any(many.to_vec())));
                for wire in many {
                    self.sat.require(&[gate, !*wire]);
                }
                wires.push(!gate);
                self.sat.require(&wires);
                gate
            }
        }
    }

    pub(crate) fn choose(&mut self, test: Wire, then: Wire, otherwise: Wire) -> Wire {
        let first = self.and(test, then);
        let second = self.and(!test, otherwise);
        self.or(first, second)
    }

    pub(crate) fn same(&mut self, first: Wire, second: Wire) -> Wire {
        self.choose(first, second, !second)
    }
}
