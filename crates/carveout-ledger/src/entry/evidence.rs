//! What was kept for meters outside the ledger, and what of it was lost.

use serde::{Deserialize, Serialize};

use super::DecisionId;
use crate::{Digest, EvidenceMark};

/// A record of evidence was kept, or a snapshot of all that came before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceKept {
    /// The decision that it belongs to; none if it is of several, or a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
    /// Whether it is a snapshot of all records up to this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub snapshot: bool,
    /// The number of the record.
    pub record: u64,
    /// The digest over every record up to this one; of a snapshot, the digest of its file.
    pub digest: Digest,
}

impl EvidenceKept {
    /// The record or snapshot that the entry vouches for.
    pub const fn mark(&self) -> EvidenceMark {
        EvidenceMark { record: self.record, digest: self.digest }
    }
}

/// Evidence that was kept is not there any more, and an operator has decided to go on without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceLost {
    /// What is kept from now on begins with this record.
    pub base: u64,
    /// What was found to be missing.
    pub found: String,
    /// Why the operator goes on, in the operator's words.
    pub reason: String,
}
