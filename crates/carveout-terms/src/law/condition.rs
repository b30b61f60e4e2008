//! A policy's condition as tests of single facts, combined.

use std::collections::BTreeSet;

use crate::{FactId, MemberSet, Value};

/// A Boolean combination of tests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Condition {
    Always(bool),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    If { test: Box<Condition>, then: Box<Condition>, otherwise: Box<Condition> },
    Test(Test),
}

/// One question about one fact (or, rarely, about two).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Test {
    /// The enumerated fact is one of these members.
    OneOf { fact: FactId, members: MemberSet },
    /// The set fact holds all of these members.
    HasAll { fact: FactId, members: MemberSet },
    /// The set fact holds some of these members.
    HasAny { fact: FactId, members: MemberSet },
    /// The set fact holds nothing but these members.
    Within { fact: FactId, members: MemberSet },
    /// The truth value is true.
    IsTrue { fact: FactId },
    /// The number or time compares so with a constant (a number, or milliseconds).
    Compare { fact: FactId, comparison: Comparison, constant: i64 },
    /// The first fact compares so with the second.
    CompareFacts { left: FactId, comparison: Comparison, right: FactId },
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Equal,
}

impl Comparison {
    fn holds<T: Ord>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Equal => left == right,
        }
    }
}

impl Test {
    pub(crate) fn facts(&self) -> impl Iterator<Item = FactId> {
        let (first, second) = match self {
            Self::OneOf { fact, .. }
            | Self::HasAll { fact, .. }
            | Self::HasAny { fact, .. }
            | Self::Within { fact, .. }
            | Self::IsTrue { fact }
            | Self::Compare { fact, .. } => (*fact, None),
            Self::CompareFacts { left, right, .. } => (*left, Some(*right)),
        };
        std::iter::once(first).chain(second)
    }

    /// Whether the test holds, given the values of facts. A value of another type fails every test;
    /// none can reach here, because values and tests are made by the same vocabulary.
    pub(crate) fn holds<'v>(&self, value: &impl Fn(FactId) -> &'v Value) -> bool {
        match self {
            Self::OneOf { fact, members } => {
                matches!(value(*fact), Value::Member(is) if members.contains(*is))
            }
            Self::HasAll { fact, members } => {
                matches!(value(*fact), Value::Members(has) if has.contains_all(members))
            }
            Self::HasAny { fact, members } => {
                matches!(value(*fact), Value::Members(has) if has.contains_any(members))
            }
            Self::Within { fact, members } => {
                matches!(value(*fact), Value::Members(has) if members.contains_all(has))
            }
            Self::IsTrue { fact } => matches!(value(*fact), Value::Bool(true)),
            Self::Compare { fact, comparison, constant } => match value(*fact) {
                Value::Long(number) => comparison.holds(number, constant),
                Value::Datetime(at) => comparison.holds(&at.millis(), constant),
                _ => false,
            },
            Self::CompareFacts { left, comparison, right } => comparison.holds(value(*left), value(*right)),
        }
    }
}

impl Condition {
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Always(value) => Self::Always(!value),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always(true), other) | (other, Self::Always(true)) => other,
            (Self::All(mut all), Self::All(more)) => {
                all.extend(more);
                Self::All(all)
            }
            (Self::All(mut all), other) => {
                all.push(other);
                Self::All(all)
            }
            (first, Self::All(rest)) => Self::All(std::iter::once(first).chain(rest).collect()),
            (first, second) => Self::All(vec![first, second]),
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any(mut any), Self::Any(more)) => {
                any.extend(more);
                Self::Any(any)
            }
            (Self::Any(mut any), other) => {
                any.push(other);
                Self::Any(any)
            }
            (first, Self::Any(rest)) => Self::Any(std::iter::once(first).chain(rest).collect()),
            (first, second) => Self::Any(vec![first, second]),
        }
    }

    /// The conditions that must all hold, at the top.
    pub(crate) fn conjuncts(&self) -> &[Self] {
        match self {
            Self::All(all) => all,
            Self::Always(true) => &[],
            other => std::slice::from_ref(other),
        }
    }

    /// Calls `see` for every test.
    pub(crate) fn each_test<'c>(&'c self, see: &mut impl FnMut(&'c Test)) {
        match self {
            Self::Always(_) => {}
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.each_test(see)),
            Self::Not(inner) => inner.each_test(see),
            Self::If { test, then, otherwise } => {
                [test, then, otherwise].into_iter().for_each(|part| part.each_test(see));
            }
            Self::Test(test) => see(test),
        }
    }

    pub(crate) fn facts(&self) -> BTreeSet<FactId> {
        let mut facts = BTreeSet::new();
        self.each_test(&mut |test| facts.extend(test.facts()));
        facts
    }

    /// Whether the enumerated facts alone make the condition false, whatever the others are.
    pub(crate) fn excluded_by_members<'v>(&self, value: &impl Fn(FactId) -> &'v Value) -> bool {
        let answer = |test: &Test| match test {
            Test::OneOf { .. } => Some(test.holds(value)),
            _ => None,
        };
        self.could(&answer) == Some(false)
    }

    /// Which of the tests of an enumerated fact name a member. Members with the same answers can't be
    /// told apart by the condition.
    pub(crate) fn class_of(&self, fact: FactId, member: u16) -> Vec<bool> {
        let mut named = Vec::new();
        self.each_test(&mut |test| {
            if let Test::OneOf { fact: tested, members } = test
                && *tested == fact
            {
                named.push(members.contains(member));
            }
        });
        named
    }

    /// Whether the condition holds.
    pub(crate) fn holds<'v>(&self, value: &impl Fn(FactId) -> &'v Value) -> bool {
        self.could(&|test| Some(test.holds(value))).unwrap_or(false)
    }

    /// Whether the condition holds, where some tests can't be answered: `None` if that matters.
    pub(crate) fn could(&self, answer: &impl Fn(&Test) -> Option<bool>) -> Option<bool> {
        match self {
            Self::Always(value) => Some(*value),
            Self::Test(test) => answer(test),
            Self::Not(inner) => inner.could(answer).map(|value| !value),
            Self::All(parts) => combine(parts, answer, false),
            Self::Any(parts) => combine(parts, answer, true),
            Self::If { test, then, otherwise } => match test.could(answer) {
                Some(true) => then.could(answer),
                Some(false) => otherwise.could(answer),
                None => {
                    let (then, otherwise) = (then.could(answer), otherwise.could(answer));
                    if then == otherwise { then } else { None }
                }
            },
        }
    }
}

/// Kleene's strong connectives: `decisive` settles the whole, an unanswered part leaves it open.
fn combine(parts: &[Condition], answer: &impl Fn(&Test) -> Option<bool>, decisive: bool) -> Option<bool> {
    let mut settled = Some(!decisive);
    for part in parts {
        match part.could(answer) {
            Some(value) if value == decisive => return Some(decisive),
            Some(_) => {}
            None => settled = None,
        }
    }
    settled
}
