//! Entities of FollowTheMoney, one JSON document a line, as OpenSanctions publishes them.

use std::{collections::HashMap, io::BufRead};

use serde::Deserialize;

use super::{
    Imported, SourceError,
    lines::{Line, Lines},
};
use crate::{
    dates::{End, Span, day},
    graph::{Edge, EdgeKind, Evidence, GraphBuilder, Kind, NodeId, Party, SourceId},
    identifier::Identifier,
    share::Stake,
};

#[derive(Deserialize)]
struct Entity {
    id: String,
    schema: String,
    #[serde(default)]
    properties: HashMap<String, Vec<serde_json::Value>>,
}

impl Entity {
    fn all<'a>(&'a self, property: &str) -> impl Iterator<Item = &'a str> {
        self.properties.get(property).into_iter().flatten().filter_map(serde_json::Value::as_str)
    }

    fn first<'a>(&'a self, property: &str) -> &'a str {
        self.all(property).next().unwrap_or_default()
    }

    fn span(&self) -> Span {
        Span::new(day(self.first("startDate"), End::First), day(self.first("endDate"), End::Last))
    }
}

/// Reads organisations, persons, ownership, control, succession and awards.
///
/// # Errors
/// None: what can't be read is in the list.
pub fn followthemoney(
    reader: impl BufRead,
    source: SourceId,
    builder: &mut GraphBuilder,
) -> Result<Imported, SourceError> {
    let mut lines = Lines::new(reader);
    let mut imported = Imported::default();
    loop {
        let line = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(imported),
            Err(error) => {
                imported.cut = Some(format!("after line {}: {error}", lines.number()));
                return Ok(imported);
            }
        };
        let number = lines.number();
        let (text, refused) = match line {
            Line::Text(text) if text.trim().is_empty() => continue,
            Line::Text(text) => {
                let refused = entity(&text, number, source, builder);
                (text, refused)
            }
            Line::TooLong => (String::new(), Err("longer than 16 MB")),
            Line::NotUtf8(text) => (text, Err("not UTF-8")),
        };
        match refused {
            Ok(()) => imported.took(),
            Err(reason) => imported.not_read.note(format_args!("line {number}"), &text, reason),
        }
    }
}

fn entity(text: &str, line: u32, source: SourceId, builder: &mut GraphBuilder) -> Result<(), &'static str> {
    let entity: Entity =
        serde_json::from_str(text).map_err(|_| "no entity in JSON: one on each line is expected")?;
    let relation = |from, to, kind| (from, to, kind);
    let (from, to, kind) = match entity.schema.as_str() {
        "Company" | "Organization" | "LegalEntity" | "PublicBody" => {
            return party(&entity, Kind::Organisation, builder);
        }
        "Person" => return party(&entity, Kind::Person, builder),
        "Contract" => return party(&entity, Kind::Contract, builder),
        "Ownership" => relation("owner", "asset", EdgeKind::Owns),
        "Succession" => relation("predecessor", "successor", EdgeKind::BecomesPart),
        "ContractAward" => relation("supplier", "contract", EdgeKind::Performs),
        _ => return Err("a schema that says nothing of who owns or supplies whom"),
    };
    let span = entity.span();
    let stake = match entity.first("percentage") {
        "" => Stake::UNKNOWN,
        text => Stake::parse(text).ok_or("a percentage that is none")?,
    };
    let ends = |property| entity.all(property).collect::<Vec<_>>();
    let (starts, targets) = (ends(from), ends(to));
    if starts.is_empty() || targets.is_empty() {
        return Err("a relation without both of its ends");
    }
    for start in &starts {
        for target in &targets {
            let (from, to) = (referred(start, builder)?, referred(target, builder)?);
            let evidence = Evidence::Declared;
            builder.edge(Edge { from, to, kind, evidence, span, stake, source, line });
        }
    }
    Ok(())
}

fn party(entity: &Entity, kind: Kind, builder: &mut GraphBuilder) -> Result<(), &'static str> {
    let names: Vec<&str> = ["name", "title", "alias", "previousName", "weakAlias", "abbreviation"]
        .into_iter()
        .flat_map(|property| entity.all(property))
        .collect();
    let mut identifiers = vec![own_id(&entity.id)?];
    let schemes =
        [("uniqueEntityId", "uei"), ("cageCode", "cage"), ("leiCode", "lei"), ("website", "domain")];
    for (property, scheme) in schemes {
        identifiers.extend(entity.all(property).filter_map(|text| Identifier::of_scheme(scheme, text).ok()));
    }
    builder.node(&Party { kind, names: &names, identifiers: &identifiers });
    Ok(())
}

fn own_id(id: &str) -> Result<Identifier, &'static str> {
    Identifier::of_scheme("ftm", id).map_err(|_| "an entity without an id")
}

/// An end of a relation, which may come before the entity itself.
fn referred(id: &str, builder: &mut GraphBuilder) -> Result<NodeId, &'static str> {
    let identifiers = [own_id(id)?];
    Ok(builder.node(&Party { kind: Kind::Organisation, names: &[], identifiers: &identifiers }))
}
