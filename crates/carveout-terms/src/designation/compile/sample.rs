//! Examples for a compiled clause: a use that it denies, and the same use of another target.

use super::{Barring, instant, target::Read};
use crate::{
    Vocabulary,
    designation::{Agency, Component, Situation, SystemClass, words::Word},
};

/// The lines of a `uses` block; none if no plain use meets the clause.
pub(super) fn examples(vocabulary: &Vocabulary, target: &Read, barring: &Barring) -> Vec<String> {
    let (Some(situation), Some((from, _))) = (plain(barring), barring.periods.first()) else {
        return Vec::new();
    };
    let place: Vec<String> = [
        ("agency", situation.agency.map(Agency::as_str)),
        ("system_class", situation.system_class.map(SystemClass::as_str)),
        ("component", situation.component.map(Component::as_str)),
    ]
    .into_iter()
    .filter_map(|(fact, member)| Some((fact, member?)))
    .filter(|(fact, member)| has(vocabulary, fact, member))
    .map(|(fact, member)| format!("{fact}={member}"))
    .collect();
    let at = format!("at=\"{}\"", instant(*from));
    let line = |ruling: &str, facts: &[String]| {
        let parts: Vec<&str> = facts.iter().chain(&place).chain([&at]).map(String::as_str).collect();
        format!("{ruling}: {}", parts.join(", "))
    };
    let others: Vec<String> =
        target.members.keys().filter_map(|fact| other(vocabulary, target, fact)).collect();
    let mut examples = Vec::new();
    let first =
        target.members.iter().find_map(|(fact, members)| Some((fact, member(vocabulary, fact, members)?)));
    if let Some((fact, member)) = first {
        let rest = others.iter().filter(|other| !other.starts_with(&format!("{fact}=")));
        let facts: Vec<String> = std::iter::once(format!("{fact}={member}")).chain(rest.cloned()).collect();
        examples.push(line("deny", &facts));
    }
    if others.len() == target.members.len() {
        examples.push(line("permit", &others));
    }
    examples
}

/// A situation that the clause covers and that says everything about itself.
fn plain(barring: &Barring) -> Option<Situation> {
    let places =
        Agency::ALL.iter().flat_map(|agency| agency.members().filter(move |single| single == agency));
    let classes = || SystemClass::ALL.iter().copied();
    let components = || [Component::OtherComponent, Component::IntelligenceElement].into_iter();
    let mut all = places.flat_map(|agency| {
        classes().flat_map(move |class| {
            components().map(move |component| Situation {
                agency: Some(agency),
                system_class: Some(class),
                component: Some(component),
                ..Situation::default()
            })
        })
    });
    all.find(|situation| barring.formula.covers(situation))
}

fn has(vocabulary: &Vocabulary, fact: &str, member: &str) -> bool {
    let fact = vocabulary.fact(fact);
    let kind = fact.and_then(|fact| vocabulary.get(fact).kind().enumeration());
    kind.is_some_and(|enumeration| enumeration.position(member).is_some())
}

/// A leaf among the members of a target: a use can't name a group.
fn member(vocabulary: &Vocabulary, fact: &str, members: &[String]) -> Option<String> {
    let enumeration = vocabulary.get(vocabulary.fact(fact)?).kind().enumeration()?;
    let first = members.iter().find_map(|member| enumeration.resolve(member)?.iter().next())?;
    Some(enumeration.member_name(first).to_owned())
}

/// The fact with a member that is none of the target's.
fn other(vocabulary: &Vocabulary, target: &Read, fact: &str) -> Option<String> {
    let enumeration = vocabulary.get(vocabulary.fact(fact)?).kind().enumeration()?;
    let taken = target.members.get(fact)?;
    let barred = |name: &str| {
        let position = enumeration.position(name);
        taken
            .iter()
            .filter_map(|member| enumeration.resolve(member))
            .any(|members| position.is_some_and(|position| members.contains(position)))
    };
    let mut names = enumeration.members().filter(|name| !matches!(*name, "unknown") && !barred(name));
    let preferred = enumeration.members().find(|name| *name == "other" && !barred(name));
    let name = preferred.or_else(|| names.next())?;
    Some(format!("{fact}={name}"))
}
