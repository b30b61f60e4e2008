//! `ledger reconcile`: the provider's own account of what it did, held against the entries.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use carveout_ledger::{DecisionId, Entry, Event};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use super::{Place, place};
use crate::{
    cli::{Global, LedgerReconcile},
    output::{Exit, Printer, Table},
};

pub(super) fn run(global: &Global, arguments: &LedgerReconcile, printer: &Printer) -> miette::Result<Exit> {
    let usage = usage(&arguments.file, &arguments.column)?;
    let recorded = recorded(&place(global, &arguments.at)?, arguments.provider.as_deref())?;
    let bypassed: Vec<(&String, &u64)> =
        usage.iter().filter(|(id, _)| !recorded.requests.contains_key(*id)).collect();
    let unbilled: Vec<(&String, &u64)> =
        recorded.requests.iter().filter(|(id, _)| !usage.contains_key(*id)).collect();
    let matched = usage.len() - bypassed.len();
    if printer.json() {
        let list = |rows: &[(&String, &u64)], place: &str| {
            rows.iter().map(|(id, at)| json!({ "request_id": id, place: at })).collect::<Vec<_>>()
        };
        printer.document(
            "ledger reconcile",
            &json!({
                "matched": matched,
                "not_in_ledger": list(&bypassed, "line"),
                "not_in_usage": list(&unbilled, "index"),
                "without_request_id": recorded.nameless,
            }),
        )?;
    } else {
        printer.line(format_args!("{matched} calls stand in both"));
        print(
            printer,
            "calls that the provider answered and no entry records: they bypassed the gateway",
            "line",
            &bypassed,
        );
        print(printer, "calls that entries record and the provider's export lacks", "entry", &unbilled);
        if recorded.nameless > 0 {
            printer.line(format_args!(
                "{} attempts ended without a request id (unreachable, cut off, or interrupted) and can't be matched",
                recorded.nameless
            ));
        }
    }
    Ok(if bypassed.is_empty() && unbilled.is_empty() { Exit::Yes } else { Exit::No })
}

fn print(printer: &Printer, what: &str, place: &str, rows: &[(&String, &u64)]) {
    printer.line(format_args!("{} {what}", rows.len()));
    if !rows.is_empty() {
        let mut table = Table::new([place, "request id"]);
        rows.iter().for_each(|(id, at)| table.row([at.to_string(), id.escape_debug().to_string()]));
        printer.line(table);
    }
}

/// The request ids of the provider's export, each with its line.
fn usage(path: &Path, column: &str) -> miette::Result<BTreeMap<String, u64>> {
    let named = || format!("`{}` can't be read as a usage export", path.display());
    let mut reader = csv::Reader::from_path(path).into_diagnostic().wrap_err_with(named)?;
    let headers = reader.headers().into_diagnostic().wrap_err_with(named)?.clone();
    let position = headers.iter().position(|header| header == column).ok_or_else(|| {
        let known: Vec<&str> = headers.iter().collect();
        miette!(
            help = format!("name the column with `--column`; there are: {}", known.join(", ")),
            "`{}` has no column `{column}`",
            path.display()
        )
    })?;
    let mut usage = BTreeMap::new();
    for record in reader.records() {
        let record = record.into_diagnostic().wrap_err_with(named)?;
        let line = record.position().map_or(0, csv::Position::line);
        match record.get(position).filter(|id| !id.is_empty()) {
            Some(id) => {
                if let Some(first) = usage.insert(id.to_owned(), line) {
                    return Err(miette!(
                        "lines {first} and {line} of `{}` have the same request id",
                        path.display()
                    ));
                }
            }
            None => return Err(miette!("line {line} of `{}` has no request id", path.display())),
        }
    }
    Ok(usage)
}

/// What the entries say of attempts that ended.
#[derive(Default)]
struct Recorded {
    /// The provider's request ids, each with the index of its entry.
    requests: BTreeMap<String, u64>,
    /// Attempts that ended without one.
    nameless: u64,
}

fn recorded(place: &Place, provider: Option<&str>) -> miette::Result<Recorded> {
    let mut recorded = Recorded::default();
    let mut attempts: HashMap<DecisionId, String> = HashMap::new();
    for result in place.reader()?.entries(0) {
        let (index, bytes) = result.into_diagnostic()?;
        match Entry::parse(&bytes).into_diagnostic().wrap_err_with(|| format!("entry {index}"))?.event {
            Event::Attempted(attempted) => {
                attempts.insert(attempted.decision, attempted.target.provider);
            }
            Event::Settled(settled) => {
                let at = attempts.remove(&settled.decision);
                if provider.is_some() && at.as_deref() != provider {
                    continue;
                }
                match settled.provider_request {
                    Some(id) => {
                        recorded.requests.insert(id, index);
                    }
                    None => recorded.nameless += 1,
                }
            }
            Event::Interrupted(interrupted) => {
                let at = attempts.remove(&interrupted.decision);
                recorded.nameless += u64::from(provider.is_none() || at.as_deref() == provider);
            }
            _ => {}
        }
    }
    Ok(recorded)
}
