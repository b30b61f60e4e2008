//! An index from facts to the policies that could match, so that cost doesn't grow with the rest.
//!
//! For every enumerated fact and each of its members, the policies whose condition isn't already
//! false by that alone. A use's candidates are the intersection over its facts. Leaving out a policy
//! is sound because its condition is false there and can't fail to evaluate: lowering admits nothing
//! that can.

use std::collections::BTreeMap;

use super::{Condition, Test};
use crate::{FactId, FactKind, Value, Vocabulary};

/// Bits of policies, by position.
type Policies = Box<[u64]>;

/// Which policies could match, by the members of enumerated facts.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    policies: usize,
    by_member: BTreeMap<FactId, Vec<Policies>>,
}

impl Index {
    pub(crate) fn new<'c>(
        vocabulary: &Vocabulary,
        conditions: impl Iterator<Item = &'c Condition> + Clone,
    ) -> Self {
        let policies = conditions.clone().count();
        let mut by_member = BTreeMap::new();
        for (fact, declared) in vocabulary.facts() {
            let FactKind::Member(enumeration) = declared.kind() else { continue };
            let mut tables = vec![all(policies); enumeration.members().len()];
            let mut narrows = false;
            for (position, condition) in conditions.clone().enumerate() {
                for (member, table) in (0_u16..).zip(&mut tables) {
                    if rules_out(condition, fact, member) {
                        clear(table, position);
                        narrows = true;
                    }
                }
            }
            if narrows {
                by_member.insert(fact, tables);
            }
        }
        Self { policies, by_member }
    }

    /// The positions of the policies that could match, in order.
    pub(crate) fn candidates<'v>(&self, value: impl Fn(FactId) -> &'v Value) -> impl Iterator<Item = usize> {
        let mut bits = all(self.policies);
        for (fact, tables) in &self.by_member {
            if let Value::Member(member) = value(*fact)
                && let Some(table) = tables.get(usize::from(*member))
            {
                bits.iter_mut().zip(table).for_each(|(bits, table)| *bits &= table);
            }
        }
        bits.into_iter().enumerate().flat_map(|(word, bits)| Ones(bits).map(move |bit| word * 64 + bit))
    }
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

/// The positions of the ones in a word.
struct Ones(u64);

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let bit = self.0.trailing_zeros();
        self.0 &= self.0.checked_sub(1)?;
        Some(bit as usize)
    }
}
