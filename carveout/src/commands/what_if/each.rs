//! Every clause and every condition in turn: what is each worth?

use std::{path::PathBuf, sync::Arc};

use carveout_proof::{Change, Dates, Diff, Prover, ShownCube, WhatIfError, Worth};
use carveout_terms::{Agreement, Condition, Edit, Vocabulary};
use miette::IntoDiagnostic;
use serde_json::json;

use super::{heading, place};
use crate::{
    cli::WhatIf,
    commands::diff::replay_at,
    output::{
        Exit, Printer, coloured, indented,
        region::{CubeView, Seen},
        strong,
    },
    proving::{Means, SecondOpinion, prove, remembering},
    workspace::Side,
};

pub(super) fn run(
    agreement: &Agreement,
    vocabulary: &Arc<Vocabulary>,
    arguments: &WhatIf,
    printer: &Printer,
) -> miette::Result<Exit> {
    let side = Side::alone(agreement.id(), agreement.clone(), vocabulary)?;
    let (asked, words) = (agreement.clone(), Arc::clone(vocabulary));
    let solver = arguments.cross_check.program();
    let proven = prove(arguments.limits, move |means| worths(means, &asked, words, solver.as_ref()))?;
    let (worths, second) = match proven.found {
        Ok((_, second)) if second.objection().is_some() => {
            return still_undecided(printer, second.objection().unwrap_or_default());
        }
        Err(WhatIfError::Undecided(undecided)) => {
            let why =
                proven.stopped.map_or_else(|| undecided.to_string(), |stopped| stopped.words().to_owned());
            return still_undecided(printer, &why);
        }
        found => found.into_diagnostic()?,
    };
    // Both sides of an edit have the same clauses by the same names, so one stack names them all.
    let at = replay_at(&[&side], Dates::Ignored);
    let seen = Seen { vocabulary, old: &side.stack, new: &side.stack, at };
    let rows: Vec<Row> = worths.iter().map(|worth| Row::of(worth, agreement, seen)).collect();
    if printer.json() {
        printer.document(
            "what-if",
            &json!({ "agreement": agreement.id(), "digest": agreement.digest(), "each": rows, "second_opinion": second }),
        )?;
    } else {
        if rows.is_empty() {
            printer.line("no clause has a policy");
        }
        rows.iter().for_each(|row| row.print(printer));
        second.words().iter().for_each(|words| printer.line(format_args!("\n{words}")));
    }
    let open = rows.iter().any(|row| row.undecided.is_some());
    Ok(if open { Exit::Failure } else { Exit::Yes })
}

fn worths(
    means: &Means,
    agreement: &Agreement,
    vocabulary: Arc<Vocabulary>,
    solver: Option<&PathBuf>,
) -> Result<(Vec<Worth>, SecondOpinion), WhatIfError> {
    let mut prover = remembering(Prover::new(vocabulary, means.budget.clone())?, solver);
    let worths = prover.worth_of_each(agreement)?;
    Ok((worths, means.cross_checked(&prover, solver)))
}

fn still_undecided(printer: &Printer, why: &str) -> miette::Result<Exit> {
    if printer.json() {
        printer.document("what-if", &json!({ "each": null, "undecided": why }))?;
    } else {
        printer.line(format_args!("{}: {why}", coloured("hold", "undecided")));
    }
    Ok(Exit::Failure)
}

/// One edit, and what it changes.
#[derive(serde::Serialize)]
struct Row {
    /// `3.3`, or `3.3#1` for one condition.
    drop: String,
    words: String,
    cedar: Option<String>,
    change: Option<&'static str>,
    undecided: Option<String>,
    /// The plainest use of each kind of change.
    shown: Vec<Turned>,
}

/// How a kind of use is ruled on without what was dropped.
#[derive(serde::Serialize)]
struct Turned {
    kind: String,
    #[serde(flatten)]
    cube: CubeView,
}

impl Row {
    fn of(worth: &Worth, agreement: &Agreement, seen: Seen<'_>) -> Self {
        let clause = match &worth.edit {
            Edit::DropClause { clause }
            | Edit::DropCondition { clause, .. }
            | Edit::ReplaceCondition { clause, .. } => clause,
        };
        let (change, undecided, shown) = match &worth.diff {
            Ok(diff) => (Some(diff.change.as_str()), None, turned(diff, seen)),
            Err(error) => (None, Some(error.to_string()), Vec::new()),
        };
        let condition = worth.condition.as_ref();
        Self {
            drop: condition.map_or_else(|| clause.clone(), place),
            words: condition.map_or_else(|| heading(agreement, clause), |condition| condition.words.clone()),
            cedar: condition.map(|condition: &Condition| condition.text.clone()),
            change,
            undecided,
            shown,
        }
    }

    fn print(&self, printer: &Printer) {
        let effect = match (&self.change, &self.undecided) {
            (Some(change), _) => coloured(colour(change), change),
            (None, why) => {
                format!("{}: {}", coloured("hold", "undecided"), why.as_deref().unwrap_or_default())
            }
        };
        let whole = self.cedar.is_none();
        if whole {
            printer.line("");
        }
        let (indent, what) = if whole { ("", strong(&self.words)) } else { ("  ", self.words.clone()) };
        indented(printer, indent, &format!("{indent}    "), &format!("{} {what}: {effect}", self.drop));
        for turned in &self.shown {
            let cube = &turned.cube;
            printer.line(format_args!("{indent}    {}: {}", turned.kind, cube.use_));
        }
    }
}

/// Strictness lost is what a reader looks for.
fn colour(change: &str) -> &'static str {
    match change {
        word if word == Change::Equivalent.as_str() => "permit",
        word if word == Change::Narrower.as_str() => "hold",
        _ => "deny",
    }
}

/// A use of each kind of change.
fn turned(diff: &Diff, seen: Seen<'_>) -> Vec<Turned> {
    let mut shown = Vec::new();
    let mut add = |kind: String, cubes: &[ShownCube]| {
        if let Some(cube) = cubes.first() {
            shown.push(Turned { kind, cube: CubeView::of(cube, seen) });
        }
    };
    add("permits".to_owned(), &diff.permits_opened.cubes);
    add("no longer permits".to_owned(), &diff.permits_closed.cubes);
    for hold in &diff.holds {
        add(format!("holds for {}", hold.role), &hold.opened.cubes);
        add(format!("no longer holds for {}", hold.role), &hold.closed.cubes);
    }
    shown
}
