//! The record of an instrument that bars a source, or of an event about one, counts from now on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{DesignationEffect, SignatureRule};
use crate::{
    Digest, Domain, KeyError, SigningKey, Statement, StatementError, VerifierKey, cosign_statement,
    sign_statement, verify_statement,
};

/// A record that officers signed counts from now on. The limits that follow from it are among the agreements of the
/// terms that are adopted next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesignationAdopted {
    /// The record's name as it was signed: an instrument's id, or an event's and its instrument's.
    pub record: String,
    /// Its version.
    pub version: String,
    /// The digest of its text, which is kept with the ledger.
    pub digest: Digest,
    /// How sure the record says that it is.
    pub confidence: String,
    /// In which ways it bars less than what counted before it. Whatever does takes two officers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loosens: Vec<String>,
    /// The officers whose signatures were verified.
    pub signers: Vec<DesignationSigner>,
    /// The signed note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// Whether the signatures were demanded.
    pub signatures: SignatureRule,
}

/// An officer who signed a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesignationSigner {
    /// The officer.
    pub officer: String,
    /// The verifier key of the signature.
    pub key: String,
}

/// Whose signatures on records of designations count from now on. What was pinned before it counts no more.
///
/// The first one is taken as it is. Each later one is signed by two of those before it, or by the one there is, just as
/// what loosens a designation. A single key is replaced by the old key's word:
/// [`KeyRotated`](super::KeyRotated) with the [`subject`](Self::subject) of its officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesignationOfficers {
    /// The officers, each with a key of his own.
    pub officers: Vec<DesignationSigner>,
    /// The note that those before them signed; none if there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
}

/// Why a record was not adopted as the entry says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptionError {
    /// A signer's key is not a key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A signer did not sign it.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// There is no signed note.
    #[error("`{0}` names signers and holds no signature")]
    Unsigned(String),
    /// Too few officers.
    #[error("`{record}` has the signatures of {found} officers, and takes {needed}")]
    TooFew {
        /// The record.
        record: String,
        /// Different keys that signed.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// Somebody signed it who is not in office.
    #[error("`{record}` names the signer `{officer}`, and this key is not pinned for him")]
    Stranger {
        /// The record.
        record: String,
        /// Who is named.
        officer: String,
    },
    /// Nobody can tell officers apart who share a key or a name.
    #[error("the officer `{0}`, or his key, is given twice: an officer has one id and one key")]
    Twice(String),
    /// The officers are replaced without the word of those before them.
    #[error(
        "the officers for designations are replaced by the word of {found} of those before them, and it takes {needed}"
    )]
    Replaced {
        /// Different keys that signed.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// One version has one text.
    #[error("`{record}` version {version} was adopted with another text: a correction is a new version")]
    OtherText {
        /// The record.
        record: String,
        /// The version.
        version: String,
    },
}

impl DesignationAdopted {
    /// Succeeds if as many officers signed this very record as it takes.
    ///
    /// # Errors
    /// See [`AdoptionError`].
    pub fn verify(&self) -> Result<(), AdoptionError> {
        let statement =
            Statement { id: self.record.clone(), version: self.version.clone(), digest: self.digest };
        let mut keys = BTreeSet::new();
        for signer in &self.signers {
            let note = self.statement.as_ref().ok_or_else(|| AdoptionError::Unsigned(self.record.clone()))?;
            let key: VerifierKey = signer.key.parse()?;
            verify_statement(Domain::Designation, note, &key, &statement)?;
            keys.insert(&signer.key);
        }
        let needed = match self.signatures {
            SignatureRule::Optional => 0,
            SignatureRule::Required if self.loosens.is_empty() => 1,
            SignatureRule::Required => 2,
        };
        if keys.len() < needed {
            return Err(AdoptionError::TooFew { record: self.record.clone(), found: keys.len(), needed });
        }
        Ok(())
    }
}

impl DesignationOfficers {
    /// What stands before an officer's id where his key is rotated.
    const SUBJECT: &'static str = "designations/";

    /// The subject of a rotation of an officer's key.
    pub fn subject(officer: &str) -> String {
        format!("{}{officer}", Self::SUBJECT)
    }

    /// The officer whose key is the subject of a rotation, if it is one's.
    pub fn officer_of(subject: &str) -> Option<&str> {
        subject.strip_prefix(Self::SUBJECT)
    }

    /// How many of these must sign for those that replace them.
    pub fn needed(former: &[DesignationSigner]) -> usize {
        former.len().min(2)
    }

    /// Signs for officers that replace others, beside the signatures that are there.
    ///
    /// # Errors
    /// The note states something else, or the key has signed it already.
    pub fn sign(
        officers: &[DesignationSigner],
        former: &[DesignationSigner],
        key: &SigningKey,
        note: Option<&str>,
    ) -> Result<String, StatementError> {
        let statement = replacing(officers, former);
        match note {
            None => sign_statement(Domain::DesignationOfficers, key, &statement),
            Some(note) => cosign_statement(Domain::DesignationOfficers, key, note, &statement),
        }
    }

    /// Which of the former officers signed a note for these.
    ///
    /// # Errors
    /// A former key that is none.
    pub fn signed_by<'f>(
        officers: &[DesignationSigner],
        former: &'f [DesignationSigner],
        note: &str,
    ) -> Result<Vec<&'f str>, AdoptionError> {
        let statement = replacing(officers, former);
        let mut signers = Vec::new();
        for one in former {
            let key: VerifierKey = one.key.parse()?;
            if verify_statement(Domain::DesignationOfficers, note, &key, &statement).is_ok() {
                signers.push(one.officer.as_str());
            }
        }
        Ok(signers)
    }

    /// Succeeds if everybody can be told from everybody else, by keys that are keys.
    ///
    /// # Errors
    /// See [`AdoptionError`].
    pub fn verify(&self) -> Result<(), AdoptionError> {
        let (mut ids, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for one in &self.officers {
            one.key.parse::<VerifierKey>()?;
            if one.officer.is_empty() || !ids.insert(&one.officer) || !keys.insert(&one.key) {
                return Err(AdoptionError::Twice(one.officer.clone()));
            }
        }
        Ok(())
    }

    /// Succeeds if as many as it takes of those before them have signed for just these.
    ///
    /// # Errors
    /// See [`AdoptionError`].
    pub fn replaces(&self, former: &[DesignationSigner]) -> Result<(), AdoptionError> {
        let note = self.statement.as_deref();
        let signers = note.map(|note| Self::signed_by(&self.officers, former, note)).transpose()?;
        let (found, needed) = (signers.map_or(0, |signers| signers.len()), Self::needed(former));
        if found < needed { Err(AdoptionError::Replaced { found, needed }) } else { Ok(()) }
    }
}

/// Names both lists, so that no signature brings back a list that was replaced.
fn replacing(officers: &[DesignationSigner], former: &[DesignationSigner]) -> Statement {
    Statement {
        id: "officers for designations".to_owned(),
        version: format!("instead of {}", digest(former)),
        digest: digest(officers),
    }
}

/// Of the JSON `[{"officer":…,"key":…},…]` in the order of the ids.
fn digest(officers: &[DesignationSigner]) -> Digest {
    let mut officers = officers.to_vec();
    officers.sort_by(|one, other| one.officer.cmp(&other.officer));
    // Strings can't fail to be written.
    Digest::of(&serde_json::to_vec(&officers).unwrap_or_default())
}

impl DesignationEffect {
    /// That an instrument's phase-out is on: until when the use is permitted.
    pub const PHASE_OUT: &'static str = "phase_out";
    /// That an instrument was only announced.
    pub const ANNOUNCED: &'static str = "announced";
}
