//! `exposure reach`: whom an affiliate rule reaches.

use std::collections::HashMap;

use carveout_exposure::{
    graph::{Graph, NodeId},
    ownership::{Affiliate, AffiliateRule, Owned, Reading, affiliates, effective, owned},
    share::Share,
};
use serde_json::{Value as Json, json};

use super::instrument::{Asked, asked};
use super::sources::{ReadSource, document, is_cut, read_all};
use crate::{
    cli::ExposureReach,
    output::{Exit, Printer, coloured},
};

pub(super) fn run(arguments: &ExposureReach, printer: &Printer) -> miette::Result<Exit> {
    let (graph, sources) = read_all(&arguments.sources)?;
    let Asked { barred, rule, day } = asked(&graph, &arguments.instrument)?;
    let found = affiliates(&graph, &barred, rule, day);
    let shares = Shares::of(&graph, &barred, rule, day);
    if printer.json() {
        let reached: Vec<Json> = found.iter().map(|found| described(found, &graph, &shares)).collect();
        let result = json!({
            "on": day.to_string(),
            "rule": rule,
            "barred": barred.iter().map(|node| graph.name(*node)).collect::<Vec<_>>(),
            "reached": reached,
            "shares_in_the_end_not_worked_out": shares.tangled,
            "sources": sources.iter().map(document).collect::<Vec<_>>(),
        });
        printer.document("exposure reach", &result)?;
    } else {
        show(printer, &found, &graph, &shares, &sources, day);
    }
    Ok(match (found.is_empty(), is_cut(&sources)) {
        (false, _) => Exit::No,
        (true, true) => Exit::Failure,
        (true, false) => Exit::Yes,
    })
}

/// What the barred hold, where the rule asks about shares.
#[derive(Default)]
struct Shares {
    aggregated: HashMap<NodeId, Owned>,
    in_the_end: HashMap<NodeId, String>,
    tangled: Option<String>,
}

impl Shares {
    fn of(graph: &Graph, barred: &[NodeId], rule: AffiliateRule, day: chrono::NaiveDate) -> Self {
        let AffiliateRule::Ownership { threshold, aggregate } = rule else { return Self::default() };
        let threshold = Share::from_billionths(threshold);
        let found = owned(graph, barred, threshold, aggregate, day, Reading::Most);
        let aggregated = found.into_iter().map(|found| (found.node, found)).collect();
        match effective(graph, barred, day) {
            Ok(shares) => {
                let in_the_end = shares.into_iter().map(|found| (found.node, found.percent())).collect();
                Self { aggregated, in_the_end, tangled: None }
            }
            Err(error) => Self { aggregated, in_the_end: HashMap::new(), tangled: Some(error.to_string()) },
        }
    }
}

fn described(found: &Affiliate, graph: &Graph, shares: &Shares) -> Json {
    let keys: Vec<&str> = graph.node(found.node).into_iter().flat_map(|node| node.keys()).collect();
    let aggregated = shares.aggregated.get(&found.node).map(|owned| {
        let holding = |holding: &carveout_exposure::ownership::Holding| {
            json!({ "owner": graph.name(holding.owner), "share": holding.share })
        };
        json!({
            "share": owned.share,
            "held_by_itself": owned.own,
            "holdings": owned.holdings.iter().map(holding).collect::<Vec<_>>(),
        })
    });
    json!({
        "name": graph.name(found.node),
        "keys": keys,
        "certain": found.certain,
        "through": found.through.iter().map(|node| graph.name(*node)).collect::<Vec<_>>(),
        "at_most": aggregated,
        "in_the_end": shares.in_the_end.get(&found.node),
    })
}

fn show(
    printer: &Printer,
    found: &[Affiliate],
    graph: &Graph,
    shares: &Shares,
    sources: &[ReadSource],
    day: chrono::NaiveDate,
) {
    printer.line(format_args!("on {day} the rule reaches {} beside the barred", found.len()));
    for found in found {
        let word = if found.certain { coloured("deny", "certain ") } else { coloured("hold", "possible") };
        let through: Vec<&str> = found.through.iter().map(|node| graph.name(*node)).collect();
        printer.line(format_args!("  {word} {}: {}", graph.name(found.node), through.join(" > ")));
        if let Some(owned) = shares.aggregated.get(&found.node) {
            let held: Vec<String> = owned
                .holdings
                .iter()
                .map(|holding| format!("{} by {}", holding.share, graph.name(holding.owner)))
                .collect();
            let own =
                if owned.own > Share::NONE { format!(", {} by itself", owned.own) } else { String::new() };
            let end = shares
                .in_the_end
                .get(&found.node)
                .map_or_else(String::new, |end| format!("; {end} in the end"));
            printer.line(format_args!("           {} in all: {}{own}{end}", owned.share, held.join(", ")));
        }
    }
    if let Some(tangled) = &shares.tangled {
        printer.note(tangled);
    }
    let unread: u64 = sources.iter().map(|source| source.imported.not_read.total()).sum();
    if unread > 0 || is_cut(sources) {
        printer.note(format_args!("{unread} records were not read: `carveout exposure import` lists them"));
    }
}
