//! Plain tables with our own column names, or with others and a list of which is which.

use std::io::Read;

use super::{
    Imported, SourceError, reference,
    table::{Row, Shape, read},
};
use crate::{
    dates::{End, Span, day},
    graph::{Edge, EdgeKind, GraphBuilder, Kind, Party, SourceId},
    identifier::Identifier,
    share::Stake,
};

/// Reads organisations: `name`, and where there are such columns `alias` (several, with `;` between), `uei`, `cage`,
/// `lei`, `domain` and `id`.
///
/// # Errors
/// If there is no column `name`.
pub fn plain_entities(
    reader: impl Read,
    renamed: &[(String, String)],
    builder: &mut GraphBuilder,
) -> Result<Imported, SourceError> {
    let shape = Shape { what: "table of organisations", needed: &["name"], renamed };
    read(reader, &shape, |row| entity(row, builder))
}

fn entity(row: &Row<'_>, builder: &mut GraphBuilder) -> Result<(), &'static str> {
    let names: Vec<&str> =
        std::iter::once(row.get("name")).chain(row.get("alias").split(';')).map(str::trim).collect();
    let mut identifiers = Vec::new();
    for scheme in ["uei", "cage", "lei", "domain", "id"] {
        let text = row.get(scheme);
        if !text.is_empty() {
            identifiers.push(Identifier::of_scheme(scheme, text).map_err(|_| wrong(scheme))?);
        }
    }
    if identifiers.is_empty() && names.iter().all(|name| name.is_empty()) {
        return Err("neither a name nor an identifier");
    }
    builder.node(&Party { kind: Kind::Organisation, names: &names, identifiers: &identifiers });
    Ok(())
}

fn wrong(scheme: &str) -> &'static str {
    match scheme {
        "uei" => "a UEI that is none",
        "cage" => "a CAGE code that is none",
        "lei" => "an LEI whose checksum is wrong",
        "domain" => "a domain that is none",
        _ => "an identifier that is none",
    }
}

/// Reads relations: `from`, `relation`, `to`, and where there are such columns `share`, `since`, `until` and
/// `evidence`. Both ends are `uei:…`, `lei:…`, `product:…` and so on, or names.
///
/// # Errors
/// If one of the first three columns is missing.
pub fn plain_links(
    reader: impl Read,
    renamed: &[(String, String)],
    source: SourceId,
    builder: &mut GraphBuilder,
) -> Result<Imported, SourceError> {
    let shape = Shape { what: "table of relations", needed: &["from", "relation", "to"], renamed };
    read(reader, &shape, |row| {
        let text = |column| row.get(column);
        let link = Link {
            from: text("from"),
            relation: text("relation"),
            to: text("to"),
            share: text("share"),
            since: text("since"),
            until: text("until"),
            evidence: text("evidence"),
        };
        link.add(source, row.line, builder)
    })
}

/// A relation as it is written.
pub(super) struct Link<'a> {
    pub(super) from: &'a str,
    pub(super) relation: &'a str,
    pub(super) to: &'a str,
    pub(super) share: &'a str,
    pub(super) since: &'a str,
    pub(super) until: &'a str,
    pub(super) evidence: &'a str,
}

impl Link<'_> {
    /// Adds it, or says why not. What is not empty must be right: a misread end date would free somebody.
    pub(super) fn add(
        &self,
        source: SourceId,
        line: u32,
        builder: &mut GraphBuilder,
    ) -> Result<(), &'static str> {
        let kind = reference::relation(self.relation)?;
        let evidence = reference::evidence(self.evidence)?;
        let span = span(self.since, self.until)?;
        let stake = match self.share {
            "" => Stake::UNKNOWN,
            text => Stake::parse(text).ok_or("a share that is none")?,
        };
        if kind != EdgeKind::Owns && !self.share.is_empty() {
            return Err("a share of what is no ownership");
        }
        let (from, to) = (reference::node(self.from, builder)?, reference::node(self.to, builder)?);
        builder.edge(Edge { from, to, kind, evidence, span, stake, source, line });
        Ok(())
    }
}

/// The days from one date to another; an empty one is open.
pub(super) fn span(since: &str, until: &str) -> Result<Span, &'static str> {
    let date = |text: &str, end| match text {
        "" => Ok(None),
        text => day(text, end).map(Some).ok_or("a date that is none"),
    };
    Ok(Span::new(date(since, End::First)?, date(until, End::Last)?))
}
