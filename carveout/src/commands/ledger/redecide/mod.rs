//! Making every decision again from what was recorded.
//!
//! A proof of inclusion shows that a ruling was recorded, not that it follows. So each adopted stack
//! is rebuilt from the sources kept under their digests, each use from its recorded facts, and the
//! ruling, its roles, its grounds, its time and both digests must come out as they stand in the entry.
//! A decision must be by the terms that were adopted for its program last, on the facts registered for
//! it, and an attempt must be at the target that was decided on.

mod again;
mod bound;

use std::collections::HashMap;

use carveout_ledger::{
    Decided, DecisionId, Entry, Event, HoldId, Objects, Ruling, Target, Timestamp, Verified,
};
use miette::{IntoDiagnostic, WrapErr};

use self::{
    again::difference,
    bound::{Bound, rebuild},
};
use super::Place;

/// What making the decisions again has shown.
#[derive(Default)]
pub(super) struct Redecided {
    /// Decisions made again.
    pub(super) decisions: u64,
    /// Every decision that came out otherwise, and how.
    pub(super) differing: Vec<String>,
}

pub(super) fn run(
    place: &Place,
    verified: &Verified,
    mut progress: impl FnMut(u64),
) -> miette::Result<Redecided> {
    let reader = place.reader()?;
    let mut walk = Walk::new(Objects::of_ledger(&place.directory));
    for result in reader.entries(0) {
        let (index, bytes) = result.into_diagnostic()?;
        if index >= verified.checkpoint.size() {
            break;
        }
        let entry = Entry::parse(&bytes).into_diagnostic().wrap_err_with(|| format!("entry {index}"))?;
        walk.step(index, entry)?;
        progress(index + 1);
    }
    Ok(walk.redecided)
}

/// What is known at one point of the record.
struct Walk {
    objects: Objects,
    programs: HashMap<String, Bound>,
    /// The targets of the permitted uses that are under way.
    permitted: HashMap<DecisionId, Target>,
    /// What was measured of the uses on hold.
    held: HashMap<HoldId, String>,
    /// The approvals of those permitted decisions that rest on any. What comes up in their answers may rest on them too.
    approved: HashMap<DecisionId, Vec<String>>,
    redecided: Redecided,
}

impl Walk {
    fn new(objects: Objects) -> Self {
        Self {
            objects,
            programs: HashMap::new(),
            permitted: HashMap::new(),
            held: HashMap::new(),
            approved: HashMap::new(),
            redecided: Redecided::default(),
        }
    }

    fn step(&mut self, index: u64, entry: Entry) -> miette::Result<()> {
        let difference = match entry.event {
            Event::TermsAdopted(adopted) => {
                let bound = rebuild(&self.objects, &adopted)
                    .wrap_err_with(|| format!("entry {index}: the adopted terms can't be rebuilt"))?;
                self.programs.extend(bound);
                None
            }
            Event::MonitorsSet(set) => {
                let objects = &self.objects;
                let mut bound = self.programs.values_mut();
                bound
                    .try_for_each(|bound| bound.monitor(objects, &set))
                    .wrap_err_with(|| format!("entry {index}: what is monitored can't be rebuilt"))?;
                None
            }
            Event::Decided(decided) => self.decided(&decided, entry.at),
            Event::Attempted(attempted) => (self.permitted.get(&attempted.decision)
                != Some(&attempted.target))
            .then(|| "attempted at another target than the one decided on".to_owned()),
            Event::Settled(settled) => self.ended(settled.decision),
            Event::Interrupted(interrupted) => self.ended(interrupted.decision),
            Event::Refused(refused) => self.unheld(&refused.hold),
            Event::Expired(expired) => self.unheld(&expired.hold),
            Event::Genesis(_)
            | Event::KeyRotated(_)
            | Event::OfficersAppointed(_)
            | Event::Approved(_)
            | Event::Erased(_)
            | Event::EvidenceKept(_)
            | Event::EvidenceLost(_) => None,
        };
        self.redecided.differing.extend(difference.map(|difference| format!("entry {index}: {difference}")));
        Ok(())
    }

    fn decided(&mut self, decided: &Decided, at: Timestamp) -> Option<String> {
        self.redecided.decisions += 1;
        // What comes up in an answer is not sent to anybody.
        if decided.ruling == Ruling::Permit && decided.parent.is_none() {
            self.permitted.insert(decided.decision, decided.target.clone());
            if !decided.facts.approvals.is_empty() {
                self.approved.insert(decided.decision, decided.facts.approvals.clone());
            }
        }
        let approved = decided.parent.and_then(|parent| self.approved.get(&parent));
        let proven = approved.map_or(&[][..], Vec::as_slice);
        let held = decided.hold.and_then(|hold| match decided.ruling {
            Ruling::Permit => self.held.remove(&hold),
            _ => self.held.get(&hold).cloned(),
        });
        if let (Some(hold), Some(_)) = (decided.hold, decided.hold_until) {
            self.held.insert(hold, decided.facts.gateway.clone());
        }
        match self.programs.get(&decided.program) {
            None => Some("no terms were adopted for its program before it".to_owned()),
            Some(bound) => difference(bound, decided, held.as_deref(), proven, at),
        }
    }

    fn unheld(&mut self, hold: &HoldId) -> Option<String> {
        self.held.remove(hold);
        None
    }

    fn ended(&mut self, decision: DecisionId) -> Option<String> {
        self.permitted.remove(&decision);
        None
    }
}
