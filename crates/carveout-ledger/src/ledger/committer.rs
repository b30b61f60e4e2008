//! The thread that makes entries durable.
//!
//! It takes whatever has gathered since the last sync, writes it as one frame, syncs once and tells everybody
//! in the batch. Under load batches grow by themselves: whoever is ready to run puts in what it has before the batch is
//! taken (see `herald`). Nothing is delayed beyond that to fill one.

use std::{
    mem,
    sync::{PoisonError, atomic::Ordering},
    thread,
    time::Instant,
};

use super::shared::{Batch, Shared, wait_until};
use crate::{
    LedgerError,
    storage::Storage,
    wal::{DIRECTORY, Segment, SegmentHeader},
};

/// Runs until the ledger is closed or poisoned.
pub(super) fn run(shared: &Shared, storage: &dyn Storage, mut segment: Segment) {
    let _end = End(shared);
    while let Some(batch) = next(shared) {
        if let Err(failure) = commit(shared, storage, &mut segment, batch) {
            shared.poison(&failure);
            break;
        }
    }
}

/// Lets the publisher end when this thread ends, however it does.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.poison(&LedgerError::corrupt(DIRECTORY, "the committing thread ended unexpectedly"));
        }
        self.0.durable().ended = true;
        self.0.committed.notify_all();
    }
}

/// The next batch; `None` once the ledger is closed and everything was taken, or it is poisoned. Entries that nobody
/// waits for are left to gather for a while.
fn next(shared: &Shared) -> Option<Batch> {
    // On a busy machine others add to the batch meanwhile; on an idle one this costs no time.
    thread::yield_now();
    let mut queue = shared.queue();
    queue.syncing_since = None;
    queue.idle = true;
    loop {
        if queue.poisoned.is_some() {
            return None;
        }
        let something = !queue.batch.leaves.is_empty();
        let due = queue.batch.lingers_since.map(|since| since + shared.options.linger);
        let now = Instant::now();
        if queue.closing || something && (queue.waited_for || due.is_some_and(|due| due <= now)) {
            (queue.idle, queue.waited_for) = (false, false);
            break;
        }
        queue.alarm = due.is_some();
        queue = match due {
            None => shared.queued.wait(queue).unwrap_or_else(PoisonError::into_inner),
            Some(due) => {
                let waited = shared.queued.wait_timeout(queue, due.saturating_duration_since(now));
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
    }
    if queue.batch.leaves.is_empty() {
        return None;
    }
    queue.syncing_since = queue.batch.waited_for_since.or_else(|| Some(Instant::now()));
    let successor = shared.spare.take(queue.batch.end());
    Some(mem::replace(&mut queue.batch, successor))
}

fn commit(
    shared: &Shared,
    storage: &dyn Storage,
    segment: &mut Segment,
    mut batch: Batch,
) -> Result<(), LedgerError> {
    let waiters = mem::take(&mut batch.waiters);
    let tell = |result| shared.herald.tell(waiters, result);
    match write(shared, storage, segment, &mut batch) {
        Ok(()) => {
            tell(Ok(()));
            hand_over(shared, batch);
            Ok(())
        }
        Err(failure) => {
            // Before anybody hears of it, so that who does finds the ledger unhealthy.
            shared.poison(&failure);
            tell(Err(shared.failure()));
            Err(failure)
        }
    }
}

fn write(
    shared: &Shared,
    storage: &dyn Storage,
    segment: &mut Segment,
    batch: &mut Batch,
) -> Result<(), LedgerError> {
    let failed = |error| LedgerError::io("make durable", DIRECTORY, &error);
    if segment.bytes() >= shared.options.segment_bytes {
        let header = SegmentHeader {
            first: batch.first,
            published: shared.published().checkpoint.size(),
            ..segment.header().clone()
        };
        *segment = Segment::create(storage, header, shared.options.segment_bytes).map_err(failed)?;
    }
    let count = u32::try_from(batch.leaves.len()).unwrap_or(u32::MAX);
    segment.commit(&mut batch.frame, batch.first, count).map_err(failed)?;
    shared.entries.fetch_add(u64::from(count), Ordering::Relaxed);
    shared.syncs.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// Gives a durable batch to the publisher; waits if that is too far behind.
fn hand_over(shared: &Shared, batch: Batch) {
    let limit = shared.options.unpublished_bytes;
    let mut durable = wait_until(&shared.relieved, shared.durable(), None, |durable| {
        durable.bytes < limit || durable.outcome.is_some()
    });
    durable.bytes += batch.frame.len();
    durable.batches.push_back(batch);
    let wake = durable.bytes >= durable.wakes_at;
    drop(durable);
    if wake {
        shared.committed.notify_one();
    }
}
