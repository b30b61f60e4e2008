//! A condition in words, as its counterparty would want it read out.

use std::fmt;

use super::{Comparison, Condition, Test};
use crate::{Enumeration, FactKind, MemberSet, Timestamp, Vocabulary};

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
            Condition::All(parts) => joined(f, parts.iter().map(part), " and "),
            Condition::Any(parts) => joined(f, parts.iter().map(part), " or "),
            Condition::Not(inner) => match &**inner {
                Condition::Test(test) => test_words(f, self.vocabulary, test, true),
                other => write!(f, "not ({})", part(other)),
            },
            Condition::If { test, then, otherwise } => {
                write!(f, "(if {} then {} else {})", part(test), part(then), part(otherwise))
            }
            Condition::Test(test) => test_words(f, self.vocabulary, test, false),
        }
    }
}

fn joined<'a>(f: &mut fmt::Formatter<'_>, parts: impl Iterator<Item = Words<'a>>, with: &str) -> fmt::Result {
    for (position, part) in parts.enumerate() {
        if position > 0 {
            f.write_str(with)?;
        }
        match part.condition {
            Condition::Any(_) | Condition::All(_) => write!(f, "({part})")?,
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}

fn test_words(
    f: &mut fmt::Formatter<'_>,
    vocabulary: &Vocabulary,
    test: &Test,
    negated: bool,
) -> fmt::Result {
    let name = |fact| vocabulary.get(fact).name();
    let not = if negated { "not " } else { "" };
    match test {
        Test::OneOf { fact, members } => {
            write!(f, "{} is {not}{}", name(*fact), listed(vocabulary, test, members, " or "))
        }
        Test::HasAll { fact, members } => {
            let verb = if negated { "don't include" } else { "include" };
            write!(f, "{} {verb} {}", name(*fact), listed(vocabulary, test, members, " and "))
        }
        Test::HasAny { fact, members } => {
            let verb = if negated { "include none of" } else { "include any of" };
            write!(f, "{} {verb} {}", name(*fact), listed(vocabulary, test, members, ", "))
        }
        Test::Within { fact, members } => {
            let verb = if negated { "go beyond" } else { "are only" };
            write!(f, "{} {verb} {}", name(*fact), listed(vocabulary, test, members, ", "))
        }
        Test::IsTrue { fact } => write!(f, "{} is {}", name(*fact), !negated),
        Test::Compare { fact, comparison, constant } => {
            write!(f, "{} {} ", name(*fact), comparison_words(*comparison, negated))?;
            match vocabulary.get(*fact).kind() {
                FactKind::Datetime => write!(f, "{}", Timestamp::from_millis(*constant)),
                _ => write!(f, "{constant}"),
            }
        }
        Test::CompareFacts { left, comparison, right } => {
            write!(f, "{} {} {}", name(*left), comparison_words(*comparison, negated), name(*right))
        }
    }
}

const fn comparison_words(comparison: Comparison, negated: bool) -> &'static str {
    match (comparison, negated) {
        (Comparison::Less, false) => "is less than",
        (Comparison::Less, true) => "is at least",
        (Comparison::LessOrEqual, false) => "is at most",
        (Comparison::LessOrEqual, true) => "is more than",
        (Comparison::Equal, false) => "is",
        (Comparison::Equal, true) => "is not",
    }
}

/// The names that mean these members, or what they leave out if that is shorter to say.
fn listed(vocabulary: &Vocabulary, test: &Test, members: &MemberSet, with: &str) -> String {
    let Some(enumeration) = test.facts().next().and_then(|fact| vocabulary.get(fact).kind().enumeration())
    else {
        return String::new();
    };
    let direct = names(enumeration, members);
    let rest = MemberSet::of(
        (0_u16..).take(enumeration.members().len()).filter(|member| !members.contains(*member)),
    );
    let excepted = names(enumeration, &rest);
    if !excepted.is_empty() && excepted.len() * 3 < direct.len() {
        format!("anything but {}", excepted.join(with))
    } else {
        direct.join(with)
    }
}

fn names(enumeration: &Enumeration, members: &MemberSet) -> Vec<String> {
    enumeration
        .names_for(members)
        .into_iter()
        .map(|name| if enumeration.is_group(name) { format!("any {name}") } else { name.to_owned() })
        .collect()
}
