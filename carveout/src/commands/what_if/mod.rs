//! `what-if`: what is a clause worth, or one condition of it?

mod each;
mod listed;

use std::{path::Path, sync::Arc};

use carveout_proof::Dates;
use carveout_terms::{Agreement, Clause, Condition, Edit, Vocabulary};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::{Value as Json, json};

use super::diff::{Answer, Question, replay_at};
use crate::{
    cli::{EditArguments, Global, WhatIf},
    output::{Exit, Printer, indented, region::Seen},
    workspace::{Faults, Side, draft},
};

pub(super) fn run(global: &Global, arguments: &WhatIf, printer: &Printer) -> miette::Result<Exit> {
    let vocabulary = Arc::new(super::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?);
    let agreement = draft(&arguments.agreement, &vocabulary)?;
    if arguments.edit.each {
        return each::run(&agreement, &vocabulary, arguments, printer);
    }
    match asked(&arguments.edit)? {
        None => listed::print(&agreement, &vocabulary, printer),
        Some(edit) => edited(&agreement, &vocabulary, &edit, arguments, printer),
    }
}

/// The edit that was typed, if any was.
fn asked(typed: &EditArguments) -> miette::Result<Option<Edit>> {
    if let Some(clause) = &typed.drop {
        return Ok(Some(Edit::DropClause { clause: clause.clone() }));
    }
    if let Some(place) = &typed.drop_condition {
        let (clause, number) = condition(place)?;
        return Ok(Some(Edit::DropCondition { clause, number }));
    }
    let Some(replace) = &typed.replace else { return Ok(None) };
    let (place, with) = replace.split_once('=').ok_or_else(|| {
        let help = "write the condition that is to stand there after a `=`: `3.3#1=context.volume == Volume::\"bulk\"`";
        miette!(help = help, "`{replace}` replaces nothing")
    })?;
    let (clause, number) = condition(place)?;
    Ok(Some(Edit::ReplaceCondition { clause, number, with: with.trim().to_owned() }))
}

/// A condition by its clause and its number: `3.3#1`.
fn condition(place: &str) -> miette::Result<(String, usize)> {
    let parts = place.trim().split_once('#');
    parts.and_then(|(clause, number)| Some((clause.to_owned(), number.parse().ok()?))).ok_or_else(|| {
        let help =
            "write the clause, `#` and a number: `3.3#1`; without an edit `carveout what-if` lists them";
        miette!(help = help, "`{place}` names no condition")
    })
}

/// How a condition is named.
fn place(condition: &Condition) -> String {
    format!("{}#{}", condition.clause, condition.number)
}

fn heading(agreement: &Agreement, clause: &str) -> String {
    agreement.clause(clause).map_or_else(String::new, |clause: &Clause| clause.heading().to_owned())
}

/// What an edit does, in words.
fn described(agreement: &Agreement, vocabulary: &Vocabulary, edit: &Edit) -> String {
    let (clause, number) = match edit {
        Edit::DropClause { clause } => return format!("without {clause} {}", heading(agreement, clause)),
        Edit::DropCondition { clause, number } | Edit::ReplaceCondition { clause, number, .. } => {
            (clause, number)
        }
    };
    let conditions = agreement.conditions(vocabulary);
    let known = conditions.iter().find(|other| other.clause == *clause && other.number == *number);
    let words = known.map_or("", |condition| condition.words.as_str());
    let heading = heading(agreement, clause);
    match edit {
        Edit::ReplaceCondition { with, .. } => {
            format!("in {clause} {heading}, with `{with}` instead of \"{words}\" ({clause}#{number})")
        }
        _ => format!("in {clause} {heading}, without \"{words}\" ({clause}#{number})"),
    }
}

fn edited(
    agreement: &Agreement,
    vocabulary: &Arc<Vocabulary>,
    edit: &Edit,
    arguments: &WhatIf,
    printer: &Printer,
) -> miette::Result<Exit> {
    let what = described(agreement, vocabulary, edit);
    let source = agreement.edited(vocabulary, edit).into_diagnostic()?;
    let name = format!("{} {what}", arguments.agreement.display());
    let after = Agreement::draft(&source, vocabulary)
        .map_err(|problems| {
            Faults::report(Path::new(&format!("{}, edited", arguments.agreement.display())), problems)
        })
        .wrap_err("the edited text can't be read")?;
    let old = Side::alone(&arguments.agreement.display().to_string(), agreement.clone(), vocabulary)?;
    let new = Side::alone(&name, after, vocabulary)?;
    let at = replay_at(&[&old], Dates::Ignored);
    let seen = Seen { vocabulary, old: &old.stack, new: &new.stack, at };
    let question =
        Question { limits: arguments.limits, cross_check: &arguments.cross_check, verdict_only: false };
    let answer = Answer::to(question, seen, [Arc::clone(&old.stack), Arc::clone(&new.stack)])?;
    if printer.json() {
        let mut document = answer.verdict_fields();
        for (field, value) in [
            ("agreement", json!(agreement.id())),
            ("digest", json!(agreement.digest())),
            ("edit", structured(edit)),
            ("what", json!(what)),
        ] {
            document.insert(field.to_owned(), value);
        }
        document.extend(answer.region_fields());
        printer.document("what-if", &document)?;
    } else {
        answer.print_verdict(printer);
        indented(printer, "", "  ", &format!("{} {what}", agreement.id()));
        answer.print_regions(printer);
    }
    Ok(answer.exit())
}

fn structured(edit: &Edit) -> Json {
    match edit {
        Edit::DropClause { clause } => json!({ "drop": clause }),
        Edit::DropCondition { clause, number } => json!({ "drop_condition": format!("{clause}#{number}") }),
        Edit::ReplaceCondition { clause, number, with } => {
            json!({ "replace": format!("{clause}#{number}"), "with": with })
        }
    }
}
