//! CycloneDX in JSON.

use std::io::BufRead;

use serde_json::{Map, Value};

use super::{
    document::{InventoryError, Sink},
    part::{Part, PartKind},
};
use crate::{
    json::{Reader, Token, skip, small},
    package_url::Package,
};

/// How deep components may hold components. Nothing that is built nests deeper; what does is a way to exhaust a stack.
const DEEPEST: usize = 100;

/// What is read of a component.
pub(super) const COMPONENT: PartKind = PartKind::Component;
/// What is read of a service.
pub(super) const SERVICE: PartKind = PartKind::Service;

/// Members of a part that tell whose it is. Everything else is read over: licences, hashes, evidence, vulnerabilities.
const KEPT: [&str; 12] = [
    "type",
    "name",
    "group",
    "version",
    "purl",
    "supplier",
    "publisher",
    "manufacturer",
    "author",
    "provider",
    "endpoints",
    "authors",
];

/// The subject of the document, which is a component too.
pub(super) fn metadata(reader: &mut Reader<impl BufRead>, sink: &mut Sink<'_>) -> Result<(), InventoryError> {
    match reader.next()? {
        Token::BeginObject => {}
        first => {
            small(reader, first)?;
            return Ok(());
        }
    }
    loop {
        match reader.next()? {
            Token::EndObject => return Ok(()),
            Token::Key(key) if key == "component" => match reader.next()? {
                Token::BeginObject => element(reader, COMPONENT, 0, sink)?,
                first => {
                    small(reader, first)?;
                }
            },
            Token::Key(_) => skip(reader)?,
            _ => {}
        }
    }
}

/// An array of components or services.
pub(super) fn elements(
    reader: &mut Reader<impl BufRead>,
    kind: PartKind,
    sink: &mut Sink<'_>,
) -> Result<(), InventoryError> {
    nested(reader, kind, 0, sink)
}

fn nested(
    reader: &mut Reader<impl BufRead>,
    kind: PartKind,
    depth: usize,
    sink: &mut Sink<'_>,
) -> Result<(), InventoryError> {
    match reader.next()? {
        Token::BeginArray => {}
        first => {
            small(reader, first)?;
            sink.not_read.note(format_args!("line {}", reader.line()), "", "components that are no list");
            return Ok(());
        }
    }
    loop {
        match reader.next()? {
            Token::EndArray => return Ok(()),
            Token::BeginObject => element(reader, kind, depth, sink)?,
            token => {
                small(reader, token)?;
                sink.not_read.note(
                    format_args!("line {}", reader.line()),
                    "",
                    "a component that is no object",
                );
            }
        }
    }
}

/// An object that has just begun.
fn element(
    reader: &mut Reader<impl BufRead>,
    kind: PartKind,
    depth: usize,
    sink: &mut Sink<'_>,
) -> Result<(), InventoryError> {
    if depth >= DEEPEST {
        return Err(InventoryError::Broken(format!(
            "line {}: components are nested more than {DEEPEST} deep",
            reader.line()
        )));
    }
    let mut members = Map::new();
    loop {
        match reader.next()? {
            Token::EndObject => break,
            Token::Key(key) => match key.as_str() {
                "components" => nested(reader, COMPONENT, depth + 1, sink)?,
                "services" => nested(reader, SERVICE, depth + 1, sink)?,
                "modelCard" => {
                    members.insert("modelCard".to_owned(), Value::Bool(true));
                    skip(reader)?;
                }
                kept if KEPT.contains(&kept) => {
                    let first = reader.next()?;
                    let value = small(reader, first)?;
                    members.insert(key, value);
                }
                _ => skip(reader)?,
            },
            _ => {}
        }
    }
    sink.tell(part(&members, kind, reader.line()));
    Ok(())
}

fn part(members: &Map<String, Value>, kind: PartKind, line: u32) -> Part {
    let text = |key: &str| members.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = match text("type") {
        "machine-learning-model" => PartKind::Model,
        "data" if kind == COMPONENT => PartKind::Data,
        _ if members.contains_key("modelCard") => PartKind::Model,
        _ => kind,
    };
    let mut part = Part::new(kind, line);
    part.name = text("name").to_owned();
    part.grouped(text("group"));
    part.version = members.get("version").and_then(Value::as_str).map(str::to_owned);
    part.package = Package::parse(text("purl"));
    for key in ["supplier", "manufacturer", "provider"] {
        let name = members.get(key).and_then(|organisation| organisation.get("name")).and_then(Value::as_str);
        part.supplied_by(name.unwrap_or_default());
    }
    for key in ["publisher", "author"] {
        part.supplied_by(text(key));
    }
    let endpoints = members.get("endpoints").and_then(Value::as_array).into_iter().flatten();
    part.endpoints = endpoints.filter_map(Value::as_str).map(str::to_owned).collect();
    part
}
