//! The cheapest loophole: a restriction that somebody escapes by saying nothing.
//!
//! A restriction is silent on a fact if it forbids some use, but not the same use with that fact
//! `unknown`. This is decided exactly, by trying one use of every cell of the restriction.

use std::collections::{BTreeMap, BTreeSet};

use super::{Condition, Test};
use crate::{Attester, Enumeration, FactId, FactKind, MemberSet, Timestamp, Value, Vocabulary};

/// More cells than this are not tried. Clauses that lawyers can read stay far below it.
const MOST_CELLS: usize = 1 << 18;

/// A set fact with more cells than this has too many sets to try them all.
const MOST_SETS: usize = 1 << 12;

/// The condition has too many cells to try them all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SilenceError {
    pub(crate) cells: usize,
}

/// For each fact that a condition tests, one value of every cell.
pub(super) type Samples = BTreeMap<FactId, Vec<Value>>;

/// The values to try: together they make a use of every cell of the condition.
pub(super) fn combinations(vocabulary: &Vocabulary, condition: &Condition) -> Result<Samples, SilenceError> {
    let samples: Option<Samples> = condition
        .facts()
        .into_iter()
        .map(|fact| Some((fact, samples(vocabulary, condition, fact)?)))
        .collect();
    let samples = samples.ok_or(SilenceError { cells: usize::MAX })?;
    let cells = samples.values().map(Vec::len).fold(1_usize, usize::saturating_mul);
    if cells > MOST_CELLS { Err(SilenceError { cells }) } else { Ok(samples) }
}

/// The facts that the restriction is silent on.
pub(crate) fn silent_facts(
    vocabulary: &Vocabulary,
    condition: &Condition,
) -> Result<Vec<FactId>, SilenceError> {
    let samples = combinations(vocabulary, condition)?;
    let cells = samples.values().map(Vec::len).fold(1_usize, usize::saturating_mul);
    let askable: Vec<FactId> = samples
        .keys()
        .copied()
        .filter(|fact| vocabulary.get(*fact).attester() != Attester::Gateway)
        .collect();
    let mut silent = BTreeSet::new();
    for number in 0..cells {
        let use_ = pick(&samples, number);
        let value = |fact: FactId| use_.get(&fact).copied().unwrap_or(&MISSING);
        if !condition.holds(&value) {
            continue;
        }
        for fact in askable.iter().filter(|fact| !silent.contains(*fact)).copied().collect::<Vec<_>>() {
            let Some(silence) = Value::silence(vocabulary.get(fact).kind()) else { continue };
            if !condition.holds(&|asked| if asked == fact { &silence } else { value(asked) }) {
                silent.insert(fact);
            }
        }
    }
    Ok(silent.into_iter().collect())
}

/// Stands for facts that the condition doesn't test.
static MISSING: Value = Value::Bool(false);

/// The `number`th combination of samples.
pub(super) fn pick(samples: &Samples, number: usize) -> BTreeMap<FactId, &Value> {
    let mut rest = number;
    samples
        .iter()
        .filter_map(|(fact, values)| {
            let value = values.get(rest % values.len().max(1));
            rest /= values.len().max(1);
            value.map(|value| (*fact, value))
        })
        .collect()
}

/// One value of every cell of a fact, unless there are too many sets.
fn samples(vocabulary: &Vocabulary, condition: &Condition, fact: FactId) -> Option<Vec<Value>> {
    let related = compared_with(condition, fact);
    let mut tests = Vec::new();
    condition.each_test(&mut |test| {
        if test.facts().any(|tested| related.contains(&tested)) {
            tests.push(test);
        }
    });
    Some(match vocabulary.get(fact).kind() {
        FactKind::Member(enumeration) => {
            representatives(enumeration, &tests).into_iter().map(Value::Member).collect()
        }
        FactKind::Members(enumeration) => sample_sets(enumeration, &tests)?,
        FactKind::Bool => vec![Value::Bool(false), Value::Bool(true)],
        FactKind::Long => sample_numbers(&tests).into_iter().map(Value::Long).collect(),
        FactKind::Datetime => {
            sample_numbers(&tests).into_iter().map(|at| Value::Datetime(Timestamp::from_millis(at))).collect()
        }
    })
}

/// The facts that a fact is compared with, directly or through others, and the fact itself.
fn compared_with(condition: &Condition, fact: FactId) -> BTreeSet<FactId> {
    let mut related = BTreeSet::from([fact]);
    loop {
        let before = related.len();
        condition.each_test(&mut |test| {
            if matches!(test, Test::CompareFacts { .. }) && test.facts().any(|fact| related.contains(&fact)) {
                related.extend(test.facts());
            }
        });
        if related.len() == before {
            return related;
        }
    }
}

/// One member of every class that no test tells apart; `unknown` always stands for itself.
fn representatives(enumeration: &Enumeration, tests: &[&Test]) -> Vec<u16> {
    let compared = tests.iter().any(|test| matches!(test, Test::CompareFacts { .. }));
    let mut seen = BTreeSet::new();
    (0_u16..)
        .take(enumeration.members().len())
        .filter(|member| {
            let named: Vec<bool> = tests.iter().map(|test| names(test, *member)).collect();
            let alone = compared || *member == enumeration.unknown();
            seen.insert((named, alone.then_some(*member)))
        })
        .collect()
}

fn names(test: &Test, member: u16) -> bool {
    match test {
        Test::OneOf { members, .. }
        | Test::HasAll { members, .. }
        | Test::HasAny { members, .. }
        | Test::Within { members, .. } => members.contains(member),
        Test::IsTrue { .. } | Test::Compare { .. } | Test::CompareFacts { .. } => false,
    }
}

/// One set of every cell: of each class of members that no test tells apart, it holds none, or some,
/// or all. Some and all differ for the tests that ask for all.
fn sample_sets(enumeration: &Enumeration, tests: &[&Test]) -> Option<Vec<Value>> {
    let mut sets = vec![MemberSet::default()];
    for member in representatives(enumeration, tests) {
        let class = class(enumeration, tests, member);
        let some = MemberSet::of([member]);
        let asked_for =
            |test: &&Test| matches!(test, Test::HasAll { members, .. } if members.contains(member));
        let all = (class != some && tests.iter().any(asked_for)).then_some(class);
        let held = std::iter::once(some).chain(all);
        let more: Vec<_> =
            held.flat_map(|held| sets.iter().map(move |set| set.union(&held)).collect::<Vec<_>>()).collect();
        sets.extend(more);
        if sets.len() > MOST_SETS {
            return None;
        }
    }
    Some(sets.into_iter().filter(|set| !set.is_empty()).map(Value::Members).collect())
}

/// The members that no test tells apart from this one.
fn class(enumeration: &Enumeration, tests: &[&Test], representative: u16) -> MemberSet {
    if representative == enumeration.unknown() {
        return MemberSet::of([representative]);
    }
    let alike = |member: &u16| {
        *member != enumeration.unknown()
            && tests.iter().all(|test| names(test, *member) == names(test, representative))
    };
    MemberSet::of((0_u16..).take(enumeration.members().len()).filter(alike))
}

/// Numbers below, on and above every constant; more of them where numbers are compared with each other.
fn sample_numbers(tests: &[&Test]) -> Vec<i64> {
    let compared = tests.iter().filter(|test| matches!(test, Test::CompareFacts { .. })).count();
    let reach = i64::try_from(compared).unwrap_or(i64::MAX).saturating_add(1);
    let mut constants = BTreeSet::from([0]);
    constants.extend(tests.iter().filter_map(|test| match test {
        Test::Compare { constant, .. } => Some(*constant),
        _ => None,
    }));
    let near = |constant: &i64| {
        let constant = *constant;
        (-reach..=reach).map(move |step| constant.saturating_add(step))
    };
    let numbers: BTreeSet<i64> = constants.iter().flat_map(near).collect();
    numbers.into_iter().collect()
}

#[cfg(test)]
mod tests;
