//! The thread that publishes what is durable, so that commits never wait for tiles.

use std::{sync::atomic::Ordering, time::Instant};

use super::{
    publication::Publication,
    shared::{Batch, Durable, Shared, wait_until},
};
use crate::LedgerError;

/// Runs until the committer has ended; then publishes the rest, lets go of the lock and tells who closes.
pub(super) fn run(shared: &Shared, mut publication: Publication, lock: Box<dyn Send>) {
    let mut end = End {
        shared,
        outcome: Err(LedgerError::corrupt("tile", "the publishing thread ended unexpectedly")),
    };
    let mut outcome = Ok(());
    let mut published_at = Instant::now();
    while let Some(batches) = next(shared, published_at) {
        outcome = publish(shared, &mut publication, &batches);
        if outcome.is_err() {
            break;
        }
        published_at = Instant::now();
    }
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

/// What is durable, once it is time to publish it; `None` at the end.
fn next(shared: &Shared, published_at: Instant) -> Option<Vec<Batch>> {
    let options = &shared.options;
    let something = |durable: &mut Durable| {
        durable.wakes_at = 0;
        !durable.batches.is_empty() || durable.ended
    };
    let much = options.unpublished_bytes / 4;
    let enough = |durable: &mut Durable| {
        durable.wakes_at = much;
        durable.bytes >= much || durable.ended
    };
    let mut durable = wait_until(&shared.committed, shared.durable(), None, something);
    durable = wait_until(&shared.committed, durable, Some(published_at + options.publish_interval), enough);
    let batches: Vec<_> = durable.batches.drain(..).collect();
    drop(durable);
    // After a failure the disk is not asked for anything more: opening again will publish.
    if batches.is_empty() || shared.queue().poisoned.is_some() { None } else { Some(batches) }
}

fn publish(shared: &Shared, publication: &mut Publication, batches: &[Batch]) -> Result<(), LedgerError> {
    for batch in batches {
        publication.add(batch)?;
    }
    let published = publication.publish()?;
    shared.publish(published);
    shared.checkpoints.fetch_add(1, Ordering::Relaxed);
    let bytes: usize = batches.iter().map(|batch| batch.frame.len()).sum();
    shared.durable().bytes -= bytes;
    shared.relieved.notify_all();
    publication.remove_spent_segments()
}
