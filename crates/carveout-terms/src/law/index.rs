//! An index from facts to the policies that could match, so that cost doesn't grow with the rest.
//!
//! For every enumerated fact and each of its members, the policies whose condition isn't already
//! false by that alone. The intersection over the facts of a use leaves few; of these, what all
//! enumerated facts together make false is left out too. Leaving out a policy is sound because its
//! condition is false there and can't fail to evaluate: lowering admits nothing that can.

use std::collections::BTreeMap;

use super::{Condition, Test};
use crate::{FactId, FactKind, MemberSet, Value, Vocabulary, vocabulary::Ones};

/// Bits of policies, by position.
type Policies = Box<[u64]>;

/// Which policies could match, by the members of enumerated facts.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    all: Policies,
    by_member: BTreeMap<FactId, Vec<Policies>>,
}

impl Index {
    pub(crate) fn new<'c>(
        vocabulary: &Vocabulary,
        conditions: impl ExactSizeIterator<Item = &'c Condition>,
    ) -> Self {
        let all = all(conditions.len());
        let mut by_member: BTreeMap<FactId, Vec<Policies>> = BTreeMap::new();
        for (position, condition) in conditions.enumerate() {
            for (fact, ruled_out) in ruled_out(vocabulary, condition) {
                let tables = by_member.entry(fact).or_insert_with(|| {
                    let members = vocabulary.get(fact).kind().enumeration();
                    vec![all.clone(); members.map_or(0, |enumeration| enumeration.members().len())]
                });
                for member in ruled_out.iter() {
                    if let Some(table) = tables.get_mut(usize::from(member)) {
                        clear(table, position);
                    }
                }
            }
        }
        Self { all, by_member }
    }

    /// The positions of the policies that could match, in order.
    pub(crate) fn candidates<'v>(&self, value: impl Fn(FactId) -> &'v Value) -> impl Iterator<Item = usize> {
        let mut bits = self.all.clone();
        for (fact, tables) in &self.by_member {
            if let Value::Member(member) = value(*fact)
                && let Some(table) = tables.get(usize::from(*member))
            {
                bits.iter_mut().zip(table).for_each(|(bits, table)| *bits &= table);
            }
        }
        let words = bits.into_iter().enumerate();
        words.flat_map(|(word, bits)| Ones(bits).map(move |bit| word * 64 + usize::from(bit)))
    }
}

/// For each enumerated fact that a condition tests, the members that make it false by themselves.
fn ruled_out(vocabulary: &Vocabulary, condition: &Condition) -> Vec<(FactId, MemberSet)> {
    let mut found = Vec::new();
    for fact in condition.facts() {
        let FactKind::Member(enumeration) = vocabulary.get(fact).kind() else { continue };
        // Members that no test tells apart fare alike, so one of each class is tried.
        let mut tried: BTreeMap<Vec<bool>, bool> = BTreeMap::new();
        let members = (0_u16..).take(enumeration.members().len()).filter(|member| {
            let class = condition.class_of(fact, *member);
            *tried.entry(class).or_insert_with(|| rules_out(condition, fact, *member))
        });
        let members = MemberSet::of(members);
        if !members.is_empty() {
            found.push((fact, members));
        }
    }
    found
}

/// Whether a condition is false as soon as this fact is this member, whatever else holds.
fn rules_out(condition: &Condition, fact: FactId, member: u16) -> bool {
    let answer = |test: &Test| match test {
        Test::OneOf { fact: tested, members } if *tested == fact => Some(members.contains(member)),
        _ => None,
    };
    condition.could(&answer) == Some(false)
}

fn all(policies: usize) -> Policies {
    (0..policies.div_ceil(64))
        .map(|word| {
            let left = policies - word * 64;
            if left >= 64 { u64::MAX } else { (1 << left) - 1 }
        })
        .collect()
}

fn clear(bits: &mut Policies, position: usize) {
    if let Some(word) = bits.get_mut(position / 64) {
        *word &= !(1 << (position % 64));
    }
}
