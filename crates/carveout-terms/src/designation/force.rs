//! What was in force on one date, as known on another.

use super::{
    AuthorityForce, Confidence, Docket, Event, EventKind, Formula, LegalForce, Position, Scope, Situation,
    Status, When,
};
use crate::Timestamp;

/// What an instrument does on a date, as known on another.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Standing {
    /// The instrument.
    pub designation: String,
    /// What it does.
    #[serde(flatten)]
    pub status: Status,
    /// What became of each authority that it rests on.
    pub authorities: Vec<AuthorityForce>,
    /// The first instant after the phase-out, if there is one.
    pub phase_out_until: Option<Timestamp>,
    /// Whether its force is disputed, or a court has been asked.
    pub contested: bool,
    /// How sure the least sure of the statements is that this rests on.
    pub confidence: Confidence,
    /// The events that were known and had taken effect.
    pub events: Vec<String>,
    /// Of these, the ones that concern a part of its reach only.
    pub partial: Vec<String>,
    /// The instruments that had taken its place.
    pub superseded_by: Vec<String>,
    /// Waivers that were asked for and not given.
    pub waivers_pending: Vec<String>,
}

impl Docket {
    /// What was in force on a date, as known on another, in general: acts that concern a part of its reach don't
    /// count, and are named in `partial`. A day stands for the whole of it: what takes effect or is published on the
    /// day counts.
    #[must_use]
    pub fn in_force(&self, on: When, known: When) -> Standing {
        let zone = self.instrument().dates.zone;
        self.standing(on.asked(zone), known.asked(zone), None)
    }

    /// The same for a situation.
    #[must_use]
    pub fn in_force_for(&self, situation: &Situation, on: When, known: When) -> Standing {
        let zone = self.instrument().dates.zone;
        self.standing(on.asked(zone), known.asked(zone), Some(situation))
    }

    /// What changes in general and when, as known on a date: each instant with what holds from it.
    #[must_use]
    pub fn history(&self, known: When) -> Vec<(Timestamp, Standing)> {
        let known = known.asked(self.instrument().dates.zone);
        let mut history: Vec<(Timestamp, Standing)> = Vec::new();
        for turn in self.turns(Some(known)) {
            let standing = self.standing(turn, known, None);
            let same = |(_, last): &(Timestamp, Standing)| {
                last.status == standing.status && last.events == standing.events
            };
            if !history.last().is_some_and(same) {
                history.push((turn, standing));
            }
        }
        history
    }

    fn standing(&self, on: Timestamp, known: Timestamp, situation: Option<&Situation>) -> Standing {
        let instrument = self.instrument();
        let mut active = self.active(on, known);
        if known < self.known() {
            active.clear();
        }
        let authorities: Vec<AuthorityForce> =
            self.authorities().iter().map(|authority| force(authority, &active, situation)).collect();
        let phase_out = self.phase_out_end(on, known).filter(|_| known >= self.known());
        let moved = phase_out.and_then(|(_, event)| event).map(|event| event.confidence);
        let positions =
            authorities.iter().flat_map(|force| &force.positions).map(|position| position.confidence);
        let confidence = positions.chain(moved).fold(instrument.confidence, Confidence::weaker);
        let ids = |keep: &dyn Fn(&Event) -> bool| {
            active.iter().filter(|event| keep(event)).map(|event| event.id.clone()).collect::<Vec<_>>()
        };
        let superseded = self.superseded().iter();
        let superseded =
            superseded.filter(|by| by.effective <= on && by.known <= known).map(|by| by.by.clone());
        let pending = instrument.waivers.iter().filter(|waiver| waiver.granted.is_none());
        Standing {
            designation: instrument.id.clone(),
            status: self.status(on, known, situation),
            contested: self.is_contested(on, known),
            phase_out_until: phase_out.map(|(end, _)| end),
            confidence,
            events: ids(&|_| true),
            partial: ids(&|event| event.scope.is_some()),
            superseded_by: superseded.collect(),
            waivers_pending: pending.map(|waiver| waiver.id.clone()).collect(),
            authorities,
        }
    }

    fn status(&self, on: Timestamp, known: Timestamp, situation: Option<&Situation>) -> Status {
        if known < self.known() {
            return Status::NotKnown;
        }
        // In general, an instrument is about what it is about, and a part of its reach is not all of it.
        let holds = |formula: &Formula| holds(formula, situation);
        let reached = match (self.reach(), situation) {
            (reach, Some(situation)) => reach.covers(situation),
            (reach, None) => reach != Formula::Always(false),
        };
        if !reached {
            return Status::OutOfReach;
        }
        if self.is_superseded(on, known) || self.is_over(on) || self.is_rescinded(on, known) {
            return Status::Ended;
        }
        if !holds(&self.stands(on, known)) {
            return Status::Stopped;
        }
        if on < self.effective() {
            return Status::NotYet { from: self.effective() };
        }
        if self.instrument().force == LegalForce::AnnouncedOnly {
            return Status::Announced;
        }
        if !holds(&self.excepted(on, known).not()) {
            return Status::Excepted;
        }
        match self.phase_out_end(on, known) {
            Some((until, _)) if !holds(&self.due(on, known)) => Status::PhaseOut { until },
            _ => Status::Barred,
        }
    }

    /// Whether its force is disputed, or a court has acted. What a court did stays contested when another has undone it.
    fn is_contested(&self, on: Timestamp, known: Timestamp) -> bool {
        let dates = &self.instrument().dates;
        let acted = |event: &Event| {
            event.kind.of_a_court()
                && dates.begins(event.known) <= known
                && dates.begins(event.effective) <= on
        };
        known >= self.known()
            && (self.instrument().force == LegalForce::Disputed || self.events().iter().any(acted))
    }

    /// Whether its issuer has taken all of it back.
    fn is_rescinded(&self, on: Timestamp, known: Timestamp) -> bool {
        let active = self.active(on, known);
        let back = |event: &&&Event| {
            event.kind == EventKind::Rescinds && event.scope.is_none() && event.authorities.is_empty()
        };
        let again = active.iter().rposition(|event| event.kind == EventKind::Reinstates);
        let rescinded = active.iter().rposition(|event| back(&event));
        rescinded.is_some_and(|rescinded| again.is_none_or(|again| again < rescinded))
    }
}

/// Whether a formula holds in a situation, or in general.
fn holds(formula: &Formula, situation: Option<&Situation>) -> bool {
    match situation {
        Some(situation) => formula.covers(situation),
        None => formula.holds(true, &|_: &Scope, _| false),
    }
}

fn force(authority: &str, active: &[&Event], situation: Option<&Situation>) -> AuthorityForce {
    let concerns = |event: &&&Event| {
        event.kind != EventKind::SetsPhaseOut
            && event.scope.as_ref().is_none_or(|scope| match situation {
                Some(situation) => Formula::within(scope).covers(situation),
                None => false,
            })
    };
    let decides = |event: &&&Event| event.kind.suspends() || event.kind.restores();
    let mut positions = Vec::new();
    for acts in Docket::acts(authority, active).values() {
        let acts: Vec<&&Event> = acts.iter().filter(concerns).collect();
        let last = acts.iter().rfind(|event| decides(event)).or(acts.last());
        positions.extend(last.map(|event| Position {
            forum: event.forum.clone(),
            event: event.id.clone(),
            kind: event.kind,
            confidence: event.confidence,
        }));
    }
    let stands = holds(&Docket::suspended(authority, active).not(), situation);
    AuthorityForce { authority: authority.to_owned(), stands, positions }
}
