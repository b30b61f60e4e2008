//! What may follow what: `decided -> attempted* -> settled | interrupted`, and the life of a hold ([`holds`]).
//!
//! The state is a projection of the entries. It holds only what is still open, so its size is bounded by the
//! requests in flight, not by the ledger's length. For the same reason it can't tell that a decision's name
//! was used again after the decision had ended.

mod designations;
mod holds;
mod monitors;
mod roster;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

pub(crate) use self::holds::Holds;
use self::holds::{Changed, HoldStep};
pub use self::holds::{HoldError, OpenHold};
use crate::{
    AdoptionError, DecisionId, DesignationAdopted, DesignationOfficers, DesignationSigner, Digest, Entry,
    Event, EvidenceAudit, EvidenceKnown, EvidenceMark, KeyRotated, MonitorsSet, PinnedKey, QuestionId,
    RotationError, Ruling, Timestamp, VerifierKey,
};

/// A permitted decision whose end is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAttempt {
    /// The decision.
    pub decision: DecisionId,
    /// Its last recorded attempt; 0 if none is recorded.
    pub attempt: u32,
}

/// A record of a designation that was adopted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdoptedRecord {
    /// The record's name, as signed.
    pub record: String,
    /// Its version.
    pub version: String,
    /// The digest of its text.
    pub digest: Digest,
}

impl AdoptedRecord {
    fn of(adopted: &DesignationAdopted) -> Self {
        Self { record: adopted.record.clone(), version: adopted.version.clone(), digest: adopted.digest }
    }

    fn key(&self) -> (String, String) {
        (self.record.clone(), self.version.clone())
    }
}

/// Why an entry does not follow from those before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LifecycleError {
    /// The first entry is not the founding, or another entry is.
    #[error("the first entry, and no other, must be the genesis")]
    Genesis,
    /// A decision's name is in use.
    #[error("decision `{0}` is open already: give each decision a name of its own")]
    Repeated(DecisionId),
    /// There is no open permitted decision of that name.
    #[error("decision `{0}` is not open: it was not permitted, or has ended")]
    NotOpen(DecisionId),
    /// A question's name is in use.
    #[error("`{0}` is open already: give each question a name of its own")]
    AskedTwice(QuestionId),
    /// There is no open question of that name.
    #[error("`{0}` is not open: it was not asked, or its end is recorded already")]
    NotAsked(QuestionId),
    /// It does not follow in the life of a hold.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// What is monitored was not agreed to.
    #[error("`{of}` can't be monitored so: {why}")]
    Monitoring {
        /// The monitor, or the program.
        of: String,
        /// What is wrong.
        why: String,
    },
    /// A designation's record was not signed as it must be, or is another one than before.
    #[error("designation: {0}")]
    Designation(#[from] AdoptionError),
    /// The attempt's number does not follow.
    #[error("attempt {found} of decision `{decision}` is out of order: expected {expected}")]
    Attempt {
        /// The decision.
        decision: DecisionId,
        /// The number in the entry.
        found: u32,
        /// The number that would follow.
        expected: u32,
    },
    /// A key is replaced that is not the subject's key.
    #[error("the key of `{0}` can't be rotated: the old key is not its current key")]
    OldKey(String),
    /// The rotation itself does not hold.
    #[error("key rotation: {0}")]
    Rotation(#[from] RotationError),
    /// The log's new key has another name.
    #[error("the log's new key must keep the name `{0}`: the name is the log's identity")]
    Renamed(String),
}

/// What an entry does to the state; made where the entry is, applied in the order of the log.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    at: Timestamp,
    change: Change,
    hold: Option<HoldStep>,
}

#[derive(Debug, Clone)]
enum Change {
    None,
    Founded { log_key: String, parties: Vec<PinnedKey> },
    Permitted(DecisionId),
    Attempted(OpenAttempt),
    Ended(OpenAttempt),
    Rotated(Box<KeyRotated>),
    Monitors(Box<MonitorsSet>),
    Designated(Box<AdoptedRecord>, Vec<DesignationSigner>),
    Officers(Box<DesignationOfficers>),
    Kept(EvidenceMark),
    Snapshotted(EvidenceMark),
    Lost(u64),
    Asked(QuestionId),
    Answered(QuestionId),
}

/// What the entries up to some size leave open, and which keys they leave pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lifecycle {
    pub(crate) size: u64,
    pub(crate) last_at: Timestamp,
    pub(crate) log_key: String,
    /// The log's key before the last rotation: it may have signed the checkpoint that covers the rotation.
    pub(crate) former_log_key: Option<String>,
    pub(crate) parties: Vec<PinnedKey>,
    pub(crate) open: HashMap<DecisionId, u32>,
    pub(crate) holds: Holds,
    /// The records of designations that were adopted. Each counts for good: what takes it back is a record too.
    pub(crate) designations: BTreeMap<(String, String), Digest>,
    /// Who may sign them, once that is pinned.
    pub(crate) designation_officers: Option<Vec<DesignationSigner>>,
    /// What is known to be kept outside the ledger for meters.
    pub(crate) evidence: EvidenceKnown,
    /// The questions to a judge whose end is not recorded.
    pub(crate) questions: BTreeSet<QuestionId>,
}

impl Step {
    /// Reads off what an entry does. Signatures are checked here, off the path that orders entries.
    pub(crate) fn of(entry: &Entry) -> Result<Self, LifecycleError> {
        let change = match &entry.event {
            Event::Genesis(genesis) => {
                Change::Founded { log_key: genesis.log_key.clone(), parties: genesis.parties.clone() }
            }
            Event::TermsAdopted(_)
            | Event::OfficersAppointed(_)
            | Event::Approved(_)
            | Event::Refused(_)
            | Event::Expired(_)
            | Event::Erased(_) => Change::None,
            Event::MonitorsSet(set) => Change::Monitors(Box::new(set.clone())),
            Event::DesignationAdopted(event) => {
                event.verify()?;
                Change::Designated(Box::new(AdoptedRecord::of(event)), event.signers.clone())
            }
            Event::DesignationOfficers(event) => {
                event.verify()?;
                Change::Officers(Box::new(event.clone()))
            }
            Event::EvidenceKept(kept) if kept.snapshot => Change::Snapshotted(kept.mark()),
            Event::EvidenceKept(kept) => Change::Kept(kept.mark()),
            Event::EvidenceLost(lost) => Change::Lost(lost.base),
            Event::JudgeAsked(asked) => Change::Asked(asked.question),
            Event::JudgeAnswered(answered) => Change::Answered(answered.question),
            Event::Decided(decided) if decided.ruling == Ruling::Permit && decided.parent.is_none() => {
                Change::Permitted(decided.decision)
            }
            Event::Decided(_) => Change::None,
            Event::Attempted(event) => {
                Change::Attempted(OpenAttempt { decision: event.decision, attempt: event.attempt })
            }
            Event::Settled(event) => {
                Change::Ended(OpenAttempt { decision: event.decision, attempt: event.attempt })
            }
            Event::Interrupted(event) => {
                Change::Ended(OpenAttempt { decision: event.decision, attempt: event.attempt })
            }
            Event::KeyRotated(event) => {
                event.verify()?;
                Change::Rotated(Box::new(event.clone()))
            }
        };
        Ok(Self { at: entry.at, change, hold: HoldStep::of(entry)? })
    }
}

impl Step {
    /// Tells an audit of evidence what the entry vouches for.
    pub(crate) fn tell(&self, audit: &mut EvidenceAudit) {
        match &self.change {
            Change::Kept(mark) => audit.kept(*mark),
            Change::Snapshotted(mark) => audit.snapshotted(*mark),
            Change::Lost(base) => audit.lost(*base),
            _ => {}
        }
    }
}

impl Lifecycle {
    /// Before the first entry.
    pub(crate) fn new() -> Self {
        Self {
            size: 0,
            last_at: Timestamp::from_millis(i64::MIN),
            log_key: String::new(),
            former_log_key: None,
            parties: Vec::new(),
            open: HashMap::new(),
            holds: Holds::default(),
            designations: BTreeMap::new(),
            designation_officers: None,
            evidence: EvidenceKnown::default(),
            questions: BTreeSet::new(),
        }
    }

    /// Applies one step, or changes nothing.
    pub(crate) fn apply(&mut self, step: &Step) -> Result<(), LifecycleError> {
        self.apply_all(std::slice::from_ref(step))
    }

    /// Applies all steps, or changes nothing.
    pub(crate) fn apply_all(&mut self, steps: &[Step]) -> Result<(), LifecycleError> {
        let changed = self.check(steps)?;
        for step in steps {
            self.apply_checked(step);
        }
        if let Some(changed) = changed {
            self.holds.take(changed);
        }
        Ok(())
    }

    fn check(&self, steps: &[Step]) -> Result<Option<Changed>, LifecycleError> {
        // What the earlier steps of a group leave behind: the last attempt, or `None` once ended.
        let mut changed: HashMap<DecisionId, Option<u32>> = HashMap::new();
        let mut holds = None;
        let mut designated: Vec<&AdoptedRecord> = Vec::new();
        let mut officers = self.designation_officers.as_deref();
        let mut questions: HashMap<QuestionId, bool> = HashMap::new();
        for (index, step) in (self.size..).zip(steps) {
            if let Some(hold) = &step.hold {
                self.holds.check(holds.get_or_insert_default(), hold, step.at, index, &self.parties)?;
            }
            if (index == 0) != matches!(step.change, Change::Founded { .. }) {
                return Err(LifecycleError::Genesis);
            }
            let open =
                |id: &DecisionId| changed.get(id).copied().unwrap_or_else(|| self.open.get(id).copied());
            let (decision, state) = match &step.change {
                Change::None
                | Change::Founded { .. }
                | Change::Kept(_)
                | Change::Snapshotted(_)
                | Change::Lost(_) => continue,
                Change::Rotated(rotation) => {
                    self.check_rotation(rotation)?;
                    continue;
                }
                Change::Monitors(set) => {
                    let checked = monitors::check(set, &self.parties);
                    checked.map_err(|(of, why)| LifecycleError::Monitoring { of, why })?;
                    continue;
                }
                Change::Officers(appointed) => {
                    officers.map_or(Ok(()), |former| appointed.replaces(former))?;
                    officers = Some(&appointed.officers);
                    continue;
                }
                Change::Designated(record, signers) => {
                    designations::in_office(record, signers, officers)?;
                    self.check_designation(record, &designated)?;
                    designated.push(record);
                    continue;
                }
                Change::Asked(id) | Change::Answered(id) => {
                    let ends = matches!(step.change, Change::Answered(_));
                    let asked = questions.insert(*id, !ends).unwrap_or_else(|| self.questions.contains(id));
                    match (asked, ends) {
                        (true, false) => return Err(LifecycleError::AskedTwice(*id)),
                        (false, true) => return Err(LifecycleError::NotAsked(*id)),
                        _ => continue,
                    }
                }
                Change::Permitted(id) if open(id).is_some() => return Err(LifecycleError::Repeated(*id)),
                Change::Permitted(id) => (*id, Some(0)),
                Change::Attempted(attempt) => {
                    let last = open(&attempt.decision).ok_or(LifecycleError::NotOpen(attempt.decision))?;
                    expect_attempt(attempt, last.saturating_add(1))?;
                    (attempt.decision, Some(attempt.attempt))
                }
                Change::Ended(attempt) => {
                    let last = open(&attempt.decision).ok_or(LifecycleError::NotOpen(attempt.decision))?;
                    expect_attempt(attempt, last)?;
                    (attempt.decision, None)
                }
            };
            if steps.len() > 1 {
                changed.insert(decision, state);
            }
        }
        Ok(holds)
    }

    /// One version of a record has one text, also among the entries of one group.
    fn check_designation(
        &self,
        record: &AdoptedRecord,
        before: &[&AdoptedRecord],
    ) -> Result<(), LifecycleError> {
        let known = self.designations.get(&record.key());
        let same = |other: &&&AdoptedRecord| other.key() == record.key();
        let known = known.or_else(|| before.iter().find(same).map(|other| &other.digest));
        if known.is_some_and(|known| *known != record.digest) {
            let AdoptedRecord { record, version, .. } = record.clone();
            return Err(AdoptionError::OtherText { record, version }.into());
        }
        Ok(())
    }

    /// The records of designations that were adopted, by name and version.
    pub(crate) fn adopted_records(&self) -> Vec<AdoptedRecord> {
        let adopted = self.designations.iter();
        adopted
            .map(|((record, version), digest)| AdoptedRecord {
                record: record.clone(),
                version: version.clone(),
                digest: *digest,
            })
            .collect()
    }

    fn check_rotation(&self, rotation: &KeyRotated) -> Result<(), LifecycleError> {
        if let Some(officer) = DesignationOfficers::officer_of(&rotation.subject) {
            let officers = self.designation_officers.as_deref().unwrap_or_default();
            return designations::check_rotation(officer, rotation, officers);
        }
        if rotation.subject != KeyRotated::LOG {
            let pinned = |pin: &PinnedKey| pin.party == rotation.subject && pin.key == rotation.old;
            let known = self.parties.iter().any(pinned);
            return if known { Ok(()) } else { Err(LifecycleError::OldKey(rotation.subject.clone())) };
        }
        if rotation.old != self.log_key {
            return Err(LifecycleError::OldKey(rotation.subject.clone()));
        }
        let name = |key: &str| key.parse::<VerifierKey>().map(|key| key.name().to_owned()).ok();
        if name(&rotation.old) != name(&rotation.new) {
            return Err(LifecycleError::Renamed(name(&rotation.old).unwrap_or_default()));
        }
        Ok(())
    }

    fn apply_checked(&mut self, step: &Step) {
        self.size += 1;
        self.last_at = self.last_at.max(step.at);
        match &step.change {
            Change::None | Change::Monitors(_) => {}
            Change::Kept(mark) => {
                // Two uses are recorded in either order; the digest of the later record vouches for both.
                self.evidence.last =
                    self.evidence.last.filter(|last| last.record > mark.record).or(Some(*mark));
            }
            Change::Asked(id) => drop(self.questions.insert(*id)),
            Change::Answered(id) => drop(self.questions.remove(id)),
            Change::Snapshotted(mark) => self.evidence.snapshot = Some(*mark),
            Change::Lost(base) => {
                self.evidence = EvidenceKnown { base: *base, ..EvidenceKnown::default() };
            }
            Change::Founded { log_key, parties } => {
                self.log_key.clone_from(log_key);
                self.parties.clone_from(parties);
            }
            Change::Officers(appointed) => {
                self.designation_officers = Some(appointed.officers.clone());
            }
            Change::Designated(record, _) => {
                self.designations.insert(record.key(), record.digest);
            }
            Change::Permitted(id) => drop(self.open.insert(*id, 0)),
            Change::Attempted(attempt) => drop(self.open.insert(attempt.decision, attempt.attempt)),
            Change::Ended(attempt) => drop(self.open.remove(&attempt.decision)),
            Change::Rotated(rotation) if rotation.subject == KeyRotated::LOG => {
                self.former_log_key = Some(std::mem::replace(&mut self.log_key, rotation.new.clone()));
            }
            Change::Rotated(rotation) => {
                for pin in self.parties.iter_mut().filter(|pin| pin.party == rotation.subject) {
                    pin.key.clone_from(&rotation.new);
                }
                let officers = self.designation_officers.iter_mut().flatten();
                let subject = |one: &&mut DesignationSigner| {
                    DesignationOfficers::officer_of(&rotation.subject) == Some(&*one.officer)
                };
                officers.filter(subject).for_each(|one| one.key.clone_from(&rotation.new));
            }
        }
    }

    /// What is open, in an order that does not depend on hashing.
    pub(crate) fn open_attempts(&self) -> Vec<OpenAttempt> {
        let mut open: Vec<_> =
            self.open.iter().map(|(&decision, &attempt)| OpenAttempt { decision, attempt }).collect();
        open.sort_unstable();
        open
    }
}

fn expect_attempt(attempt: &OpenAttempt, expected: u32) -> Result<(), LifecycleError> {
    if attempt.attempt == expected {
        return Ok(());
    }
    Err(LifecycleError::Attempt { decision: attempt.decision, found: attempt.attempt, expected })
}
