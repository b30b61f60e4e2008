//! The record: what was decided, attempted and settled, durably, in a log that both parties can verify without
//! trusting whoever keeps it.
//!
//! # What is promised
//! [`Ledger::append`] returns a durably assigned index or an error. `Ok` means that the entry is in the
//! write-ahead log and synced: it has that index for good, and no crash, full disk or power cut takes it back.
//! Any error means *not known to be recorded*: whoever asks must not go on. [`Ledger::append_soon`] promises less, for
//! what nobody waits for: a place in the order, and durability with the next sync or within [`Options::linger`].
//!
//! After a failed write or sync nothing is accepted any more ([`LedgerError::Poisoned`]), because what the disk
//! holds is not known. Opening again reads the log, rewrites its tail into synced tiles and only then accepts
//! entries. [`Ledger::open`] refuses ([`LedgerError::Shrunk`], [`LedgerError::Corrupt`]) when what it finds
//! can't be what was acknowledged: fewer entries than any published checkpoint states, another root hash at
//! its size, damage in a frame that had been written completely, or a gap. Only a last frame that a crash cut
//! short is dropped, and [`Recovery::torn_bytes`] says so: it had not been acknowledged. A write-ahead log whose
//! end somebody cut off cleanly looks the same; entries are beyond that reach once a checkpoint covers them, at
//! most [`Options::publish_interval`] later.
//!
//! # What follows what
//! `decided -> attempted* -> settled | interrupted` for a permitted decision; denials and holds are closed as
//! they are. An entry that doesn't follow is refused before it is written. A permitted decision stays open until
//! it is settled or interrupted, also when it was never attempted (`interrupted` with attempt 0). What a crash
//! left open is in [`Recovery::open_attempts`], and [`Recovery::interruptions`] are the entries that close it.
//!
//! # On the disk
//! ```text
//! checkpoint                signed note: origin, size, root hash        published, C2SP tlog-checkpoint
//! tile/<L>/<N>[.p/<W>]      256 hashes each, fewer at the right edge    published, C2SP tlog-tiles
//! tile/entries/<N>[.p/<W>]  the entries, each after its 16-bit length   published, C2SP tlog-tiles
//! objects/sha256/<hex>      agreements, vocabularies, programs that entries refer to by digest
//! wal/<epoch>-<first>.wal   entries that are durable and not yet all published
//! state/projection          what is open, beside the latest checkpoint; made again if lost
//! staging/                  files that don't have their names yet
//! lock                      held (flock) by the one writer
//! ```
//! The published part is an ordinary C2SP log: serve `checkpoint` and `tile/` as static files and any client of
//! such logs reads and verifies it. Nothing published is ever changed, but for the checkpoint, which is replaced,
//! and partial tiles, which are removed once their full tile exists.
//!
//! **To back up:** everything but `staging/`, `state/` and `lock`. A consistent copy of a ledger in use is
//! `checkpoint` first, then `tile/` and `objects/`; that loses what the copied checkpoint doesn't cover. A
//! restored ledger must be opened with [`Options::known_checkpoint`], the latest checkpoint that anybody has seen,
//! or a history shorter than it is continued. The signing key is not in the ledger: back it up by itself.
//!
//! # Verifying
//! [`verify_directory`] computes everything again from the stored entries; a [`Receipt`] verifies alone, with the
//! log's key. Both show that a record is in the log that was signed. That the same log is shown to everybody
//! can't be shown without witnesses: remember the last checkpoint and demand that the next extends it
//! ([`check_consistency`], or `previous` of [`verify_directory`]).
//!
//! Entries hold no prompts and no answers: salted commitments ([`Commitment`]) and facts only. What opens the
//! commitments is kept elsewhere, by the customer: [`Openings`]. So is what meters are made from: [`EvidenceLog`].

mod checkpoint;
mod digest;
mod encoding;
mod entry;
mod error;
mod evidence;
mod ledger;
mod lifecycle;
mod note;
mod objects;
mod openings;
mod published;
mod reader;
mod receipt;
mod sealed;
mod search;
mod statement;
pub mod storage;
mod timestamp;
mod tree;
pub mod verify;
pub mod wal;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use digest::{Digest, DigestError};
pub use entry::{
    Adopted, AdoptionError, AgreedText, AnswerError, Appointed, Appointment, Approved, Attempted, Calls,
    Cited, Commitment, CommittedPart, Committer, Decided, DecisionId, DecisionIdError, DesignationAdopted,
    DesignationEffect, DesignationOfficers, DesignationSigner, DetectorSuspension, Entry, EntryError, Erased,
    Event, EvidenceKept, EvidenceLost, Expired, Found, Genesis, HoldAnswer, HoldId, Interrupted,
    JudgeAnswered, JudgeAsked, Judged, KeyRotated, MOST_ENTRY_BYTES, Monitor, Monitored, MonitoredDetector,
    MonitoredProgram, MonitorsSet, NameError, OfficersAppointed, Outcome, PinnedKey, Presumed, ProgramDigest,
    QuestionId, RecordedFacts, Refused, Relaxed, RotationError, Ruling, Salt, Settled, SignatureRule,
    Suspended, Suspension, Target, TermsAdopted, Usage,
};
pub use error::LedgerError;
pub use evidence::{
    Absence, EvidenceAudit, EvidenceError, EvidenceFound, EvidenceKnown, EvidenceLog, EvidenceMark,
    EvidencePiece, EvidenceProblem, Kept, evidence_key,
};
pub use ledger::{Ledger, Options, Pending, Position, Recovery, Statistics};
pub use lifecycle::{AdoptedRecord, HoldError, LifecycleError, OpenAttempt, OpenHold};
pub use note::{KeyError, Note, NoteError, SigningKey, VerifierKey};
pub use objects::Objects;
pub use openings::{Openings, OpeningsError};
pub use reader::{LedgerReader, Tail};
pub use receipt::{Receipt, VerifyError, parse_tlog_proof, verify_tlog_proof};
pub use sealed::{SealedBodies, SealedError};
pub use statement::{Domain, Statement, StatementError, cosign_statement, sign_statement, verify_statement};
pub use timestamp::{Timestamp, TimestampError};
pub use tree::{BundleError, ProofError, check_consistency, check_inclusion, leaf_hash, parse_bundle};
pub use verify::{DirectoryError, Progress, Verified, verify_directory};
