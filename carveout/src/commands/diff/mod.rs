//! `diff`: what a changed text changes, for every use there is.

mod blocks;
mod clauses;
mod front_matter;
mod page;
mod text;
mod vocabularies;
mod words;

use std::{path::Path, sync::Arc};

use carveout_proof::{Change, Dates, Diff, Prover, Undecided};
use carveout_terms::{Agreement, MergeError, Stack, Timestamp, Vocabulary};
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
    let new_vocabulary = Arc::new(super::vocabulary(arguments.vocabulary.as_ref(), root)?);
    let old_vocabulary = match &arguments.old_vocabulary {
        Some(path) => Arc::new(crate::workspace::vocabulary(path)?),
        None => Arc::clone(&new_vocabulary),
    };
    let reworded = vocabularies::compare(&old_vocabulary, &new_vocabulary);
    let vocabulary = match common(&old_vocabulary, &new_vocabulary) {
        Ok(common) => common,
        Err(error) => return vocabularies::incomparable(printer, &error, &reworded),
    };
    let dates = if arguments.dates { Dates::Respected } else { Dates::Ignored };
    let read = |operand: &String, own| Side::read(std::slice::from_ref(operand), own, root, dates);
    let (old, new) = (read(&arguments.old, &old_vocabulary)?, read(&arguments.new, &new_vocabulary)?);
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
        head: front_matter::compare(&old, &new),
        redline: redline(&old, &new),
        reworded,
        old,
        new,
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
    let mut prover = Prover::between(old.vocabulary(), new.vocabulary(), means.budget.clone())?;
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

/// What can be said in either of two vocabularies: the one that regions and uses are told in.
fn common(old: &Arc<Vocabulary>, new: &Arc<Vocabulary>) -> Result<Arc<Vocabulary>, MergeError> {
    if old.digest() == new.digest() {
        return Ok(Arc::clone(new));
    }
    Ok(Arc::new(old.merged(new)?))
}

/// Everything that is known about the two sides.
struct Comparison {
    old: Side,
    new: Side,
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
        let vocabulary = |vocabulary: &Vocabulary| json!({ "name": vocabulary.name(), "version": vocabulary.version(), "digest": vocabulary.digest() });
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
                "old": vocabulary(self.old.stack.vocabulary()),
                "new": vocabulary(self.new.stack.vocabulary()),
                "changes": self.reworded,
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
