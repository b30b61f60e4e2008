//! `diff`: what a changed text changes, for every use there is.

mod answer;
mod blocks;
mod clauses;
mod front_matter;
mod page;
mod text;
mod vocabularies;
mod words;

use std::{path::Path, sync::Arc};

use carveout_proof::Dates;
use carveout_terms::{Agreement, MergeError, Timestamp, Vocabulary};
use miette::{IntoDiagnostic, WrapErr};
use serde_json::{Map, Value as Json, json};

pub(super) use self::answer::{Answer, Question, unfinished};
use self::{clauses::ClauseChange, front_matter::HeadChange, vocabularies::VocabularyChanges};
use crate::{
    cli::{Diff, Global},
    output::{Exit, Printer, region::Seen},
    workspace::{self, Side},
};

pub(super) fn run(global: &Global, arguments: &Diff, printer: &Printer) -> miette::Result<Exit> {
    let root = &global.workspace;
    let new_vocabulary = Arc::new(super::vocabulary(arguments.vocabulary.as_ref(), root)?);
    let old_vocabulary = match &arguments.old_vocabulary {
        Some(path) => Arc::new(workspace::vocabulary(path)?),
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
    let at = replay_at(&[&old, &new], dates);
    let seen = Seen { vocabulary: &vocabulary, old: &old.stack, new: &new.stack, at };
    let question = Question {
        limits: arguments.limits,
        cross_check: &arguments.cross_check,
        verdict_only: arguments.verdict_only,
    };
    let answer = Answer::to(question, seen, [Arc::clone(&old.stack), Arc::clone(&new.stack)])?;
    let comparison = Comparison {
        answer,
        again: again(arguments),
        head: front_matter::compare(&old, &new),
        redline: redline(&old, &new),
        reworded,
        old,
        new,
        dates,
    };
    if arguments.verdict_only && !printer.json() {
        text::print_verdict(&comparison, printer);
        return Ok(comparison.answer.exit());
    }
    comparison.show(printer, arguments.html.as_deref())
}

/// What can be said in either of two vocabularies: the one that regions and uses are told in.
fn common(old: &Arc<Vocabulary>, new: &Arc<Vocabulary>) -> Result<Arc<Vocabulary>, MergeError> {
    if old.digest() == new.digest() {
        return Ok(Arc::clone(new));
    }
    Ok(Arc::new(old.merged(new)?))
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

/// The command as it can be typed into a shell.
fn again(arguments: &Diff) -> String {
    let mut words =
        vec!["carveout".to_owned(), "diff".to_owned(), quoted(&arguments.old), quoted(&arguments.new)];
    for (flag, path) in
        [("--vocabulary", &arguments.vocabulary), ("--old-vocabulary", &arguments.old_vocabulary)]
    {
        words.extend(path.iter().map(|path| format!("{flag} {}", quoted(&path.display().to_string()))));
    }
    words.extend(arguments.dates.then(|| "--dates".to_owned()));
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-:".contains(character);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// The clauses that differ, of every agreement that is on both sides.
fn redline(old: &Side, new: &Side) -> Vec<ClauseChange> {
    let pairs = front_matter::paired(old, new);
    pairs.into_iter().flat_map(|(old, new)| clauses::compare(old, new)).collect()
}

/// Everything that is known about the two sides.
struct Comparison {
    old: Side,
    new: Side,
    answer: Answer,
    /// The command that says the same again.
    again: String,
    head: Vec<HeadChange>,
    redline: Vec<ClauseChange>,
    reworded: VocabularyChanges,
    dates: Dates,
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
        Ok(self.answer.exit())
    }

    fn document(&self) -> Map<String, Json> {
        let side = |side: &Side| {
            let vocabulary = side.stack.vocabulary();
            json!({
                "name": side.name,
                "agreements": side.agreements.iter().map(|agreement| named(agreement)).collect::<Vec<_>>(),
                "vocabulary": {
                    "name": vocabulary.name(), "version": vocabulary.version(), "digest": vocabulary.digest(),
                },
            })
        };
        let mut document = self.answer.verdict_fields();
        for (field, value) in [
            ("tool", json!(env!("CARGO_PKG_VERSION"))),
            ("dates", json!(self.dates == Dates::Respected)),
            ("old", side(&self.old)),
            ("new", side(&self.new)),
        ] {
            document.insert(field.to_owned(), value);
        }
        document.extend(self.answer.region_fields());
        document.insert("vocabulary_changes".to_owned(), json!(self.reworded));
        document.insert("front_matter".to_owned(), json!(self.head));
        document.insert("redline".to_owned(), json!(self.redline));
        document
    }
}

fn named(agreement: &Agreement) -> Json {
    json!({
        "agreement": agreement.id(), "agreement_version": agreement.version(), "title": agreement.title(),
        "digest": agreement.digest(),
        "warnings": agreement.warnings().list().iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
