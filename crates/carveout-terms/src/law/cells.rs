//! Cells: the coarsest division of all uses on which no test of a set of policies changes.
//!
//! Within a cell every ruling is the same, with the same grounds. That makes a cell the exact key for
//! remembering rulings: equal cells give equal answers, and no hash stands in for them.

use std::collections::BTreeMap;

use super::{Condition, Test};
use crate::{FactId, Value};

/// How a use looks to a set of policies: one or more words for each fact they test.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Cell(Box<[u64]>);

/// The division of uses by a set of policies.
#[derive(Debug, Default, Clone)]
pub(crate) struct Cells {
    /// Every fact that is tested, and how finely it must be looked at.
    looks: BTreeMap<FactId, Look>,
}

#[derive(Debug, Clone)]
enum Look {
    /// The value itself: members, sets, truth values, and facts compared with other facts.
    Exactly,
    /// Only which side of each constant: sorted and without repeats.
    Between(Vec<i64>),
}

impl Cells {
    /// Takes the tests of a condition into account.
    pub(crate) fn add(&mut self, condition: &Condition) {
        condition.each_test(&mut |test| match test {
            Test::Compare { fact, constant, .. } => self.add_constant(*fact, *constant),
            other => other.facts().for_each(|fact| {
                self.looks.insert(fact, Look::Exactly);
            }),
        });
    }

    /// Takes into account that something changes where a numeric fact passes a constant.
    pub(crate) fn add_constant(&mut self, fact: FactId, constant: i64) {
        if let Look::Between(constants) = self.looks.entry(fact).or_insert_with(|| Look::Between(Vec::new()))
            && let Err(place) = constants.binary_search(&constant)
        {
            constants.insert(place, constant);
        }
    }

    /// Takes into account that something depends on the very value of a fact.
    pub(crate) fn add_exactly(&mut self, fact: FactId) {
        self.looks.insert(fact, Look::Exactly);
    }

    /// Whether anything depends on a fact.
    pub(crate) fn look_at(&self, fact: FactId) -> bool {
        self.looks.contains_key(&fact)
    }

    /// The cell that these values lie in.
    pub(crate) fn cell_of<'v>(&self, value: impl Fn(FactId) -> &'v Value) -> Cell {
        let mut words = Vec::with_capacity(self.looks.len() + 4);
        for (fact, look) in &self.looks {
            look.push(&mut words, value(*fact));
        }
        Cell(words.into_boxed_slice())
    }
}

impl Look {
    fn push(&self, words: &mut Vec<u64>, value: &Value) {
        match (self, value) {
            (Self::Between(constants), Value::Long(number)) => words.push(side(constants, *number)),
            (Self::Between(constants), Value::Datetime(at)) => words.push(side(constants, at.millis())),
            (_, Value::Member(member)) => words.push(u64::from(*member)),
            (_, Value::Members(members)) => {
                let members = members.words();
                words.push(members.len() as u64);
                words.extend(members);
            }
            (_, Value::Bool(value)) => words.push(u64::from(*value)),
            (_, Value::Long(number)) => words.push(number.cast_unsigned()),
            (_, Value::Datetime(at)) => words.push(at.millis().cast_unsigned()),
        }
    }
}

/// Which interval a number lies in: below, on or above each constant are all told apart.
fn side(constants: &[i64], number: i64) -> u64 {
    match constants.binary_search(&number) {
        Ok(on) => 2 * on as u64 + 1,
        Err(between) => 2 * between as u64,
    }
}
