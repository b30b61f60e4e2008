//! What is proven about two stacks, and what is not.

use std::{path::PathBuf, sync::Arc};

use carveout_proof::{Change, Diff, Prover, Undecided};
use carveout_terms::Stack;
use serde_json::{Map, Value as Json, json};

use crate::{
    cli::{CrossCheck, Limits},
    output::{
        Exit, Printer, coloured,
        region::{ChangesView, Seen, sentence, verdict},
    },
    proving::{Means, SecondOpinion, Stopped, prove, remembering},
};

/// What is asked about two stacks.
#[derive(Debug)]
pub(in crate::commands) struct Question<'a> {
    pub(in crate::commands) limits: Limits,
    pub(in crate::commands) cross_check: &'a CrossCheck,
    /// Whether only the direction is asked for.
    pub(in crate::commands) verdict_only: bool,
}

/// What is known.
#[derive(Debug)]
pub(in crate::commands) struct Answer {
    /// The direction, if it is proven.
    pub(in crate::commands) change: Option<Change>,
    /// The regions, if they were asked for and there was time.
    pub(in crate::commands) regions: Option<ChangesView>,
    /// Why nothing is concluded.
    pub(in crate::commands) undecided: Option<String>,
    /// Why regions may be larger than what is listed.
    pub(in crate::commands) unfinished: String,
    pub(in crate::commands) second: SecondOpinion,
    stopped: Option<Stopped>,
    verdict_only: bool,
}

/// What an analysis found.
struct Found {
    change: Change,
    diff: Option<Diff>,
    second: SecondOpinion,
}

impl Answer {
    /// Asks about the two stacks that are seen.
    pub(in crate::commands) fn to(
        question: Question<'_>,
        seen: Seen<'_>,
        stacks: [Arc<Stack>; 2],
    ) -> miette::Result<Self> {
        let Question { limits, cross_check, verdict_only } = question;
        let solver = cross_check.program();
        let proven = prove(limits, move |means| found(means, &stacks, verdict_only, solver.as_ref()))?;
        let stopped = proven.stopped;
        let undecided = |why: String| stopped.map_or(why, |stopped| stopped.words().to_owned());
        let unfinished = unfinished(stopped, limits);
        let nothing = |why, second| Self {
            change: None,
            regions: None,
            undecided: Some(why),
            unfinished: unfinished.clone(),
            second,
            stopped,
            verdict_only,
        };
        Ok(match proven.found {
            Err(error) => nothing(undecided(error.to_string()), SecondOpinion::NotAsked),
            Ok(Found { second, .. }) if second.objection().is_some() => {
                nothing(second.objection().unwrap_or_default().to_owned(), second)
            }
            Ok(Found { change, diff, second }) => Self {
                change: Some(change),
                regions: diff.as_ref().map(|diff| ChangesView::of(diff, seen)),
                undecided: None,
                unfinished,
                second,
                stopped,
                verdict_only,
            },
        })
    }

    /// Undecided is never a yes.
    pub(in crate::commands) const fn exit(&self) -> Exit {
        match self.change {
            None => Exit::Failure,
            Some(Change::Equivalent) => Exit::Yes,
            Some(Change::Narrower | Change::Wider | Change::Both) => Exit::No,
        }
    }

    /// Prints the direction.
    pub(in crate::commands) fn print_verdict(&self, printer: &Printer) {
        match (self.change, &self.undecided) {
            (Some(change), _) => printer.line(verdict(change)),
            (None, why) => {
                let why = why.as_deref().unwrap_or_default();
                printer.line(format_args!("{}: {why}", coloured("hold", "undecided")));
            }
        }
        if let (None, Some(words)) = (self.second.objection(), self.second.words()) {
            printer.line(words);
        }
    }

    /// Prints the regions, or why there are none.
    pub(in crate::commands) fn print_regions(&self, printer: &Printer) {
        match &self.regions {
            Some(regions) => regions.print(printer, &self.unfinished),
            None if self.change.is_some() && !self.verdict_only => printer.line(format_args!(
                "\nWhich uses these are is {}: {}",
                coloured("hold", "undecided"),
                self.unfinished
            )),
            None => {}
        }
    }

    /// The direction and how it was found, for a document.
    pub(in crate::commands) fn verdict_fields(&self) -> Map<String, Json> {
        fields(json!({
            "change": self.change.map(Change::as_str),
            "means": self.change.map(sentence),
            "undecided": self.undecided,
            "exhausted": self.exhausted(),
            "stopped": self.stopped,
            "second_opinion": self.second,
        }))
    }

    /// Whether the regions are whole: they aren't if the search for them was ended before it began. `None` if there
    /// is nothing to search for, or nobody asked.
    fn exhausted(&self) -> Option<bool> {
        let asked = self.change.is_some() && !self.verdict_only;
        asked.then(|| self.regions.as_ref().is_some_and(ChangesView::exhausted))
    }

    /// The regions, for a document.
    pub(in crate::commands) fn region_fields(&self) -> Map<String, Json> {
        fields(json!({
            "permits": self.regions.as_ref().map(|regions| &regions.permits),
            "holds": self.regions.as_ref().map(|regions| &regions.holds),
        }))
    }
}

fn fields(object: Json) -> Map<String, Json> {
    match object {
        Json::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn found(
    means: &Means,
    [old, new]: &[Arc<Stack>; 2],
    verdict_only: bool,
    solver: Option<&PathBuf>,
) -> Result<Found, Undecided> {
    let prover = Prover::between(old.vocabulary(), new.vocabulary(), means.budget.clone())?;
    let mut prover = remembering(prover, solver);
    let (old, new) = (prover.law(old)?, prover.law(new)?);
    let change = prover.change(&old, &new)?;
    means.known(change.as_str());
    let diff = if verdict_only { None } else { Some(prover.diff(&old, &new)) };
    let diff = match diff.transpose() {
        // The direction is proven all the same.
        Err(Undecided::BudgetSpent) => None,
        diff => diff?,
    };
    Ok(Found { change, diff, second: means.cross_checked(&prover, solver) })
}

/// Why regions may be larger than what is listed.
pub(in crate::commands) fn unfinished(stopped: Option<Stopped>, limits: Limits) -> String {
    match (stopped, limits.cubes) {
        (Some(stopped), _) => stopped.words().to_owned(),
        (None, Some(cubes)) => format!("no more than {cubes} cubes were asked for with --cubes"),
        (None, None) => "there are too many cubes to list; --cubes raises the limit".to_owned(),
    }
}
