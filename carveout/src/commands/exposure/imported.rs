//! `exposure import`: what the sources hold.

use serde_json::json;

use super::sources::{document, is_cut, read_all, show};
use crate::{
    cli::ExposureImport,
    output::{Exit, Printer, coloured},
};

pub(super) fn run(arguments: &ExposureImport, printer: &Printer) -> miette::Result<Exit> {
    let (graph, sources) = read_all(&arguments.sources)?;
    let problems: Vec<String> =
        graph.problems().iter().map(|problem| problem.told(&graph).to_string()).collect();
    let unread: u64 = sources.iter().map(|source| source.imported.not_read.total()).sum();
    if printer.json() {
        let result = json!({
            "nodes": graph.node_count(),
            "edges": graph.edge_count(),
            "sources": sources.iter().map(document).collect::<Vec<_>>(),
            "problems": problems,
        });
        printer.document("exposure import", &result)?;
    } else {
        printer.line(format_args!("{} nodes, {} edges", graph.node_count(), graph.edge_count()));
        show(printer, &sources);
        for problem in &problems {
            printer.line(format_args!("{}: {problem}", coloured("hold", "can't be")));
        }
    }
    Ok(match (is_cut(&sources), unread == 0 && problems.is_empty()) {
        (true, _) => Exit::Failure,
        (false, true) => Exit::Yes,
        (false, false) => Exit::No,
    })
}
