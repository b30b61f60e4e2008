//! What waits to be written, in the order in which it happened.
//!
//! To wake the writer costs a system call. A record that nobody waits for wakes it only if it is the first one: to look at
//! the clock.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{EvidenceMark, writer::Reply};

/// What is written before one sync, in bytes, about.
const BATCH_BYTES: usize = 4 << 20;

/// A record that nobody waits for is written with whatever comes within this time, so that it costs no sync of its own.
const SOON: Duration = Duration::from_millis(50);

/// One record, and who is told its mark.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) bytes: Vec<u8>,
    pub(super) reply: Reply,
}

/// What the writer takes at once.
#[derive(Debug)]
pub(super) enum Pending {
    /// Some that follow one another; at least one.
    Records(Vec<Record>),
    /// Nothing is written. Somebody wants to know the mark of what stands before this.
    Place(Reply),
    /// What all records up to one have come to.
    Snapshot { at: EvidenceMark, bytes: Vec<u8>, reply: Reply },
}

/// Between those who keep something and the one that writes it.
#[derive(Debug, Default)]
pub(super) struct Queue {
    gathering: Mutex<Gathering>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Gathering {
    pending: VecDeque<Pending>,
    /// Of records.
    bytes: usize,
    /// When what is pending is written, though nobody waits for it.
    due: Option<Instant>,
    /// Somebody waits for it, or it is much.
    at_once: bool,
    /// Nothing more comes.
    closed: bool,
    /// Nobody writes any more.
    ended: bool,
}

/// The end at which something is kept. The writer ends with it, when everything is written.
#[derive(Debug)]
pub(super) struct Sender(Arc<Queue>);

/// The end at which it is written.
pub(super) struct Receiver(Arc<Queue>);

pub(super) fn queue() -> (Sender, Receiver) {
    let queue = Arc::new(Queue::default());
    (Sender(queue.clone()), Receiver(queue))
}

impl Queue {
    /// A panic while the lock is held can't leave these plain values half-changed in a way that matters.
    fn locked(&self) -> MutexGuard<'_, Gathering> {
        self.gathering.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sender {
    /// Puts in a record. If nobody is left to write it, its reply is dropped, which tells whoever waits for it.
    pub(super) fn record(&self, record: Record, soon: bool) {
        let mut gathering = self.0.locked();
        if gathering.ended {
            return;
        }
        gathering.bytes += record.bytes.len();
        match gathering.pending.back_mut() {
            Some(Pending::Records(records)) => records.push(record),
            _ => gathering.pending.push_back(Pending::Records(vec![record])),
        }
        let at_once = !soon || gathering.bytes >= BATCH_BYTES;
        self.wanted(gathering, at_once);
    }

    /// Puts in something else than a record, which somebody waits for.
    pub(super) fn now(&self, pending: Pending) {
        let mut gathering = self.0.locked();
        if !gathering.ended {
            gathering.pending.push_back(pending);
            self.wanted(gathering, true);
        }
    }

    /// Wakes the writer if it doesn't know that it is wanted, or not that it is wanted now.
    fn wanted(&self, mut gathering: MutexGuard<'_, Gathering>, at_once: bool) {
        let hurries = at_once && !mem::replace(&mut gathering.at_once, true);
        let first = gathering.due.is_none();
        gathering.due.get_or_insert_with(|| Instant::now() + SOON);
        drop(gathering);
        if first || hurries {
            self.0.changed.notify_one();
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.0.locked().closed = true;
        self.0.changed.notify_one();
    }
}

impl Receiver {
    /// Waits for what is to be written next; none if everything is written and nothing more comes.
    pub(super) fn next(&self) -> Option<Pending> {
        let mut gathering = self.0.locked();
        while !gathering.at_once && !gathering.closed {
            let left = gathering.due.map(|due| due.saturating_duration_since(Instant::now()));
            gathering = match left {
                None => self.0.changed.wait(gathering).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => break,
                Some(left) => {
                    self.0.changed.wait_timeout(gathering, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        let next = gathering.pending.pop_front();
        if matches!(next, Some(Pending::Records(_))) {
            gathering.bytes = 0;
        }
        // What stands before or behind something else than records is written without another wait.
        if gathering.pending.is_empty() {
            (gathering.due, gathering.at_once) = (None, false);
        }
        next
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let mut gathering = self.0.locked();
        gathering.ended = true;
        gathering.pending.clear();
    }
}
