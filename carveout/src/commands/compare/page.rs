//! The matrix as a page.

use carveout_proof::{Answer, ComparedRow};

use super::{Found, brief, conditions};
use crate::output::html::Html;

pub(super) fn page(found: &Found) -> String {
    let headings = found.headings();
    let title = match headings.as_slice() {
        [one] => one.clone(),
        [first, second] => format!("{first} and {second}"),
        several => format!("{} agreements side by side", several.len()),
    };
    let mut html = Html::default();
    html.markup("<p class=\"kicker\">Terms side by side</p>\n").within("<h1>", &title, "</h1>\n");
    html.markup(
        "<p>Every cell is proven for every use of its row, for the targets that the agreement governs. ",
    )
    .markup("The numbers are the clauses that it rests on.</p>\n");
    matrix(&mut html, found, &headings);
    if let Some(left_out) = found.left_out() {
        html.within("<p class=\"extent\">", left_out, ".</p>\n");
    }
    html.markup("<h2>What it depends on</h2>\n");
    for row in found.rows() {
        depends(&mut html, found, &headings, row);
    }
    html.markup("<h2>What was compared</h2>\n<dl class=\"sides\">\n");
    for (column, heading) in found.columns.iter().zip(&headings) {
        html.within("<dt>", heading, "</dt>").markup("<dd>").text(column.agreement.title());
        html.within(", version ", column.agreement.version(), "<br><code>");
        html.text(column.agreement.digest()).markup("</code></dd>\n");
    }
    html.markup("</dl>\n");
    html.document(&title)
}

fn matrix(html: &mut Html, found: &Found, headings: &[String]) {
    html.markup("<table class=\"tally\">\n<tr><th>Uses</th>");
    for heading in headings {
        html.within("<th>", heading, "</th>");
    }
    html.markup("</tr>\n");
    for row in found.rows() {
        html.within("<tr><th>", found.name(row), "</th>");
        for cell in &row.cells {
            let (ruling, words) = brief(cell);
            html.markup("<td>").within(coloured(ruling), words, "</span></td>");
        }
        html.markup("</tr>\n");
    }
    html.markup("</table>\n");
}

/// What opens a piece of text that is about a ruling.
fn coloured(ruling: &str) -> &'static str {
    match ruling {
        "permit" => "<span class=\"ruling permit\">",
        "hold" => "<span class=\"ruling hold\">",
        "deny" => "<span class=\"ruling deny\">",
        _ => "<span>",
    }
}

fn depends(html: &mut Html, found: &Found, headings: &[String], row: &ComparedRow) {
    for (cell, heading) in row.cells.iter().zip(headings) {
        if cell.answer != Answer::Depends {
            continue;
        }
        html.within("<h3>", format!("{}, by {heading}", found.name(row)), "</h3>\n");
        for (ruling, verb, words, exhausted) in conditions(cell, &found.vocabulary) {
            html.markup("<p class=\"turn\">").within(coloured(ruling), verb, "</span> where</p>\n<ul>\n");
            for words in words {
                html.within("<li>", words, "</li>\n");
            }
            html.markup("</ul>\n");
            if !exhausted {
                html.within("<p class=\"open\">not exhausted: ", &found.unfinished, "</p>\n");
            }
        }
    }
}
