//! Level 2 of GLEIF's Golden Copy: who consolidates whom. The start node is the child, the end node the parent.

use std::io::Read;

use super::{
    Imported, SourceError,
    table::{Row, Shape, read},
};
use crate::{
    dates::{End, Span, day},
    graph::{Edge, EdgeKind, Evidence, GraphBuilder, Kind, Party, SourceId},
    identifier::Identifier,
    share::Stake,
};

/// Periods and quantifiers are numbered columns: one to five.
const MOST: usize = 5;

/// Reads relationship records. Consolidation is control; it becomes a share only where a percentage is stated.
///
/// # Errors
/// If the table is another one.
pub fn gleif_relationships(
    reader: impl Read,
    source: SourceId,
    builder: &mut GraphBuilder,
) -> Result<Imported, SourceError> {
    let needed =
        ["relationship.startnode.nodeid", "relationship.endnode.nodeid", "relationship.relationshiptype"];
    let shape = Shape { what: "table of relationship records of GLEIF", needed: &needed, renamed: &[] };
    read(reader, &shape, |row| relationship(row, source, builder))
}

fn relationship(row: &Row<'_>, source: SourceId, builder: &mut GraphBuilder) -> Result<(), &'static str> {
    match row.get("relationship.relationshiptype") {
        "IS_DIRECTLY_CONSOLIDATED_BY" | "IS_ULTIMATELY_CONSOLIDATED_BY" | "IS_INTERNATIONAL_BRANCH_OF" => {}
        "IS_FUND-MANAGED_BY" | "IS_SUBFUND_OF" | "IS_FEEDER_TO" => {
            return Err("a relation of funds, which is neither ownership nor control");
        }
        _ => return Err("a type of relationship that is not known here"),
    }
    let span = period(row);
    if row.get("relationship.relationshipstatus") != "ACTIVE" && span.until().is_none() {
        return Err("not active, and without the day on which it ended");
    }
    let child =
        Identifier::lei(row.get("relationship.startnode.nodeid")).map_err(|_| "the child has no LEI")?;
    let parent =
        Identifier::lei(row.get("relationship.endnode.nodeid")).map_err(|_| "the parent has no LEI")?;
    let mut node = |identifier| {
        builder.node(&Party { kind: Kind::Organisation, names: &[], identifiers: &[identifier] })
    };
    let (from, to) = (node(parent), node(child));
    let mut edge = |kind, stake| {
        let evidence = Evidence::Declared;
        builder.edge(Edge { from, to, kind, evidence, span, stake, source, line: row.line });
    };
    edge(EdgeKind::Controls, Stake::UNKNOWN);
    if let Some(stake) = percentage(row) {
        edge(EdgeKind::Owns, stake);
    }
    Ok(())
}

/// The period of the relationship itself. Accounting periods say when it was looked at, not when it held.
fn period(row: &Row<'_>) -> Span {
    let column = |number: usize, name: &str| row.get(&format!("relationship.period.{number}.{name}"));
    let found = (1..=MOST).find(|number| column(*number, "periodtype") == "RELATIONSHIP_PERIOD");
    found.map_or(Span::ALWAYS, |number| {
        Span::new(day(column(number, "startdate"), End::First), day(column(number, "enddate"), End::Last))
    })
}

fn percentage(row: &Row<'_>) -> Option<Stake> {
    let column = |number: usize, name: &str| row.get(&format!("relationship.quantifiers.{number}.{name}"));
    let found = (1..=MOST).find(|number| column(*number, "quantifierunits") == "PERCENTAGE")?;
    Stake::parse(column(found, "quantifieramount"))
}
