//! The report for a terminal.

use super::gathered::{Change, Counts, Gathered, OUT_OF_USE, Watched, word};
use crate::output::{Printer, Table, coloured, strong};

/// So many uses, and so many entries of a clause, are listed; `--json` lists all.
const SHOWN: usize = 8;

pub(super) fn print(printer: &Printer, gathered: &Gathered) {
    let span = gathered.span.map(|(first, last)| format!(", from {first} to {last}")).unwrap_or_default();
    let of = gathered.program.as_ref().map(|program| format!(" of {program}")).unwrap_or_default();
    printer.line(format_args!("{} decisions{of}{span}", gathered.decisions));
    if gathered.monitors.is_empty() {
        printer.line("nothing was monitored");
        printer.note("a draft, or a clause or a detector by the word of all parties, is monitored with `[[monitor]]` in carveout.toml");
    }
    for (id, watched) in &gathered.monitors {
        printer.line(format_args!("\n{}: {}", strong(id), watched.subject()));
        if let Some(index) = gathered.out_of_use(id) {
            printer.line(format_args!("  {} {index}: {OUT_OF_USE}", strong("not in use from entry")));
        }
        monitor(printer, watched);
    }
    if gathered.monitors.values().any(|watched| watched.total().changed() > 0) {
        printer.note("`carveout ledger receipt INDEX` proves an entry to anybody");
    }
}

fn monitor(printer: &Printer, watched: &Watched) {
    let total = watched.total();
    if total.changed() == 0 {
        printer.line(format_args!("  would have decided all {} uses as they were decided", total.decided));
        return;
    }
    let mut table = Table::new(["program", "uses", "would deny", "would hold", "would permit"]);
    let mut row = |name: &str, counts: Counts| {
        let number = |number: u64| if number == 0 { "-".to_owned() } else { number.to_string() };
        table.row([
            name.to_owned(),
            counts.decided.to_string(),
            number(counts.denied),
            number(counts.held),
            number(counts.permitted),
        ]);
    };
    for (program, counts) in &watched.programs {
        row(program, *counts);
    }
    if watched.programs.len() > 1 {
        row("all", total);
    }
    printer.line(&table);
    if !watched.clauses.is_empty() {
        printer.line("  by clause:");
    }
    for (clause, counts) in &watched.clauses {
        let entries = watched.entries_of(clause);
        let shown: Vec<String> = entries.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = if entries.len() > SHOWN { ", …" } else { "" };
        let does = match (counts.denied, counts.held) {
            (denied, 0) => format!("would deny {denied}"),
            (0, held) => format!("would hold {held}"),
            (denied, held) => format!("would deny {denied} and hold {held}"),
        };
        printer.line(format_args!(
            "    {} {}: {does} (entries {}{more})",
            clause.0,
            clause.1,
            shown.join(", ")
        ));
    }
    for change in watched.changes.iter().take(SHOWN) {
        printer.line(said(change));
    }
    if watched.changes.len() > SHOWN {
        printer.line(format_args!("  and {} more; --json lists all", watched.changes.len() - SHOWN));
    }
}

fn said(change: &Change) -> String {
    let grounds: Vec<String> =
        change.grounds.iter().map(|cited| format!("{} {}", cited.agreement, cited.clause)).collect();
    let by = if grounds.is_empty() { String::new() } else { format!(" by {}", grounds.join(", ")) };
    let claim = if change.claim.is_empty() { "nothing claimed" } else { &change.claim };
    format!(
        "  entry {} {}: {} was {}, would be {}{by}: {claim}",
        change.index,
        change.at,
        change.program,
        word(change.was),
        coloured(word(change.would), word(change.would)),
    )
}
