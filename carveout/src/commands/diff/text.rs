//! A comparison as text.

use carveout_proof::Dates;

use super::{
    Comparison,
    blocks::Block,
    clauses::{ClauseChange, Fate},
    words::{Piece, PieceKind},
};
use crate::{
    output::{Printer, coloured, indented, strong},
    workspace::Side,
};

/// The direction alone.
pub(super) fn print_verdict(comparison: &Comparison, printer: &Printer) {
    comparison.answer.print_verdict(printer);
    print_side(printer, "old", &comparison.old);
    print_side(printer, "new", &comparison.new);
}

/// All of it.
pub(super) fn print(comparison: &Comparison, printer: &Printer) {
    print_verdict(comparison, printer);
    comparison.answer.print_regions(printer);
    print_head(comparison, printer);
    print_redline(&comparison.redline, printer);
}

fn print_side(printer: &Printer, label: &str, side: &Side) {
    for agreement in &side.agreements {
        printer.line(format_args!(
            "{label}  {} version {}, from {}",
            agreement.id(),
            agreement.version(),
            side.name
        ));
        let warnings = agreement.warnings().list().len();
        if warnings > 0 {
            printer
                .note(format_args!("{}: {warnings} warnings, which `carveout check` shows", agreement.id()));
        }
    }
}

fn print_head(comparison: &Comparison, printer: &Printer) {
    let mut reworded = comparison.reworded.all().peekable();
    if !comparison.head.is_empty() || reworded.peek().is_some() {
        printer.line(format_args!("\n{}", strong("Outside of the clauses")));
    }
    let several = comparison.new.agreements.len() > 1;
    for change in &comparison.head {
        let whose = if several { format!("{}: ", change.agreement) } else { String::new() };
        printer.line(format_args!("  {whose}{}", change.words));
    }
    reworded.for_each(|change| printer.line(format_args!("  vocabulary: {change}")));
    if comparison.dates == Dates::Ignored && comparison.head.iter().any(|change| change.what == "window") {
        printer.line("  (The regions above are about what the texts say while in force; --dates takes dates into account.)");
    }
}

fn print_redline(redline: &[ClauseChange], printer: &Printer) {
    if redline.is_empty() {
        printer.line(format_args!("\n{}: no clause was changed", strong("Redline")));
        return;
    }
    printer.line(format_args!("\n{}: {}struck out{}, {}put in{}", strong("Redline"), "[-", "-]", "{+", "+}"));
    for change in redline {
        print_clause(change, printer);
    }
}

fn print_clause(change: &ClauseChange, printer: &Printer) {
    printer.line(format_args!("\n  {} {}", strong(title(change)), change.fate.as_str()));
    let mut elided = false;
    for block in &change.blocks {
        if block.is_same() {
            if !elided && change.fate == Fate::Changed {
                printer.line("    …");
            }
            elided = true;
            continue;
        }
        elided = false;
        print_block(block, printer);
    }
}

/// What a clause is called now, and what it was called if that was another name.
pub(super) fn title(change: &ClauseChange) -> String {
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if old != new => format!("{new} (was: {old})"),
        (_, Some(name)) | (Some(name), None) => name.to_string(),
        (None, None) => String::new(),
    }
}

fn print_block(block: &Block, printer: &Printer) {
    let text: String = block.pieces.iter().map(marked).collect();
    match &block.language {
        Some(language) => {
            printer.line(format_args!("    ```{language}"));
            text.lines().for_each(|line| printer.line(format_args!("    {line}")));
            printer.line("    ```");
        }
        None => indented(printer, "    ", "    ", &text),
    }
}

/// A run of text with its marks, which are colourless too: a redline is also read in black and white.
fn marked(piece: &Piece) -> String {
    let (open, close, ruling) = match piece.kind {
        PieceKind::Same => return piece.text.clone(),
        PieceKind::Removed => ("[-", "-]", "deny"),
        PieceKind::Added => ("{+", "+}", "permit"),
    };
    // A mark that closes at the end of a line stands on that line.
    let text = piece.text.trim_end_matches('\n');
    let end = piece.text.get(text.len()..).unwrap_or_default();
    format!("{}{end}", coloured(ruling, &format!("{open}{text}{close}")))
}
