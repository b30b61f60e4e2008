//! `ledger reconcile`: the provider's own account of what it did, held against the entries.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use carveout_ledger::{DecisionId, Entry, Event, QuestionId};
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
type Rows<'r> = Vec<(&'r str, u64, Option<What>)>;

/// What an entry records.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// A use that was passed on.
    Attempt,
    /// A question to a judge.
    Question,
}

impl What {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Attempt => "attempt",
            Self::Question => "question to a judge",
        }
    }
}

/// The two accounts side by side.
struct Compared<'r> {
    matched: usize,
    /// How many of them are questions to a judge.
    matched_questions: usize,
    /// Calls that no entry records, with their lines.
    bypassed: Rows<'r>,
    /// Calls that the export lacks, with their entries.
    unbilled: Rows<'r>,
    usage: &'r Usage,
    recorded: &'r Recorded,
}

impl<'r> Compared<'r> {
    fn of(usage: &'r Usage, recorded: &'r Recorded) -> Self {
        let in_ledger = |id: &String| recorded.requests.get(id).map(|(_, what)| *what);
        let lines = usage.requests.iter();
        let bypassed = lines.filter(|(id, _)| in_ledger(id).is_none());
        let bypassed: Rows<'r> = bypassed.map(|(id, line)| (id.as_str(), *line, None)).collect();
        let entries = recorded.requests.iter().filter(|(id, _)| !usage.requests.contains_key(*id));
        let unbilled = entries.map(|(id, (index, what))| (id.as_str(), *index, Some(*what))).collect();
        let questions = usage.requests.keys().filter(|id| in_ledger(id) == Some(What::Question));
        Self {
            matched: usage.requests.len() - bypassed.len(),
            matched_questions: questions.count(),
            bypassed,
            unbilled,
            usage,
            recorded,
        }
    }

    fn is_even(&self) -> bool {
        self.bypassed.is_empty()
            && self.unbilled.is_empty()
            && self.usage.repeated.is_empty()
            && self.usage.nameless.is_empty()
            && self.recorded.repeated.is_empty()
    }

    fn document(&self) -> Json {
        let list = |rows: &Rows<'_>, place: &str| {
            let row = |(id, at, what): &(&str, u64, Option<What>)| match what {
                None => json!({ "request_id": id, place: at }),
                Some(What::Attempt) => json!({ "request_id": id, place: at, "of": "attempt" }),
                Some(What::Question) => json!({ "request_id": id, place: at, "of": "question" }),
            };
            rows.iter().map(row).collect::<Vec<_>>()
        };
        json!({
            "even": self.is_even(),
            "matched": self.matched,
            "matched_questions": self.matched_questions,
            "not_in_ledger": list(&self.bypassed, "line"),
            "not_in_usage": list(&self.unbilled, "index"),
            "repeated_in_usage": list(&self.repeated_lines(), "line"),
            "repeated_in_ledger": list(&self.repeated_entries(), "index"),
            "lines_without_request_id": self.usage.nameless,
            "without_request_id": self.recorded.nameless,
            "questions_without_request_id": self.recorded.nameless_questions,
        })
    }

    fn print(&self, printer: &Printer) {
        printer.line(format_args!("{} calls stand in both", self.matched));
        if self.matched_questions > 0 {
            printer.line(format_args!("{} of them are questions to a judge", self.matched_questions));
        }
        let bypassed = "calls that the provider answered and no entry records: they bypassed the gateway";
        print(printer, bypassed, "line", &self.bypassed);
        print(printer, "calls that entries record and the provider's export lacks", "entry", &self.unbilled);
        for (what, place, rows) in [
            ("lines repeat the request id of an earlier one", "line", self.repeated_lines()),
            ("entries repeat the request id of an earlier one", "entry", self.repeated_entries()),
        ] {
            if !rows.is_empty() {
                print(printer, what, place, &rows);
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
        if self.recorded.nameless_questions > 0 {
            printer.line(format_args!(
                "{} questions to a judge ended without a request id (unreachable, late, or from before those were recorded) and can't be matched",
                self.recorded.nameless_questions
            ));
        }
    }

    fn repeated_lines(&self) -> Rows<'r> {
        self.usage.repeated.iter().map(|(id, line)| (id.as_str(), *line, None)).collect()
    }

    fn repeated_entries(&self) -> Rows<'r> {
        self.recorded.repeated.iter().map(|(id, index, what)| (id.as_str(), *index, Some(*what))).collect()
    }
}

fn print(printer: &Printer, what: &str, place: &str, rows: &Rows<'_>) {
    printer.line(format_args!("{} {what}", rows.len()));
    if !rows.is_empty() {
        // Only entries say what a call was for.
        let of = rows.iter().any(|(_, _, what)| what.is_some()).then_some("of");
        let mut table = Table::of([place, "request id"].into_iter().chain(of).map(str::to_owned));
        for (id, at, what) in rows {
            let cells = [at.to_string(), id.escape_debug().to_string()];
            table.cells(cells.into_iter().chain(what.map(|what| what.as_str().to_owned())));
        }
        printer.line(table);
    }
}

/// What the entries say of attempts and of questions to a judge that ended.
#[derive(Default)]
struct Recorded {
    /// The provider's request ids, each with the index of its entry.
    requests: BTreeMap<String, (u64, What)>,
    /// Request ids that an earlier entry has already, each with the index of the later one.
    repeated: Vec<(String, u64, What)>,
    /// Attempts that ended without one.
    nameless: u64,
    /// Questions that ended without one.
    nameless_questions: u64,
    /// The providers that attempts and questions name.
    providers: BTreeSet<String>,
}

fn recorded(place: &Place, provider: Option<&str>) -> miette::Result<Recorded> {
    let mut recorded = Recorded::default();
    let mut attempts: HashMap<DecisionId, String> = HashMap::new();
    let mut questions: HashMap<QuestionId, String> = HashMap::new();
    let meant = |at: Option<String>| provider.is_none() || at.as_deref() == provider;
    for result in place.reader()?.entries(0) {
        let (index, bytes) = result.into_diagnostic()?;
        match Entry::parse(&bytes).into_diagnostic().wrap_err_with(|| format!("entry {index}"))?.event {
            Event::Attempted(attempted) => {
                recorded.providers.insert(attempted.target.provider.clone());
                attempts.insert(attempted.decision, attempted.target.provider.clone());
            }
            Event::Settled(settled) if meant(attempts.remove(&settled.decision)) => {
                recorded.ended(settled.provider_request, index, What::Attempt);
            }
            Event::Interrupted(interrupted) if meant(attempts.remove(&interrupted.decision)) => {
                recorded.ended(None, index, What::Attempt);
            }
            Event::JudgeAsked(asked) => {
                recorded.providers.insert(asked.provider.clone());
                questions.insert(asked.question, asked.provider);
            }
            Event::JudgeAnswered(answered) if meant(questions.remove(&answered.question)) => {
                recorded.ended(answered.provider_request, index, What::Question);
            }
            _ => {}
        }
    }
    Ok(recorded)
}

impl Recorded {
    fn ended(&mut self, provider_request: Option<String>, index: u64, what: What) {
        match (provider_request, what) {
            (Some(id), _) if self.requests.contains_key(&id) => self.repeated.push((id, index, what)),
            (Some(id), _) => {
                self.requests.insert(id, (index, what));
            }
            (None, What::Attempt) => self.nameless += 1,
            (None, What::Question) => self.nameless_questions += 1,
        }
    }
}
