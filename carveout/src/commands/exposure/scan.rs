//! `exposure scan`: traces of models in a source tree.

use std::{
    collections::BTreeMap,
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use carveout_exposure::{
    fingerprints::Fingerprints,
    graph::Evidence,
    scan::{FileKind, Hit, Scanned, scan},
    unread::NotRead,
};
use ignore::{DirEntry, WalkBuilder, WalkState};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use super::instrument::today;
use crate::{
    cli::ExposureScan,
    output::{Exit, Printer, Table, coloured},
    packs::FINGERPRINTS,
    workspace::read,
};

/// What a walk has found.
#[derive(Default)]
struct Walked {
    files: BTreeMap<String, Scanned>,
    looked_at: u64,
    left_out: u64,
    not_read: NotRead,
}

pub(super) fn run(arguments: &ExposureScan, printer: &Printer) -> miette::Result<Exit> {
    let fingerprints = fingerprints(arguments.fingerprints.as_deref())?;
    if !arguments.dir.exists() {
        return Err(miette!("there is no `{}`", arguments.dir.display()));
    }
    let mut walked = walk(arguments, &fingerprints);
    let least = match arguments.grade.as_str() {
        "configured" => Evidence::Configured,
        "declared" => Evidence::Declared,
        _ => Evidence::Capable,
    };
    let wanted = |hit: &Hit| {
        hit.grade >= least && (arguments.provider.is_empty() || arguments.provider.contains(&hit.provider))
    };
    for scanned in walked.files.values_mut() {
        scanned.hits.retain(wanted);
    }
    walked.files.retain(|_, scanned| !scanned.hits.is_empty());
    if let (Some(product), Some(path)) = (&arguments.product, &arguments.links) {
        write_links(product, path, &walked)?;
    }
    if printer.json() {
        printer.document("exposure scan", &document(&walked, &fingerprints))?;
    } else {
        show(printer, &walked, &fingerprints);
    }
    Ok(match (walked.files.is_empty(), walked.not_read.total() == 0) {
        (false, _) => Exit::No,
        (true, true) => Exit::Yes,
        // Who can't look everywhere can't say that there is nothing.
        (true, false) => Exit::Failure,
    })
}

/// The rules of a file, or those that the binary carries.
fn fingerprints(path: Option<&Path>) -> miette::Result<Fingerprints> {
    let Some(path) = path else {
        return Fingerprints::parse(FINGERPRINTS).into_diagnostic().wrap_err("the built-in fingerprints");
    };
    let fingerprints = Fingerprints::parse(&read(path)?)
        .into_diagnostic()
        .wrap_err_with(|| format!("can't use `{}`", path.display()))?;
    match fingerprints.failing_examples().first() {
        None => Ok(fingerprints),
        Some((rule, text, true)) => Err(miette!("rule `{rule}` does not find its own example `{text}`")),
        Some((rule, text, false)) => {
            Err(miette!("rule `{rule}` finds `{text}`, which it says is a look-alike"))
        }
    }
}

/// Every file below the folder that no `.gitignore` leaves out, on as many threads as there are cores. Hidden files are
/// looked at, for settings and CI live in them; links are not followed, so that nothing is seen twice.
fn walk(arguments: &ExposureScan, fingerprints: &Fingerprints) -> Walked {
    let mut builder = WalkBuilder::new(&arguments.dir);
    builder.hidden(false).require_git(false).follow_links(false);
    if arguments.no_ignore {
        builder.standard_filters(false).hidden(false);
    }
    builder.filter_entry(|entry| !matches!(entry.file_name().to_str(), Some(".git" | ".hg" | ".svn")));
    builder.threads(std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get));
    let walked = Mutex::new(Walked::default());
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let looked = look(entry, &arguments.dir, fingerprints);
            let mut walked = walked.lock().unwrap_or_else(PoisonError::into_inner);
            add(&mut walked, looked);
            WalkState::Continue
        })
    });
    walked.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What became of an entry of a folder.
enum Looked {
    Nothing,
    LeftOut,
    At(String, Scanned),
    Failed(String, String),
}

fn look(entry: Result<DirEntry, ignore::Error>, root: &Path, fingerprints: &Fingerprints) -> Looked {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return Looked::Failed(String::new(), error.to_string()),
    };
    if !entry.file_type().is_some_and(|kind| kind.is_file()) {
        return Looked::Nothing;
    }
    let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
    let below = if below.as_os_str().is_empty() { entry.path() } else { below };
    let path = shown(below);
    let Some(kind) = FileKind::of(&path) else { return Looked::LeftOut };
    let scanned = File::open(entry.path())
        .and_then(|file| scan(fingerprints, kind, BufReader::with_capacity(64 << 10, file)));
    match scanned {
        Ok(scanned) => Looked::At(path, scanned),
        Err(error) => Looked::Failed(path, error.to_string()),
    }
}

fn shown(path: &Path) -> String {
    path.components().collect::<PathBuf>().to_string_lossy().into_owned()
}

fn add(walked: &mut Walked, looked: Looked) {
    match looked {
        Looked::Nothing => {}
        Looked::LeftOut => walked.left_out += 1,
        Looked::Failed(path, error) => walked.not_read.note(path, &error, "it can't be opened or read"),
        Looked::At(path, scanned) => {
            walked.looked_at += 1;
            if let Some(why) = &scanned.not_read {
                walked.not_read.note(&path, why, "it is not what its name says");
            }
            if !scanned.hits.is_empty() {
                walked.files.insert(path, scanned);
            }
        }
    }
}

/// For each provider the surest grade, and how many files have a trace of it.
fn summary(walked: &Walked) -> BTreeMap<&str, (Evidence, usize)> {
    let mut summary: BTreeMap<&str, (Evidence, usize)> = BTreeMap::new();
    for scanned in walked.files.values() {
        let mut here: BTreeMap<&str, Evidence> = BTreeMap::new();
        for hit in &scanned.hits {
            let grade = here.entry(&hit.provider).or_insert(hit.grade);
            *grade = (*grade).max(hit.grade);
        }
        for (provider, grade) in here {
            let (surest, files) = summary.entry(provider).or_insert((grade, 0));
            *surest = (*surest).max(grade);
            *files += 1;
        }
    }
    summary
}

/// A link for each maker, as sure as its surest trace. A router by itself is a link from nobody.
fn write_links(product: &str, path: &Path, walked: &Walked) -> miette::Result<()> {
    let cant = || format!("can't write `{}`", path.display());
    let mut table = csv::Writer::from_path(path).into_diagnostic().wrap_err_with(cant)?;
    let mut row = |cells: [&str; 5]| table.write_record(cells).into_diagnostic().wrap_err_with(cant);
    row(["from", "relation", "to", "since", "evidence"])?;
    let since = today()?.to_string();
    for (provider, (grade, _)) in summary(walked).into_iter().filter(|(provider, _)| *provider != "unknown") {
        row([&format!("maker:{provider}"), "embedded_in", product, &since, grade.as_str()])?;
    }
    table.flush().into_diagnostic().wrap_err_with(cant)
}

fn document(walked: &Walked, fingerprints: &Fingerprints) -> serde_json::Value {
    let providers = summary(walked)
        .into_iter()
        .map(|(provider, (grade, files))| json!({ "provider": provider, "grade": grade, "files": files }));
    let files = walked
        .files
        .iter()
        .map(|(path, scanned)| json!({ "file": path, "hits": scanned.hits, "more": scanned.more }));
    json!({
        "fingerprints": fingerprints.version(),
        "looked_at": walked.looked_at,
        "left_out": walked.left_out,
        "providers": providers.collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
        "not_read": walked.not_read,
    })
}

fn show(printer: &Printer, walked: &Walked, fingerprints: &Fingerprints) {
    for (path, scanned) in &walked.files {
        for hit in &scanned.hits {
            let comment = if hit.in_comment { ", in a comment" } else { "" };
            printer.line(format_args!(
                "{path}:{}: {} {} `{}` ({}{comment})",
                hit.line,
                hit.grade.as_str(),
                hit.provider,
                hit.text,
                hit.rule
            ));
        }
        if scanned.more > 0 {
            printer.line(format_args!("{path}: {} more of the same rules", scanned.more));
        }
    }
    if walked.files.is_empty() {
        printer.line(coloured("permit", "no trace found"));
    } else {
        let mut table = Table::new(["provider", "files", "at the surest"]);
        for (provider, (grade, files)) in summary(walked) {
            table.row([provider.to_owned(), files.to_string(), grade.as_str().to_owned()]);
        }
        printer.line("");
        printer.line(table);
    }
    for unread in walked.not_read.listed() {
        printer.line(format_args!("not read: {unread}"));
    }
    printer.note(format_args!(
        "{} files looked at, {} left out as prose or data, {} not read; fingerprints of {}",
        walked.looked_at,
        walked.left_out,
        walked.not_read.total(),
        fingerprints.version()
    ));
}
