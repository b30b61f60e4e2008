//! Reading a vocabulary from a Cedar schema and a TOML taxonomy.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use cedar_policy_core::{
    ast::EntityType,
    extensions::Extensions,
    validator::{RawName, ValidatorSchema, json_schema::Fragment},
};
use miette::Diagnostic;
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::{APPROVALS, Attester, Enumeration, Fact, FactId, FactKind, Numbers, ROLE, Vocabulary};
use crate::{Digest, Problem, Problems, Value, problem::nearest};

/// A set fact is passed around as bits; more members than this are a mistake, not a vocabulary.
const LARGEST_SET: usize = 128;

/// The facts that every vocabulary has, because deciding itself needs them.
const ENGINE_FACTS: [&str; 5] = ["at", "host", "maker", "model", "operator"];

/// The taxonomy file. Every other table is an entity type: `[Purpose]` with `"node" = "sentence"`.
#[derive(serde::Deserialize)]
struct Taxonomy {
    vocabulary: String,
    version: String,
    /// Facts that the authors considered and left out, with the reason: for readers only.
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "read so that the file may say it, and that a misspelling of it is refused"
    )]
    left_out: BTreeMap<String, String>,
    #[serde(flatten)]
    members: BTreeMap<SmolStr, BTreeMap<SmolStr, String>>,
}

/// The texts of the two files.
#[derive(Clone, Copy)]
struct Sources<'a> {
    schema: &'a str,
    taxonomy: &'a str,
}

pub(super) fn load(schema_source: &str, taxonomy_source: &str) -> Result<Vocabulary, Problems> {
    let taxonomy = read_taxonomy(taxonomy_source)?;
    let in_schema = |problems| Problems::new("vocabulary schema", schema_source, problems);
    let mut schema = read_schema(schema_source).map_err(|problem| in_schema(vec![problem]))?;
    let sources = Sources { schema: schema_source, taxonomy: taxonomy_source };
    let enumerations = enumerations(&mut schema, &taxonomy, sources)?;
    let loader = Loader { source: schema_source, enumerations: &enumerations };
    let facts = loader.facts(&schema).map_err(in_schema)?;
    let resolved = ValidatorSchema::from_json_value(schema.clone(), Extensions::all_available());
    if let Err(error) = resolved {
        return Err(in_schema(vec![Problem::error("schema", whole(schema_source), error.to_string())]));
    }
    let positions =
        facts.iter().enumerate().map(|(at, fact)| (fact.name.clone(), FactId(at as u16))).collect();
    Ok(Vocabulary {
        numbers: Numbers::of(&facts),
        silences: facts.iter().map(|fact| Value::silence(fact.kind())).collect(),
        name: taxonomy.vocabulary,
        version: taxonomy.version,
        digest: Digest::of_parts([schema_source.as_bytes(), taxonomy_source.as_bytes()]),
        facts,
        positions,
        enumerations: enumerations.into_values().collect(),
        schema,
        schema_source: schema_source.into(),
        taxonomy_source: taxonomy_source.into(),
    })
}

fn read_taxonomy(source: &str) -> Result<Taxonomy, Problems> {
    toml::from_str(source).map_err(|error| {
        let span = error.span().unwrap_or_else(|| whole(source));
        Problems::new("vocabulary taxonomy", source, vec![Problem::error("taxonomy", span, error.message())])
    })
}

fn read_schema(source: &str) -> Result<Json, Problem> {
    let problem = |error: &dyn Diagnostic, message: String| {
        let label = error.labels().and_then(|mut labels| labels.next());
        let span = label.map_or_else(|| whole(source), |label| label.offset()..label.offset() + label.len());
        Problem::error("schema", span, message).maybe_hint(error.help().map(|help| help.to_string()))
    };
    let (fragment, _warnings) =
        Fragment::<RawName>::from_cedarschema_str(source, Extensions::all_available())
            .map_err(|error| problem(&error, error.to_string()))?;
    serde_json::to_value(&fragment)
        .map_err(|error| Problem::error("schema", whole(source), error.to_string()))
}

type Enumerations = BTreeMap<SmolStr, Arc<Enumeration>>;

/// Collects every enumeration, writing the taxonomy's members into the schema as it goes. Problems are
/// placed in the file that lists the members.
fn enumerations(
    schema: &mut Json,
    taxonomy: &Taxonomy,
    sources: Sources<'_>,
) -> Result<Enumerations, Problems> {
    let mut nothing = serde_json::Map::new();
    let types = schema.pointer_mut("//entityTypes").and_then(Json::as_object_mut).unwrap_or(&mut nothing);
    let (mut in_schema, mut in_taxonomy) = (Vec::new(), misplaced(types, taxonomy, sources.taxonomy));
    let mut found = BTreeMap::new();
    for (name, declared) in types.iter_mut() {
        let key = SmolStr::from(name.as_str());
        let (nodes, source, problems) = if let Some(tree) = taxonomy.members.get(&key) {
            let nodes = tree.iter().map(|(node, doc)| (node.clone(), Some(doc.clone()))).collect();
            (nodes, sources.taxonomy, &mut in_taxonomy)
        } else if let Some(listed) = declared.get("enum").and_then(Json::as_array) {
            let nodes: Vec<_> =
                listed.iter().filter_map(Json::as_str).map(|node| (node.into(), None)).collect();
            (nodes, sources.schema, &mut in_schema)
        } else {
            continue;
        };
        let entity_type = name.parse::<EntityType>().map_err(|error| error.to_string());
        match entity_type.and_then(|entity_type| Enumeration::new(&entity_type, nodes)) {
            Ok(enumeration) => {
                *declared = serde_json::json!({ "enum": enumeration.members().collect::<Vec<_>>() });
                found.insert(key, Arc::new(enumeration));
            }
            Err(message) => problems.push(Problem::error("enumeration", mention(source, name), message)),
        }
    }
    match (in_taxonomy.is_empty(), in_schema.is_empty()) {
        (true, true) => Ok(found),
        (false, _) => Err(Problems::new("vocabulary taxonomy", sources.taxonomy, in_taxonomy)),
        (true, false) => Err(Problems::new("vocabulary schema", sources.schema, in_schema)),
    }
}

/// Tables of the taxonomy for which the schema has no type, or a type with members of its own.
fn misplaced(types: &serde_json::Map<String, Json>, taxonomy: &Taxonomy, source: &str) -> Vec<Problem> {
    let check = |name: &SmolStr| match types.get(name.as_str()) {
        None => {
            let message = format!("the schema has no entity type `{name}`");
            let hint = nearest(name, types.keys().map(String::as_str));
            Some(Problem::error("unknown-type", mention(source, name), message).maybe_hint(hint))
        }
        Some(declared) if declared.get("enum").is_some() => {
            let message = format!("`{name}` has its members in the schema already");
            let problem = Problem::error("declared-twice", mention(source, name), message);
            Some(problem.hint("keep the members in one place"))
        }
        Some(_) => None,
    };
    taxonomy.members.keys().filter_map(check).collect()
}

struct Loader<'a> {
    source: &'a str,
    enumerations: &'a BTreeMap<SmolStr, Arc<Enumeration>>,
}

impl Loader<'_> {
    /// Reads the facts off the context of the schema's actions, which must all have the same.
    fn facts(&self, schema: &Json) -> Result<Vec<Fact>, Vec<Problem>> {
        let mut problems = Vec::new();
        let actions = schema.pointer("//actions").and_then(Json::as_object);
        let contexts: Vec<_> = actions
            .into_iter()
            .flat_map(|actions| actions.values())
            .map(|action| action.pointer("/appliesTo/context/attributes").and_then(Json::as_object))
            .collect();
        let Some(Some(attributes)) = contexts.first() else {
            return Err(vec![self.problem(
                "no-facts",
                "action",
                "the schema declares no action with a context",
            )]);
        };
        if contexts.iter().any(|other| *other != Some(*attributes)) {
            problems.push(self.problem("two-records", "context", "every action must have the same context"));
        }
        let mut facts = Vec::new();
        for (name, attribute) in *attributes {
            match self.fact(name, attribute) {
                Ok(fact) => facts.push(fact),
                Err(message) => problems.push(self.problem("fact", name, format!("`{name}`: {message}"))),
            }
        }
        problems.extend(self.engine_facts(attributes, &facts));
        if problems.is_empty() { Ok(facts) } else { Err(problems) }
    }

    /// The facts that deciding itself needs must be there, and nobody else may state them.
    fn engine_facts(&self, attributes: &serde_json::Map<String, Json>, facts: &[Fact]) -> Vec<Problem> {
        let check = |needed: &str| {
            let Some(fact) = facts.iter().find(|fact| fact.name == needed) else {
                let message = format!("the fact `{needed}` is missing");
                return (!attributes.contains_key(needed))
                    .then(|| self.problem("missing-fact", "context", message));
            };
            let (fits, kind) = match fact.kind() {
                FactKind::Datetime => (needed == "at", "an enumeration"),
                FactKind::Member(_) => (needed != "at", "a datetime"),
                _ => (false, if needed == "at" { "a datetime" } else { "an enumeration" }),
            };
            if !fits {
                return Some(self.problem("engine-fact", needed, format!("`{needed}` must be {kind}")));
            }
            let message =
                format!("`{needed}` decides which agreements apply, so only the gateway can attest it");
            (fact.attester() != Attester::Gateway).then(|| self.problem("engine-fact", needed, message))
        };
        ENGINE_FACTS.into_iter().filter_map(check).collect()
    }

    fn fact(&self, name: &str, attribute: &Json) -> Result<Fact, String> {
        if name == APPROVALS {
            return Err("this name is reserved for the approvals of a use".into());
        }
        if !is_fact_name(name) {
            return Err("a fact's name is lowercase letters, digits and underscores".into());
        }
        if attribute.get("required") == Some(&Json::Bool(false)) {
            return Err("a fact can't be optional; silence is the member `unknown`".into());
        }
        let annotation = |key: &str| attribute.pointer(&format!("/annotations/{key}")).and_then(Json::as_str);
        let attester: Attester =
            annotation("attester").ok_or("say who attests it with `@attester(\"…\")`")?.parse()?;
        let doc = annotation("doc").ok_or("say what it means with `@doc(\"…\")`")?;
        let kind = self.kind(attribute)?;
        if kind.enumeration().is_none() && attester != Attester::Gateway {
            return Err(
                "a number, truth value or time can't be unknown, so only the gateway can attest it".into()
            );
        }
        let scrutiny = match annotation("scrutiny") {
            None => false,
            Some("only") if matches!(attester, Attester::Gateway | Attester::Judge) => true,
            Some("only") => return Err("only a fact of the gateway or of a judge can raise scrutiny".into()),
            Some(_) => return Err("`@scrutiny` says `only`, or nothing".into()),
        };
        Ok(Fact { name: name.into(), kind, attester, scrutiny, doc: doc.into() })
    }

    fn kind(&self, attribute: &Json) -> Result<FactKind, String> {
        let declared = attribute.get("name").and_then(Json::as_str);
        match (attribute.get("type").and_then(Json::as_str), declared) {
            (Some("Set"), _) => {
                let element = attribute.pointer("/element/name").and_then(Json::as_str).unwrap_or_default();
                let enumeration = self.enumeration(element)?;
                if enumeration.members().len() > LARGEST_SET {
                    return Err(format!("a set over `{element}` would have more than {LARGEST_SET} members"));
                }
                Ok(FactKind::Members(enumeration))
            }
            (Some("EntityOrCommon"), Some("Bool")) => Ok(FactKind::Bool),
            (Some("EntityOrCommon"), Some("Long")) => Ok(FactKind::Long),
            (Some("EntityOrCommon"), Some("datetime")) => Ok(FactKind::Datetime),
            (Some("EntityOrCommon"), Some(name)) => self.enumeration(name).map(FactKind::Member),
            _ => Err("a fact is an enumeration, a set over one, Bool, Long or datetime".into()),
        }
    }

    fn enumeration(&self, name: &str) -> Result<Arc<Enumeration>, String> {
        if name == ROLE {
            return Err("`Role` is reserved: agreements name their own roles".into());
        }
        self.enumerations.get(name).cloned().ok_or_else(|| {
            format!("`{name}` is no enumeration; list its members in the schema or the taxonomy")
        })
    }

    /// A problem placed at the first mention of a word, the best the schema's JSON form allows.
    fn problem(&self, code: &'static str, word: &str, message: impl Into<String>) -> Problem {
        Problem::error(code, mention(self.source, word), message)
    }
}

/// RFC 9651 section 3.1.2 lets a key be no more than this and a few signs.
fn is_fact_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Where a word is declared, else where it is first said, else the start of the text.
fn mention(source: &str, word: &str) -> Range<usize> {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let said: Vec<usize> = source
        .match_indices(word)
        .map(|(start, _)| start)
        .filter(|start| {
            let (before, after) = (source.get(..*start), source.get(start + word.len()..));
            !before.is_some_and(|before| before.ends_with(in_word))
                && !after.is_some_and(|after| after.starts_with(in_word))
        })
        .collect();
    let declares = |start: &&usize| {
        let (before, after) = (source.get(..**start), source.get(**start + word.len()..));
        after.is_some_and(|after| after.trim_start_matches('"').trim_start().starts_with([':', ']', '{']))
            || before.is_some_and(|before| before.trim_end().ends_with("entity"))
    };
    let place = said.iter().find(declares).or(said.first());
    place.map_or(0..0, |start| *start..start + word.len())
}

fn whole(source: &str) -> Range<usize> {
    0..source.len()
}
