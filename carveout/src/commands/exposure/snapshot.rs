//! `exposure snapshot`: sources put together once.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use carveout_exposure::graph::Graph;
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use super::sources::{document, is_cut, read_all, show};
use crate::{
    cli::ExposureSnapshot,
    output::{Exit, Printer},
};

pub(super) fn run(arguments: &ExposureSnapshot, printer: &Printer) -> miette::Result<Exit> {
    let (graph, sources) = read_all(&arguments.sources)?;
    if is_cut(&sources) {
        show(printer, &sources);
        let help = "get the source again: whoever is missing from a snapshot would seem not to be exposed";
        return Err(miette!(help = help, "a source was not read to its end, so no snapshot was made"));
    }
    write(&arguments.out, &graph).wrap_err_with(|| format!("can't write `{}`", arguments.out.display()))?;
    let unread: u64 = sources.iter().map(|source| source.imported.not_read.total()).sum();
    if printer.json() {
        let result = json!({
            "file": arguments.out,
            "nodes": graph.node_count(),
            "edges": graph.edge_count(),
            "problems": graph.problems().len(),
            "sources": sources.iter().map(document).collect::<Vec<_>>(),
        });
        printer.document("exposure snapshot", &result)?;
    } else {
        let (nodes, edges) = (graph.node_count(), graph.edge_count());
        printer.line(format_args!("{nodes} nodes and {edges} edges are in {}", arguments.out.display()));
        show(printer, &sources);
    }
    Ok(if unread == 0 { Exit::Yes } else { Exit::No })
}

/// Writes beside the file and puts it in its place when it is whole.
fn write(path: &Path, graph: &Graph) -> miette::Result<()> {
    let mut staged = path.as_os_str().to_owned();
    staged.push(".new");
    let mut file = BufWriter::new(File::create(&staged).into_diagnostic()?);
    graph.write_snapshot(&mut file).into_diagnostic()?;
    file.flush().into_diagnostic()?;
    file.into_inner().into_diagnostic()?.sync_all().into_diagnostic()?;
    fs::rename(&staged, path).into_diagnostic()
}
