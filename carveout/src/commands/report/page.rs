//! The report as a page.

use super::gathered::{Change, Counts, Gathered, OUT_OF_USE, Watched, word};
use crate::output::html::Html;

/// So many uses are listed for each monitor.
const SHOWN: usize = 200;

pub(super) fn page(gathered: &Gathered, origin: &str, size: u64) -> String {
    let title = "What enforcement would have done";
    let mut html = Html::default();
    html.markup("<p class=\"kicker\">Monitored terms</p>\n").within("<h1>", title, "</h1>\n");
    html.markup("<p>The following was decided and recorded beside the rulings, and had no effect on them. ")
        .markup("Each number counts entries of the ledger; each entry can be proven by its receipt.</p>\n");
    summary(&mut html, gathered);
    for (id, watched) in &gathered.monitors {
        monitor(&mut html, gathered, id, watched);
    }
    html.markup("<h2>The record</h2>\n<dl class=\"sides\">\n");
    html.within("<dt>Ledger</dt><dd>", origin, "</dd>\n");
    html.within("<dt>Entries</dt><dd>", size, "</dd>\n");
    html.within("<dt>Decisions</dt><dd>", gathered.decisions, "</dd>\n");
    if let Some((first, last)) = gathered.span {
        html.within("<dt>From</dt><dd>", first, "</dd>\n").within("<dt>To</dt><dd>", last, "</dd>\n");
    }
    if let Some(program) = &gathered.program {
        html.within("<dt>Program</dt><dd>", program, "</dd>\n");
    }
    html.markup("</dl>\n");
    html.document(title)
}

fn summary(html: &mut Html, gathered: &Gathered) {
    if gathered.monitors.is_empty() {
        html.markup("<div class=\"verdict undecided\"><strong>Nothing was monitored</strong></div>\n");
        return;
    }
    html.markup("<div class=\"wide\"><table class=\"plain\">\n<tr><th>Monitor</th><th>Uses</th>");
    html.markup("<th>Would deny</th><th>Would hold</th><th>Would permit</th></tr>\n");
    for (id, watched) in &gathered.monitors {
        row(html, id, watched.total());
    }
    html.markup("</table></div>\n");
}

fn row(html: &mut Html, name: &str, counts: Counts) {
    html.within("<tr><td>", name, "</td>").within("<td>", counts.decided, "</td>");
    for (open, number) in [
        ("<td><span class=\"ruling deny\">", counts.denied),
        ("<td><span class=\"ruling hold\">", counts.held),
        ("<td><span class=\"ruling permit\">", counts.permitted),
    ] {
        if number == 0 {
            html.markup("<td>–</td>");
        } else {
            html.within(open, number, "</span></td>");
        }
    }
    html.markup("</tr>\n");
}

fn monitor(html: &mut Html, gathered: &Gathered, id: &str, watched: &Watched) {
    html.within("<h2>", id, "</h2>\n").within("<p>This is ", watched.subject(), ".</p>\n");
    if let Some(index) = gathered.out_of_use(id) {
        html.within("<p><strong>It is not in use from entry ", index, "</strong>: ");
        html.within("", OUT_OF_USE, ".</p>\n");
    }
    if watched.total().changed() == 0 {
        html.within(
            "<p class=\"extent\">It would have decided all ",
            watched.total().decided,
            " uses as they were decided.</p>\n",
        );
        return;
    }
    html.markup(
        "<h3>By program</h3>\n<div class=\"wide\"><table class=\"plain\">\n<tr><th>Program</th><th>Uses</th>",
    );
    html.markup("<th>Would deny</th><th>Would hold</th><th>Would permit</th></tr>\n");
    for (program, counts) in &watched.programs {
        row(html, program, *counts);
    }
    html.markup("</table></div>\n");
    if !watched.clauses.is_empty() {
        clauses(html, watched);
    }
    html.markup("<h3>The uses</h3>\n<div class=\"wide\"><table class=\"plain\">\n<tr><th>Entry</th><th>When</th><th>Program</th>");
    html.markup("<th>Was</th><th>Would be</th><th>By</th><th>Claimed</th></tr>\n");
    for one in watched.changes.iter().take(SHOWN) {
        change(html, one);
    }
    html.markup("</table></div>\n");
    let more = watched.changes.len().saturating_sub(SHOWN);
    if more > 0 {
        html.within("<p class=\"extent\">And ", more, " more, which the report lists with --json.</p>\n");
    }
}

fn clauses(html: &mut Html, watched: &Watched) {
    html.markup("<h3>By clause</h3>\n<div class=\"wide\"><table class=\"plain\">\n<tr><th>Clause</th><th>Would deny</th>");
    html.markup("<th>Would hold</th><th>Entries</th></tr>\n");
    for (clause, counts) in &watched.clauses {
        let entries = watched.entries_of(clause);
        let shown: Vec<String> = entries.iter().take(SHOWN).map(ToString::to_string).collect();
        html.within("<tr><td>", format_args!("{} {}", clause.0, clause.1), "</td>");
        html.within("<td>", counts.denied, "</td>").within("<td>", counts.held, "</td>");
        let more = if entries.len() > SHOWN { ", …" } else { "" };
        html.within("<td>", format_args!("{}{more}", shown.join(", ")), "</td></tr>\n");
    }
    html.markup("</table></div>\n");
}

fn change(html: &mut Html, change: &Change) {
    let coloured = |ruling| match ruling {
        carveout_ledger::Ruling::Permit => "<td><span class=\"ruling permit\">",
        carveout_ledger::Ruling::Hold => "<td><span class=\"ruling hold\">",
        carveout_ledger::Ruling::Deny => "<td><span class=\"ruling deny\">",
    };
    let grounds: Vec<String> =
        change.grounds.iter().map(|cited| format!("{} {}", cited.agreement, cited.clause)).collect();
    html.within("<tr><td>", change.index, "</td>").within("<td>", change.at, "</td>");
    html.within("<td>", &change.program, "</td>");
    html.within(coloured(change.was), word(change.was), "</span></td>");
    html.within(coloured(change.would), word(change.would), "</span></td>");
    html.within("<td>", grounds.join(", "), "</td>").within(
        "<td><code>",
        &change.claim,
        "</code></td></tr>\n",
    );
}
