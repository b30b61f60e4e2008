//! The space of all uses: for every fact the wires that say which cell its value lies in.
//!
//! An enumerated fact has one wire for each member, exactly one of them true; a set has one for each
//! member, some of them true. A number has one wire for each constant it was ever compared with:
//! whether it is at least that.

use std::{collections::BTreeMap, sync::Arc};

use carveout_terms::{FactId, FactKind, MemberSet, Timestamp, Value, Vocabulary};

use super::{circuit::Circuit, sat::Wire};

/// Numbers have at most 15 digits (RFC 9651 section 3.3.1).
const NUMBERS: (i64, i64) = (-999_999_999_999_999, 999_999_999_999_999);
/// Times have years of four digits (RFC 3339), in milliseconds.
const TIMES: (i64, i64) = (-62_167_219_200_000, 253_402_300_799_999);

/// More members than this get their exactly-one constraint by a chain instead of by pairs.
const MOST_PAIRED: usize = 48;

/// The wires of one fact.
#[derive(Debug, Clone)]
pub(crate) enum Fabric {
    Member(Vec<Wire>),
    Set(Vec<Wire>),
    Bool(Wire),
    Number { least: i64, most: i64, at_least: BTreeMap<i64, Wire> },
}

/// One thing that can be said about one fact, and that the value of a wire says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Atom {
    /// The fact is not this member.
    IsNot(u16),
    /// The set has this member.
    Has(u16),
    /// The set doesn't have this member.
    HasNot(u16),
    Is(bool),
    AtLeast(i64),
    Below(i64),
}

/// All uses that a vocabulary can express.
#[derive(Clone)]
pub(crate) struct Space {
    vocabulary: Arc<Vocabulary>,
    facts: Vec<Fabric>,
}

impl Space {
    pub(crate) fn new(vocabulary: Arc<Vocabulary>, circuit: &mut Circuit) -> Self {
        let facts = vocabulary.facts().map(|(_, fact)| fabric(fact.kind(), circuit)).collect();
        Self { vocabulary, facts }
    }

    /// Another space that agrees with this one on the facts that `shared` accepts. Numbers are always
    /// shared, with the bounds they have by now.
    pub(crate) fn sharing(&self, circuit: &mut Circuit, shared: impl Fn(FactId) -> bool) -> Self {
        let fabric = |(fact, declared): (FactId, &carveout_terms::Fact)| match self.fabric(fact) {
            known @ Fabric::Number { .. } => known.clone(),
            known if shared(fact) => known.clone(),
            _ => fabric(declared.kind(), circuit),
        };
        let facts = self.vocabulary.facts().map(fabric).collect();
        Self { vocabulary: Arc::clone(&self.vocabulary), facts }
    }

    pub(crate) const fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    #[expect(clippy::indexing_slicing, reason = "there is a fabric for every fact of the vocabulary")]
    pub(crate) fn fabric(&self, fact: FactId) -> &Fabric {
        &self.facts[self.vocabulary.position(fact)]
    }

    /// Whether a numeric fact is at least this.
    pub(crate) fn at_least(&mut self, circuit: &mut Circuit, fact: FactId, bound: i64) -> Wire {
        let position = self.vocabulary.position(fact);
        let Some(Fabric::Number { least, most, at_least }) = self.facts.get_mut(position) else {
            return circuit.constant(false);
        };
        if bound <= *least || bound > *most {
            return circuit.constant(bound <= *least);
        }
        if let Some(known) = at_least.get(&bound) {
            return *known;
        }
        let wire = circuit.fresh();
        if let Some((_, below)) = at_least.range(..bound).next_back() {
            circuit.require(&[!wire, *below]);
        }
        if let Some((_, above)) = at_least.range(bound..).next() {
            circuit.require(&[!*above, wire]);
        }
        at_least.insert(bound, wire);
        wire
    }

    /// What the last model says about every fact: the wires that hold, which together are its cell.
    pub(crate) fn cell(&self, circuit: &Circuit) -> Vec<(FactId, Wire, Atom)> {
        let mut cell = Vec::new();
        for (fact, _) in self.vocabulary.facts() {
            let mut say = |wire, atom| cell.push((fact, wire, atom));
            match self.fabric(fact) {
                Fabric::Member(members) => members
                    .iter()
                    .zip(0_u16..)
                    .filter(|(wire, _)| !circuit.value(**wire))
                    .for_each(|(wire, member)| say(!*wire, Atom::IsNot(member))),
                Fabric::Set(members) => members.iter().zip(0_u16..).for_each(|(wire, member)| {
                    if circuit.value(*wire) {
                        say(*wire, Atom::Has(member));
                    } else {
                        say(!*wire, Atom::HasNot(member));
                    }
                }),
                Fabric::Bool(wire) if circuit.value(*wire) => say(*wire, Atom::Is(true)),
                Fabric::Bool(wire) => say(!*wire, Atom::Is(false)),
                Fabric::Number { at_least, .. } => at_least.iter().for_each(|(bound, wire)| {
                    if circuit.value(*wire) {
                        say(*wire, Atom::AtLeast(*bound));
                    } else {
                        say(!*wire, Atom::Below(*bound));
                    }
                }),
            }
        }
        cell
    }

    /// The values in the last model. Of a number it is the least of its interval.
    pub(crate) fn values(&self, circuit: &Circuit) -> BTreeMap<FactId, Value> {
        let held = |members: &[Wire]| {
            MemberSet::of(
                members.iter().zip(0_u16..).filter(|(wire, _)| circuit.value(**wire)).map(|(_, at)| at),
            )
        };
        let value = |fact: FactId, kind: &FactKind| match self.fabric(fact) {
            Fabric::Member(members) => Value::Member(held(members).iter().next().unwrap_or_default()),
            Fabric::Set(members) => Value::Members(held(members)),
            Fabric::Bool(wire) => Value::Bool(circuit.value(*wire)),
            Fabric::Number { least, at_least, .. } => {
                let reached = at_least.iter().rev().find(|(_, wire)| circuit.value(**wire));
                let number = reached.map_or(*least, |(bound, _)| *bound);
                match kind {
                    FactKind::Datetime => Value::Datetime(Timestamp::from_millis(number)),
                    _ => Value::Long(number),
                }
            }
        };
        self.vocabulary.facts().map(|(fact, declared)| (fact, value(fact, declared.kind()))).collect()
    }
}

fn fabric(kind: &FactKind, circuit: &mut Circuit) -> Fabric {
    let number = |(least, most)| Fabric::Number { least, most, at_least: BTreeMap::new() };
    match kind {
        FactKind::Member(enumeration) => {
            let members: Vec<Wire> = enumeration.members().map(|_| circuit.fresh()).collect();
            exactly_one(circuit, &members);
            Fabric::Member(members)
        }
        FactKind::Members(enumeration) => {
            let members: Vec<Wire> = enumeration.members().map(|_| circuit.fresh()).collect();
            circuit.require(&members);
            Fabric::Set(members)
        }
        FactKind::Bool => Fabric::Bool(circuit.fresh()),
        FactKind::Long => number(NUMBERS),
        FactKind::Datetime => number(TIMES),
    }
}

fn exactly_one(circuit: &mut Circuit, wires: &[Wire]) {
    circuit.require(wires);
    if wires.len() <= MOST_PAIRED {
        for (position, first) in wires.iter().enumerate() {
            for second in wires.iter().skip(position + 1) {
                circuit.require(&[!*first, !*second]);
            }
        }
        return;
    }
    // A chain: `before` says that one of the wires so far was true (Sinz 2005).
    let mut before: Option<Wire> = None;
    for wire in wires {
        let now = circuit.fresh();
        circuit.require(&[!*wire, now]);
        if let Some(before) = before {
            circuit.require(&[!before, now]);
            circuit.require(&[!before, !*wire]);
        }
        before = Some(now);
    }
}
