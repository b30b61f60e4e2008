//! What is remembered of a use on hold.

use serde::{Deserialize, Serialize};

use crate::{DecisionId, Digest, Timestamp};

/// A use on hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeldUse {
    pub(super) index: u64,
    pub(super) leaf: Digest,
    pub(super) program: String,
    pub(super) roles: Vec<String>,
    pub(super) until: Timestamp,
    /// Over everything that must be the same when the use is decided again.
    pub(super) what: Digest,
    pub(super) approvals: Vec<Standing>,
    /// The permit under which it is being sent.
    pub(super) sending: Option<Sending>,
    /// The index of the entry that ended it.
    pub(super) ended: Option<u64>,
}

/// A permit whose end is not recorded yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sending {
    pub(super) decision: DecisionId,
    pub(super) index: u64,
}

/// An approval that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Standing {
    pub(super) index: u64,
    pub(super) officer: String,
    pub(super) key: String,
    pub(super) roles: Vec<String>,
    pub(super) until: Timestamp,
}
