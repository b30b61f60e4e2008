//! What an instrument means for those whom a graph and a workspace know: who is touched, through what, how sure that is,
//! what is to be done by when, and what could take the place of what is barred.
//!
//! Everything is worked out for one date as known on another. Nothing here knows a clock or a file: the sources, the
//! records and the ledger were read by somebody else.

mod concentration;
mod conduct;
mod customers;
mod duties;
mod forms;
mod house;
mod plan;
mod substitute;
mod target;
mod touched;
pub mod written;

use std::fmt;

use carveout_terms::designation::{Docket, Situation, Standing, When};
use chrono::NaiveDate;

pub use self::{
    concentration::{Concentration, Share, SinglePoint},
    conduct::Flow,
    customers::{Customer, CustomerAsked, Leaving, customers},
    duties::{Started, ToldDue, ToldDuty},
    forms::{Field, Form},
    house::{BarredService, House, Program, RouteTarget, SeenUse, Served, Usage},
    plan::{Affected, AffectedRoute, Effort, Move},
    substitute::Substitute,
    target::{Found, Taken},
    touched::{MOST_OF_A_TIER, Step, Tier, ToldWay, Touched},
};
use crate::graph::Graph;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Suppliers, owners, products, contracts and programs.
    pub graph: &'a Graph,
    /// The instrument.
    pub docket: &'a Docket,
    /// All instruments that are recorded: a substitute may be barred by another one.
    pub dockets: &'a [&'a Docket],
    /// The workspace, if there is one.
    pub house: Option<&'a House<'a>>,
    /// On which date.
    pub on: When,
    /// As known on which.
    pub known: When,
    /// What starts clocks.
    pub started: Started,
    /// Whether the instrument is a supposition.
    pub hypothetical: bool,
}

/// The instrument of a report.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct About {
    /// The id of the record.
    pub id: String,
    /// Its version.
    pub record_version: u32,
    /// What it is called.
    pub title: String,
    /// What kind of instrument it is.
    pub kind: &'static str,
    /// Who made it.
    pub issuer: String,
    /// What force it has before any court has spoken.
    pub force: &'static str,
    /// How sure the record is.
    pub confidence: &'static str,
    /// What it rests on.
    pub authorities: Vec<String>,
    /// The documents that it was read in.
    pub sources: Vec<carveout_terms::designation::Source>,
    /// What else there is to know.
    pub note: Option<String>,
    /// The priorities that it names, in its order.
    pub priorities: Vec<String>,
}

/// What the instrument does in one of the usual situations.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Answer {
    /// The situation.
    pub situation: String,
    /// What it does.
    pub standing: Standing,
}

/// The report.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Report {
    /// The instrument.
    pub designation: About,
    /// The date that it is about.
    pub on: When,
    /// The date on which that was known.
    pub known: When,
    /// Whether the instrument is a supposition.
    pub hypothetical: bool,
    /// What the instrument does in general.
    pub standing: Standing,
    /// What it does in the usual situations.
    pub answers: Vec<Answer>,
    /// Who in the sources its targets are.
    pub targets: Vec<Found>,
    /// How it flows.
    pub flow: Flow,
    /// How many are touched in how many steps.
    pub tiers: Vec<Tier>,
    /// Who and what is touched, the nearest first.
    pub touched: Vec<Touched>,
    /// How many more are counted and not told.
    pub not_told: u64,
    /// The workspace's programs, and what the instrument does to each.
    pub programs: Vec<Affected>,
    /// The workspace's routes that are configured with what is barred.
    pub routes: Vec<AffectedRoute>,
    /// What the ledger recorded of what is barred.
    pub usage: Vec<Usage>,
    /// What has to move, in this order.
    pub moves: Vec<Move>,
    /// What is to be done by when.
    pub duties: Vec<ToldDuty>,
    /// Reports and requests, filled in as far as is known.
    pub forms: Vec<Form>,
    /// How all recorded work is shared out.
    pub concentration: Vec<Concentration>,
    /// What hangs on one maker, host or operator.
    pub single_points: Vec<SinglePoint>,
    /// What this report can't say.
    pub open: Vec<String>,
}

impl Report {
    /// Works the report out.
    #[must_use]
    pub fn of(question: &Question<'_>) -> Self {
        let Question { graph, docket, on, known, .. } = *question;
        let instrument = docket.instrument();
        let zone = instrument.dates.zone;
        let at = on.asked(zone);
        let day = zone.day_of(at).unwrap_or(NaiveDate::MIN);
        let standing = docket.in_force(on, known);
        let flow = Flow::of(instrument);
        let sources = target::find(graph, instrument, day);
        let found = touched::find(graph, &sources, &flow, day);
        let answers = Situation::usual().map(|situation| Answer {
            standing: docket.in_force_for(&situation, on, known),
            situation: situation.name,
        });
        let duties = duties::told(docket, at, question.started, standing.phase_out_until);
        let mut report = Self {
            designation: About::of(docket),
            on,
            known,
            hypothetical: question.hypothetical,
            standing,
            answers: answers.into(),
            targets: sources.found,
            flow,
            tiers: found.tiers,
            touched: found.touched,
            not_told: found.not_told,
            programs: Vec::new(),
            routes: Vec::new(),
            usage: Vec::new(),
            moves: Vec::new(),
            duties,
            forms: Vec::new(),
            concentration: Vec::new(),
            single_points: Vec::new(),
            open: Vec::new(),
        };
        if let Some(house) = question.house {
            report.look_at_home(question, house, at);
        }
        report.forms = forms::filled(&report, instrument);
        report.open = report.what_is_open(question);
        report
    }

    /// What the instrument does to the workspace.
    fn look_at_home(&mut self, question: &Question<'_>, house: &House<'_>, at: carveout_terms::Timestamp) {
        let barred = BarredService::of(question.docket.instrument(), house.vocabulary);
        let Question { dockets, on, known, .. } = *question;
        let search = substitute::Search { house, barred: &barred, dockets, on, known, at };
        (self.programs, self.moves) = plan::plan(question.docket, &search);
        self.routes = plan::routes(&search);
        let is_barred = |usage: &&Usage| house.is_barred(&barred, &usage.served);
        self.usage = house.usage.iter().filter(is_barred).cloned().collect();
        self.concentration = concentration::shares(&house.usage);
        self.single_points = concentration::single_points(house);
    }

    /// Whether the instrument touches anybody, or any work of the workspace.
    #[must_use]
    pub fn touches(&self) -> bool {
        !self.touched.is_empty()
            || !self.usage.is_empty()
            || !self.routes.is_empty()
            || !self.moves.is_empty()
    }

    fn what_is_open(&self, question: &Question<'_>) -> Vec<String> {
        let mut open = Vec::new();
        for target in &self.targets {
            if target.taken_for.is_empty() {
                open.push(format!(
                    "the sources know nobody called {}: nothing was followed from it",
                    target.name
                ));
            }
            if !target.review.is_empty() {
                let names: Vec<&str> =
                    target.review.iter().map(|taken| taken.name.as_str()).take(5).collect();
                open.push(format!("{} may also be {}: a person must look", target.name, names.join(", ")));
            }
        }
        if !self.flow.stated {
            open.push("the record doesn't say how far it flows down: all tiers were looked at".to_owned());
        }
        if question.house.is_none() {
            open.push(
                "no workspace was looked at: programs, routes and their usage are not known".to_owned(),
            );
        } else if question.house.is_some_and(|house| house.usage.is_empty()) {
            open.push("the ledger records no call yet: usage and shares are not known".to_owned());
        }
        let instrument = question.docket.instrument();
        if let Some(house) = question.house
            && !BarredService::of(instrument, house.vocabulary).is_known()
        {
            open.push(
                "the vocabulary has no word for any target: calls to it can't be told from others".to_owned(),
            );
        }
        if instrument.duties.is_empty() {
            open.push("the record names no duty: that it asks for none is not said".to_owned());
        }
        if self.standing.contested {
            open.push("its force is contested: ask counsel before you rely on either answer".to_owned());
        }
        open
    }
}

impl About {
    fn of(docket: &Docket) -> Self {
        let instrument = docket.instrument();
        Self {
            id: instrument.id.clone(),
            record_version: instrument.version,
            title: instrument.title.clone(),
            kind: instrument.kind.as_str(),
            issuer: instrument.issuer.clone(),
            force: instrument.force.as_str(),
            confidence: instrument.confidence.as_str(),
            authorities: instrument.authorities.clone(),
            sources: instrument.sources.clone(),
            note: instrument.note.clone(),
            priorities: instrument.priorities.iter().map(|priority| priority.name.clone()).collect(),
        }
    }
}

impl fmt::Display for ToldWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.steps.first().map_or("", |step| &step.from))?;
        for step in &self.steps {
            write!(f, " > {} {} ({})", step.relation, step.to, step.evidence.as_str())?;
        }
        Ok(())
    }
}
