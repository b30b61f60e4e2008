//! What is to be done by when, with whose clock.

use carveout_terms::{
    Timestamp,
    designation::{Clock, Docket, Duty, DutyKind, When, Zone},
};

use crate::calendar::{Due, due};

/// How many dates of a duty that comes again are told.
const MOST_REPEATED: usize = 4;

/// When a contract was made, and when something was found: what starts clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Started {
    /// When the exposure was found. Without it clocks start on the day that is asked about.
    pub found: Option<Timestamp>,
    /// When the first report was handed in. Without it what follows a report starts at the end of the report's own clock.
    pub reported: Option<Timestamp>,
    /// The date of the contract. Clauses differ by it; without it all are told.
    pub contract: Option<When>,
}

/// Something to be done.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct ToldDuty {
    /// What.
    pub kind: &'static str,
    /// What sets it off.
    pub trigger: String,
    /// The clause that says so.
    pub hook: String,
    /// To whom.
    pub recipient: Option<String>,
    /// The clock, as the clause counts: `3 business_days`.
    pub clock: Option<String>,
    /// From when it was counted.
    pub starts: Option<Timestamp>,
    /// Why from then.
    pub starts_with: Option<&'static str>,
    /// The last days, or the instants, by which it is due: the first, and those after if it comes again.
    pub due: Vec<ToldDue>,
    /// What a report or statement must hold.
    pub fields: Vec<String>,
    /// For which contracts, by their date.
    pub contracts: Option<String>,
}

/// When something is due.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct ToldDue {
    /// The last day, in the record's zone; none for a clock of hours.
    pub day: Option<String>,
    /// The first instant that is too late.
    pub before: Timestamp,
}

impl From<Due> for ToldDue {
    fn from(due: Due) -> Self {
        Self { day: due.day.map(|day| day.to_string()), before: due.before }
    }
}

/// The duties of an instrument, in the order of their dates; those without a clock last.
pub(super) fn told(
    docket: &Docket,
    on: Timestamp,
    started: Started,
    phase_out: Option<Timestamp>,
) -> Vec<ToldDuty> {
    let instrument = docket.instrument();
    let concerned = |duty: &&Duty| started.contract.is_none_or(|contract| covers(docket, duty, contract));
    let mut told: Vec<ToldDuty> = Vec::new();
    for duty in instrument.duties.iter().filter(concerned) {
        let earlier = last_report(&told, duty);
        told.push(one(docket, duty, on, started, earlier, phase_out));
    }
    told.sort_by_key(|duty| (duty.due.is_empty(), duty.due.first().map(|due| due.before)));
    told
}

/// The end of the report that a duty follows, if it follows one: its trigger speaks of a report.
fn last_report(told: &[ToldDuty], duty: &Duty) -> Option<Timestamp> {
    let follows = duty.trigger.to_lowercase().contains("report");
    let before = told.iter().rev().find(|earlier| earlier.kind == "report" && earlier.hook == duty.hook);
    before.filter(|_| follows)?.due.first().map(|due| Timestamp::from_millis(due.before.millis() - 1))
}

fn one(
    docket: &Docket,
    duty: &Duty,
    on: Timestamp,
    started: Started,
    earlier: Option<Timestamp>,
    phase_out: Option<Timestamp>,
) -> ToldDuty {
    let dates = &docket.instrument().dates;
    let removal = duty.kind == DutyKind::Remove;
    let (starts, why) = match (earlier, started.reported, started.found) {
        _ if removal => (dates.begins(dates.effective), "the instrument took effect"),
        (Some(_), Some(reported), _) => (reported, "the report was handed in"),
        (Some(earlier), None, _) => (earlier, "the last moment of the report before it"),
        (None, _, Some(found)) => (found, "the exposure was found"),
        (None, _, None) => (on, "the moment that is asked about"),
    };
    let clock = duty.within.or(duty.every);
    // Courts and issuers move the end of a phase-out, and what has to be removed then follows it, not the first count.
    let (why, due) = match (phase_out.filter(|_| removal), duty.within, duty.every) {
        (Some(before), ..) => {
            ("the end of the phase-out as it was set last", vec![last_moment(before, dates.zone)])
        }
        (None, Some(within), _) => {
            (why, due(starts, within, dates.zone).into_iter().map(ToldDue::from).collect())
        }
        (None, None, Some(every)) => (why, repeated(starts, every, dates.zone)),
        (None, None, None) => (why, Vec::new()),
    };
    let counted = phase_out.is_none() || !removal;
    let contracts = match (duty.contracts_from, duty.contracts_before) {
        (None, None) => None,
        (Some(from), None) => Some(format!("from {from}")),
        (None, Some(before)) => Some(format!("before {before}")),
        (Some(from), Some(before)) => Some(format!("from {from} and before {before}")),
    };
    ToldDuty {
        kind: duty.kind.as_str(),
        trigger: duty.trigger.clone(),
        hook: duty.hook.clone(),
        recipient: duty.recipient.clone(),
        clock: clock.map(|clock| {
            let every = if duty.within.is_none() { "every " } else { "" };
            format!("{every}{} {}", clock.amount, clock.unit)
        }),
        starts: clock.filter(|_| counted).map(|_| starts),
        starts_with: if due.is_empty() { None } else { Some(why) },
        due,
        fields: duty.fields.clone(),
        contracts,
    }
}

/// The next dates of a duty that comes again, each counted from the start so that no month gets shorter on the way.
fn repeated(starts: Timestamp, every: Clock, zone: Zone) -> Vec<ToldDue> {
    let mut dates = Vec::new();
    let mut clock = every;
    for _ in 0..MOST_REPEATED {
        dates.extend(due(starts, clock, zone).map(ToldDue::from));
        clock.amount = clock.amount.saturating_add(every.amount);
    }
    dates
}

fn last_moment(before: Timestamp, zone: Zone) -> ToldDue {
    let day = zone.day_of(Timestamp::from_millis(before.millis() - 1));
    ToldDue { day: day.map(|day| day.to_string()), before }
}

/// Whether a duty is one of contracts of a date.
fn covers(docket: &Docket, duty: &Duty, contract: When) -> bool {
    let dates = &docket.instrument().dates;
    let made = dates.begins(contract);
    duty.contracts_from.is_none_or(|from| dates.begins(from) <= made)
        && duty.contracts_before.is_none_or(|before| made < dates.begins(before))
}
