//! Putting entries in, and waiting until they are on the disk.

use std::sync::Arc;

use tokio::{sync::oneshot, time::timeout};

use super::{
    Ledger,
    herald::Herald,
    shared::{Prepared, Shared},
};
use crate::{Digest, Entry, LedgerError};

/// Where an entry stands, durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The entry's index.
    pub index: u64,
    /// The hash of the entry as a leaf (RFC 6962), which its receipt proves to be in the tree.
    pub leaf: Digest,
}

/// Entries that have their places and are on their way to the disk. To drop it doesn't take them back.
#[must_use = "the entries are not durable before this says so"]
pub struct Pending {
    leaves: Vec<Digest>,
    sync: AwaitedSync,
}

impl Pending {
    /// Waits until the entries are on the disk, at these positions, for good.
    ///
    /// # Errors
    /// Any error means: not known to be recorded. See [`LedgerError`].
    pub async fn durable(self) -> Result<Vec<Position>, LedgerError> {
        let first = self.sync.done().await?;
        Ok((first..).zip(self.leaves).map(|(index, leaf)| Position { index, leaf }).collect())
    }
}

/// The sync that some entries wait for.
struct AwaitedSync {
    shared: Arc<Shared>,
    /// The index of the first of them.
    first: u64,
    told: oneshot::Receiver<Result<(), LedgerError>>,
}

impl AwaitedSync {
    async fn done(self) -> Result<u64, LedgerError> {
        let deadline = self.shared.options.commit_deadline;
        match timeout(deadline, self.told).await {
            Ok(Ok(result)) => result.map(|()| self.first),
            Ok(Err(_)) => Err(self.shared.failure()),
            Err(_) => Err(LedgerError::Deadline { millis: deadline.as_millis() }),
        }
    }
}

impl Ledger {
    /// Records an entry. When this returns `Ok` the entry is on the disk, at this index, for good.
    ///
    /// Dropping the future does not take the entry back: it may be recorded or not.
    ///
    /// # Errors
    /// Any error means: not known to be recorded. See [`LedgerError`].
    pub async fn append(&self, entry: Entry) -> Result<Position, LedgerError> {
        let mut prepared = Prepared::default();
        let leaf = prepared.add(&entry)?;
        let index = self.put_in(prepared)?.done().await?;
        Ok(Position { index, leaf })
    }

    /// Records an entry that nobody waits for: it becomes durable together with the next entry that somebody does wait
    /// for, or after [`Options::linger`](super::Options::linger). When this returns `Ok` it has its place, and closing the
    /// ledger makes it durable; a crash before that loses it.
    ///
    /// # Errors
    /// It was not taken. See [`LedgerError`].
    pub fn append_soon(&self, entry: &Entry) -> Result<Position, LedgerError> {
        let mut prepared = Prepared::default();
        let leaf = prepared.add(entry)?;
        let index = self.handle.shared.enqueue(prepared, None, false)?;
        Ok(Position { index, leaf })
    }

    /// Records entries at consecutive indexes, all or none, even across a crash.
    ///
    /// # Errors
    /// See [`Ledger::append`].
    pub async fn append_all(&self, entries: Vec<Entry>) -> Result<Vec<Position>, LedgerError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        self.begin(&entries)?.durable().await
    }

    /// Gives entries consecutive places, all or none. They are recorded when [`Pending::durable`] says so, and not before. To be
    /// called inside a runtime.
    ///
    /// # Errors
    /// They were not taken. See [`LedgerError`].
    pub fn begin(&self, entries: &[Entry]) -> Result<Pending, LedgerError> {
        let mut prepared = Prepared::default();
        let leaves = entries.iter().map(|entry| prepared.add(entry)).collect::<Result<_, _>>()?;
        Ok(Pending { leaves, sync: self.put_in(prepared)? })
    }

    fn put_in(&self, entries: Prepared) -> Result<AwaitedSync, LedgerError> {
        let shared = &self.handle.shared;
        let with_herald = Herald::appoint(shared);
        let (teller, told) = oneshot::channel();
        let first = shared.enqueue(entries, Some(teller), with_herald)?;
        Ok(AwaitedSync { shared: shared.clone(), first, told })
    }
}
