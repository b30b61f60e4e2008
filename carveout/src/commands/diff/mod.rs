//! `diff`: what a changed text changes, for every use there is.

mod clauses;
mod front_matter;
mod page;
mod text;
mod vocabularies;
mod words;

use std::{path::Path, sync::Arc};

use carveout_proof::{Change, Dates, Diff, Prover, Undecided};
use carveout_terms::{Agreement, Stack, Timestamp, Vocabulary};
use miette::{IntoDiagnostic, WrapErr};
use serde_json::{Value as Json, json};

use self::{clauses::ClauseChange, front_matter::HeadChange, vocabularies::VocabularyChanges};
use crate::{
    cli::{self, Global, Limits},
    output::{
        Exit, Printer,
        region::{ChangesView, Seen, sentence},
    },
    proving::{Means, Stopped, prove},
    workspace::Side,
};

pub(super) fn run(global: &Global, arguments: &cli::Diff, printer: &Printer) -> miette::Result<Exit> {
    let root = &global.workspace;
    let vocabulary = super::vocabulary(arguments.vocabulary.as_ref(), root)?;
    let mut reworded = VocabularyChanges::default();
    if let Some(path) = &arguments.old_vocabulary {
        reworded = vocabularies::compare(&crate::workspace::vocabulary(path)?, &vocabulary);
        if !reworded.shape.is_empty() {
            return other_vocabulary(printer, &reworded);
        }
    }
    let vocabulary = Arc::new(vocabulary);
    let dates = if arguments.dates { Dates::Respected } else { Dates::Ignored };
    let read = |operand: &String| Side::read(std::slice::from_ref(operand), &vocabulary, root, dates);
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let stacks = (Arc::clone(&old.stack), Arc::clone(&new.stack));
    let verdict_only = arguments.verdict_only;
    let proven = prove(arguments.limits, move |means| compare(means, stacks.0, stacks.1, verdict_only))?;
    let seen = Seen {
        vocabulary: &vocabulary,
        old: &old.stack,
        new: &new.stack,
        at: replay_at(&[&old, &new], dates),
    };
    let (change, regions, undecided) = match &proven.found {
        Ok(Found { change, diff }) => {
            (Some(*change), diff.as_ref().map(|diff| ChangesView::of(diff, seen)), None)
        }
        Err(undecided) => (None, None, Some(undecided.to_string())),
    };
    let comparison = Comparison {
        change,
        regions,
        undecided,
        stopped: proven.stopped,
        limits: arguments.limits,
        head: front_matter::compare(&old, &new, &vocabulary),
        redline: redline(&old, &new),
        reworded,
        old,
        new,
        vocabulary: Arc::clone(&vocabulary),
        dates,
        verdict_only,
    };
    comparison.show(printer, arguments.html.as_deref())
}

/// What an analysis found.
pub(super) struct Found {
    pub(super) change: Change,
    /// The regions, if they were asked for and there was time.
    pub(super) diff: Option<Diff>,
}

pub(super) fn compare(
    means: &Means,
    old: Arc<Stack>,
    new: Arc<Stack>,
    verdict_only: bool,
) -> Result<Found, Undecided> {
    let mut prover = Prover::new(Arc::clone(new.vocabulary()), means.budget.clone())?;
    let (old, new) = (prover.law(&old)?, prover.law(&new)?);
    let change = prover.change(&old, &new)?;
    means.known(change.as_str());
    if verdict_only {
        return Ok(Found { change, diff: None });
    }
    match prover.diff(&old, &new) {
        Ok(diff) => Ok(Found { change, diff: Some(diff) }),
        // The direction is proven all the same.
        Err(Undecided::BudgetSpent) => Ok(Found { change, diff: None }),
        Err(undecided) => Err(undecided),
    }
}

/// A time at which all agreements are in force, if they aren't now and their dates don't count.
pub(super) fn replay_at(sides: &[&Side], dates: Dates) -> Option<Timestamp> {
    let now = super::now();
    let windows = || sides.iter().flat_map(|side| &side.agreements).map(|agreement| agreement.window());
    if dates == Dates::Respected || windows().all(|window| window.covers(now)) {
        return None;
    }
    windows().map(|window| window.effective).max()
}

/// The clauses that differ, of every agreement that is on both sides.
fn redline(old: &Side, new: &Side) -> Vec<ClauseChange> {
    let pairs = front_matter::paired(old, new);
    pairs.into_iter().flat_map(|(old, new)| clauses::compare(old, new)).collect()
}

/// Vocabularies in which other things can be said: no use of one is a use of the other.
fn other_vocabulary(printer: &Printer, changes: &VocabularyChanges) -> miette::Result<Exit> {
    const WHY: &str = "the two sides are written in vocabularies that can say different things, so their uses can't be compared";
    if printer.json() {
        let document = json!({ "change": null, "undecided": WHY, "vocabulary": { "changes": changes } });
        printer.document("diff", &document)?;
        return Ok(Exit::Failure);
    }
    printer.line(format_args!("{}: {WHY}", crate::output::coloured("hold", "undecided")));
    for change in changes.shape.iter().chain(&changes.meaning) {
        printer.line(format_args!("  {change}"));
    }
    printer.line("Read both with the new vocabulary, without --old-vocabulary, once the old text names only what it has.");
    Ok(Exit::Failure)
}

/// Everything that is known about the two sides.
struct Comparison {
    old: Side,
    new: Side,
    vocabulary: Arc<Vocabulary>,
    /// The direction, if it is proven.
    change: Option<Change>,
    /// Why nothing is proven.
    undecided: Option<String>,
    /// The regions, if they were worked out.
    regions: Option<ChangesView>,
    stopped: Option<Stopped>,
    limits: Limits,
    head: Vec<HeadChange>,
    redline: Vec<ClauseChange>,
    reworded: VocabularyChanges,
    dates: Dates,
    verdict_only: bool,
}

impl Comparison {
    fn show(&self, printer: &Printer, html: Option<&Path>) -> miette::Result<Exit> {
        if let Some(path) = html {
            std::fs::write(path, page::page(self))
                .into_diagnostic()
                .wrap_err_with(|| format!("can't write `{}`", path.display()))?;
            printer.note(format_args!("wrote {}", path.display()));
        }
        if printer.json() {
            printer.document("diff", &self.document())?;
        } else {
            text::print(self, printer);
        }
        Ok(match self.change {
            None => Exit::Failure,
            Some(Change::Equivalent) => Exit::Yes,
            Some(Change::Narrower | Change::Wider | Change::Both) => Exit::No,
        })
    }

    /// Why regions may be larger than what is listed.
    fn unfinished(&self) -> String {
        unfinished(self.stopped, self.limits)
    }

    fn document(&self) -> Json {
        let side = |side: &Side| {
            let agreements = side.agreements.iter().map(|agreement| self.agreement(agreement));
            json!({ "name": side.name, "agreements": agreements.collect::<Vec<_>>() })
        };
        json!({
            "tool": env!("CARGO_PKG_VERSION"),
            "change": self.change.map(Change::as_str),
            "means": self.change.map(sentence),
            "undecided": self.undecided,
            "exhausted": self.regions.as_ref().map(ChangesView::exhausted),
            "stopped": self.stopped,
            "dates": self.dates == Dates::Respected,
            "old": side(&self.old),
            "new": side(&self.new),
            "vocabulary": {
                "name": self.vocabulary.name(), "version": self.vocabulary.version(),
                "digest": self.vocabulary.digest(), "changes": self.reworded,
            },
            "permits": self.regions.as_ref().map(|regions| &regions.permits),
            "holds": self.regions.as_ref().map(|regions| &regions.holds),
            "front_matter": self.head,
            "redline": self.redline,
        })
    }

    fn agreement(&self, agreement: &Agreement) -> Json {
        json!({
            "agreement": agreement.id(), "agreement_version": agreement.version(), "title": agreement.title(),
            "digest": agreement.digest(),
            "warnings": agreement.warnings().list().iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }
}

/// Why regions may be larger than what is listed.
pub(super) fn unfinished(stopped: Option<Stopped>, limits: Limits) -> String {
    match (stopped, limits.cubes) {
        (Some(stopped), _) => stopped.words().to_owned(),
        (None, Some(cubes)) => format!("no more than {cubes} cubes were asked for with --cubes"),
        (None, None) => "there are too many cubes to list; --cubes raises the limit".to_owned(),
    }
}
