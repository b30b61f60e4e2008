//! Evidence segments: what meters are made again from, kept by the customer outside the ledger.
//!
//! A record is bytes that only the keeper understands. Records are numbered from 1 and chained: the digest of each is
//! over the digest before it, so the digest in a ledger entry vouches for every record up to that one. A
//! [`Kept`] record is on the disk when it resolves, before the entry that names it is written.
//!
//! ```text
//! <first>.evidence     head: magic, number of the first record, digest before it, CRC32C
//!                      then for each record: length u32, CRC32C u32, number u64, bytes (little-endian)
//! <number>.snapshot    magic, number and digest of the last record in it, bytes, SHA-256 of all that
//! ```
//!
//! Opening reads the snapshot that the ledger knows and the records after it, and refuses if what the ledger knows to
//! have been kept is not there. A last record that a crash cut short is dropped: no entry names it. Every opening
//! begins a segment of its own. Segments before the last snapshot are not read again; they show an auditor that
//! the snapshot is right, and may be archived.

mod audit;
mod queue;
mod replay;
mod segment;
mod writer;

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

pub use self::audit::{Absence, EvidenceAudit, EvidenceFound, EvidenceProblem};
use self::queue::{Pending, Record, Sender};
use crate::{Digest, SealedError, sealed};

/// A record, by its number and the digest of everything up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceMark {
    /// The number of the record; 0 before the first.
    pub record: u64,
    /// The digest over every record up to this one.
    pub digest: Digest,
}

/// What the ledger knows to have been kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceKnown {
    /// Records before this one may be missing: an operator has accepted that.
    pub base: u64,
    /// The last record that an entry names.
    pub last: Option<EvidenceMark>,
    /// The last snapshot that an entry names: the digest of its file.
    pub snapshot: Option<EvidenceMark>,
}

/// Why evidence can't be kept or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// The directory can't be used.
    #[error("could not {action} `{place}`: {cause}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        place: String,
        /// What the system said.
        cause: String,
    },
    /// A file is not what was written.
    #[error("`{place}` is damaged in record {record}: restore it from a backup")]
    Damaged {
        /// The file.
        place: String,
        /// The first record that can't be read.
        record: u64,
    },
    /// Records are not there that the ledger knows to have been kept.
    #[error("records {from} to {to} of the evidence are not in `{place}`: restore them from a backup")]
    Lost {
        /// The directory.
        place: String,
        /// The first that is missing.
        from: u64,
        /// The last that is missing.
        to: u64,
    },
    /// The records are not those that the ledger vouches for.
    #[error(
        "record {record} of the evidence in `{place}` is not the one that the ledger knows: restore it from a backup"
    )]
    Other {
        /// The directory.
        place: String,
        /// The record.
        record: u64,
    },
    /// The keeper can't read a record.
    #[error("record {record} of the evidence can't be used: {cause}")]
    Unusable {
        /// The record.
        record: u64,
        /// Why.
        cause: String,
    },
    /// A write or sync failed before: nothing is kept until the gateway is started again.
    #[error(
        "no evidence is kept any more after a failed write ({0}): start the gateway again on a sound disk"
    )]
    Poisoned(String),
}

/// What was found when the evidence was opened, piece by piece and in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidencePiece<'a> {
    /// Everything up to the snapshot's record. Comes first, if at all.
    Snapshot(&'a [u8]),
    /// One record.
    Record(&'a [u8]),
}

/// The evidence in one directory, which has one writer: the gateway that holds the ledger's lock.
#[derive(Debug, Clone)]
pub struct EvidenceLog {
    queue: Arc<Sender>,
}

/// A record on its way to the disk.
#[derive(Debug)]
#[must_use = "it is kept when this resolves"]
pub struct Kept(oneshot::Receiver<Result<EvidenceMark, EvidenceError>>);

impl Kept {
    /// Resolves when the record is on the disk, with what an entry says of it.
    ///
    /// # Errors
    /// [`EvidenceError::Io`] or [`EvidenceError::Poisoned`]: whatever waited for it must not go on.
    pub async fn durable(self) -> Result<EvidenceMark, EvidenceError> {
        let gone = || Err(EvidenceError::Poisoned("its writer is gone".to_owned()));
        self.0.await.unwrap_or_else(|_dropped| gone())
    }
}

impl EvidenceLog {
    /// Opens the evidence in a directory, which is made if it isn't there, and hands over what is in it.
    ///
    /// # Errors
    /// Something that the ledger knows of is missing, damaged or another; `take` fails; the disk refuses.
    pub fn open(
        directory: &Path,
        known: &EvidenceKnown,
        take: impl FnMut(EvidencePiece<'_>) -> Result<(), String>,
    ) -> Result<Self, EvidenceError> {
        make(directory)?;
        let last = replay::replay(directory, known, take)?;
        Self::begin(directory, last)
    }

    /// Opens what is left of evidence that can't be opened: every record that can still be read, as if the others had
    /// never been. What is kept from now on begins at [`EvidenceLog::base_after`]; an entry must say so.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn salvage(
        directory: &Path,
        known: &EvidenceKnown,
        take: impl FnMut(EvidencePiece<'_>) -> Result<(), String>,
    ) -> Result<(Self, u64), EvidenceError> {
        make(directory)?;
        let found = replay::salvage(directory, take)?;
        let base = known.last.map_or(0, |last| last.record).max(found).max(known.base) + 1;
        let before = EvidenceMark { record: base - 1, digest: Digest::from_bytes([0; 32]) };
        Ok((Self::begin(directory, before)?, base))
    }

    fn begin(directory: &Path, last: EvidenceMark) -> Result<Self, EvidenceError> {
        let sender = writer::start(directory.to_owned(), last)
            .map_err(|error| io_error("write", directory, &error))?;
        Ok(Self { queue: Arc::new(sender) })
    }

    /// Keeps a record. It takes its number now, in the order of calls, and is on the disk when what is returned resolves.
    pub fn keep(&self, bytes: Vec<u8>) -> Kept {
        self.record(bytes, false)
    }

    /// The same, for a record that nobody waits for: it is on the disk with the next that somebody waits for, and within 50 ms
    /// otherwise.
    pub fn keep_soon(&self, bytes: Vec<u8>) -> Kept {
        self.record(bytes, true)
    }

    fn record(&self, bytes: Vec<u8>, soon: bool) -> Kept {
        let (reply, kept) = oneshot::channel();
        self.queue.record(Record { bytes, reply }, soon);
        Kept(kept)
    }

    /// Where a snapshot stands that is to be made of what all records kept so far have come to: the mark of the last of them,
    /// once that is on the disk. What is kept from now on is not in the snapshot.
    pub fn place(&self) -> Kept {
        let (reply, kept) = oneshot::channel();
        self.queue.now(Pending::Place(reply));
        Kept(kept)
    }

    /// Writes a snapshot of what all records up to that place have come to. It resolves with the digest of its file, which the
    /// next opening goes by once an entry names it.
    pub fn snapshot(&self, at: EvidenceMark, bytes: Vec<u8>) -> Kept {
        let (reply, kept) = oneshot::channel();
        self.queue.now(Pending::Snapshot { at, bytes, reply });
        Kept(kept)
    }
}

/// The key that pseudonyms in evidence are made with, in a file of its own. It is drawn if there is no such file, and
/// nothing was kept yet.
///
/// # Errors
/// The file is no key, is missing though something was kept, or the disk refuses.
pub fn evidence_key(path: &Path, known: &EvidenceKnown) -> Result<Zeroizing<[u8; 32]>, SealedError> {
    sealed::kept_key(path, *known == EvidenceKnown::default())
}

fn make(directory: &Path) -> Result<(), EvidenceError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(|error| io_error("make", directory, &error))
}

fn io_error(action: &'static str, place: &Path, error: &io::Error) -> EvidenceError {
    EvidenceError::Io { action, place: place.display().to_string(), cause: error.to_string() }
}

fn segment_path(directory: &Path, first: u64) -> PathBuf {
    directory.join(format!("{first:020}.evidence"))
}

fn snapshot_path(directory: &Path, record: u64) -> PathBuf {
    directory.join(format!("{record:020}.snapshot"))
}

#[cfg(test)]
mod tests;
