//! The ledger that is being written.

mod append;
mod committer;
mod found;
mod herald;
mod options;
mod projection;
mod publication;
mod publisher;
mod shared;
mod spare;

pub use append::{Pending, Position};
pub use found::Recovery;
pub use options::Options;

use std::{
    fs::File,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use tokio::sync::oneshot;

use crate::{
    Checkpoint, DecisionId, Digest, Entry, Event, LedgerError, Receipt, SigningKey,
    published::{self, Tiles},
    search,
    storage::{Disk, Storage},
};
use shared::Shared;

/// How much a ledger has done since it was opened. Entries divided by syncs tell how well appends share the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// Entries that became durable.
    pub entries: u64,
    /// Syncs of the write-ahead log that made them so.
    pub syncs: u64,
    /// Checkpoints that were published.
    pub checkpoints: u64,
}

impl Statistics {
    /// Entries for each sync; 0 before the first.
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people to read")]
    pub fn entries_per_sync(&self) -> f64 {
        if self.syncs == 0 { 0.0 } else { self.entries as f64 / self.syncs as f64 }
    }
}

/// A handle to a ledger that is open for writing. Clones share it; the last one to go closes it.
///
/// Use it inside a tokio runtime with its timer enabled.
#[derive(Clone)]
pub struct Ledger {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    storage: Arc<dyn Storage>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Ledger {
    /// Founds a ledger in a directory. The founding entry is published when this returns.
    ///
    /// # Errors
    /// There is a ledger already; the entry is not a genesis of this key; the disk refuses.
    pub fn create(
        directory: &Path,
        options: Options,
        key: SigningKey,
        genesis: Entry,
    ) -> Result<Self, LedgerError> {
        let ledger = Self::create_in(Arc::new(Disk::new(directory)), options, key, genesis)
            .map_err(|error| error.at(directory))?;
        // The ledger's own name, in the directory above it.
        let above =
            directory.canonicalize().ok().and_then(|directory| directory.parent().map(Path::to_owned));
        if let Some(above) = above {
            File::open(&above)
                .and_then(|above| above.sync_all())
                .map_err(|error| LedgerError::io("sync", &above.display().to_string(), &error))?;
        }
        Ok(ledger)
    }

    /// [`Ledger::create`] on any storage.
    ///
    /// # Errors
    /// See [`Ledger::create`].
    pub fn create_in(
        storage: Arc<dyn Storage>,
        options: Options,
        key: SigningKey,
        genesis: Entry,
    ) -> Result<Self, LedgerError> {
        found::create(storage, options, key, genesis)
    }

    /// Opens a ledger: recovers what was acknowledged, publishes it and begins a new write-ahead segment,
    /// all before it accepts anything.
    ///
    /// # Errors
    /// [`LedgerError::Locked`] if it is being written; [`LedgerError::Shrunk`] and [`LedgerError::Corrupt`] if
    /// what is there can't be what was acknowledged; [`LedgerError::WrongKey`]; the disk refuses.
    pub fn open(
        directory: &Path,
        options: Options,
        key: SigningKey,
    ) -> Result<(Self, Recovery), LedgerError> {
        Self::open_in(Arc::new(Disk::new(directory)), options, key).map_err(|error| error.at(directory))
    }

    /// [`Ledger::open`] on any storage.
    ///
    /// # Errors
    /// See [`Ledger::open`].
    pub fn open_in(
        storage: Arc<dyn Storage>,
        options: Options,
        key: SigningKey,
    ) -> Result<(Self, Recovery), LedgerError> {
        found::open(storage, options, key)
    }

    /// The latest checkpoint.
    pub fn latest_checkpoint(&self) -> Checkpoint {
        self.handle.shared.published().checkpoint
    }

    /// The latest checkpoint as a signed note.
    pub fn latest_checkpoint_note(&self) -> String {
        self.handle.shared.published().note
    }

    /// The bytes of a published entry.
    ///
    /// # Errors
    /// [`LedgerError::NotYetPublished`]; the disk refuses; the entry was changed.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, LedgerError> {
        let published = self.covering(index)?;
        Tiles::new(self.handle.storage.as_ref(), published.checkpoint.size()).entry(index)
    }

    /// Proof that an entry is in the latest checkpoint, checked before it is handed out.
    ///
    /// # Errors
    /// [`LedgerError::NotYetPublished`]; the disk refuses; a tile was changed.
    pub fn receipt(&self, index: u64) -> Result<Receipt, LedgerError> {
        let published = self.covering(index)?;
        published::receipt(self.handle.storage.as_ref(), &published.checkpoint, published.note, index)
    }

    /// The index of the entry with which the decision of a published entry was recorded, at or before it.
    ///
    /// # Errors
    /// [`LedgerError::NotYetPublished`]; the disk refuses; an entry was changed.
    pub fn decision_of(&self, index: u64) -> Result<Option<u64>, LedgerError> {
        let size = self.covering(index)?.checkpoint.size();
        let decision = match Entry::parse(&self.entry(index)?).map(|entry| entry.event) {
            Ok(Event::Decided(_)) => return Ok(Some(index)),
            Ok(Event::Attempted(attempted)) => attempted.decision,
            Ok(Event::Settled(settled)) => settled.decision,
            Ok(Event::Interrupted(interrupted)) => interrupted.decision,
            _ => return Ok(None),
        };
        search::decided_before(self.handle.storage.as_ref(), size, &decision, index)
    }

    /// The index of the published entry that ends a decision: its settlement or interruption, at or after `from`.
    /// `None` if none is published among the next 262,144 entries.
    ///
    /// # Errors
    /// The disk refuses; an entry was changed.
    pub fn end_of(&self, decision: &DecisionId, from: u64) -> Result<Option<u64>, LedgerError> {
        let size = self.latest_checkpoint().size();
        search::ended_after(self.handle.storage.as_ref(), size, decision, from)
    }

    /// Proof that the latest checkpoint extends the tree of an older size, for [`crate::check_consistency`].
    ///
    /// # Errors
    /// [`LedgerError::NotYetPublished`] if no checkpoint is that large yet; the disk refuses; a tile was changed.
    pub fn consistency(&self, old_size: u64) -> Result<(Vec<Digest>, Checkpoint), LedgerError> {
        let checkpoint = self.latest_checkpoint();
        Ok((published::consistency(self.handle.storage.as_ref(), old_size, &checkpoint)?, checkpoint))
    }

    fn covering(&self, index: u64) -> Result<shared::Published, LedgerError> {
        let published = self.handle.shared.published();
        let size = published.checkpoint.size();
        if index < size {
            Ok(published)
        } else {
            Err(LedgerError::NotYetPublished { index, published: size })
        }
    }

    /// What was done since the ledger was opened.
    pub fn statistics(&self) -> Statistics {
        let shared = &self.handle.shared;
        let now = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Statistics {
            entries: now(&shared.entries),
            syncs: now(&shared.syncs),
            checkpoints: now(&shared.checkpoints),
        }
    }

    /// Whether appends can succeed: nothing failed, and the disk answers within the commit deadline.
    pub fn healthy(&self) -> bool {
        self.handle.shared.healthy()
    }

    /// Refuses new entries, makes durable and publishes what was accepted, and lets go of the lock.
    ///
    /// # Errors
    /// What poisoned the ledger, now or earlier.
    pub async fn close(self) -> Result<(), LedgerError> {
        let (sender, receiver) = oneshot::channel();
        self.handle.shared.begin_close();
        {
            let mut durable = self.handle.shared.durable();
            if let Some(outcome) = &durable.outcome {
                return outcome.clone();
            }
            durable.closers.push(sender);
        }
        receiver.await.unwrap_or_else(|_| Err(self.handle.shared.failure()))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.begin_close();
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            // A thread that panicked has poisoned the ledger, which nobody can ask any more.
            drop(thread.join());
        }
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let checkpoint = self.latest_checkpoint();
        write!(formatter, "Ledger({}, {} published)", checkpoint.origin(), checkpoint.size())
    }
}
