//! What changes from one vocabulary to another.

use std::collections::BTreeMap;

use carveout_terms::{Enumeration, Fact, FactKind, MergeError, Vocabulary};
use serde_json::json;

use crate::output::{Exit, Printer, coloured};

/// The changes, in words.
#[derive(Debug, Default, serde::Serialize)]
pub(super) struct VocabularyChanges {
    /// What can be said about a use changes: facts, members and groups.
    pub(super) shape: Vec<String>,
    /// What the words mean changes: sentences, and who attests a fact.
    pub(super) meaning: Vec<String>,
}

impl VocabularyChanges {
    /// All changes, those of what can be said before those of what it means.
    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        self.shape.iter().chain(&self.meaning)
    }
}

/// Vocabularies that have no common one: their uses can't be compared.
pub(super) fn incomparable(
    printer: &Printer,
    error: &MergeError,
    changes: &VocabularyChanges,
) -> miette::Result<Exit> {
    if printer.json() {
        let undecided = error.to_string();
        let document = json!({ "change": null, "undecided": undecided, "vocabulary_changes": changes });
        printer.document("diff", &document)?;
    } else {
        printer.line(format_args!("{}: {error}", coloured("hold", "undecided")));
        changes.all().for_each(|change| printer.line(format_args!("  {change}")));
    }
    Ok(Exit::Failure)
}

pub(super) fn compare(old: &Vocabulary, new: &Vocabulary) -> VocabularyChanges {
    let mut changes = VocabularyChanges::default();
    if old.name() != new.name() {
        changes.shape.push(format!("vocabulary {} (was: {})", new.name(), old.name()));
    }
    if old.version() != new.version() {
        changes.meaning.push(format!("version {} (was: {})", new.version(), old.version()));
    }
    let facts = |vocabulary: &Vocabulary| -> BTreeMap<String, Fact> {
        vocabulary.facts().map(|(_, fact)| (fact.name().to_owned(), fact.clone())).collect()
    };
    let (was, is) = (facts(old), facts(new));
    for (name, fact) in &is {
        match was.get(name) {
            None => changes.shape.push(format!("fact {name} added")),
            Some(before) => compare_facts(before, fact, &mut changes),
        }
    }
    for name in was.keys().filter(|name| !is.contains_key(*name)) {
        changes.shape.push(format!("fact {name} removed"));
    }
    for enumeration in new.enumerations() {
        let before = old.enumerations().iter().find(|other| other.name() == enumeration.name());
        if let Some(before) = before {
            compare_members(before, enumeration, &mut changes);
        }
    }
    changes
}

fn compare_facts(old: &Fact, new: &Fact, changes: &mut VocabularyChanges) {
    let name = new.name();
    let (was, is) = (kind(old), kind(new));
    if was != is {
        changes.shape.push(format!("fact {name} is {is} (was: {was})"));
    }
    if old.attester() != new.attester() {
        changes.meaning.push(format!(
            "fact {name} is attested by {} (was: {})",
            new.attester(),
            old.attester()
        ));
    }
    if old.doc() != new.doc() {
        changes.meaning.push(format!("fact {name} means: {} (was: {})", new.doc(), old.doc()));
    }
}

fn kind(fact: &Fact) -> String {
    match fact.kind() {
        FactKind::Member(enumeration) => format!("one {}", enumeration.name()),
        FactKind::Members(enumeration) => format!("a set of {}", enumeration.name()),
        FactKind::Bool => "true or false".to_owned(),
        FactKind::Long => "a number".to_owned(),
        FactKind::Datetime => "a time".to_owned(),
    }
}

fn compare_members(old: &Enumeration, new: &Enumeration, changes: &mut VocabularyChanges) {
    let name = new.name();
    let gone: Vec<&str> = old.members().filter(|member| new.position(member).is_none()).collect();
    let come: Vec<&str> = new.members().filter(|member| old.position(member).is_none()).collect();
    let leaf = |member: &str| member.rsplit('.').next().unwrap_or_default().to_owned();
    for member in &gone {
        let moved = come.iter().find(|other| leaf(other) == leaf(member));
        changes.shape.push(match moved {
            Some(to) => format!("{name} {member} moved to {to}"),
            None => format!("{name} {member} removed"),
        });
    }
    for member in come.iter().filter(|member| !gone.iter().any(|other| leaf(other) == leaf(member))) {
        changes.shape.push(format!("{name} {member} added"));
    }
    for group in new.groups().filter(|group| !old.is_group(group)) {
        changes.shape.push(format!("{name} group {group} added"));
    }
    for group in old.groups().filter(|group| !new.is_group(group)) {
        changes.shape.push(format!("{name} group {group} removed"));
    }
    for known in new.members().chain(new.groups()) {
        let (was, is) = (old.doc(known), new.doc(known));
        if let (Some(was), Some(is)) = (was, is)
            && was != is
        {
            changes.meaning.push(format!("{name} {known} means: {is} (was: {was})"));
        }
    }
}
