//! `exposure match`: the organisations that names mean.

use std::path::Path;

use carveout_exposure::{
    graph::Graph,
    identifier::Identifier,
    matching::{Candidate, Matcher, Verdict},
    names::{MATCH, REVIEW},
};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::{Value as Json, json};

use super::sources::{document, read_all};
use crate::{
    cli::ExposureMatch,
    output::{Exit, Printer, coloured, strong},
};

/// The most candidates that are told of one name.
const MOST_CANDIDATES: usize = 5;

/// What is looked for.
struct Wanted {
    name: String,
    identifiers: Vec<Identifier>,
}

pub(super) fn run(arguments: &ExposureMatch, printer: &Printer) -> miette::Result<Exit> {
    let mut wanted: Vec<Wanted> =
        arguments.name.iter().map(|name| Wanted { name: name.clone(), identifiers: Vec::new() }).collect();
    if let Some(path) = &arguments.names {
        wanted.extend(table(path).wrap_err_with(|| format!("can't read `{}`", path.display()))?);
    }
    let (graph, sources) = read_all(&arguments.sources)?;
    let matcher = Matcher::new(&graph);
    let mut documents = Vec::with_capacity(wanted.len());
    let mut unsure = 0_usize;
    for wanted in &wanted {
        let names: Vec<&str> =
            Some(wanted.name.as_str()).filter(|name| !name.is_empty()).into_iter().collect();
        let found = matcher.find(&names, &wanted.identifiers);
        let same = found.iter().filter(|found| found.verdict == Verdict::Same).count();
        unsure += usize::from(same != 1);
        if printer.json() {
            documents.push(described(wanted, &found, &graph));
        } else {
            show(printer, wanted, &found, &graph);
        }
    }
    if printer.json() {
        let result = json!({
            "thresholds": { "same": MATCH, "review": REVIEW },
            "matches": documents,
            "sources": sources.iter().map(document).collect::<Vec<_>>(),
        });
        printer.document("exposure match", &result)?;
    } else {
        printer.note(format_args!(
            "{} of {} mean one organisation; from {MATCH} on a name counts as the same, from {REVIEW} on a person must look",
            wanted.len() - unsure,
            wanted.len()
        ));
    }
    Ok(if unsure == 0 { Exit::Yes } else { Exit::No })
}

/// A table of names and identifiers. One that is wrong would be looked for in vain, so it is refused.
fn table(path: &Path) -> miette::Result<Vec<Wanted>> {
    let mut table = csv::Reader::from_path(path).into_diagnostic()?;
    let header = table.headers().into_diagnostic()?.clone();
    let place = |column: &str| header.iter().position(|name| name.trim().eq_ignore_ascii_case(column));
    let name = place("name").ok_or_else(|| miette!("the table has no column `name`"))?;
    let mut wanted = Vec::new();
    for record in table.records() {
        let record = record.into_diagnostic()?;
        let cell = |place: usize| record.get(place).unwrap_or_default().trim();
        let mut identifiers = Vec::new();
        for scheme in ["uei", "cage", "lei", "domain"] {
            if let Some(text) = place(scheme).map(cell).filter(|text| !text.is_empty()) {
                let line = record.position().map_or(0, csv::Position::line);
                let read = Identifier::of_scheme(scheme, text).into_diagnostic();
                identifiers.push(read.wrap_err_with(|| format!("line {line}"))?);
            }
        }
        wanted.push(Wanted { name: cell(name).to_owned(), identifiers });
    }
    Ok(wanted)
}

fn described(wanted: &Wanted, found: &[Candidate], graph: &Graph) -> Json {
    let candidates = found.iter().take(MOST_CANDIDATES).map(|found| {
        let keys: Vec<&str> = graph.node(found.node).into_iter().flat_map(|node| node.keys()).collect();
        json!({
            "name": graph.name(found.node),
            "keys": keys,
            "score": found.score,
            "verdict": found.verdict,
            "compared_with": found.name,
            "reasons": found.reasons,
        })
    });
    json!({
        "name": wanted.name,
        "identifiers": wanted.identifiers.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "candidates": candidates.collect::<Vec<_>>(),
        "more": found.len().saturating_sub(MOST_CANDIDATES),
    })
}

fn show(printer: &Printer, wanted: &Wanted, found: &[Candidate], graph: &Graph) {
    let identifiers: Vec<String> = wanted.identifiers.iter().map(ToString::to_string).collect();
    printer.line(strong(format!("{} {}", wanted.name, identifiers.join(" ")).trim()));
    if found.is_empty() {
        printer.line("  nobody");
    }
    for candidate in found.iter().take(MOST_CANDIDATES) {
        let word = match candidate.verdict {
            Verdict::Same => coloured("permit", "same  "),
            Verdict::Review => coloured("hold", "review"),
        };
        let key = graph.node(candidate.node).and_then(|node| node.keys().next()).unwrap_or_default();
        let name = graph.name(candidate.node);
        printer.line(format_args!(
            "  {word} {:.2} {name} ({key}): {}",
            candidate.score,
            candidate.reasons.join("; ")
        ));
    }
    if found.len() > MOST_CANDIDATES {
        printer.line(format_args!("  and {} more", found.len() - MOST_CANDIDATES));
    }
}
