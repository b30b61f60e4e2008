//! One vocabulary out of two, so that texts written in either can be compared.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value as Json, json};
use smol_str::SmolStr;

use super::{Enumeration, Fact, FactId, FactKind, Numbers, Vocabulary};
use crate::{Digest, Value};

/// Why two vocabularies have no common one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MergeError {
    /// A fact that means different things.
    #[error("the fact `{0}` is of another type in the other vocabulary, so its values can't be compared")]
    Type(String),
    /// More than can be handled.
    #[error("the vocabularies together can't be read: {0}")]
    Unreadable(String),
}

impl Vocabulary {
    /// What can be said in either of two vocabularies: the facts and the members of both.
    ///
    /// It is for comparing what texts say, each lowered by its own vocabulary before. No agreement is
    /// written in it: a name may be a member by the one and a group by the other, and then it is a
    /// member here.
    ///
    /// # Errors
    /// If a fact has another type in the other vocabulary.
    pub fn merged(&self, other: &Self) -> Result<Self, MergeError> {
        let mut enumerations: BTreeMap<SmolStr, Arc<Enumeration>> =
            self.enumerations.iter().map(|own| (own.name().into(), Arc::clone(own))).collect();
        for theirs in &other.enumerations {
            let merged = match enumerations.get(theirs.name()) {
                Some(own) => Arc::new(own.merged(theirs).map_err(MergeError::Unreadable)?),
                None => Arc::clone(theirs),
            };
            enumerations.insert(theirs.name().into(), merged);
        }
        let mut facts: BTreeMap<SmolStr, Fact> = BTreeMap::new();
        for fact in self.facts.iter().chain(&other.facts) {
            if facts.get(&fact.name).is_some_and(|known| type_of(known) != type_of(fact)) {
                return Err(MergeError::Type(fact.name.to_string()));
            }
            facts.insert(fact.name.clone(), rewoven(fact, &enumerations));
        }
        let facts: Vec<Fact> = facts.into_values().collect();
        let positions = facts.iter().zip(0_u16..).map(|(fact, at)| (fact.name.clone(), FactId(at))).collect();
        Ok(Self {
            name: format!("{} and {}", self.name, other.name),
            version: format!("{} and {}", self.version, other.version),
            digest: Digest::of_parts([self.digest.as_bytes().as_slice(), other.digest.as_bytes()]),
            numbers: Numbers::of(&facts),
            silences: facts.iter().map(|fact| Value::silence(fact.kind())).collect(),
            schema: merged_schema(&self.schema, &other.schema, &enumerations),
            positions,
            facts,
            enumerations: enumerations.into_values().collect(),
            schema_source: Arc::clone(&self.schema_source),
            taxonomy_source: Arc::clone(&self.taxonomy_source),
        })
    }
}

fn type_of(fact: &Fact) -> (u8, Option<&str>) {
    match &fact.kind {
        FactKind::Member(enumeration) => (0, Some(enumeration.name())),
        FactKind::Members(enumeration) => (1, Some(enumeration.name())),
        FactKind::Bool => (2, None),
        FactKind::Long => (3, None),
        FactKind::Datetime => (4, None),
    }
}

/// The same fact over the merged enumeration.
fn rewoven(fact: &Fact, enumerations: &BTreeMap<SmolStr, Arc<Enumeration>>) -> Fact {
    let merged = |own: &Arc<Enumeration>| enumerations.get(own.name()).unwrap_or(own).clone();
    let kind = match &fact.kind {
        FactKind::Member(enumeration) => FactKind::Member(merged(enumeration)),
        FactKind::Members(enumeration) => FactKind::Members(merged(enumeration)),
        kind => kind.clone(),
    };
    Fact { kind, ..fact.clone() }
}

/// The second schema, with the types and attributes that only the first one has.
fn merged_schema(first: &Json, second: &Json, enumerations: &BTreeMap<SmolStr, Arc<Enumeration>>) -> Json {
    let mut merged = second.clone();
    let mut add = |place: &str, into: &str| {
        let theirs = first.pointer(place).and_then(Json::as_object).cloned().unwrap_or_default();
        if let Some(own) = merged.pointer_mut(into).and_then(Json::as_object_mut) {
            for (name, value) in theirs {
                own.entry(name).or_insert(value);
            }
        }
    };
    add("//entityTypes", "//entityTypes");
    let action = |schema: &Json| {
        let actions = schema.pointer("//actions").and_then(Json::as_object)?;
        actions.keys().next().cloned()
    };
    if let (Some(from), Some(into)) = (action(first), action(second)) {
        let attributes =
            |action: &str| format!("//actions/{}/appliesTo/context/attributes", action.replace('/', "~1"));
        add(&attributes(&from), &attributes(&into));
    }
    if let Some(types) = merged.pointer_mut("//entityTypes").and_then(Json::as_object_mut) {
        for (name, enumeration) in enumerations {
            types.insert(name.to_string(), json!({ "enum": enumeration.members().collect::<Vec<_>>() }));
        }
    }
    merged
}
