//! `counter`: the smallest answer to the other side's draft.
//!
//! Nothing of the red lines may get into what is printed or written here: no text, number or heading, and
//! not the file's id either.

use std::{path::PathBuf, sync::Arc};

use carveout_proof::{Counter, CounterError, Dates, EditKind, Prover, side};
use carveout_terms::{Agreement, RedLines, Stack};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::{Value as Json, json};

use super::{
    diff::unfinished,
    redlines::{red_lines, still_undecided},
};
use crate::{
    cli::{self, Global},
    output::{
        Exit, Printer, coloured, indented,
        region::{ChangesView, Seen},
        strong,
    },
    proving::{Means, SecondOpinion, prove, remembering},
    workspace::{Readers, create, draft},
};

pub(super) fn run(global: &Global, arguments: &cli::Counter, printer: &Printer) -> miette::Result<Exit> {
    let vocabulary = Arc::new(super::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?);
    let lines = red_lines(&arguments.redlines, &vocabulary)?;
    let draft = draft(&arguments.draft, &vocabulary)?;
    let solver = arguments.cross_check.program();
    let (asked, theirs) = (Arc::clone(&vocabulary), draft.clone());
    let proven = prove(arguments.limits, move |means| {
        let prover = Prover::new(asked, means.budget.clone())?;
        answered(means, remembering(prover, solver.as_ref()), &theirs, &lines, solver.as_ref())
    })?;
    let unfinished = unfinished(proven.stopped, arguments.limits);
    let (counter, opinion) = match proven.found {
        Ok((_, opinion)) if opinion.objection().is_some() => {
            return still_undecided(printer, "counter", opinion.objection().unwrap_or_default());
        }
        Ok(found) => found,
        Err(CounterError::Undecided(undecided)) => {
            let why =
                proven.stopped.map_or_else(|| undecided.to_string(), |stopped| stopped.words().to_owned());
            return still_undecided(printer, "counter", &why);
        }
        Err(error) => return Err(miette!("{error}").wrap_err("no edits are proposed")),
    };
    if let (Some(path), false) = (&arguments.out, counter.edits.is_empty()) {
        create(path, counter.agreement.source(), Readers::Everybody)?;
        printer.note(format_args!("wrote {}", path.display()));
    }
    let stack = side(&vocabulary, [counter.agreement.clone()], Dates::Ignored)
        .into_diagnostic()
        .wrap_err("the edited draft can't be looked at")?;
    let shown = Shown { counter: &counter, draft: &draft, stack: &stack, unfinished: &unfinished };
    if printer.json() {
        printer.document("counter", &shown.document(&opinion))?;
    } else {
        shown.print(printer, arguments.out.is_none());
        opinion.words().iter().for_each(|words| printer.line(format_args!("\n{words}")));
    }
    Ok(if counter.edits.is_empty() { Exit::Yes } else { Exit::No })
}

fn answered(
    means: &Means,
    mut prover: Prover,
    draft: &Agreement,
    lines: &RedLines,
    solver: Option<&PathBuf>,
) -> Result<(Counter, SecondOpinion), CounterError> {
    let counter = prover.counter(draft, lines)?;
    Ok((counter, means.cross_checked(&prover, solver)))
}

/// An answer, and what it is shown by.
struct Shown<'a> {
    counter: &'a Counter,
    draft: &'a Agreement,
    /// The edited draft by itself.
    stack: &'a Arc<Stack>,
    unfinished: &'a str,
}

impl Shown<'_> {
    fn seen(&self) -> Seen<'_> {
        let effective = self.draft.window().effective;
        let at = Some(effective).filter(|_| !self.draft.window().covers(super::now()));
        Seen { vocabulary: self.stack.vocabulary(), old: self.stack, new: self.stack, at }
    }

    fn print(&self, printer: &Printer, with_draft: bool) {
        let edits = &self.counter.edits;
        if edits.is_empty() {
            printer.line(format_args!(
                "{}: the draft keeps your red lines as it is (proven)",
                coloured("permit", "no edit is needed")
            ));
            return;
        }
        let (count, proven) = match edits.len() {
            1 => ("1 edit".to_owned(), "with it the draft keeps your red lines, and without it it doesn't"),
            several => (
                format!("{several} edits"),
                "with them the draft keeps your red lines, and without any one of them it doesn't",
            ),
        };
        printer.line(format_args!("{}: {proven} (proven)", coloured("hold", &count)));
        printer.line(format_args!(
            "{} {} becomes {}",
            self.draft.id(),
            self.draft.version(),
            self.counter.agreement.version()
        ));
        for (position, edit) in edits.iter().enumerate() {
            printer.line(format_args!("\n{}", strong(format_args!("{}. {}", position + 1, title(edit)))));
            if !edit.prose.is_empty() {
                edit.prose.lines().for_each(|line| indented(printer, "  ", "  ", line));
            }
            edit.cedar.lines().for_each(|line| printer.line(format_args!("    {line}")));
            ChangesView::of(&edit.change, self.seen()).print(printer, self.unfinished);
        }
        if !self.counter.lost_examples.is_empty() {
            printer
                .line(format_args!("\n{}", strong("Agreed examples that no longer hold, and are taken out")));
            for lost in &self.counter.lost_examples {
                printer.line(format_args!("  clause {}: {}: {}", lost.clause, lost.expected, lost.use_));
            }
        }
        if with_draft {
            printer.line(format_args!("\n{}\n", strong("The edited draft")));
            printer.line(self.counter.agreement.source().trim_end());
        }
    }

    fn document(&self, opinion: &SecondOpinion) -> Json {
        let edit = |edit: &carveout_proof::Edit| {
            let role = match &edit.kind {
                EditKind::Hold(role) => Some(role.to_string()),
                _ => None,
            };
            json!({
                "edit": edit.kind.as_str(), "role": role, "clause": edit.clause, "prose": edit.prose,
                "cedar": edit.cedar, "change": edit.change.change.as_str(),
                "changes": ChangesView::of(&edit.change, self.seen()),
            })
        };
        let lost = self
            .counter
            .lost_examples
            .iter()
            .map(|lost| json!({ "clause": lost.clause, "expected": lost.expected, "use": lost.use_ }));
        let edited = &self.counter.agreement;
        json!({
            "draft": { "agreement": self.draft.id(), "agreement_version": self.draft.version(), "digest": self.draft.digest() },
            "edits": self.counter.edits.iter().map(edit).collect::<Vec<_>>(),
            "proven": true,
            "change": self.counter.change.change.as_str(),
            "changes": ChangesView::of(&self.counter.change, self.seen()),
            "lost_examples": lost.collect::<Vec<_>>(),
            "warnings": edited.warnings().list().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "edited": {
                "agreement": edited.id(), "agreement_version": edited.version(), "digest": edited.digest(),
                "source": edited.source().as_ref(),
            },
            "second_opinion": opinion,
        })
    }
}

fn title(edit: &carveout_proof::Edit) -> String {
    let clause = &edit.clause;
    match &edit.kind {
        EditKind::Drop => {
            format!("drop clause {clause}: its number and heading stay, and it says that it is reserved")
        }
        EditKind::Except => format!("add an exception to clause {clause}"),
        EditKind::Grant => format!("add clause {clause}, which permits"),
        EditKind::Restrict => format!("add clause {clause}, which forbids"),
        EditKind::Hold(role) => format!("add clause {clause}, which holds for {role}"),
    }
}
