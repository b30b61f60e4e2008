//! The record of an instrument that bars a source, or of an event about one, counts from now on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{DesignationEffect, SignatureRule};
use crate::{Digest, Domain, KeyError, Statement, StatementError, VerifierKey, verify_statement};

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

impl DesignationEffect {
    /// That an instrument's phase-out is on: until when the use is permitted.
    pub const PHASE_OUT: &'static str = "phase_out";
    /// That an instrument was only announced.
    pub const ANNOUNCED: &'static str = "announced";
}
