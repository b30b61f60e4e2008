//! Entries: what happened, one JSON object each.
//!
//! An entry is written `{"v":1,"kind":"decided","at":"2026-03-05T09:30:00.000Z","event":{…}}`. The bytes
//! that are stored are the bytes that are hashed, and an entry has exactly one spelling: reading refuses
//! unknown and duplicate members, and anything that [`Entry::encode`] would have written differently.

mod appointments;
mod designations;
mod evidence;
mod holds;
mod identity;
mod json;
mod kinds;
mod monitors;
mod names;
mod questions;

pub use appointments::{Appointed, Appointment, OfficersAppointed};
pub use designations::{AdoptionError, DesignationAdopted, DesignationOfficers, DesignationSigner};
pub use evidence::{EvidenceKept, EvidenceLost};
pub use holds::{AnswerError, Approved, Erased, Expired, HoldAnswer, HoldId, Refused};
pub use identity::{Commitment, CommittedPart, Committer, DecisionId, DecisionIdError, Salt};
pub use kinds::{
    Adopted, Attempted, Calls, Cited, Decided, DesignationEffect, Genesis, Interrupted, Judged, KeyRotated,
    Outcome, PinnedKey, Presumed, ProgramDigest, RecordedFacts, RotationError, Ruling, Settled,
    SignatureRule, Target, TermsAdopted, Usage,
};

pub use monitors::{
    AgreedText, DetectorSuspension, Found, Monitor, Monitored, MonitoredDetector, MonitoredProgram,
    MonitorsSet, Relaxed, Suspended, Suspension,
};
pub use names::NameError;
pub use questions::{JudgeAnswered, JudgeAsked, QuestionId};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Timestamp;

/// The longest entry in bytes: C2SP entry bundles carry lengths in 16 bits.
pub const MOST_ENTRY_BYTES: usize = 65_535;

/// The version that is written.
const VERSION: u32 = 1;

/// One thing that happened, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When it happened, by the gateway's clock.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "most entries are the large kind; a box would cost each an allocation"
)]
pub enum Event {
    /// The ledger was founded. Always the first entry, and only the first.
    Genesis(Genesis),
    /// The terms by which uses are decided from now on.
    TermsAdopted(TermsAdopted),
    /// The record of a designation counts from now on.
    DesignationAdopted(DesignationAdopted),
    /// Whose signatures on records of designations count from now on.
    DesignationOfficers(DesignationOfficers),
    /// A use was decided.
    Decided(Decided),
    /// A permitted request is about to go to a provider.
    Attempted(Attempted),
    /// An attempt came to an end that was observed.
    Settled(Settled),
    /// An attempt's end was not observed.
    Interrupted(Interrupted),
    /// A key was replaced, by the old key's word.
    KeyRotated(KeyRotated),
    /// Who may answer holds from now on.
    OfficersAppointed(OfficersAppointed),
    /// What is monitored from now on.
    MonitorsSet(MonitorsSet),
    /// An officer approved what is on hold.
    Approved(Approved),
    /// An officer refused what is on hold.
    Refused(Refused),
    /// A hold was not answered in time.
    Expired(Expired),
    /// The body of a hold that has ended is not kept any more.
    Erased(Erased),
    /// What a use showed was kept for meters, outside the ledger.
    EvidenceKept(EvidenceKept),
    /// What was kept for meters is lost.
    EvidenceLost(EvidenceLost),
    /// A judge is about to be asked.
    JudgeAsked(JudgeAsked),
    /// A question to a judge has come to its end.
    JudgeAnswered(JudgeAnswered),
}

/// Why bytes are not an entry, or an entry can't be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Longer than an entry bundle can hold.
    #[error("an entry of {0} bytes is too long: at most {MOST_ENTRY_BYTES} fit, so shorten its facts")]
    TooLong(usize),
    /// Written by another version of the software.
    #[error("entry version `{0}` is not known: this software reads version {VERSION}")]
    Version(u32),
    /// No event of that name.
    #[error("entry kind `{0}` is not known")]
    Kind(String),
    /// Not the JSON that an entry is.
    #[error("not an entry: {0}")]
    Json(String),
    /// The same content in another spelling.
    #[error(
        "not an entry: it is not spelt as the ledger writes entries (spaces, member order or escapes differ)"
    )]
    Spelling,
}

#[derive(Serialize)]
struct Written<'a, E> {
    v: u32,
    kind: &'static str,
    at: Timestamp,
    event: &'a E,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read<'a> {
    v: u32,
    #[serde(borrow)]
    kind: std::borrow::Cow<'a, str>,
    at: Timestamp,
    #[serde(borrow)]
    event: &'a RawValue,
}

impl Event {
    /// The event's name in the entry.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Genesis(_) => "genesis",
            Self::TermsAdopted(_) => "terms_adopted",
            Self::DesignationAdopted(_) => "designation_adopted",
            Self::DesignationOfficers(_) => "designation_officers",
            Self::Decided(_) => "decided",
            Self::Attempted(_) => "attempted",
            Self::Settled(_) => "settled",
            Self::Interrupted(_) => "interrupted",
            Self::KeyRotated(_) => "key_rotated",
            Self::OfficersAppointed(_) => "officers_appointed",
            Self::MonitorsSet(_) => "monitors_set",
            Self::Approved(_) => "approved",
            Self::Refused(_) => "refused",
            Self::Expired(_) => "expired",
            Self::Erased(_) => "erased",
            Self::EvidenceKept(_) => "evidence_kept",
            Self::EvidenceLost(_) => "evidence_lost",
            Self::JudgeAsked(_) => "judge_asked",
            Self::JudgeAnswered(_) => "judge_answered",
        }
    }
}

impl Entry {
    /// Writes the entry's bytes.
    ///
    /// # Errors
    /// [`EntryError::TooLong`].
    pub fn encode(&self) -> Result<Vec<u8>, EntryError> {
        let mut bytes = Vec::with_capacity(self.room());
        self.write_to(&mut bytes)?;
        if bytes.len() > MOST_ENTRY_BYTES { Err(EntryError::TooLong(bytes.len())) } else { Ok(bytes) }
    }

    /// Writes the entry's bytes behind others as in an entry bundle; gives them without their length.
    pub(crate) fn append_to<'b>(&self, bundle: &'b mut Vec<u8>) -> Result<&'b [u8], EntryError> {
        let begin = bundle.len();
        bundle.reserve(self.room());
        bundle.extend([0; 2]);
        self.write_to(bundle)?;
        let (head, entry) = bundle.split_at_mut(begin + 2);
        let length = u16::try_from(entry.len()).map_err(|_too_long| EntryError::TooLong(entry.len()))?;
        if let Some(room) = head.last_chunk_mut() {
            *room = length.to_be_bytes();
        }
        Ok(entry)
    }

    fn write_to(&self, bytes: &mut Vec<u8>) -> Result<(), EntryError> {
        match &self.event {
            Event::Genesis(event) => self.write(event, bytes),
            Event::TermsAdopted(event) => self.write(event, bytes),
            Event::DesignationAdopted(event) => self.write(event, bytes),
            Event::DesignationOfficers(event) => self.write(event, bytes),
            Event::Decided(event) => self.write(event, bytes),
            Event::Attempted(event) => self.write(event, bytes),
            Event::Settled(event) => self.write(event, bytes),
            Event::Interrupted(event) => self.write(event, bytes),
            Event::KeyRotated(event) => self.write(event, bytes),
            Event::OfficersAppointed(event) => self.write(event, bytes),
            Event::MonitorsSet(event) => self.write(event, bytes),
            Event::Approved(event) => self.write(event, bytes),
            Event::Refused(event) => self.write(event, bytes),
            Event::Expired(event) => self.write(event, bytes),
            Event::Erased(event) => self.write(event, bytes),
            Event::EvidenceKept(event) => self.write(event, bytes),
            Event::EvidenceLost(event) => self.write(event, bytes),
            Event::JudgeAsked(event) => self.write(event, bytes),
            Event::JudgeAnswered(event) => self.write(event, bytes),
        }
    }

    fn write<E: Serialize>(&self, event: &E, bytes: &mut Vec<u8>) -> Result<(), EntryError> {
        let written = Written { v: VERSION, kind: self.event.kind(), at: self.at, event };
        json::write(&written, bytes).map_err(|error| EntryError::Json(error.to_string()))
    }

    /// About how many bytes it takes: the facts of a decision are most of what is written at all.
    fn room(&self) -> usize {
        match &self.event {
            Event::Decided(Decided { facts, .. }) => {
                2_048 + facts.caller.len() + facts.program.len() + facts.gateway.len()
            }
            _ => 1_024,
        }
    }

    /// Reads an entry's bytes.
    ///
    /// # Errors
    /// See [`EntryError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > MOST_ENTRY_BYTES {
            return Err(EntryError::TooLong(bytes.len()));
        }
        let read: Read<'_> =
            serde_json::from_slice(bytes).map_err(|error| EntryError::Json(error.to_string()))?;
        if read.v != VERSION {
            return Err(EntryError::Version(read.v));
        }
        let entry = Self { at: read.at, event: read_event(&read.kind, read.event.get())? };
        if entry.encode()? == bytes { Ok(entry) } else { Err(EntryError::Spelling) }
    }
}

fn read_event(kind: &str, json: &str) -> Result<Event, EntryError> {
    fn event<'de, E: Deserialize<'de>>(json: &'de str) -> Result<E, EntryError> {
        serde_json::from_str(json).map_err(|error| EntryError::Json(error.to_string()))
    }
    Ok(match kind {
        "genesis" => Event::Genesis(event(json)?),
        "terms_adopted" => Event::TermsAdopted(event(json)?),
        "designation_adopted" => Event::DesignationAdopted(event(json)?),
        "designation_officers" => Event::DesignationOfficers(event(json)?),
        "decided" => Event::Decided(event(json)?),
        "attempted" => Event::Attempted(event(json)?),
        "settled" => Event::Settled(event(json)?),
        "interrupted" => Event::Interrupted(event(json)?),
        "key_rotated" => Event::KeyRotated(event(json)?),
        "officers_appointed" => Event::OfficersAppointed(event(json)?),
        "monitors_set" => Event::MonitorsSet(event(json)?),
        "approved" => Event::Approved(event(json)?),
        "refused" => Event::Refused(event(json)?),
        "expired" => Event::Expired(event(json)?),
        "erased" => Event::Erased(event(json)?),
        "evidence_kept" => Event::EvidenceKept(event(json)?),
        "evidence_lost" => Event::EvidenceLost(event(json)?),
        "judge_asked" => Event::JudgeAsked(event(json)?),
        "judge_answered" => Event::JudgeAnswered(event(json)?),
        other => return Err(EntryError::Kind(other.chars().take(80).collect())),
    })
}

#[cfg(test)]
mod tests;
