//! The conditions of an agreement, with the numbers that edits name them by.

use carveout_terms::{Agreement, Vocabulary};
use serde_json::json;

use super::{heading, place};
use crate::output::{Exit, Printer, Table};

pub(super) fn print(
    agreement: &Agreement,
    vocabulary: &Vocabulary,
    printer: &Printer,
) -> miette::Result<Exit> {
    let conditions = agreement.conditions(vocabulary);
    if printer.json() {
        let listed = conditions.iter().map(|condition| {
            json!({
                "condition": place(condition), "clause": condition.clause, "number": condition.number,
                "words": condition.words, "cedar": condition.text, "without": condition.without,
            })
        });
        let document = json!({
            "agreement": agreement.id(), "digest": agreement.digest(), "conditions": listed.collect::<Vec<_>>(),
        });
        printer.document("what-if", &document)?;
        return Ok(Exit::Yes);
    }
    if conditions.is_empty() {
        printer.line("no clause has a condition");
        return Ok(Exit::Yes);
    }
    let mut table = Table::new(["condition", "what it says"]);
    let mut clause = None;
    for condition in &conditions {
        if clause != Some(&condition.clause) {
            table.row([condition.clause.clone(), heading(agreement, &condition.clause)]);
            clause = Some(&condition.clause);
        }
        table.row([place(condition), condition.words.clone()]);
    }
    printer.line(table);
    printer.note("\n--drop takes a clause out, --drop-condition or --replace changes one condition, --each tries them all.");
    Ok(Exit::Yes)
}
