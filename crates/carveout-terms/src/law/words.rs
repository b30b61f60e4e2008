//! A condition in words, as its counterparty would want it read out.

use std::fmt;

use super::{Comparison, Condition, Test};
use crate::{Enumeration, FactId, FactKind, MemberSet, Timestamp, Vocabulary};

/// A condition, shown as an English phrase.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) condition: &'a Condition,
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |condition| Self { vocabulary: self.vocabulary, condition };
        match self.condition {
            Condition::Always(true) => f.write_str("always"),
            Condition::Always(false) => f.write_str("never"),
            Condition::All(parts) => joined(f, parts.iter().map(part), "and"),
            Condition::Any(parts) => joined(f, parts.iter().map(part), "or"),
            Condition::Not(inner) => match &**inner {
                Condition::Test(test) => test_words(f, self.vocabulary, test, true),
                other => write!(f, "not ({})", part(other)),
            },
            Condition::If { test, then, otherwise } => {
                write!(f, "(if {}, then {}; otherwise {})", part(test), part(then), part(otherwise))
            }
            Condition::Test(test) => test_words(f, self.vocabulary, test, false),
        }
    }
}

/// Parts joined by a comma and a word, because the parts themselves are full of `or`. What a clause
/// excepts, it excepts with `unless`.
fn joined<'a>(f: &mut fmt::Formatter<'_>, parts: impl Iterator<Item = Words<'a>>, with: &str) -> fmt::Result {
    for (position, part) in parts.enumerate() {
        let excepted = match part.condition {
            Condition::Not(inner) if with == "and" && position > 0 => match &**inner {
                Condition::Test(_) => None,
                inner => Some(inner),
            },
            _ => None,
        };
        match (position, excepted) {
            (0, _) => {}
            (_, Some(_)) => f.write_str(", unless ")?,
            (_, None) => write!(f, ", {with} ")?,
        }
        let part = Words { condition: excepted.unwrap_or(part.condition), ..part };
        match part.condition {
            Condition::Any(_) | Condition::All(_) => write!(f, "({part})")?,
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}

/// A fact and the members it may have, as a phrase: `purpose is within intel`.
pub(crate) fn one_of(vocabulary: &Vocabulary, fact: FactId, members: &MemberSet) -> String {
    format!("{} is {}", vocabulary.get(fact).name(), membership(vocabulary, fact, members, false))
}

fn test_words(
    f: &mut fmt::Formatter<'_>,
    vocabulary: &Vocabulary,
    test: &Test,
    negated: bool,
) -> fmt::Result {
    let name = |fact| vocabulary.get(fact).name();
    let names = |fact, members: &MemberSet| names(vocabulary, fact, members);
    match test {
        Test::OneOf { fact, members } => {
            write!(f, "{} is {}", name(*fact), membership(vocabulary, *fact, members, negated))
        }
        Test::HasAll { fact, members } => {
            let names = names(*fact, members);
            let all = if negated && names.len() > 1 { "all of " } else { "" };
            let verb = if negated { "do not include" } else { "include" };
            write!(f, "{} {verb} {all}{}", name(*fact), listed(&names, "and"))
        }
        Test::HasAny { fact, members } => {
            let names = names(*fact, members);
            match (names.as_slice(), negated) {
                (_, false) => write!(f, "{} include {}", name(*fact), listed(&names, "or")),
                ([one], true) => write!(f, "{} do not include {one}", name(*fact)),
                (_, true) => write!(f, "{} include none of {}", name(*fact), listed(&names, "or")),
            }
        }
        Test::Within { fact, members } => {
            let verb = if negated { "are more than" } else { "are nothing but" };
            write!(f, "{} {verb} {}", name(*fact), listed(&names(*fact, members), "and"))
        }
        Test::IsTrue { fact } => write!(f, "{} is {}", name(*fact), !negated),
        Test::Compare { fact, comparison, constant } => {
            let kind = vocabulary.get(*fact).kind();
            write!(f, "{} {} ", name(*fact), comparison_words(kind, *comparison, negated))?;
            match kind {
                FactKind::Datetime => write!(f, "{}", Timestamp::from_millis(*constant)),
                _ => write!(f, "{constant}"),
            }
        }
        Test::CompareFacts { left, comparison, right } => {
            let compared = comparison_words(vocabulary.get(*left).kind(), *comparison, negated);
            write!(f, "{} {compared} {}", name(*left), name(*right))
        }
    }
}

const fn comparison_words(kind: &FactKind, comparison: Comparison, negated: bool) -> &'static str {
    match (kind, comparison, negated) {
        (_, Comparison::Equal, false) => "is",
        (_, Comparison::Equal, true) => "is not",
        (FactKind::Datetime, Comparison::Less, false) => "is before",
        (FactKind::Datetime, Comparison::Less, true) => "is at or after",
        (FactKind::Datetime, Comparison::LessOrEqual, false) => "is at or before",
        (FactKind::Datetime, Comparison::LessOrEqual, true) => "is after",
        (_, Comparison::Less, false) => "is less than",
        (_, Comparison::Less, true) => "is at least",
        (_, Comparison::LessOrEqual, false) => "is at most",
        (_, Comparison::LessOrEqual, true) => "is more than",
    }
}

/// What follows `is`: the members, or what they leave out if that is much shorter to say.
fn membership(vocabulary: &Vocabulary, fact: FactId, members: &MemberSet, negated: bool) -> String {
    let Some(enumeration) = vocabulary.get(fact).kind().enumeration() else { return String::new() };
    let count = enumeration.members().len();
    let rest = MemberSet::of((0_u16..).take(count).filter(|member| !members.contains(*member)));
    let (direct, excepted) = (names(vocabulary, fact, members), names(vocabulary, fact, &rest));
    if !excepted.is_empty() && excepted.len() * 3 < direct.len() {
        is_one_of(enumeration, &excepted, !negated)
    } else {
        is_one_of(enumeration, &direct, negated)
    }
}

fn is_one_of(enumeration: &Enumeration, names: &[&str], negated: bool) -> String {
    let grouped = names.iter().any(|name| enumeration.is_group(name));
    match (names, grouped, negated) {
        ([], _, negated) => (if negated { "anything" } else { "nothing" }).to_owned(),
        (names, true, false) => format!("within {}", listed(names, "or")),
        (names, true, true) => format!("outside of {}", listed(names, "and")),
        ([one], false, false) => (*one).to_owned(),
        ([one], false, true) => format!("not {one}"),
        ([one, other], false, false) => format!("either {one} or {other}"),
        ([one, other], false, true) => format!("neither {one} nor {other}"),
        (names, false, false) => format!("one of {}", listed(names, "or")),
        (names, false, true) => format!("none of {}", listed(names, "or")),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str], with: &str) -> String {
    match names {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} {with} {last}", first.join(", ")),
    }
}

/// The fewest names that mean exactly these members, in the order of names; `unknown` comes last.
fn names<'v>(vocabulary: &'v Vocabulary, fact: FactId, members: &MemberSet) -> Vec<&'v str> {
    let Some(enumeration) = vocabulary.get(fact).kind().enumeration() else { return Vec::new() };
    let mut names = enumeration.names_for(members);
    let unknown = enumeration.member_name(enumeration.unknown());
    names.sort_by_key(|name| (*name == unknown, *name));
    names
}
