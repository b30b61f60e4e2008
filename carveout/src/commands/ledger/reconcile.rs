//! `ledger reconcile`: the provider's own account of what it did, held against the entries.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use carveout_ledger::{DecisionId, Entry, Event};
use miette::{IntoDiagnostic, WrapErr};
use serde_json::{Value as Json, json};

use super::{Place, place, usage::Usage};
use crate::{
    cli::{Global, LedgerReconcile},
    output::{Exit, Printer, Table},
};

pub(super) fn run(global: &Global, arguments: &LedgerReconcile, printer: &Printer) -> miette::Result<Exit> {
    let usage = Usage::read(&arguments.file, &arguments.column)?;
    let recorded = recorded(&place(global, &arguments.at)?, arguments.provider.as_deref())?;
    if let Some(provider) = arguments.provider.as_ref().filter(|named| !recorded.providers.contains(*named)) {
        let known: Vec<&str> = recorded.providers.iter().map(String::as_str).collect();
        printer.note(format_args!(
            "no entry names the provider `{provider}`; they name: {}",
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        ));
    }
    let compared = Compared::of(&usage, &recorded);
    if printer.json() {
        printer.document("ledger reconcile", &compared.document())?;
    } else {
        compared.print(printer);
    }
    Ok(if compared.is_even() { Exit::Yes } else { Exit::No })
}

/// Rows of request ids, each with the line or the entry that it stands in.
type Rows<'r> = Vec<(&'r String, &'r u64)>;

/// The two accounts side by side.
struct Compared<'r> {
    matched: usize,
    /// Calls that no entry records, with their lines.
    bypassed: Rows<'r>,
    /// Calls that the export lacks, with their entries.
    unbilled: Rows<'r>,
    usage: &'r Usage,
    recorded: &'r Recorded,
}

impl<'r> Compared<'r> {
    fn of(usage: &'r Usage, recorded: &'r Recorded) -> Self {
        let bypassed: Rows<'r> =
            usage.requests.iter().filter(|(id, _)| !recorded.requests.contains_key(*id)).collect();
        let unbilled = recorded.requests.iter().filter(|(id, _)| !usage.requests.contains_key(*id)).collect();
        Self { matched: usage.requests.len() - bypassed.len(), bypassed, unbilled, usage, recorded }
    }

    fn is_even(&self) -> bool {
        self.bypassed.is_empty()
            && self.unbilled.is_empty()
            && self.usage.repeated.is_empty()
            && self.usage.nameless.is_empty()
            && self.recorded.repeated.is_empty()
    }

    fn document(&self) -> Json {
        let list = |rows: &[(&String, &u64)], place: &str| {
            rows.iter().map(|(id, at)| json!({ "request_id": id, place: at })).collect::<Vec<_>>()
        };
        json!({
            "even": self.is_even(),
            "matched": self.matched,
            "not_in_ledger": list(&self.bypassed, "line"),
            "not_in_usage": list(&self.unbilled, "index"),
            "repeated_in_usage": list(&pairs(&self.usage.repeated), "line"),
            "repeated_in_ledger": list(&pairs(&self.recorded.repeated), "index"),
            "lines_without_request_id": self.usage.nameless,
            "without_request_id": self.recorded.nameless,
        })
    }

    fn print(&self, printer: &Printer) {
        printer.line(format_args!("{} calls stand in both", self.matched));
        let bypassed = "calls that the provider answered and no entry records: they bypassed the gateway";
        print(printer, bypassed, "line", &self.bypassed);
        print(printer, "calls that entries record and the provider's export lacks", "entry", &self.unbilled);
        let (usage, recorded) = (pairs(&self.usage.repeated), pairs(&self.recorded.repeated));
        for (what, place, rows) in [
            ("lines repeat the request id of an earlier one", "line", &usage),
            ("entries repeat the request id of an earlier one", "entry", &recorded),
        ] {
            if !rows.is_empty() {
                print(printer, what, place, rows);
            }
        }
        if !self.usage.nameless.is_empty() {
            let lines: Vec<String> = self.usage.nameless.iter().map(u64::to_string).collect();
            printer.line(format_args!(
                "{} lines have no request id and can't be matched: {}",
                lines.len(),
                lines.join(", ")
            ));
        }
        if self.recorded.nameless > 0 {
            printer.line(format_args!(
                "{} attempts ended without a request id (unreachable, cut off, or interrupted) and can't be matched",
                self.recorded.nameless
            ));
        }
    }
}

fn pairs(rows: &[(String, u64)]) -> Rows<'_> {
    rows.iter().map(|(id, at)| (id, at)).collect()
}

fn print(printer: &Printer, what: &str, place: &str, rows: &[(&String, &u64)]) {
    printer.line(format_args!("{} {what}", rows.len()));
    if !rows.is_empty() {
        let mut table = Table::new([place, "request id"]);
        rows.iter().for_each(|(id, at)| table.row([at.to_string(), id.escape_debug().to_string()]));
        printer.line(table);
    }
}

/// What the entries say of attempts that ended.
#[derive(Default)]
struct Recorded {
    /// The provider's request ids, each with the index of its entry.
    requests: BTreeMap<String, u64>,
    /// Request ids that an earlier entry has already, each with the index of the later one.
    repeated: Vec<(String, u64)>,
    /// Attempts that ended without one.
    nameless: u64,
    /// The providers that attempts name.
    providers: BTreeSet<String>,
}

fn recorded(place: &Place, provider: Option<&str>) -> miette::Result<Recorded> {
    let mut recorded = Recorded::default();
    let mut attempts: HashMap<DecisionId, String> = HashMap::new();
    for result in place.reader()?.entries(0) {
        let (index, bytes) = result.into_diagnostic()?;
        match Entry::parse(&bytes).into_diagnostic().wrap_err_with(|| format!("entry {index}"))?.event {
            Event::Attempted(attempted) => {
                recorded.providers.insert(attempted.target.provider.clone());
                attempts.insert(attempted.decision, attempted.target.provider);
            }
            Event::Settled(settled) => {
                let at = attempts.remove(&settled.decision);
                if provider.is_some() && at.as_deref() != provider {
                    continue;
                }
                match settled.provider_request {
                    Some(id) if recorded.requests.contains_key(&id) => recorded.repeated.push((id, index)),
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
