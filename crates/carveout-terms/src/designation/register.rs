//! Records put together: the newest version of each, the notices that concern it, and what took its place.

use std::collections::{BTreeMap, BTreeSet};

use super::{Designation, Event, EventKind, Instrument, LegalForce, Notice, When};
use crate::Timestamp;

/// Everything that is recorded.
#[derive(Clone, Debug, Default)]
pub struct Register {
    dockets: BTreeMap<String, Docket>,
    pending: Vec<Notice>,
    findings: Vec<Finding>,
}

/// One instrument with everything that happened to it.
#[derive(Clone, Debug)]
pub struct Docket {
    designation: Designation,
    events: Vec<Event>,
    superseded: Vec<Superseding>,
}

/// That another instrument takes the place of one.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Superseding {
    /// The other instrument.
    pub by: String,
    /// From when.
    pub effective: Timestamp,
    /// From when anybody could know.
    pub known: Timestamp,
}

/// Something about the records together that somebody should look at.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The record.
    pub record: String,
    /// What is odd about it.
    pub message: String,
}

impl Register {
    /// Puts records together. Of several versions of one record the highest counts.
    #[must_use]
    pub fn new(designations: Vec<Designation>, notices: Vec<Notice>) -> Self {
        let mut register = Self::default();
        for designation in designations {
            register.add(designation);
        }
        for notice in notices {
            register.note(notice);
        }
        register.supersede();
        register.cross_check();
        register
    }

    /// The same as known on a date: a version that corrects an earlier one counts from the day on which it could be known,
    /// and before that the one before it does. The first version counts whatever it says of itself.
    #[must_use]
    pub fn as_known(designations: Vec<Designation>, notices: Vec<Notice>, known: When) -> Self {
        let mut first: BTreeMap<String, u32> = BTreeMap::new();
        for designation in &designations {
            let instrument = designation.instrument();
            let lowest = first.entry(instrument.id.clone()).or_insert(instrument.version);
            *lowest = instrument.version.min(*lowest);
        }
        let counts = |designation: &Designation| {
            let instrument = designation.instrument();
            let dates = &instrument.dates;
            first.get(&instrument.id) == Some(&instrument.version)
                || dates.corrected.is_none_or(|corrected| dates.begins(corrected) <= known.asked(dates.zone))
        };
        Self::new(designations.into_iter().filter(counts).collect(), notices)
    }

    /// Every instrument, by id.
    pub fn dockets(&self) -> impl ExactSizeIterator<Item = &Docket> {
        self.dockets.values()
    }

    /// The instrument with an id.
    #[must_use]
    pub fn docket(&self, id: &str) -> Option<&Docket> {
        self.dockets.get(id)
    }

    /// Notices about instruments that are not recorded yet. They count from the moment that the instrument is.
    #[must_use]
    pub fn pending(&self) -> &[Notice] {
        &self.pending
    }

    /// What is odd about the records together.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn add(&mut self, designation: Designation) {
        let id = designation.instrument().id.clone();
        match self.dockets.get(&id) {
            Some(known) if known.instrument().version > designation.instrument().version => {}
            Some(known) if known.instrument().version == designation.instrument().version => {
                if known.designation.digest() != designation.digest() {
                    let version = known.instrument().version;
                    self.find(
                        &id,
                        format!("version {version} is there twice, with different texts; the first counts"),
                    );
                }
            }
            _ => {
                self.dockets.insert(id, Docket::alone(designation));
            }
        }
    }

    fn note(&mut self, notice: Notice) {
        let id = notice.of().to_owned();
        let event = notice.event().clone();
        let Some(docket) = self.dockets.get_mut(&id) else {
            self.find(
                &id,
                format!("the notice `{}` is about a record that isn't here; it waits for it", event.id),
            );
            self.pending.push(notice);
            return;
        };
        let authorities = &docket.instrument().authorities;
        let strange = event.authorities.iter().find(|authority| !authorities.contains(authority)).cloned();
        let twice = docket.events.iter().any(|other| other.id == event.id);
        if let Some(strange) = strange {
            let message = format!(
                "the notice `{}` names the authority `{strange}`, which the record doesn't rest on; it is left out",
                event.id
            );
            self.find(&id, message);
        } else if twice {
            self.find(
                &id,
                format!("the event `{}` is there twice; the record's own, or the first, counts", event.id),
            );
        } else {
            docket.events.push(event);
        }
    }

    /// An instrument that names others in `supersedes` ends them, unless it was only announced, or they end it.
    fn supersede(&mut self) {
        let mut found: Vec<(String, Superseding)> = Vec::new();
        for docket in self.dockets.values() {
            let instrument = docket.instrument();
            if instrument.force == LegalForce::AnnouncedOnly {
                continue;
            }
            for old in &instrument.supersedes {
                let by = instrument.id.clone();
                let (effective, known) = (docket.effective(), docket.known());
                found.push((old.clone(), Superseding { by, effective, known }));
            }
        }
        let pairs: BTreeSet<(String, String)> =
            found.iter().map(|(old, superseding)| (superseding.by.clone(), old.clone())).collect();
        for (old, superseding) in found {
            if leads_to(&pairs, &old, &superseding.by) {
                self.find(&old, format!("it and `{}` take each other's place; neither does", superseding.by));
            } else if let Some(docket) = self.dockets.get_mut(&old) {
                docket.superseded.push(superseding);
            } else {
                let message = format!("it takes the place of `{old}`, which isn't here");
                self.find(&superseding.by, message);
            }
        }
    }

    fn cross_check(&mut self) {
        let mut findings = Vec::new();
        for docket in self.dockets.values() {
            let instrument = docket.instrument();
            let id = &instrument.id;
            if let Some(by) = &instrument.superseded_by
                && !docket.superseded.iter().any(|superseding| superseding.by == *by)
            {
                let message = format!(
                    "`{by}` is said to take its place, and no such record says so; it stays in force"
                );
                findings.push((id.clone(), message));
            }
            for other in instrument.conflicts_with.iter().filter(|other| self.dockets.contains_key(*other)) {
                findings.push((
                    id.clone(),
                    format!("it says something else than `{other}`; each is answered for by itself"),
                ));
            }
            for event in &docket.events {
                for lifted in event
                    .lifts
                    .iter()
                    .filter(|lifted| !docket.events.iter().any(|other| other.id == **lifted))
                {
                    findings.push((
                        id.clone(),
                        format!("the event `{}` lifts `{lifted}`, which isn't here", event.id),
                    ));
                }
            }
        }
        for (record, message) in findings {
            self.find(&record, message);
        }
    }

    fn find(&mut self, record: &str, message: String) {
        self.findings.push(Finding { record: record.to_owned(), message });
    }
}

/// Whether one leads to the other along pairs.
fn leads_to(pairs: &BTreeSet<(String, String)>, from: &str, to: &str) -> bool {
    let mut reached = BTreeSet::from([from.to_owned()]);
    let mut open = vec![from.to_owned()];
    while let Some(next) = open.pop() {
        for (_, further) in pairs.iter().filter(|(start, _)| *start == next) {
            if reached.insert(further.clone()) {
                open.push(further.clone());
            }
        }
    }
    from != to && reached.contains(to)
}

impl Docket {
    /// An instrument as its own record tells it.
    #[must_use]
    pub fn alone(designation: Designation) -> Self {
        let mut events = designation.instrument().events.clone();
        events.extend(rescinded(designation.instrument()));
        Self { designation, events, superseded: Vec::new() }
    }

    /// The record.
    #[must_use]
    pub const fn designation(&self) -> &Designation {
        &self.designation
    }

    /// What the record says.
    #[must_use]
    pub const fn instrument(&self) -> &Instrument {
        self.designation.instrument()
    }

    /// Everything that happened to it, in the order of the record and then of the notices.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What takes its place.
    #[must_use]
    pub fn superseded(&self) -> &[Superseding] {
        &self.superseded
    }

    pub(super) fn effective(&self) -> Timestamp {
        let dates = &self.instrument().dates;
        dates.begins(dates.effective)
    }

    pub(super) fn known(&self) -> Timestamp {
        let dates = &self.instrument().dates;
        dates.begins(dates.known)
    }
}

/// The date of a rescission as the event that it is.
fn rescinded(instrument: &Instrument) -> Option<Event> {
    let at = instrument.dates.rescinded?;
    Some(Event {
        id: "rescinded".to_owned(),
        kind: EventKind::Rescinds,
        forum: instrument.issuer.clone(),
        docket: None,
        decided: at,
        effective: at,
        until: None,
        known: at,
        authorities: Vec::new(),
        scope: None,
        lifts: Vec::new(),
        phase_out_until: None,
        source: None,
        confidence: instrument.confidence,
        note: None,
    })
}
