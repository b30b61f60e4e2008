//! What callers, the committer and the publisher share.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock, atomic::AtomicU64},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{Options, herald::Herald, spare::Spare};
use crate::{
    Checkpoint, Digest, Entry, LedgerError, leaf_hash,
    lifecycle::{Lifecycle, Step},
    wal,
};

/// Tells one caller what became of its entries.
pub(super) type Waiter = oneshot::Sender<Result<(), LedgerError>>;

/// Entries that were serialised and hashed on their caller's thread.
#[derive(Default)]
pub(super) struct Prepared {
    /// As in an entry bundle.
    bytes: Vec<u8>,
    leaves: Vec<Digest>,
    steps: Vec<Step>,
}

impl Prepared {
    /// Adds one more; gives its hash as a leaf.
    pub(super) fn add(&mut self, entry: &Entry) -> Result<Digest, LedgerError> {
        let step = Step::of(entry)?;
        let leaf = leaf_hash(entry.append_to(&mut self.bytes)?);
        self.leaves.push(leaf);
        self.steps.push(step);
        Ok(leaf)
    }
}

/// Entries that go to the disk together.
pub(super) struct Batch {
    /// The index of the first entry.
    pub(super) first: u64,
    /// Room for the frame's head, then the entries as in an entry bundle.
    pub(super) frame: Vec<u8>,
    pub(super) leaves: Vec<Digest>,
    pub(super) steps: Vec<Step>,
    pub(super) waiters: Vec<Waiter>,
    /// When the first entry came that nobody waits for, if it was the first of all.
    pub(super) lingers_since: Option<Instant>,
    /// When the first entry came that somebody waits for.
    pub(super) waited_for_since: Option<Instant>,
}

impl Batch {
    pub(super) fn new(first: u64) -> Self {
        Self {
            first,
            frame: wal::ROOM.to_vec(),
            leaves: Vec::new(),
            steps: Vec::new(),
            waiters: Vec::new(),
            lingers_since: None,
            waited_for_since: None,
        }
    }

    /// The same without its entries, for others that begin at this index: its memory is there already.
    pub(super) fn emptied(mut self, first: u64) -> Self {
        self.frame.truncate(wal::ROOM.len());
        self.leaves.clear();
        self.steps.clear();
        self.waiters.clear();
        Self { first, lingers_since: None, waited_for_since: None, ..self }
    }

    fn push(&mut self, mut entries: Prepared) {
        self.frame.extend_from_slice(&entries.bytes);
        self.leaves.append(&mut entries.leaves);
        self.steps.append(&mut entries.steps);
    }

    /// The index after the last entry.
    pub(super) fn end(&self) -> u64 {
        self.first + self.leaves.len() as u64
    }

    /// The entries as in an entry bundle.
    pub(super) fn body(&self) -> &[u8] {
        self.frame.get(wal::ROOM.len()..).unwrap_or_default()
    }
}

/// What callers put in and the committer takes out.
pub(super) struct Queue {
    pub(super) batch: Batch,
    pub(super) lifecycle: Lifecycle,
    /// The committer sleeps and must be woken.
    pub(super) idle: bool,
    /// The committer will wake by itself, because something lingers.
    pub(super) alarm: bool,
    /// Whoever waits for the batch has been told of: the committer may take it.
    pub(super) waited_for: bool,
    /// The herald is on its way to say so.
    pub(super) announced: bool,
    pub(super) closing: bool,
    /// The first failure; nothing is accepted any more.
    pub(super) poisoned: Option<LedgerError>,
    /// Since when somebody waits for the sync that is under way.
    pub(super) syncing_since: Option<Instant>,
}

/// What the committer puts in and the publisher takes out.
#[derive(Default)]
pub(super) struct Durable {
    pub(super) batches: VecDeque<Batch>,
    pub(super) bytes: usize,
    /// The publisher sleeps until there are so many bytes.
    pub(super) wakes_at: usize,
    /// The committer is done.
    pub(super) ended: bool,
    /// The publisher is done, well or badly.
    pub(super) outcome: Option<Result<(), LedgerError>>,
    pub(super) closers: Vec<oneshot::Sender<Result<(), LedgerError>>>,
}

/// The latest checkpoint.
#[derive(Debug, Clone)]
pub(super) struct Published {
    pub(super) checkpoint: Checkpoint,
    pub(super) note: String,
}

pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) entries: AtomicU64,
    pub(super) syncs: AtomicU64,
    pub(super) checkpoints: AtomicU64,
    pub(super) queue: Mutex<Queue>,
    pub(super) queued: Condvar,
    pub(super) durable: Mutex<Durable>,
    pub(super) committed: Condvar,
    pub(super) relieved: Condvar,
    pub(super) published: RwLock<Published>,
    pub(super) herald: Herald,
    /// What becomes of batches that are published.
    pub(super) spare: Spare,
}

impl Shared {
    /// A panic while a lock is held can't leave these plain values half-changed in a way that matters: the
    /// threads that change them poison the ledger when they end.
    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn durable(&self) -> MutexGuard<'_, Durable> {
        self.durable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn published(&self) -> Published {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn publish(&self, published: Published) {
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = published;
    }

    /// Puts entries in the queue, all or none, and says what index the first one has. Others who are ready to run may join
    /// whoever waits inside the herald's runtime.
    pub(super) fn enqueue(
        &self,
        entries: Prepared,
        waiter: Option<Waiter>,
        with_herald: bool,
    ) -> Result<u64, LedgerError> {
        let mut queue = self.queue();
        if let Some(failure) = &queue.poisoned {
            return Err(failure.clone());
        }
        if queue.closing {
            return Err(LedgerError::Closed);
        }
        let waiting = queue.batch.body().len();
        if waiting + entries.bytes.len() > self.options.queue_bytes {
            return Err(LedgerError::Busy { bytes: waiting });
        }
        queue.lifecycle.apply_all(&entries.steps)?;
        let first = queue.batch.end();
        queue.batch.push(entries);
        let Some(waiter) = waiter else {
            if queue.batch.waiters.is_empty() {
                queue.batch.lingers_since.get_or_insert_with(Instant::now);
                // A committer that sleeps is woken only to set its alarm.
                if queue.idle && !queue.alarm {
                    self.queued.notify_one();
                }
            }
            return Ok(first);
        };
        queue.batch.waited_for_since.get_or_insert_with(Instant::now);
        queue.batch.waiters.push(waiter);
        if !with_herald {
            self.take_now(queue);
        } else if !queue.waited_for && !queue.announced {
            queue.announced = true;
            drop(queue);
            if !self.herald.announce() {
                self.gathered();
            }
        }
        Ok(first)
    }

    /// How many wait for the batch that gathers.
    pub(super) fn waiters(&self) -> usize {
        self.queue().batch.waiters.len()
    }

    /// Everybody who was ready to run has put in what is to be recorded.
    pub(super) fn gathered(&self) {
        let mut queue = self.queue();
        queue.announced = false;
        if !queue.batch.waiters.is_empty() {
            self.take_now(queue);
        }
    }

    fn take_now(&self, mut queue: MutexGuard<'_, Queue>) {
        queue.waited_for = true;
        if queue.idle {
            self.queued.notify_one();
        }
    }

    /// Stops the ledger for good: the failure is told to everybody who waits and everybody who comes.
    pub(super) fn poison(&self, cause: &LedgerError) {
        let waiters = {
            let mut queue = self.queue();
            if queue.poisoned.is_none() {
                queue.poisoned = Some(LedgerError::Poisoned { cause: cause.to_string() });
            }
            std::mem::take(&mut queue.batch.waiters)
        };
        self.queued.notify_all();
        self.committed.notify_all();
        self.relieved.notify_all();
        let failure = self.failure();
        for waiter in waiters {
            drop(waiter.send(Err(failure.clone())));
        }
    }

    /// What poisoned the ledger.
    pub(super) fn failure(&self) -> LedgerError {
        self.queue().poisoned.clone().unwrap_or(LedgerError::Closed)
    }

    pub(super) fn healthy(&self) -> bool {
        let queue = self.queue();
        let waits = [queue.syncing_since, queue.batch.waited_for_since];
        let stalled = waits.into_iter().flatten().any(|since| since.elapsed() > self.options.commit_deadline);
        queue.poisoned.is_none() && !queue.closing && !stalled
    }

    /// Asks both threads to finish what is queued and end.
    pub(super) fn begin_close(&self) {
        self.queue().closing = true;
        self.queued.notify_all();
    }
}

/// Waits on a condition until `done`, but no longer than until `deadline` if there is one.
pub(super) fn wait_until<'a, T>(
    condition: &Condvar,
    mut guard: MutexGuard<'a, T>,
    deadline: Option<Instant>,
    mut done: impl FnMut(&mut T) -> bool,
) -> MutexGuard<'a, T> {
    while !done(&mut guard) {
        guard = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
            None => condition.wait(guard).unwrap_or_else(PoisonError::into_inner),
            Some(Duration::ZERO) => return guard,
            Some(left) => condition.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0,
        };
    }
    guard
}
