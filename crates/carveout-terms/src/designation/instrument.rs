//! What a record says.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    AffiliateRule, Agency, ClockUnit, Component, Conduct, Confidence, DutyKind, EventKind, ExistingContracts,
    Holds, InstrumentKind, LastDay, LegalForce, Reach, SystemClass, TargetKind, When, Zone,
};
use crate::{Digest, Timestamp};

/// One instrument that bars a source.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[non_exhaustive]
pub struct Instrument {
    /// The id, by which other records, waivers and reports name it.
    pub id: String,
    /// The version of the record: a correction is a new one.
    pub version: u32,
    /// What it is called.
    pub title: String,
    /// What kind of instrument it is.
    pub kind: InstrumentKind,
    /// Who made it.
    pub issuer: String,
    /// What force it has before any court has spoken.
    pub force: LegalForce,
    /// How sure the record as a whole is.
    pub confidence: Confidence,
    /// The provisions it rests on. A court may stop one of them and leave another.
    pub authorities: Vec<String>,
    /// What is forbidden.
    pub conduct: Vec<Conduct>,
    /// When it reaches older contracts.
    pub existing_contracts: ExistingContracts,
    /// The instruments that it takes the place of.
    pub supersedes: Vec<String>,
    /// The instrument that is said to take its place. It does so when that one is recorded.
    pub superseded_by: Option<String>,
    /// The instruments that say something else.
    pub conflicts_with: Vec<String>,
    /// What else there is to know, and what isn't known.
    pub note: Option<String>,
    /// The documents that it was read in.
    pub sources: Vec<Source>,
    /// Whom or what it bars.
    pub targets: Vec<Target>,
    /// Where it applies.
    pub scope: Scope,
    /// When.
    pub dates: Dates,
    /// Systems that must be rid of the target before the others.
    pub priorities: Vec<Priority>,
    /// What it doesn't reach, and until when.
    pub exceptions: Vec<Exception>,
    /// How far it flows down to subcontractors.
    pub flow_down: Option<FlowDown>,
    /// What is to be done by whom it reaches.
    pub duties: Vec<Duty>,
    /// How a waiver is had.
    pub waiver_rule: Option<WaiverRule>,
    /// The waivers that were asked for or given.
    pub waivers: Vec<Waiver>,
    /// What happened to it since.
    pub events: Vec<Event>,
}

/// A document that a record was read in.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[non_exhaustive]
pub struct Source {
    /// The id by which events cite it.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Its own date.
    pub date: Option<When>,
    /// Where it can be found.
    pub url: Option<String>,
    /// The digest of the bytes that are kept.
    pub digest: Digest,
    /// Whether these bytes are the document or a note about it.
    pub holds: Holds,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Whom or what an instrument bars.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[non_exhaustive]
pub struct Target {
    /// What kind of target.
    pub kind: TargetKind,
    /// Its name.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Unique entity ids of SAM.
    pub uei: Vec<String>,
    /// Commercial and government entity codes.
    pub cage: Vec<String>,
    /// Legal entity identifiers (ISO 17442).
    pub lei: Vec<String>,
    /// Internet domains.
    pub domains: Vec<String>,
    /// Namespaces of packages, such as `npm:@example`.
    pub packages: Vec<String>,
    /// Patterns of model ids, such as `example-*`.
    pub models: Vec<String>,
    /// Members of the vocabulary that stand for it, by the fact: `maker`, `host`, `operator`, `model`.
    pub members: BTreeMap<String, Vec<String>>,
    /// What of it is barred.
    pub reach: Vec<Reach>,
    /// Who else is barred with it.
    pub affiliates: Vec<Affiliates>,
}

/// Who else is barred with a target.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[non_exhaustive]
pub struct Affiliates {
    /// The rule.
    pub rule: AffiliateRule,
    /// The share in percent from which ownership counts.
    pub threshold: Option<u8>,
    /// Whether shares of several barred owners are added up.
    pub aggregate: bool,
    /// Whom the instrument names.
    pub names: Vec<String>,
}

/// A part of the world. A list that is empty leaves nothing out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Scope {
    /// Whose work.
    pub agencies: Vec<Agency>,
    /// On which systems.
    pub system_classes: Vec<SystemClass>,
    /// In which part of an agency.
    pub components: Vec<Component>,
    /// In which procurements. No fact of a use says that.
    pub procurement_classes: Vec<String>,
    /// For which purposes, as the vocabulary names them.
    pub purposes: Vec<String>,
    /// In which programs, by the ids of their registrations.
    pub programs: Vec<String>,
    /// Through which contract clauses, such as `FAR 52.204-30`. No fact of a use says that.
    pub hooks: Vec<String>,
}

/// The dates of an instrument.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[non_exhaustive]
pub struct Dates {
    /// The zone in which days are read.
    #[serde(serialize_with = "shown")]
    pub zone: Zone,
    /// Whether a period "until" a day covers the day.
    pub last_day: LastDay,
    /// When it was signed.
    pub signed: Option<When>,
    /// From when it has effect.
    pub effective: When,
    /// When it was published.
    pub published: Option<When>,
    /// From when anybody could know of it: when published, else when signed, else when effective.
    pub known: When,
    /// From when this version of the record could be known, if it corrects an earlier one: as known before, that one
    /// counts. Without it the version counts as if it had always been there.
    pub corrected: Option<When>,
    /// Until when what is there may go on being used.
    pub phase_out_until: Option<When>,
    /// When it is to be looked at again.
    pub review_due: Option<When>,
    /// When it was taken back.
    pub rescinded: Option<When>,
    /// Until when it lasts, if it ends by itself.
    pub until: Option<When>,
}

fn shown<S: serde::Serializer>(zone: &Zone, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(zone)
}

impl Dates {
    /// The instant from which something holds that begins then.
    #[must_use]
    pub fn begins(&self, when: When) -> Timestamp {
        when.begins(self.zone)
    }

    /// The first instant after something that lasts until then.
    #[must_use]
    pub fn ends(&self, when: When) -> Timestamp {
        when.ends(self.zone, self.last_day)
    }
}

/// Systems that must be rid of the target before the others.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[non_exhaustive]
pub struct Priority {
    /// What they are.
    pub name: String,
    /// Until when they may go on, if a date was set.
    pub until: Option<When>,
    /// Which they are, in the words of a scope.
    pub scope: Scope,
}

/// What an instrument doesn't reach.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[non_exhaustive]
pub struct Exception {
    /// What that is.
    pub what: String,
    /// Until when, if there is an end.
    pub until: Option<When>,
    /// The same in the words of a scope. Without one nothing can be excepted by a program.
    pub scope: Scope,
}

/// How far an instrument flows down.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct FlowDown {
    /// Through how many tiers; all of them if there is no number.
    pub tiers: Option<u32>,
    /// The paragraphs that don't flow down.
    pub excluded: Vec<String>,
}

/// Something to be done by whom an instrument reaches. Its clock is data, because it differs by clause and by the
/// date of the contract.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[non_exhaustive]
pub struct Duty {
    /// What.
    pub kind: DutyKind,
    /// What sets it off.
    pub trigger: String,
    /// Within how long, if it says.
    pub within: Option<Clock>,
    /// How often, if again and again.
    pub every: Option<Clock>,
    /// What the report or statement must hold.
    pub fields: Vec<String>,
    /// To whom.
    pub recipient: Option<String>,
    /// The contract clause or provision that says so.
    pub hook: String,
    /// Only for contracts from this date.
    pub contracts_from: Option<When>,
    /// Only for contracts before this date.
    pub contracts_before: Option<When>,
}

/// A length of time, as the instrument counts it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Clock {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: ClockUnit,
}

/// How a waiver is had.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct WaiverRule {
    /// Who gives it.
    pub by: String,
    /// When it may be given.
    pub criteria: String,
    /// What must be handed in.
    pub attachments: Vec<String>,
}

/// A waiver that was asked for, and perhaps given.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[non_exhaustive]
pub struct Waiver {
    /// Its id.
    pub id: String,
    /// To whom, or for what.
    pub for_what: String,
    /// From when it was given; it is pending without.
    pub granted: Option<When>,
    /// Until when.
    pub expires: Option<When>,
    /// From when anybody could know that it was given.
    pub known: Option<When>,
    /// What it covers.
    pub scope: Scope,
}

/// What happened to an instrument after it was made.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// Its id, unique in its record.
    pub id: String,
    /// What happened.
    pub kind: EventKind,
    /// Where: a court, or the issuer.
    pub forum: String,
    /// The docket, if there is one.
    pub docket: Option<String>,
    /// When it was decided.
    pub decided: When,
    /// From when it has effect.
    pub effective: When,
    /// Until when, if that was said.
    pub until: Option<When>,
    /// From when anybody could know of it.
    pub known: When,
    /// Which of the instrument's authorities it concerns; all of them if none is named.
    pub authorities: Vec<String>,
    /// Which part of the instrument's reach it concerns; all of it if none is named.
    pub scope: Option<Scope>,
    /// The events whose effect it ends.
    pub lifts: Vec<String>,
    /// The new end of the phase-out.
    pub phase_out_until: Option<When>,
    /// The source, of the record's own.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Confidence,
    /// What else there is to know.
    pub note: Option<String>,
}
