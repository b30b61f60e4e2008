//! Holds, printed.

use serde_json::{Value as Json, json};

use super::{evidence, hold::Hold};
use crate::output::{Printer, Table, indented, ruling};

pub(super) fn list(printer: &Printer, holds: &[Hold]) -> miette::Result<()> {
    if printer.json() {
        let holds: Vec<Json> = holds.iter().map(document).collect();
        return printer.document("holds list", &json!({ "holds": holds }));
    }
    if holds.is_empty() {
        printer.line("nothing is on hold");
        return Ok(());
    }
    let mut table = Table::new(["hold", "state", "program", "until", "waits for"]);
    for hold in holds {
        let missing =
            if hold.missing.is_empty() { "being collected".to_owned() } else { hold.missing.join(", ") };
        table.row([
            hold.id.to_string(),
            hold.state.clone(),
            hold.decided.program.clone(),
            hold.until.to_string(),
            missing,
        ]);
    }
    printer.line(table);
    Ok(())
}

pub(super) fn one(printer: &Printer, hold: &Hold) -> miette::Result<()> {
    if printer.json() {
        return printer.document("holds show", &document(hold));
    }
    let decided = &hold.decided;
    let target = &decided.target;
    printer.line(format_args!("{} {}: {}", ruling("hold"), hold.id, hold.state));
    let clauses: Vec<String> =
        decided.grounds.iter().map(|cited| format!("{} {}", cited.agreement, cited.clause)).collect();
    for (what, text) in [
        ("program", format!("{}, with the key `{}`", decided.program, decided.key)),
        ("claims", decided.facts.caller.clone()),
        ("registered", decided.facts.program.clone()),
        ("measured", decided.facts.gateway.clone()),
        (
            "target",
            format!("{} at {}, made by {}, on {}", target.model, target.provider, target.maker, target.host),
        ),
        ("held by", clauses.join(", ")),
        ("waits for", hold.missing.join(", ")),
        ("since", hold.at.to_string()),
        ("until", hold.until.to_string()),
        ("entry", format!("{}, {}", hold.index, hold.leaf)),
    ] {
        indented(printer, &format!("  {what:<11}"), "             ", &text);
    }
    evidence::print(printer, hold);
    for (officer, roles, until) in &hold.approvals {
        printer.line(format_args!("  approved by {officer} as {} until {until}", roles.join(", ")));
    }
    match &hold.body {
        Some(body) if decided.parent.is_some() => {
            printer.line(format_args!("\nof the answer, as it would be given:\n{body}"));
        }
        Some(body) => printer.line(format_args!("\nthe request, as it would be sent:\n{body}")),
        None if hold.is_over() => printer.note("what was on hold is not kept any more"),
        None => printer.note("what is on hold is not shown here"),
    }
    Ok(())
}

fn document(hold: &Hold) -> Json {
    let decided = &hold.decided;
    let approvals: Vec<Json> = hold
        .approvals
        .iter()
        .map(|(officer, roles, until)| json!({ "officer": officer, "roles": roles, "until": until }))
        .collect();
    let clauses: Vec<Json> = decided
        .grounds
        .iter()
        .map(|cited| json!({ "agreement": cited.agreement, "clause": cited.clause }))
        .collect();
    json!({
        "hold": hold.id.to_string(),
        "state": hold.state,
        "program": decided.program,
        "key": decided.key,
        "route": decided.route,
        "target": decided.target,
        "facts": decided.facts,
        "found": decided.found,
        "judged": decided.judged,
        "clauses": clauses,
        "roles": decided.roles,
        "missing": hold.missing,
        "approvals": approvals,
        "since": hold.at.to_string(),
        "until": hold.until.to_string(),
        "index": hold.index,
        "leaf": hold.leaf.to_string(),
        "body": hold.body,
        "evidence": hold.evidence,
    })
}
