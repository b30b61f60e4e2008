//! Facts that somebody keeps by hand, in TOML.

use serde::Deserialize;

use super::{Imported, deployment::WrittenDeployment, plain::Link, reference};
use crate::{
    graph::{GraphBuilder, Kind, Party, SourceId},
    identifier::Identifier,
};

/// The version of the file's shape.
const VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    entity: Vec<Entity>,
    #[serde(default)]
    link: Vec<WrittenLink>,
    #[serde(default)]
    deployment: Vec<WrittenDeployment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entity {
    name: String,
    #[serde(default = "organisation")]
    kind: Kind,
    #[serde(default)]
    alias: Vec<String>,
    #[serde(default)]
    identifier: Vec<String>,
}

const fn organisation() -> Kind {
    Kind::Organisation
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLink {
    from: String,
    relation: String,
    to: String,
    #[serde(default)]
    share: String,
    #[serde(default)]
    since: Option<toml::value::Datetime>,
    #[serde(default)]
    until: Option<toml::value::Datetime>,
    #[serde(default)]
    evidence: String,
    /// Where whoever wrote it has it from. It is for readers of the file.
    #[serde(default, rename = "source")]
    _source: String,
}

/// A file of facts that can't be read at all.
#[derive(Debug, thiserror::Error)]
pub enum HandKeptError {
    /// Not TOML, or not of this shape.
    #[error("the file of facts can't be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// A shape of another time.
    #[error("the file of facts has version {0}; this program reads version {VERSION}")]
    Version(u32),
}

/// Reads a file of facts.
///
/// # Errors
/// If it is not TOML of this shape. What is of the shape and wrong is in the list.
pub fn hand_kept(
    text: &str,
    source: SourceId,
    builder: &mut GraphBuilder,
) -> Result<Imported, HandKeptError> {
    let file: File = toml::from_str(text)?;
    if file.version != VERSION {
        return Err(HandKeptError::Version(file.version));
    }
    let mut imported = Imported::default();
    for (number, entity) in (1_u32..).zip(&file.entity) {
        match identifiers(entity) {
            Ok(identifiers) => {
                let names: Vec<&str> =
                    std::iter::once(&entity.name).chain(&entity.alias).map(String::as_str).collect();
                builder.node(&Party { kind: entity.kind, names: &names, identifiers: &identifiers });
                imported.took();
            }
            Err(reason) => imported.not_read.note(format_args!("entity {number}"), &entity.name, reason),
        }
    }
    for (number, written) in (1_u32..).zip(&file.link) {
        let (since, until) = (reference::date(written.since), reference::date(written.until));
        let link = Link {
            from: &written.from,
            relation: &written.relation,
            to: &written.to,
            share: &written.share,
            since: &since,
            until: &until,
            evidence: &written.evidence,
        };
        match link.add(source, number, builder) {
            Ok(()) => imported.took(),
            Err(reason) => {
                let what = format!("{} {} {}", written.from, written.relation, written.to);
                imported.not_read.note(format_args!("link {number}"), &what, reason);
            }
        }
    }
    for (number, written) in (1_u32..).zip(&file.deployment) {
        match written.add(source, number, builder) {
            Ok(()) => imported.took(),
            Err(reason) => {
                imported.not_read.note(format_args!("deployment {number}"), &written.id, reason);
            }
        }
    }
    Ok(imported)
}

fn identifiers(entity: &Entity) -> Result<Vec<Identifier>, &'static str> {
    if entity.kind == Kind::Deployment {
        return Err("a deployment has a product, a host and users: write it as `[[deployment]]`");
    }
    let split = |text: &String| {
        let (scheme, value) = text.split_once(':').ok_or("an identifier without its scheme: `uei:…`")?;
        Identifier::of_scheme(scheme, value).map_err(|_| "an identifier that is none")
    };
    entity.identifier.iter().map(split).collect()
}
