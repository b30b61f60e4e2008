//! SPDX in JSON: the packages of 2.3, and the elements of 3.0 with those of its AI profile.

use std::{collections::HashMap, io::BufRead};

use serde_json::Value;

use super::{
    document::{InventoryError, Sink},
    part::{Part, PartKind},
};
use crate::{
    json::{Reader, Token, small},
    package_url::Package,
};

/// The packages of SPDX 2.3.
pub(super) fn packages(reader: &mut Reader<impl BufRead>, sink: &mut Sink<'_>) -> Result<(), InventoryError> {
    each_object(reader, &mut |package, line| {
        sink.tell(package_23(package, line));
    })
}

/// Tells every object of an array.
fn each_object(
    reader: &mut Reader<impl BufRead>,
    tell: &mut dyn FnMut(&Value, u32),
) -> Result<(), InventoryError> {
    let first = reader.next()?;
    if first != Token::BeginArray {
        small(reader, first)?;
        return Ok(());
    }
    loop {
        match reader.next()? {
            Token::EndArray => return Ok(()),
            token => {
                let value = small(reader, token)?;
                tell(&value, reader.line());
            }
        }
    }
}

fn package_23(package: &Value, line: u32) -> Part {
    let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut part = Part::new(PartKind::Component, line);
    part.name = text("name").to_owned();
    part.version = package.get("versionInfo").and_then(Value::as_str).map(str::to_owned);
    for key in ["supplier", "originator"] {
        // `Organization: Example (mail@example.org)`, or `NOASSERTION`.
        let stated = text(key);
        let name = stated.split_once(": ").map_or("", |(_, name)| name);
        part.supplied_by(name.split(" (").next().unwrap_or_default());
    }
    let references = package.get("externalRefs").and_then(Value::as_array).into_iter().flatten();
    let url = |reference: &Value| {
        let is_url = reference.get("referenceType").and_then(Value::as_str) == Some("purl");
        reference.get("referenceLocator").and_then(Value::as_str).filter(|_| is_url).and_then(Package::parse)
    };
    part.package = references.clone().find_map(url);
    part
}

/// The elements of SPDX 3.0. Who supplies a package is a reference to another element, which may come later.
#[derive(Default)]
pub(super) struct Agents {
    names: HashMap<String, String>,
    waiting: Vec<(Part, Vec<String>)>,
}

/// The most packages that wait for the names of their suppliers; beyond that their references are told as they are.
const MOST_WAITING: usize = 100_000;

impl Agents {
    /// An SPDX 3 document says so in its context, with its version.
    pub(super) fn context(&mut self, context: &str, sink: &mut Sink<'_>) {
        if let Some((_, rest)) = context.split_once("spdx.org/rdf/") {
            sink.is("SPDX", rest.split('/').next().unwrap_or_default());
        }
    }

    /// The elements.
    pub(super) fn graph(
        &mut self,
        reader: &mut Reader<impl BufRead>,
        sink: &mut Sink<'_>,
    ) -> Result<(), InventoryError> {
        each_object(reader, &mut |element, line| self.element(element, line, sink))
    }

    fn element(&mut self, element: &Value, line: u32, sink: &mut Sink<'_>) {
        let text = |key: &str| element.get(key).and_then(Value::as_str).unwrap_or_default();
        let kind = match text("type").rsplit(['/', '#']).next().unwrap_or_default() {
            "Organization" | "Person" | "Agent" => {
                self.names.insert(text("spdxId").to_owned(), text("name").to_owned());
                return;
            }
            "ai_AIPackage" | "AIPackage" => PartKind::Model,
            "dataset_DatasetPackage" | "DatasetPackage" => PartKind::Data,
            "software_Package" | "Package" => PartKind::Component,
            _ => return,
        };
        let mut part = Part::new(kind, line);
        part.name = text("name").to_owned();
        let version = element.get("software_packageVersion").and_then(Value::as_str);
        part.version = version.map(str::to_owned);
        part.package = Package::parse(text("software_packageUrl")).or_else(|| external(element));
        let suppliers =
            references(element, "suppliedBy").chain(references(element, "originatedBy")).collect();
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push((part, suppliers));
        } else {
            sink.not_read.note(
                format_args!("line {line}"),
                &part.name,
                "the suppliers of more than 100,000 packages",
            );
            sink.tell(part);
        }
    }

    /// Tells the packages, now that all agents are known.
    pub(super) fn finish(&mut self, sink: &mut Sink<'_>) {
        for (mut part, suppliers) in std::mem::take(&mut self.waiting) {
            for supplier in suppliers {
                match self.names.get(&supplier) {
                    Some(name) => part.supplied_by(name),
                    None => {
                        sink.not_read.note(
                            format_args!("line {}", part.line),
                            &supplier,
                            "a supplier in another document",
                        );
                    }
                }
            }
            sink.tell(part);
        }
    }
}

/// A member that refers to one element or to several.
fn references<'a>(element: &'a Value, key: &str) -> impl Iterator<Item = String> + 'a {
    let value = element.get(key);
    let several = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    value.and_then(Value::as_str).into_iter().chain(several).map(str::to_owned)
}

fn external(element: &Value) -> Option<Package> {
    let identifiers = element.get("externalIdentifier").and_then(Value::as_array)?;
    let is_url = |identifier: &&Value| {
        let kind = identifier.get("externalIdentifierType").and_then(Value::as_str);
        matches!(kind, Some("packageUrl" | "packageURL" | "purl"))
    };
    let url = identifiers.iter().find(is_url)?;
    url.get("identifier").and_then(Value::as_str).and_then(Package::parse)
}
