//! Which members of the vocabulary a target is.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{Instrument, Reach, Target, TargetKind},
    condition::is_one_of,
};
use crate::{Enumeration, Vocabulary};

/// What is known of the targets in the words of a vocabulary.
pub(super) struct Read {
    /// The condition that a use is of a target; none if no member stands for any.
    pub(super) condition: Option<String>,
    /// The members, by the fact that they stand in.
    pub(super) members: BTreeMap<String, Vec<String>>,
    pub(super) read_as: Vec<String>,
    pub(super) left_out: Vec<String>,
}

/// The forms of a company that are no part of its name.
const LEGAL_FORMS: [&str; 14] = [
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "llc",
    "ltd",
    "limited",
    "pbc",
    "plc",
    "ag",
    "gmbh",
    "sa",
];

pub(super) fn read(instrument: &Instrument, vocabulary: &Vocabulary) -> Read {
    let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut read_as, mut left_out) = (Vec::new(), Vec::new());
    for target in &instrument.targets {
        let mut found = false;
        for fact in facts(target) {
            let Some(enumeration) = enumeration(vocabulary, fact) else { continue };
            for member in of(target, fact, enumeration, &mut left_out) {
                read_as.push(format!("{} is the {fact} `{member}`", target.name));
                members.entry(fact.to_owned()).or_default().insert(member);
                found = true;
            }
        }
        if !found {
            left_out.push(format!(
                "the vocabulary has no member for {}, so nothing is barred for it",
                target.name
            ));
        }
        if target.affiliates.iter().any(|rule| rule.rule != super::super::AffiliateRule::None) {
            left_out.push(format!(
                "affiliates of {} are no facts of a use: name their members in the record",
                target.name
            ));
        }
    }
    let members: BTreeMap<String, Vec<String>> =
        members.into_iter().map(|(fact, members)| (fact, members.into_iter().collect())).collect();
    Read { condition: condition(&members, vocabulary), members, read_as, left_out }
}

/// The facts that a target stands in, by what of it is barred.
fn facts(target: &Target) -> Vec<&'static str> {
    let mut facts = Vec::new();
    if target.kind == TargetKind::ModelFamily || target.members.contains_key("model") {
        facts.push("model");
    }
    if target.kind != TargetKind::ModelFamily {
        facts.extend(target.reach.iter().map(|reach| match reach {
            Reach::MadeBy => "maker",
            Reach::ProvidedBy => "operator",
            Reach::HostedBy => "host",
        }));
    }
    facts
}

fn enumeration<'v>(vocabulary: &'v Vocabulary, fact: &str) -> Option<&'v Enumeration> {
    let fact = vocabulary.fact(fact)?;
    vocabulary.get(fact).kind().enumeration().map(AsRef::as_ref)
}

/// The members that the record names, or the one that is called like the target.
fn of(target: &Target, fact: &str, enumeration: &Enumeration, left_out: &mut Vec<String>) -> Vec<String> {
    let Some(named) = target.members.get(fact) else {
        let names = std::iter::once(&target.name).chain(&target.aliases).map(|name| slug(name));
        let models =
            target.models.iter().filter(|_| fact == "model").map(|pattern| slug(&pattern.replace('*', "")));
        let named: BTreeSet<String> = names.chain(models).collect();
        let known = named.into_iter().filter(|name| !is_open(name) && enumeration.resolve(name).is_some());
        return known.collect();
    };
    let (known, strange): (Vec<&String>, Vec<&String>) =
        named.iter().partition(|name| enumeration.resolve(name).is_some());
    left_out.extend(strange.iter().map(|name| format!("the vocabulary has no {fact} `{name}`")));
    known.into_iter().cloned().collect()
}

/// Members that stand for many: barring one of them by its name would bar all.
fn is_open(name: &str) -> bool {
    matches!(name, "other" | "unknown" | "self")
}

/// A name in lower case, with hyphens, without its legal form.
fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut words: Vec<&str> = words.collect();
    while words.len() > 1 && words.last().is_some_and(|word| LEGAL_FORMS.contains(word)) {
        words.pop();
    }
    words.join("-")
}

/// Any of the members. A target whose maker, host or operator isn't known may be one of them.
fn condition(members: &BTreeMap<String, Vec<String>>, vocabulary: &Vocabulary) -> Option<String> {
    let tests: Vec<String> = members
        .iter()
        .filter_map(|(fact, members)| {
            let members: Vec<&String> = members.iter().collect();
            Some(is_one_of(enumeration(vocabulary, fact)?, fact, &members, true))
        })
        .collect();
    match tests.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("({})", several.join(" ||\n    "))),
    }
}
