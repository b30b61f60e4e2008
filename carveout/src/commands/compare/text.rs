//! The matrix as text.

use carveout_proof::{Answer, ComparedRow};

use super::{Found, brief, conditions};
use crate::output::{Printer, Table, coloured, indented, strong};

/// How many cases of a condition people are shown at first.
const SHOWN: usize = 4;

pub(super) fn print(printer: &Printer, found: &Found) {
    let rows = found.rows();
    let headings = found.headings();
    if rows.is_empty() {
        printer.line("every row gets the same ruling from all of them (proven); --all shows the rows");
        return;
    }
    let mut table = Table::of(std::iter::once("uses".to_owned()).chain(headings.iter().cloned()));
    for row in &rows {
        let cells = row.cells.iter().map(|cell| {
            let (ruling, words) = brief(cell);
            if ruling.is_empty() { words } else { coloured(ruling, &words) }
        });
        table.cells(std::iter::once(found.short_name(row)).chain(cells));
    }
    printer.line(table);
    printer
        .line("\nEvery cell is proven for every use of its row, for the targets that the agreement governs.");
    for row in rows {
        print_conditions(printer, found, &headings, row);
    }
    if let Some(left_out) = found.left_out() {
        printer.line(format_args!("\n{left_out}; --all shows them"));
    }
    found.opinion.words().iter().for_each(|words| printer.line(format_args!("\n{words}")));
}

/// What a row's cells depend on.
fn print_conditions(printer: &Printer, found: &Found, headings: &[String], row: &ComparedRow) {
    for (cell, heading) in row.cells.iter().zip(headings) {
        if cell.answer != Answer::Depends {
            continue;
        }
        printer.line("");
        indented(printer, "", "", &strong(format_args!("{}, by {heading}", found.name(row))));
        for (ruling, verb, words, exhausted) in conditions(cell, &found.vocabulary) {
            let verb = coloured(ruling, &verb);
            let more = words.len().saturating_sub(SHOWN);
            let shown = words.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("; or ");
            let more = if more > 0 {
                format!("; or in {more} more cases, which --json lists")
            } else {
                String::new()
            };
            let open =
                if exhausted { String::new() } else { format!(" (not exhausted: {})", found.unfinished) };
            indented(printer, "  ", "    ", &format!("{verb} where {shown}{more}{open}"));
        }
    }
}
