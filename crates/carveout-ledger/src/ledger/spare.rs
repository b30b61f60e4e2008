//! Batches that are published, whose memory the next ones take over.
//!
//! A batch is filled by callers, written by the committer and emptied by the publisher. An allocator gives memory that was
//! freed so back to the system, and every page of the next batch costs a fault.

use std::sync::{Mutex, PoisonError};

use super::shared::Batch;

/// Bytes of frames that are kept at most: about what a busy gateway fills until they are published.
const MOST: usize = 1 << 20;

/// A batch that was larger than this once is let go of: it was an exception.
const LARGEST: usize = MOST / 4;

#[derive(Default)]
pub(super) struct Spare(Mutex<Vec<Batch>>);

impl Spare {
    /// An empty batch whose first entry will have this index.
    pub(super) fn take(&self, first: u64) -> Batch {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.map_or_else(|| Batch::new(first), |batch| batch.emptied(first))
    }

    /// Keeps a batch whose entries nobody needs any more.
    pub(super) fn give(&self, batch: Batch) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept: usize = spare.iter().map(|batch| batch.frame.capacity()).sum();
        let more = batch.frame.capacity();
        if more <= LARGEST && kept + more <= MOST {
            spare.push(batch);
        }
    }
}
