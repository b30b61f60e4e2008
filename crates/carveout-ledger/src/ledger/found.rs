//! Founding a ledger, and finding it again after a close or a crash.

use std::{
    sync::{Arc, Condvar, Mutex, RwLock, atomic::AtomicU64},
    thread,
    time::{Duration, Instant},
};

use super::{
    Handle, Ledger, Options, committer,
    herald::Herald,
    projection,
    publication::{CHECKPOINT, Publication},
    publisher,
    shared::{Batch, Durable, Published, Queue, Shared},
    spare::Spare,
};
use crate::{
    AdoptedRecord, Checkpoint, DesignationSigner, Entry, Event, EvidenceKnown, Interrupted, JudgeAnswered,
    LedgerError, Note, OpenAttempt, OpenHold, PinnedKey, QuestionId, SigningKey, Timestamp, VerifierKey,
    leaf_hash,
    lifecycle::{Lifecycle, Step},
    objects,
    published::Tiles,
    storage::{STAGING, Storage, create_directory_durably, read_if_present, write_durably},
    tree::range_root,
    wal::{self, Segment, SegmentHeader},
};

const LOCK: &str = "lock";
/// Present while a ledger is being founded: what is there then may be founded anew.
const FOUNDING: &str = "founding";

/// What was found when a ledger was opened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Recovery {
    /// Entries in the ledger.
    pub entries: u64,
    /// Entries that were durable but in no checkpoint yet.
    pub replayed: u64,
    /// Bytes of a last batch that a crash cut short. It had not been acknowledged.
    pub torn_bytes: u64,
    /// Permitted decisions whose end is not recorded: close them with [`Recovery::interruptions`].
    pub open_attempts: Vec<OpenAttempt>,
    /// Questions to a judge whose end is not recorded: [`Recovery::interruptions`] closes them too.
    pub open_questions: Vec<QuestionId>,
    /// Holds that wait, and those that have ended and whose body is yet to be erased.
    pub open_holds: Vec<OpenHold>,
    /// The records of designations that were adopted.
    pub designations: Vec<AdoptedRecord>,
    /// Whose signatures on them count, as rotated since; `None` if that is not pinned yet.
    pub designation_officers: Option<Vec<DesignationSigner>>,
    /// What is known to be kept outside the ledger for meters.
    pub evidence: EvidenceKnown,
    /// The latest time of any entry: a decision's time must not be earlier.
    pub last_at: Timestamp,
    /// The parties' current keys: those of the genesis, as rotated since.
    pub parties: Vec<PinnedKey>,
    /// How long opening took.
    pub elapsed: Duration,
}

impl Recovery {
    /// The entries that close what is open. What happened to those requests is not known, so they are never
    /// recorded as not sent.
    pub fn interruptions(&self, at: Timestamp, reason: &str) -> Vec<Entry> {
        let at = at.max(self.last_at);
        let interrupted = |open: &OpenAttempt| {
            let (decision, attempt) = (open.decision, open.attempt);
            Entry {
                at,
                event: Event::Interrupted(Interrupted { decision, attempt, reason: reason.to_owned() }),
            }
        };
        let unanswered = |question: &QuestionId| {
            let event = JudgeAnswered::without(*question, reason.to_owned());
            Entry { at, event: Event::JudgeAnswered(event) }
        };
        let questions = self.open_questions.iter().map(unanswered);
        self.open_attempts.iter().map(interrupted).chain(questions).collect()
    }
}

pub(super) fn create(
    storage: Arc<dyn Storage>,
    options: Options,
    key: SigningKey,
    genesis: Entry,
) -> Result<Ledger, LedgerError> {
    let (name, verifier) = (key.name().to_owned(), key.verifier().to_string());
    if !matches!(&genesis.event, Event::Genesis(genesis) if genesis.origin == name && genesis.log_key == verifier)
    {
        return Err(LedgerError::Genesis { name });
    }
    let bytes = genesis.encode()?;
    let (leaf, step) = (leaf_hash(&bytes), Step::of(&genesis)?);
    let disk = |error| LedgerError::io("create", "ledger", &error);
    storage.create_directory("").map_err(disk)?;
    let lock = lock(storage.as_ref())?;
    clear_ground(storage.as_ref())?;
    let segment = segment(
        storage.as_ref(),
        &options,
        SegmentHeader { epoch: 1, first: 1, published: 0, ledger: leaf },
    )?;
    let mut publication = Publication::empty(storage.clone(), key);
    publication.add_entry(&bytes, leaf, &step)?;
    let published = publication.publish(true)?;
    storage.remove(FOUNDING).and_then(|()| storage.sync_directory("")).map_err(disk)?;
    start(storage, options, publication, published, segment, lock)
}

/// Makes the directories, unless something is there that is not an unfinished founding.
fn clear_ground(storage: &dyn Storage) -> Result<(), LedgerError> {
    let disk = |error| LedgerError::io("create", "ledger", &error);
    let names = storage.list("").map_err(disk)?;
    let has = |name: &str| names.iter().any(|found| found == name);
    let used = ["tile", wal::DIRECTORY, projection::DIRECTORY].into_iter().any(has);
    if has(CHECKPOINT) || used && !has(FOUNDING) {
        return Err(LedgerError::Exists { place: "the directory".to_owned() });
    }
    create_directory_durably(storage, STAGING).map_err(disk)?;
    write_durably(storage, "founding", FOUNDING, b"this ledger is being founded\n").map_err(disk)?;
    storage.remove_directory(wal::DIRECTORY).map_err(disk)?;
    for directory in [wal::DIRECTORY, projection::DIRECTORY, objects::DIRECTORY] {
        create_directory_durably(storage, directory).map_err(disk)?;
    }
    Ok(())
}

pub(super) fn open(
    storage: Arc<dyn Storage>,
    options: Options,
    key: SigningKey,
) -> Result<(Ledger, Recovery), LedgerError> {
    let began = Instant::now();
    let missing = || LedgerError::Missing { place: "the directory".to_owned() };
    if storage.list("").map_err(|error| LedgerError::io("list", "ledger", &error))?.is_empty() {
        return Err(missing());
    }
    let lock = lock(storage.as_ref())?;
    let note = read_checkpoint(storage.as_ref())?.ok_or_else(missing)?;
    clean(storage.as_ref())?;

    let checkpoint =
        Checkpoint::parse_text(Note::parse(&note).map_err(crate::CheckpointError::from)?.text())?;
    let mut publication = Publication::resume(storage.clone(), key.clone(), &checkpoint)?;
    check_signature(&note, publication.lifecycle())?;

    let ledger = publication.ledger()?;
    let replayed = wal::replay(storage.as_ref(), checkpoint.size(), &ledger)?;
    for entry in &replayed.entries {
        let (parsed, place) = (Entry::parse(entry), wal::DIRECTORY);
        let parsed = parsed.map_err(|error| LedgerError::corrupt(place, error.to_string()))?;
        publication.add_entry(entry, leaf_hash(entry), &Step::of(&parsed)?)?;
    }
    let current = publication.lifecycle().log_key.clone();
    if current != key.verifier().to_string() {
        return Err(LedgerError::WrongKey { expected: current, found: key.verifier().to_string() });
    }
    // The tail is rewritten into synced tiles before anything is acknowledged: after a failed sync the old
    // segment may read back what never reached the disk.
    let signed_by_key = Checkpoint::verify(&note, &key.verifier()).is_ok();
    let published = if replayed.entries.is_empty() && signed_by_key {
        Published { checkpoint, note }
    } else {
        publication.publish(true)?
    };
    check_known(storage.as_ref(), &options, &published.checkpoint)?;

    let (epoch, first) = (replayed.epoch + 1, publication.size());
    let segment =
        segment(storage.as_ref(), &options, SegmentHeader { epoch, first, published: first, ledger })?;
    publication.remove_spent_segments()?;
    let recovery = Recovery {
        entries: first,
        replayed: replayed.entries.len() as u64,
        torn_bytes: replayed.torn_bytes,
        open_attempts: publication.lifecycle().open_attempts(),
        open_questions: publication.lifecycle().questions.iter().copied().collect(),
        open_holds: publication.lifecycle().holds.open(),
        designations: publication.lifecycle().adopted_records(),
        designation_officers: publication.lifecycle().designation_officers.clone(),
        evidence: publication.lifecycle().evidence,
        last_at: publication.lifecycle().last_at,
        parties: publication.lifecycle().parties.clone(),
        elapsed: began.elapsed(),
    };
    Ok((start(storage, options, publication, published, segment, lock)?, recovery))
}

fn lock(storage: &dyn Storage) -> Result<Box<dyn Send>, LedgerError> {
    let lock = storage.lock(LOCK).map_err(|error| LedgerError::io("lock", LOCK, &error))?;
    lock.ok_or_else(|| LedgerError::Locked { place: "the ledger".to_owned() })
}

fn read_checkpoint(storage: &dyn Storage) -> Result<Option<String>, LedgerError> {
    let bytes =
        read_if_present(storage, CHECKPOINT).map_err(|error| LedgerError::io("read", CHECKPOINT, &error))?;
    let text = bytes.map(String::from_utf8).transpose();
    text.map_err(|_| LedgerError::corrupt(CHECKPOINT, "it is not text: restore the whole directory"))
}

/// Removes what a crash left half-written, and the mark of a founding that was complete but for it.
fn clean(storage: &dyn Storage) -> Result<(), LedgerError> {
    let failed = |error| LedgerError::io("clean", STAGING, &error);
    storage.remove_directory(STAGING).map_err(failed)?;
    for directory in [STAGING, wal::DIRECTORY, projection::DIRECTORY, objects::DIRECTORY] {
        create_directory_durably(storage, directory).map_err(failed)?;
    }
    if storage.list("").map_err(failed)?.iter().any(|name| name == FOUNDING) {
        storage.remove(FOUNDING).map_err(failed)?;
    }
    Ok(())
}

/// A checkpoint that covers a rotation may still be signed by the key that was rotated out.
fn check_signature(note: &str, lifecycle: &Lifecycle) -> Result<(), LedgerError> {
    let verify = |key: &String| -> Result<(), LedgerError> {
        let key: VerifierKey = key
            .parse()
            .map_err(|error: crate::KeyError| LedgerError::corrupt("genesis", error.to_string()))?;
        Checkpoint::verify(note, &key)?;
        Ok(())
    };
    let current = verify(&lifecycle.log_key);
    match &lifecycle.former_log_key {
        Some(former) if current.is_err() && verify(former).is_ok() => Ok(()),
        _ => current,
    }
}

/// Refuses a ledger that doesn't extend a checkpoint that was seen elsewhere.
fn check_known(storage: &dyn Storage, options: &Options, published: &Checkpoint) -> Result<(), LedgerError> {
    let Some(known) = &options.known_checkpoint else { return Ok(()) };
    let (found, expected) = (published.size(), known.size());
    if expected > found {
        return Err(LedgerError::Shrunk { found, expected, witness: "the known checkpoint".to_owned() });
    }
    let root = range_root(&mut Tiles::new(storage, found), 0, expected)?;
    if known.origin() != published.origin() || known.root() != root {
        let what = "it does not extend the checkpoint that is known: this is another history";
        return Err(LedgerError::corrupt(CHECKPOINT, what));
    }
    Ok(())
}

fn segment(storage: &dyn Storage, options: &Options, header: SegmentHeader) -> Result<Segment, LedgerError> {
    Segment::create(storage, header, options.segment_bytes)
        .map_err(|error| LedgerError::io("create a segment in", wal::DIRECTORY, &error))
}

fn start(
    storage: Arc<dyn Storage>,
    options: Options,
    publication: Publication,
    published: Published,
    segment: Segment,
    lock: Box<dyn Send>,
) -> Result<Ledger, LedgerError> {
    let queue = Queue {
        batch: Batch::new(publication.size()),
        lifecycle: publication.lifecycle().clone(),
        idle: false,
        alarm: false,
        waited_for: false,
        announced: false,
        closing: false,
        poisoned: None,
        syncing_since: None,
    };
    let shared = Arc::new(Shared {
        options,
        entries: AtomicU64::new(0),
        syncs: AtomicU64::new(0),
        checkpoints: AtomicU64::new(0),
        queue: Mutex::new(queue),
        queued: Condvar::new(),
        durable: Mutex::new(Durable::default()),
        committed: Condvar::new(),
        relieved: Condvar::new(),
        published: RwLock::new(published),
        herald: Herald::default(),
        spare: Spare::default(),
    });
    let failed = |error| LedgerError::io("start a thread for", "ledger", &error);
    let committer = {
        let (shared, storage) = (shared.clone(), storage.clone());
        let run = move || committer::run(&shared, storage.as_ref(), segment);
        thread::Builder::new().name("ledger-commit".to_owned()).spawn(run).map_err(failed)?
    };
    let publisher = {
        let shared = shared.clone();
        let run = move || publisher::run(&shared, publication, lock);
        thread::Builder::new().name("ledger-publish".to_owned()).spawn(run).map_err(failed)?
    };
    let threads = Mutex::new(vec![committer, publisher]);
    Ok(Ledger { handle: Arc::new(Handle { shared, storage, threads }) })
}
