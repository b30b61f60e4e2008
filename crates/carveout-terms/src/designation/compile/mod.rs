//! An instrument as an agreement that only forbids.
//!
//! What a use can't say is not made up: it goes into the prose, and into a list. Where the vocabulary is too coarse
//! the clause bars more than the instrument, never less.

mod condition;
mod prose;
mod sample;
mod target;

use std::collections::BTreeMap;

use self::{
    condition::{Conditions, conjunction},
    prose::{Writer, left_out},
};
use super::{Docket, Formula, Instrument, LegalForce, When};
use crate::{Agreement, Problems, Timestamp, Vocabulary};

/// How to compile.
#[derive(Clone, Debug)]
pub struct Options {
    /// As known on this date; without one, at every instant as it is known then.
    pub known: Option<When>,
    /// For this program: waivers that were given to it are taken out.
    pub program: Option<String>,
    /// Enforce what was only announced.
    pub announced: bool,
    /// Hold what a waiver is pending for, where the record names a role that may let it go on.
    pub hold: bool,
    /// The id of the party that adopts the text.
    pub party: String,
}

impl Options {
    /// As known when, in words.
    fn known_words(&self) -> String {
        self.known.map_or_else(|| "as it becomes known".to_owned(), |known| format!("as known on {known}"))
    }
}

/// An instrument, compiled.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Compiled {
    /// The agreement, read back from its text.
    pub agreement: Agreement,
    /// What the vocabulary can't say, in sentences. The same stands in the prose.
    pub left_out: Vec<String>,
    /// Which member of the vocabulary was taken for which target.
    pub read_as: Vec<String>,
}

impl Compiled {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.agreement.source()
    }

    /// Whether any policy came of it.
    #[must_use]
    pub fn enforces(&self) -> bool {
        !self.agreement.policies().is_empty()
    }
}

/// Where something is barred, and when: from each first instant, up to but not including the second.
pub(super) struct Barring {
    formula: Formula,
    periods: Vec<(Timestamp, Option<Timestamp>)>,
}

/// A clause that is enforced.
struct Enforced {
    condition: String,
    /// The role that may let it go on.
    hold: Option<String>,
    periods: Vec<(Timestamp, Option<Timestamp>)>,
    examples: Vec<String>,
}

impl Instrument {
    /// The members of a vocabulary that its targets are, by the fact that they stand in: `maker`, `host`, `operator`,
    /// `model`. A clause bars exactly these.
    #[must_use]
    pub fn members(&self, vocabulary: &Vocabulary) -> BTreeMap<String, Vec<String>> {
        target::read(self, vocabulary).members
    }
}

impl Docket {
    /// Compiles the instrument to an agreement that only forbids.
    ///
    /// # Errors
    /// If the text can't be read back, which a vocabulary without the facts of a target would cause.
    pub fn compile(&self, vocabulary: &Vocabulary, options: &Options) -> Result<Compiled, Problems> {
        let known = options.known.map(|known| known.asked(self.instrument().dates.zone));
        let barrings = self.barrings(known, options.announced);
        let target = target::read(self.instrument(), vocabulary);
        let window = window(self, &barrings);
        let mut conditions = Conditions::new(vocabulary, options.program.as_deref());
        let pending = if options.hold { self.pending() } else { Vec::new() };
        let mut enforced = Vec::new();
        for barring in &barrings {
            for (formula, hold) in held(&barring.formula, &pending) {
                let (Some(place), Some(what)) = (conditions.of(&formula), &target.condition) else {
                    continue;
                };
                let time = Some(periods(&barring.periods));
                let examples = match hold {
                    // What is held is no plain denial.
                    None if pending.is_empty() => sample::examples(vocabulary, &target, barring),
                    _ => Vec::new(),
                };
                enforced.push(Enforced {
                    condition: conjunction([Some(what.clone()), place, time].into_iter().flatten()),
                    hold: hold.map(str::to_owned),
                    periods: barring.periods.clone(),
                    examples,
                });
            }
        }
        let mut list = target.left_out.clone();
        list.extend(conditions.left_out());
        list.extend(left_out(self.instrument(), options.program.as_deref(), options.hold));
        list.sort();
        list.dedup();
        let announced = self.instrument().force == LegalForce::AnnouncedOnly && !options.announced;
        let writer = Writer { docket: self, vocabulary: vocabulary.name(), options, window, announced };
        let text = writer.text(&enforced, &list);
        Ok(Compiled {
            agreement: Agreement::parse(&text, vocabulary)?,
            left_out: list,
            read_as: target.read_as,
        })
    }

    /// Where and when it bars, as known at an instant; without one, at every instant as known then.
    pub(super) fn barrings(&self, known: Option<Timestamp>, announced: bool) -> Vec<Barring> {
        let turns = self.turns(known);
        let mut barrings: Vec<Barring> = Vec::new();
        for (place, from) in turns.iter().enumerate() {
            let until = turns.get(place + 1).copied();
            let formula = self.barred(*from, known.unwrap_or(*from), announced);
            if formula == Formula::Always(false) {
                continue;
            }
            match barrings.iter_mut().find(|barring| barring.formula == formula) {
                Some(barring) => barring.lasts(*from, until),
                None => barrings.push(Barring { formula, periods: vec![(*from, until)] }),
            }
        }
        barrings
    }
}

/// Where a barring is none for the time being: each waiver that is pending holds its part, and the rest is barred.
/// Under the negation nobody is held by keeping quiet, so silence stays barred.
fn held<'w>(formula: &Formula, pending: &[(Formula, &'w str)]) -> Vec<(Formula, Option<&'w str>)> {
    let rest = pending.iter().fold(formula.clone(), |rest, (part, _)| rest.and(part.clone().not()));
    let holds = pending.iter().map(|(part, role)| (formula.clone().and(part.clone()), Some(*role)));
    std::iter::once((rest, None)).chain(holds).collect()
}

impl Barring {
    fn lasts(&mut self, from: Timestamp, until: Option<Timestamp>) {
        match self.periods.last_mut() {
            Some((_, end)) if *end == Some(from) => *end = until,
            _ => self.periods.push((from, until)),
        }
    }
}

/// From when to when the agreement is in force: from the first bar to the end of the last.
fn window(docket: &Docket, barrings: &[Barring]) -> (Timestamp, Option<Timestamp>) {
    let periods = || barrings.iter().flat_map(|barring| &barring.periods);
    let from = periods().map(|(from, _)| *from).min().unwrap_or_else(|| docket.effective());
    let open = periods().any(|(_, until)| until.is_none());
    let until = periods().filter_map(|(_, until)| *until).max();
    (from, until.filter(|_| !open))
}

/// A test of the time. It stands in the clause even where the window of the agreement says the same, because
/// comparisons look past the windows of agreements.
fn periods(periods: &[(Timestamp, Option<Timestamp>)]) -> String {
    let test = |(from, until): &(Timestamp, Option<Timestamp>)| {
        let until = until.map(|until| format!(" && context.at < {}", datetime(until))).unwrap_or_default();
        format!("context.at >= {}{until}", datetime(*from))
    };
    let tests: Vec<String> = periods.iter().map(test).collect();
    match tests.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" ||\n    ")),
    }
}

fn datetime(at: Timestamp) -> String {
    format!("datetime(\"{}\")", instant(at))
}

/// An instant as RFC 3339 writes it, without milliseconds that are none.
pub(super) fn instant(at: Timestamp) -> String {
    at.to_string().replace(".000Z", "Z")
}
