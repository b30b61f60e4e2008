//! The cheapest loophole: a restriction that somebody escapes by saying nothing.
//!
//! A restriction is silent on a fact if it forbids some use, but not the same use with that fact
//! `unknown`. This is decided exactly, by trying one use of every cell of the restriction.

use std::collections::{BTreeMap, BTreeSet};

use super::{Condition, Test};
use crate::{Attester, Enumeration, FactId, FactKind, MemberSet, Timestamp, Value, Vocabulary};

/// More cells than this are not tried. Clauses that lawyers can read stay far below it.
const MOST_CELLS: usize = 1 << 18;

/// A set fact whose members fall into more classes than this has too many sets to try them all.
const MOST_CLASSES: usize = 12;

/// The condition has too many cells to try them all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SilenceError {
    pub(crate) cells: usize,
}

/// The facts that the restriction is silent on.
pub(crate) fn silent_facts(
    vocabulary: &Vocabulary,
    condition: &Condition,
) -> Result<Vec<FactId>, SilenceError> {
    let samples: Option<BTreeMap<FactId, Vec<Value>>> = condition
        .facts()
        .into_iter()
        .map(|fact| Some((fact, samples(vocabulary, condition, fact)?)))
        .collect();
    let samples = samples.ok_or(SilenceError { cells: usize::MAX })?;
    let cells = samples.values().map(Vec::len).fold(1_usize, usize::saturating_mul);
    if cells > MOST_CELLS {
        return Err(SilenceError { cells });
    }
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
fn pick(samples: &BTreeMap<FactId, Vec<Value>>, number: usize) -> BTreeMap<FactId, &Value> {
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
    let mut tests = Vec::new();
    condition.each_test(&mut |test| {
        if test.facts().any(|tested| tested == fact) {
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

/// Every set of representatives, and the very sets that are named.
fn sample_sets(enumeration: &Enumeration, tests: &[&Test]) -> Option<Vec<Value>> {
    let classes = representatives(enumeration, tests);
    let mut sets: BTreeSet<MemberSet> = tests
        .iter()
        .filter_map(|test| match test {
            Test::HasAll { members, .. } | Test::HasAny { members, .. } | Test::Within { members, .. } => {
                Some(members.clone())
            }
            _ => None,
        })
        .collect();
    if classes.len() > MOST_CLASSES {
        return None;
    }
    for bits in 1_u32..1 << classes.len() {
        let chosen =
            classes.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, member)| *member);
        sets.insert(MemberSet::of(chosen));
    }
    Some(sets.into_iter().map(Value::Members).collect())
}

/// A number below, on and above every constant.
fn sample_numbers(tests: &[&Test]) -> Vec<i64> {
    let mut numbers = BTreeSet::from([0]);
    for test in tests {
        if let Test::Compare { constant, .. } = test {
            numbers.extend([constant.saturating_sub(1), *constant, constant.saturating_add(1)]);
        }
    }
    numbers.into_iter().collect()
}
