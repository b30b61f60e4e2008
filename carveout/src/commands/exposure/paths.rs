//! `exposure paths`: how exposure comes to programs, contracts and companies.

use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

use carveout_exposure::{
    graph::{Graph, NodeId},
    paths::{Exposed, Question, Way, exposed},
};
use miette::{IntoDiagnostic, WrapErr};
use serde_json::{Value as Json, json};

use super::{
    instrument::{Asked, asked},
    sources::{document, is_cut, read_all},
};
use crate::{
    cli::ExposurePaths,
    output::{Exit, Printer, strong},
};

/// The most ways to one node that are printed for people; `--json` has all that are told.
const MOST_SHOWN: usize = 4;

pub(super) fn run(arguments: &ExposurePaths, printer: &Printer) -> miette::Result<Exit> {
    let (graph, sources) = read_all(&arguments.sources)?;
    let Asked { barred, rule, day } = asked(&graph, &arguments.instrument)?;
    let found = exposed(&graph, &Question { barred: &barred, rule, day, tiers: arguments.tiers });
    if let Some(path) = &arguments.graphviz {
        write(path, &graphviz(&graph, &barred, &found))?;
    }
    if printer.json() {
        let result = json!({
            "on": day.to_string(),
            "rule": rule,
            "tiers": arguments.tiers,
            "barred": barred.iter().map(|node| graph.name(*node)).collect::<Vec<_>>(),
            "exposed": found.iter().map(|found| described(found, &graph)).collect::<Vec<_>>(),
            "sources": sources.iter().map(document).collect::<Vec<_>>(),
        });
        printer.document("exposure paths", &result)?;
    } else {
        printer.line(format_args!("on {day} {} are exposed", found.len()));
        for found in &found {
            show(printer, found, &graph);
        }
        let unread: u64 = sources.iter().map(|source| source.imported.not_read.total()).sum();
        if unread > 0 || is_cut(&sources) {
            printer
                .note(format_args!("{unread} records were not read: `carveout exposure import` lists them"));
        }
    }
    Ok(match (found.is_empty(), is_cut(&sources)) {
        (false, _) => Exit::No,
        (true, true) => Exit::Failure,
        (true, false) => Exit::Yes,
    })
}

fn show(printer: &Printer, found: &Exposed, graph: &Graph) {
    let name = strong(graph.name(found.node));
    if found.distance == 0 {
        printer.line(format_args!("0 {name}: by the affiliate rule"));
        return;
    }
    printer.line(format_args!("{} {name}: {} at the best", found.distance, found.evidence.as_str()));
    for way in found.paths.iter().take(MOST_SHOWN) {
        printer.line(format_args!("    {}", spelt(way, graph)));
    }
    let more = found.paths.len().saturating_sub(MOST_SHOWN);
    match (more, found.complete) {
        (0, true) => {}
        (more, true) => printer.line(format_args!("    and {more} more ways")),
        (_, false) => printer.line("    and more ways than were looked for"),
    }
}

/// A way in words: `Example Model Maker, which offers desk (declared), which …`.
fn spelt(way: &Way, graph: &Graph) -> String {
    let mut text = way.edges.first().map_or("", |edge| graph.name(edge.from)).to_owned();
    for edge in &way.edges {
        let (verb, grade) = (edge.kind.as_str(), edge.evidence.as_str());
        // Writing to a `String` can't fail.
        let _ = write!(text, " > {verb} {} ({grade})", graph.name(edge.to));
    }
    text
}

fn described(found: &Exposed, graph: &Graph) -> Json {
    let node = graph.node(found.node);
    let ways = found.paths.iter().map(|way| {
        let steps = way.edges.iter().map(|edge| {
            json!({
                "from": graph.name(edge.from),
                "relation": edge.kind,
                "to": graph.name(edge.to),
                "evidence": edge.evidence,
                "source": graph.source(edge.source),
                "line": edge.line,
            })
        });
        json!({ "weakest": way.weakest, "steps": steps.collect::<Vec<_>>() })
    });
    json!({
        "name": graph.name(found.node),
        "kind": node.map(|node| node.kind()),
        "keys": node.into_iter().flat_map(|node| node.keys()).collect::<Vec<_>>(),
        "distance": found.distance,
        "evidence": found.evidence,
        "ways": ways.collect::<Vec<_>>(),
        "all_ways": found.complete,
    })
}

/// Every step of every way once, in the language of GraphViz.
fn graphviz(graph: &Graph, barred: &[NodeId], found: &[Exposed]) -> String {
    let quoted =
        |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "));
    let mut lines: BTreeSet<String> = BTreeSet::new();
    for node in barred {
        lines.insert(format!("  {} [shape=box, style=bold];", quoted(graph.name(*node))));
    }
    for edge in found.iter().flat_map(|found| &found.paths).flat_map(|way| &way.edges) {
        let label = format!("{} ({})", edge.kind.as_str(), edge.evidence.as_str());
        let (from, to) = (quoted(graph.name(edge.from)), quoted(graph.name(edge.to)));
        lines.insert(format!("  {from} -> {to} [label={}];", quoted(&label)));
    }
    let lines: Vec<String> = lines.into_iter().collect();
    format!("digraph exposure {{\n  rankdir=LR;\n{}\n}}\n", lines.join("\n"))
}

fn write(path: &Path, text: &str) -> miette::Result<()> {
    fs::write(path, text).into_diagnostic().wrap_err_with(|| format!("can't write `{}`", path.display()))
}
