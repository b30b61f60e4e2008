//! Sub-awards as USAspending publishes them for download.

use std::io::Read;

use super::{
    Imported, SourceError,
    table::{Row, Shape, read},
};
use crate::{
    dates::{End, Span, day},
    graph::{Edge, EdgeKind, Evidence, GraphBuilder, Kind, NodeId, Party, SourceId},
    identifier::Identifier,
    share::Stake,
};

/// Reads sub-awards: who works for whom, under which award, and whose child each of them is.
///
/// # Errors
/// If the table is another one.
pub fn usaspending_subawards(
    reader: impl Read,
    source: SourceId,
    builder: &mut GraphBuilder,
) -> Result<Imported, SourceError> {
    let needed = ["prime_award_unique_key", "prime_awardee_name", "subawardee_name"];
    let shape = Shape { what: "table of sub-awards of USAspending", needed: &needed, renamed: &[] };
    read(reader, &shape, |row| subaward(row, source, builder))
}

fn subaward(row: &Row<'_>, source: SourceId, builder: &mut GraphBuilder) -> Result<(), &'static str> {
    let sub = firm(row, ["subawardee_uei", "subawardee_name", "subawardee_dba_name"], builder)
        .ok_or("a sub-award without a recipient")?;
    let prime = firm(row, ["prime_awardee_uei", "prime_awardee_name", "prime_awardee_dba_name"], builder)
        .ok_or("a sub-award without a prime contractor")?;
    let award = Identifier::of_scheme("award", row.get("prime_award_unique_key"))
        .map_err(|_| "no key of the award")?;
    let contract = row.get("prime_award_piid");
    let contract = builder.node(&Party { kind: Kind::Contract, names: &[contract], identifiers: &[award] });
    let since = day(row.get("subaward_action_date"), End::First);
    let span = Span::new(since, None);
    let mut edge = |from, to, kind, span| {
        let (evidence, stake) = (Evidence::Declared, Stake::UNKNOWN);
        builder.edge(Edge { from, to, kind, evidence, span, stake, source, line: row.line });
    };
    edge(sub, prime, EdgeKind::WorksFor, span);
    edge(sub, contract, EdgeKind::Performs, span);
    edge(prime, contract, EdgeKind::Performs, Span::ALWAYS);
    for (child, uei, name) in [
        (sub, "subawardee_parent_uei", "subawardee_parent_name"),
        (prime, "prime_awardee_parent_uei", "prime_awardee_parent_name"),
    ] {
        if let Some(parent) = firm(row, [uei, name, ""], builder).filter(|parent| *parent != child) {
            builder.plain_edge(parent, child, EdgeKind::Controls, source, row.line);
        }
    }
    Ok(())
}

/// The firm in three columns: its UEI, its name and the name it trades under.
fn firm(row: &Row<'_>, columns: [&str; 3], builder: &mut GraphBuilder) -> Option<NodeId> {
    let [uei, name, trades_as] = columns.map(|column| row.get(column));
    let identifiers: Vec<Identifier> = Identifier::uei(uei).into_iter().collect();
    let named = !name.is_empty() || !trades_as.is_empty();
    (named || !identifiers.is_empty()).then(|| {
        builder.node(&Party {
            kind: Kind::Organisation,
            names: &[name, trades_as],
            identifiers: &identifiers,
        })
    })
}
