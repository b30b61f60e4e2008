//! What is monitored: terms that are decided by and recorded, and change no ruling.

use serde::{Deserialize, Serialize};

use super::{Cited, Ruling};
use crate::{
    Digest, Domain, NoteError, SigningKey, Statement, StatementError, Timestamp, VerifierKey,
    cosign_statement, sign_statement, verify_statement,
};

/// What is monitored from now on. It replaces what was monitored before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonitorsSet {
    /// The monitors.
    pub monitors: Vec<Monitor>,
    /// The terms that programs are decided by meanwhile, where a clause in force is only monitored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relaxed: Vec<Relaxed>,
    /// The detectors that are only monitored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detectors: Vec<MonitoredDetector>,
}

/// A detector whose findings don't decide for a time, as the parties of all agreements that it may turn have agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonitoredDetector {
    /// The monitor's name.
    pub monitor: String,
    /// The detector: `identifiers.plate`, `tripwire.targeting`, `judge`.
    pub detector: String,
    /// From this moment on it decides again.
    pub until: Timestamp,
    /// The texts whose parties have agreed, in the order of their ids.
    pub agreements: Vec<AgreedText>,
    /// The note that they signed.
    pub statement: String,
    /// The programs whose uses it doesn't decide, each with the terms that it would decide by.
    pub programs: Vec<MonitoredProgram>,
}

/// A text whose parties agree to something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreedText {
    /// The agreement's id.
    pub agreement: String,
    /// Its version.
    pub version: String,
    /// The digest of its text.
    pub digest: Digest,
    /// All its parties.
    pub parties: Vec<String>,
}

/// What was found of a use, where detectors that are only monitored found something: what decides lacks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// What was measured, as a dictionary.
    pub gateway: String,
    /// What evidence said, as dictionaries.
    pub evidence: Vec<String>,
}

/// A draft, or a clause in force, whose effect is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// Its name.
    pub monitor: String,
    /// The agreement that is drafted, or whose clause it is.
    pub agreement: String,
    /// Its version.
    pub version: String,
    /// The digest of its text.
    pub digest: Digest,
    /// The clause in force that is only monitored. None: the text is a draft, which nobody has adopted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Suspended>,
    /// The programs, each with the terms by which it would be decided.
    pub programs: Vec<MonitoredProgram>,
}

/// A clause in force that its parties have agreed to monitor only, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspended {
    /// The clause's number.
    pub clause: String,
    /// From this moment on it is enforced again.
    pub until: Timestamp,
    /// All parties of the agreement.
    pub parties: Vec<String>,
    /// The note that they signed.
    pub statement: String,
}

/// A program, and the terms by which a monitor decides its uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonitoredProgram {
    /// The program's id.
    pub program: String,
    /// The digest of the stack.
    pub stack: Digest,
}

/// The terms of a program without the clauses that are only monitored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relaxed {
    /// The program's id.
    pub program: String,
    /// Uses before this moment may be decided by them.
    pub until: Timestamp,
    /// The clauses that are left out.
    pub without: Vec<Cited>,
    /// The digest of the stack without them.
    pub stack: Digest,
}

/// How a use would have been decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monitored {
    /// The monitor.
    pub monitor: String,
    /// What would have been ruled.
    pub ruling: Ruling,
    /// The clauses that the ruling would have rested on.
    pub grounds: Vec<Cited>,
    /// The digest of the stack that says so.
    pub terms: Digest,
}

/// What parties sign so that a clause in force is only monitored for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// The agreement's id.
    pub agreement: String,
    /// Its version.
    pub version: String,
    /// The digest of its text.
    pub digest: Digest,
    /// The clause's number.
    pub clause: String,
    /// From this moment on the clause is enforced again.
    pub until: Timestamp,
}

impl Suspension {
    fn statement(&self) -> Statement {
        let Self { agreement, version, digest, clause, until } = self;
        let version = format!("{version}, clause {clause} only monitored until {until}");
        Statement { id: agreement.clone(), version, digest: *digest }
    }

    /// Signs as a party, beside those who have signed the same before.
    ///
    /// # Errors
    /// The note says something else, or the key has signed it.
    pub fn sign(&self, key: &SigningKey, note: Option<&str>) -> Result<String, StatementError> {
        let statement = self.statement();
        match note {
            None => sign_statement(Domain::Monitoring, key, &statement),
            Some(note) => cosign_statement(Domain::Monitoring, key, note, &statement),
        }
    }

    /// Succeeds if the note is of just this, signed by the key.
    ///
    /// # Errors
    /// See [`StatementError`].
    pub fn verify(&self, note: &str, key: &VerifierKey) -> Result<(), StatementError> {
        verify_statement(Domain::Monitoring, note, key, &self.statement())
    }

    /// Whether an error means that the key has signed already.
    pub fn is_signed_already(error: &StatementError) -> bool {
        matches!(error, StatementError::Note(NoteError::Repeated { .. }))
    }
}

/// What parties sign so that a detector is only monitored for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectorSuspension {
    /// The detector.
    pub detector: String,
    /// From this moment on it decides again.
    pub until: Timestamp,
    /// The texts under which that is agreed: all that it may turn, and all that stand beside them.
    pub agreements: Vec<AgreedText>,
}

impl DetectorSuspension {
    /// The digest is over the texts, in the order of their ids: each name, version and digest, with its length before it.
    fn statement(&self) -> Statement {
        let mut agreements: Vec<&AgreedText> = self.agreements.iter().collect();
        agreements.sort_by_key(|text| &text.agreement);
        let mut signed = Vec::new();
        for text in agreements {
            for part in
                [text.agreement.as_bytes(), text.version.as_bytes(), text.digest.as_bytes().as_slice()]
            {
                signed.extend((part.len() as u64).to_be_bytes());
                signed.extend(part);
            }
        }
        let version = format!("only monitored until {}", self.until);
        Statement { id: self.detector.clone(), version, digest: Digest::of(&signed) }
    }

    /// Signs as a party, beside those who have signed the same before.
    ///
    /// # Errors
    /// The note says something else, or the key has signed it.
    pub fn sign(&self, key: &SigningKey, note: Option<&str>) -> Result<String, StatementError> {
        let statement = self.statement();
        match note {
            None => sign_statement(Domain::Detector, key, &statement),
            Some(note) => cosign_statement(Domain::Detector, key, note, &statement),
        }
    }

    /// Succeeds if the note is of just this, signed by the key.
    ///
    /// # Errors
    /// See [`StatementError`].
    pub fn verify(&self, note: &str, key: &VerifierKey) -> Result<(), StatementError> {
        verify_statement(Domain::Detector, note, key, &self.statement())
    }
}

impl MonitoredDetector {
    /// What the parties must have signed.
    pub fn suspension(&self) -> DetectorSuspension {
        let Self { detector, until, agreements, .. } = self;
        DetectorSuspension { detector: detector.clone(), until: *until, agreements: agreements.clone() }
    }
}

impl Monitor {
    /// What its parties must have signed, if it is of a clause in force.
    pub fn suspension(&self) -> Option<Suspension> {
        let suspended = self.suspended.as_ref()?;
        Some(Suspension {
            agreement: self.agreement.clone(),
            version: self.version.clone(),
            digest: self.digest,
            clause: suspended.clause.clone(),
            until: suspended.until,
        })
    }
}
