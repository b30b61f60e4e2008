//! What can go wrong with a ledger.

use std::{io, path::Path};

use crate::{CheckpointError, EntryError, LifecycleError};

/// Why the ledger did not do what was asked. Unless stated otherwise nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// An earlier write or sync failed: what is on the disk is not known until the ledger is opened again.
    #[error("the ledger stopped because {cause}: make the disk healthy, then open the ledger again")]
    Poisoned {
        /// The first failure.
        cause: String,
    },
    /// The ledger was closed.
    #[error("the ledger is closed")]
    Closed,
    /// Durability was not reached in time. The entry may still become durable: treat it as not recorded. A permit
    /// that turns up late stays open until it is interrupted, at the latest when the ledger is opened again.
    #[error("the entry was not durable within {millis} ms: the disk is too slow or does not answer")]
    Deadline {
        /// The limit.
        millis: u128,
    },
    /// More is waiting for the disk than may wait.
    #[error("{bytes} bytes are waiting for the disk already: try again later")]
    Busy {
        /// Bytes that wait.
        bytes: usize,
    },
    /// The entry can't be written.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The entry does not follow from what was recorded before it.
    #[error("entry refused: {0}")]
    Order(#[from] LifecycleError),
    /// No checkpoint covers the entry yet.
    #[error("entry {index} is not in a checkpoint yet: {published} entries are; ask again shortly")]
    NotYetPublished {
        /// The index that was asked for.
        index: u64,
        /// Entries in the latest checkpoint.
        published: u64,
    },
    /// Another process, or another handle in this one, is writing the ledger.
    #[error("`{place}` is being written by another process: a ledger has one writer, stop the other first")]
    Locked {
        /// The ledger's directory.
        place: String,
    },
    /// There is a ledger already.
    #[error("`{place}` holds a ledger already: open it, or choose another directory")]
    Exists {
        /// The ledger's directory.
        place: String,
    },
    /// There is no ledger.
    #[error("`{place}` holds no checkpoint and so no ledger: create one, or restore the whole directory")]
    Missing {
        /// The ledger's directory.
        place: String,
    },
    /// The founding entry doesn't fit the ledger's key.
    #[error(
        "a ledger begins with a genesis entry whose origin and log key are those of its signing key `{name}`"
    )]
    Genesis {
        /// The signing key's name.
        name: String,
    },
    /// The signing key is not the log's current key.
    #[error(
        "the ledger is signed by `{expected}`, not by `{found}`: use that key, or record its rotation first"
    )]
    WrongKey {
        /// The log's verifier key.
        expected: String,
        /// The verifier key of the signing key that was given.
        found: String,
    },
    /// The checkpoint can't be believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The ledger is smaller than it has been.
    #[error(
        "the ledger has {found} entries but `{witness}` states {expected}: entries were lost or rolled back; \
         restore the whole directory"
    )]
    Shrunk {
        /// Entries that are there.
        found: u64,
        /// Entries that were there.
        expected: u64,
        /// What states so.
        witness: String,
    },
    /// Something was changed that is never changed.
    #[error("`{place}`: {what}")]
    Corrupt {
        /// Where.
        place: String,
        /// What is wrong and what to do.
        what: String,
    },
    /// The disk refused.
    #[error("can't {action} `{path}`: {cause}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or directory of the ledger.
        path: String,
        /// The operating system's words.
        cause: String,
    },
}

impl LedgerError {
    pub(crate) fn io(action: &'static str, path: &str, error: &io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), cause: error.to_string() }
    }

    /// Names the directory in errors about the whole ledger.
    pub(crate) fn at(self, directory: &Path) -> Self {
        let place = directory.display().to_string();
        match self {
            Self::Locked { .. } => Self::Locked { place },
            Self::Exists { .. } => Self::Exists { place },
            Self::Missing { .. } => Self::Missing { place },
            other => other,
        }
    }

    pub(crate) fn corrupt(place: impl ToString, what: impl Into<String>) -> Self {
        Self::Corrupt { place: place.to_string(), what: what.into() }
    }
}
