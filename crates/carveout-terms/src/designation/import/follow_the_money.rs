//! FollowTheMoney entities, as OpenSanctions publishes them: one JSON object a line, with sanctions nested in what
//! they are about or as entities of their own.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{
    Imported, List,
    dates::{Edge, date},
    record::Entry,
};
use crate::Digest;

/// Schemata that name somebody or something that can be barred.
const BARRED: [&str; 12] = [
    "Thing",
    "LegalEntity",
    "Organization",
    "Company",
    "PublicBody",
    "Person",
    "Vessel",
    "Airplane",
    "Vehicle",
    "Asset",
    "Security",
    "CryptoWallet",
];

/// Properties that a record has a place for.
const READ: [&str; 11] = [
    "name",
    "alias",
    "weakAlias",
    "previousName",
    "abbreviation",
    "uniqueEntityId",
    "cageCode",
    "leiCode",
    "website",
    "sanctions",
    "sanctionEntity",
];

/// Reads entities. Each sanction is an instrument of its own: one entity may be barred by several.
#[must_use]
pub fn follow_the_money(bytes: &[u8], list: &List) -> Imported {
    let mut imported = Imported::default();
    let Some(entities) = entities(bytes, &mut imported) else { return imported };
    let mut sanctions: BTreeMap<String, Vec<(&Json, String)>> = BTreeMap::new();
    for (entity, place) in entities.iter().filter(|(entity, _)| text(entity, "schema") == "Sanction") {
        for of in values(entity, "entity") {
            sanctions.entry(of).or_default().push((entity, place.clone()));
        }
    }
    let digest = Digest::of(bytes);
    let mut met = Vec::new();
    for (entity, place) in &entities {
        let schema = text(entity, "schema");
        if schema == "Sanction" {
            continue;
        }
        if !BARRED.contains(&schema.as_str()) {
            let reason =
                format!("`{schema}` is nobody that can be barred; owners and links belong into a graph");
            imported.pass("an entity", reason, place);
            continue;
        }
        let id = text(entity, "id");
        let nested = entity.pointer("/properties/sanctions").and_then(Json::as_array).into_iter().flatten();
        let nested = nested.filter(|sanction| sanction.is_object()).map(|sanction| (sanction, place.clone()));
        let mut own: Vec<(&Json, String)> = nested.collect();
        own.extend(sanctions.get(&id).into_iter().flatten().cloned());
        met.push(id);
        if own.is_empty() {
            imported.pass("an entity", "no sanction says who barred it, and since when", place);
        }
        account(entity, place, &mut imported);
        for (number, (sanction, place)) in own.into_iter().enumerate() {
            match entry(entity, sanction, number) {
                Ok(entry) => imported.take(&entry, list, digest, &place),
                Err(reason) => imported.pass("a sanction", reason, &place),
            }
        }
    }
    for (of, orphans) in &sanctions {
        if let (false, Some((_, place))) = (met.contains(of), orphans.first()) {
            imported.pass("a sanction", "whom it is about is not in the file", place);
        }
    }
    imported
}

/// The objects of the file: an array of them, or one a line.
fn entities(bytes: &[u8], imported: &mut Imported) -> Option<Vec<(Json, String)>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Ok(text) = str::from_utf8(bytes) else {
        imported.pass("the file", "it is not UTF-8 text", "its bytes");
        return None;
    };
    let mut entities = Vec::new();
    if text.trim_start().starts_with('[') {
        match serde_json::from_str::<Vec<Json>>(text) {
            Ok(list) => {
                imported.rows = list.len();
                let placed = list.into_iter().enumerate();
                entities.extend(placed.map(|(place, entity)| (entity, format!("entity {}", place + 1))));
            }
            Err(error) => imported.pass("the file", format!("it is no JSON: {error}"), "its text"),
        }
        return Some(entities);
    }
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        imported.rows += 1;
        let place = format!("line {}", number + 1);
        match serde_json::from_str::<Json>(line) {
            Ok(entity) if entity.is_object() => entities.push((entity, place)),
            Ok(_) => imported.pass("a line", "it is no entity", place),
            Err(_) => imported.pass("a line", "it is no JSON", place),
        }
    }
    Some(entities)
}

/// Reports properties that a record has no place for.
fn account(entity: &Json, place: &str, imported: &mut Imported) {
    let properties = entity.get("properties").and_then(Json::as_object);
    for name in properties.into_iter().flat_map(serde_json::Map::keys) {
        if !READ.contains(&name.as_str()) {
            imported.pass("a property", format!("`{name}` has no place in a record"), place);
        }
    }
}

fn entry(entity: &Json, sanction: &Json, number: usize) -> Result<Entry, String> {
    let name = Some(text(entity, "caption")).filter(|caption| !caption.is_empty());
    let name = name.or_else(|| values(entity, "name").into_iter().next()).unwrap_or_default();
    let day = |property: &str, edge| match values(sanction, property).into_iter().next() {
        None => Ok(None),
        Some(text) => {
            date(&text, edge).map(Some).ok_or(format!("its `{property}` is no date that is understood"))
        }
    };
    let listed = day("listingDate", Edge::First)?;
    let notes = ["program", "reason", "provisions", "status", "summary", "sourceUrl"];
    let notes = notes.iter().flat_map(|property| {
        values(sanction, property)
            .into_iter()
            .map(move |value| format!("{property}: {}.", value.trim_end_matches('.')))
    });
    let own = text(sanction, "id");
    let mut aliases: Vec<String> = Vec::new();
    for property in ["name", "alias", "weakAlias", "previousName", "abbreviation"] {
        aliases.extend(values(entity, property));
    }
    Ok(Entry {
        key: if own.is_empty() { format!("{} {}", text(entity, "id"), number + 1) } else { own },
        name,
        aliases,
        uei: values(entity, "uniqueEntityId"),
        cage: values(entity, "cageCode"),
        lei: values(entity, "leiCode"),
        domains: values(entity, "website"),
        issuer: values(sanction, "authority").into_iter().next(),
        authority: values(sanction, "program").into_iter().next(),
        effective: day("startDate", Edge::First)?.or(listed),
        published: listed,
        until: day("endDate", Edge::Last)?,
        notes: notes.collect(),
        ..Entry::default()
    })
}

fn text(entity: &Json, key: &str) -> String {
    entity.get(key).and_then(Json::as_str).map(clean).unwrap_or_default()
}

/// The values of a property: FollowTheMoney's are lists of texts.
fn values(entity: &Json, property: &str) -> Vec<String> {
    let values = entity.get("properties").and_then(|properties| properties.get(property));
    match values {
        Some(Json::Array(list)) => list.iter().filter_map(Json::as_str).map(clean).collect(),
        Some(Json::String(one)) => vec![clean(one)],
        _ => Vec::new(),
    }
}

fn clean(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
