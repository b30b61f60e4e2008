//! How a ledger behaves.

use std::time::Duration;

use crate::Checkpoint;

/// Limits and intervals of a ledger. The defaults suit a gateway on a local disk.
#[derive(Debug, Clone)]
pub struct Options {
    /// How often what is new is published under a checkpoint. Under load an entry may wait twice as long, until its tile is
    /// full. Default 500 ms.
    pub publish_interval: Duration,
    /// How long an append waits for durability before it fails. Default 2 s.
    pub commit_deadline: Duration,
    /// How long an entry that nobody waits for stays in memory before it is written by itself. Default 50 ms.
    pub linger: Duration,
    /// A write-ahead segment that has grown to this many bytes is succeeded by another. Default 16 MiB.
    pub segment_bytes: u64,
    /// Bytes of entries that may wait for the disk; appends beyond are refused. Default 16 MiB.
    pub queue_bytes: usize,
    /// Bytes of durable entries that may wait for publication; commits pause beyond. Default 64 MiB.
    pub unpublished_bytes: usize,
    /// A checkpoint that was seen elsewhere, by a witness or in a backup: a ledger that doesn't extend it is
    /// refused at opening.
    pub known_checkpoint: Option<Checkpoint>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            publish_interval: Duration::from_millis(500),
            commit_deadline: Duration::from_secs(2),
            linger: Duration::from_millis(50),
            segment_bytes: 16 << 20,
            queue_bytes: 16 << 20,
            unpublished_bytes: 64 << 20,
            known_checkpoint: None,
        }
    }
}
