//! The sources that were named, as one graph.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use carveout_exposure::{
    graph::{Graph, GraphBuilder},
    sources::{
        Imported, followthemoney, gleif_relationships, hand_kept, plain_entities, plain_links, sam_entities,
        usaspending_subawards,
    },
};
use flate2::bufread::MultiGzDecoder;
use miette::{IntoDiagnostic, WrapErr, miette};

use crate::{
    cli::{Source, SourceKind, Sources},
    output::Printer,
    workspace::read,
};

/// The most entries of a list that are printed for people; `--json` has a thousand.
const MOST_SHOWN: usize = 10;

/// A source that was read.
pub(super) struct ReadSource {
    pub(super) path: String,
    pub(super) imported: Imported,
}

/// What adds to a graph beside its sources.
pub(super) type Addition<'a> = &'a dyn Fn(&mut GraphBuilder) -> miette::Result<()>;

/// Reads every source into one graph.
pub(super) fn read_all(sources: &Sources) -> miette::Result<(Graph, Vec<ReadSource>)> {
    read_with(&sources.from, &sources.columns, None)
}

/// Reads every source into one graph, and adds what is known otherwise. A snapshot is a graph already.
pub(super) fn read_with(
    sources: &[Source],
    columns: &[(String, String)],
    add: Option<Addition<'_>>,
) -> miette::Result<(Graph, Vec<ReadSource>)> {
    let mut done = Vec::with_capacity(sources.len());
    let (mut builder, rest) = match sources {
        [first, rest @ ..] if first.kind == SourceKind::Snapshot => {
            let path = &first.path;
            let named = || format!("can't read `{}`", path.display());
            let graph = open(path).and_then(|file| Graph::read_snapshot(file).into_diagnostic());
            let graph = graph.wrap_err_with(named)?;
            let read = u64::try_from(graph.node_count() + graph.edge_count()).unwrap_or(u64::MAX);
            let imported = Imported { read, ..Imported::default() };
            done.push(ReadSource { path: path.display().to_string(), imported });
            if rest.is_empty() && add.is_none() {
                return Ok((graph, done));
            }
            (GraphBuilder::resume(graph), rest)
        }
        all => (GraphBuilder::new(), all),
    };
    for source in rest {
        let imported = one(source, columns, &mut builder)
            .wrap_err_with(|| format!("can't read `{}`", source.path.display()))?;
        done.push(ReadSource { path: source.path.display().to_string(), imported });
    }
    add.map_or(Ok(()), |add| add(&mut builder))?;
    Ok((builder.finish(), done))
}

fn one(
    source: &Source,
    columns: &[(String, String)],
    builder: &mut GraphBuilder,
) -> miette::Result<Imported> {
    let path = &source.path;
    let id = builder.source(&format!("`{}`", path.display()));
    Ok(match source.kind {
        SourceKind::Snapshot => {
            let help = "a snapshot is a whole graph: name one, before all other sources";
            return Err(miette!(help = help, "a snapshot can't be added to what was read before it"));
        }
        SourceKind::Facts => hand_kept(&read(path)?, id, builder).into_diagnostic()?,
        SourceKind::Sam => sam_entities(open(path)?, builder).into_diagnostic()?,
        SourceKind::Subawards => usaspending_subawards(open(path)?, id, builder).into_diagnostic()?,
        SourceKind::Gleif => gleif_relationships(open(path)?, id, builder).into_diagnostic()?,
        SourceKind::FollowTheMoney => followthemoney(open(path)?, id, builder).into_diagnostic()?,
        SourceKind::Entities => plain_entities(open(path)?, columns, builder).into_diagnostic()?,
        SourceKind::Links => plain_links(open(path)?, columns, id, builder).into_diagnostic()?,
    })
}

/// Opens a file, and unpacks it as it is read if it is packed with gzip.
fn open(path: &Path) -> miette::Result<Box<dyn BufRead>> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).into_diagnostic()?);
    let start = file.fill_buf().into_diagnostic()?;
    if start.starts_with(b"PK\x03\x04") {
        return Err(miette!(help = "unpack it first", "it is a zip archive"));
    }
    if start.starts_with(b"\x1f\x8b") {
        let unpacked: Box<dyn Read> = Box::new(MultiGzDecoder::new(file));
        return Ok(Box::new(BufReader::with_capacity(1 << 20, unpacked)));
    }
    Ok(Box::new(file))
}

/// Says what each source gave, and the list of what was not read.
pub(super) fn show(printer: &Printer, sources: &[ReadSource]) {
    for source in sources {
        let not_read = &source.imported.not_read;
        printer.line(format_args!(
            "{}: {} read, {} not read",
            source.path,
            source.imported.read,
            not_read.total()
        ));
        for (reason, count) in not_read.by_reason() {
            printer.line(format_args!("  {count} x {reason}"));
        }
        for unread in not_read.listed().iter().take(MOST_SHOWN) {
            printer.line(format_args!("    {unread}"));
        }
        let more = not_read.total().saturating_sub(MOST_SHOWN as u64);
        if more > 0 {
            printer.line(format_args!("    and {more} more"));
        }
        if let Some(cut) = &source.imported.cut {
            printer.line(format_args!("  not read to its end: {cut}"));
        }
    }
}

/// A source as JSON.
pub(super) fn document(source: &ReadSource) -> serde_json::Value {
    serde_json::json!({
        "file": source.path,
        "read": source.imported.read,
        "not_read": source.imported.not_read,
        "cut": source.imported.cut,
    })
}

/// Whether a source ended before its end. Then nothing that is not found is known not to be there.
pub(super) fn is_cut(sources: &[ReadSource]) -> bool {
    sources.iter().any(|source| source.imported.cut.is_some())
}
