//! The thread that publishes what is durable, so that commits never wait for tiles.

use std::{sync::atomic::Ordering, time::Instant};

use super::{
    publication::Publication,
    shared::{Batch, Durable, Shared, wait_until},
};
use crate::LedgerError;

/// Entries are taken over in pieces of this size, so that few of them wait in memory however rarely checkpoints come.
const PIECE: usize = 512 << 10;

/// Runs until the committer has ended; then publishes the rest, lets go of the lock and tells who closes.
pub(super) fn run(shared: &Shared, mut publication: Publication, lock: Box<dyn Send>) {
    let mut end = End {
        shared,
        outcome: Err(LedgerError::corrupt("tile", "the publishing thread ended unexpectedly")),
    };
    let outcome = publish_all(shared, &mut publication);
    // Whoever is told that the ledger is closed may open it.
    drop((publication, lock));
    end.outcome = outcome;
}

/// Tells who waits for the end, however this thread ends.
struct End<'a> {
    shared: &'a Shared,
    outcome: Result<(), LedgerError>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        if let Err(failure) = &self.outcome {
            self.shared.poison(failure);
        }
        let poisoned = self.shared.queue().poisoned.clone();
        let outcome = poisoned.map_or(Ok(()), Err);
        let closers = {
            let mut durable = self.shared.durable();
            durable.outcome = Some(outcome.clone());
            std::mem::take(&mut durable.closers)
        };
        self.shared.relieved.notify_all();
        for closer in closers {
            drop(closer.send(outcome.clone()));
        }
    }
}

/// Takes over what becomes durable, and publishes it every so often.
fn publish_all(shared: &Shared, publication: &mut Publication) -> Result<(), LedgerError> {
    let mut published_at = Instant::now();
    loop {
        let unpublished = publication.is_ahead();
        let due = published_at + shared.options.publish_interval;
        let gathered = gather(shared, unpublished, due);
        // After a failure the disk is not asked for anything more: opening again will publish.
        if shared.queue().poisoned.is_some() {
            return Ok(());
        }
        for batch in gathered.batches {
            publication.add(&batch)?;
            // One by one, so that commits that wait for this go on at the pace of publication, not after it.
            shared.durable().bytes -= batch.frame.len();
            shared.relieved.notify_all();
            shared.spare.give(batch);
        }
        if publication.is_ahead() && (gathered.ended || Instant::now() >= due) {
            shared.publish(publication.publish(gathered.ended)?);
            shared.checkpoints.fetch_add(1, Ordering::Relaxed);
            publication.remove_spent_segments()?;
            published_at = Instant::now();
        }
        if gathered.ended {
            return publication.project();
        }
    }
}

struct Gathered {
    batches: Vec<Batch>,
    /// The committer is done: there will be no more.
    ended: bool,
}

/// Waits for a piece to take over, or until it is time to publish what there is.
fn gather(shared: &Shared, unpublished: bool, due: Instant) -> Gathered {
    let piece = PIECE.min(shared.options.unpublished_bytes / 4);
    let something = |durable: &mut Durable| {
        durable.wakes_at = 0;
        unpublished || !durable.batches.is_empty() || durable.ended
    };
    let enough = |durable: &mut Durable| {
        durable.wakes_at = piece;
        durable.bytes >= piece && !durable.batches.is_empty() || durable.ended
    };
    let durable = wait_until(&shared.committed, shared.durable(), None, something);
    let mut durable = wait_until(&shared.committed, durable, Some(due), enough);
    Gathered { batches: durable.batches.drain(..).collect(), ended: durable.ended }
}
