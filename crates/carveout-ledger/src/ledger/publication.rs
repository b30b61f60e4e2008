//! Turning durable entries into tiles, entry bundles and a signed checkpoint.
//!
//! Order matters: every file is synced before it gets its name, then every directory, and only then is a
//! checkpoint signed over them. Whoever holds a checkpoint finds its tiles.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    projection,
    shared::{Batch, Published},
};
use crate::{
    Checkpoint, Digest, LedgerError, SigningKey, leaf_hash,
    lifecycle::{Lifecycle, Step},
    parse_bundle,
    published::Tiles,
    storage::{Storage, parent, stage, sync_parents, write_durably},
    tree::{Frontier, HASH_BYTES, TILE_WIDTH, TileId, tile_widths},
    wal,
};

/// The path of the checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint";
/// Directories known to be durable are remembered up to this many, then asked for anew.
const MOST_KNOWN_DIRECTORIES: usize = 4_096;

/// The state is written beside a checkpoint no more often than this; opening makes up for what it lacks.
const PROJECTION_INTERVAL: Duration = Duration::from_secs(4);

/// The published tree and what is needed to extend it. Owned by one thread at a time.
pub(super) struct Publication {
    storage: Arc<dyn Storage>,
    key: SigningKey,
    frontier: Frontier,
    /// The partial entry bundle at the right edge.
    edge: Vec<u8>,
    lifecycle: Lifecycle,
    published_size: u64,
    projected_at: Option<Instant>,
    known_directories: HashSet<String>,
    unsynced_directories: BTreeSet<String>,
    /// Directories of partial tiles whose full tile now exists.
    outdated: Vec<String>,
}

impl Publication {
    /// Of an empty tree.
    pub(super) fn empty(storage: Arc<dyn Storage>, key: SigningKey) -> Self {
        Self::new(storage, key, Frontier::default(), Vec::new(), Lifecycle::new())
    }

    fn new(
        storage: Arc<dyn Storage>,
        key: SigningKey,
        frontier: Frontier,
        edge: Vec<u8>,
        lifecycle: Lifecycle,
    ) -> Self {
        let published_size = frontier.size();
        let (known_directories, unsynced_directories, outdated) = Default::default();
        Self {
            storage,
            key,
            frontier,
            edge,
            lifecycle,
            published_size,
            projected_at: None,
            known_directories,
            unsynced_directories,
            outdated,
        }
    }

    /// Reads the right edge of the tree that a checkpoint states, and compares it with the checkpoint's root.
    pub(super) fn resume(
        storage: Arc<dyn Storage>,
        key: SigningKey,
        checkpoint: &Checkpoint,
    ) -> Result<Self, LedgerError> {
        let size = checkpoint.size();
        let mut tiles = Tiles::new(storage.as_ref(), size);
        let mut partials = Vec::new();
        for (level, index, width) in tile_widths(size) {
            partials.push(if width > 0 { tiles.tile(level, index)?.to_vec() } else { Vec::new() });
        }
        let frontier = Frontier::restore(size, partials)
            .filter(|frontier| frontier.root() == checkpoint.root())
            .ok_or_else(|| {
                LedgerError::corrupt(
                    "tile",
                    "the tiles don't lead to the checkpoint's root: restore the whole directory",
                )
            })?;
        let edge = read_edge(&tiles, &frontier)?;
        let lifecycle = projection::load(storage.as_ref(), size, checkpoint.root())?;
        Ok(Self::new(storage, key, frontier, edge, lifecycle))
    }

    pub(super) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Whether entries were added that no checkpoint covers.
    pub(super) fn is_ahead(&self) -> bool {
        self.size() > self.published_size
    }

    pub(super) fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    /// The hash of the first entry, which names the ledger in its write-ahead segments.
    pub(super) fn ledger(&self) -> Result<Digest, LedgerError> {
        let mut tiles = Tiles::new(self.storage.as_ref(), self.published_size);
        let first = tiles.tile(0, 0)?.first().copied();
        first.ok_or_else(|| LedgerError::corrupt("tile/0/000", "the ledger has no first entry"))
    }

    /// Adds a durable batch.
    pub(super) fn add(&mut self, batch: &Batch) -> Result<(), LedgerError> {
        let entries =
            parse_bundle(batch.body()).map_err(|error| LedgerError::corrupt("wal", error.to_string()))?;
        for ((entry, leaf), step) in entries.into_iter().zip(&batch.leaves).zip(&batch.steps) {
            self.add_entry(entry, *leaf, step)?;
        }
        Ok(())
    }

    /// Adds one durable entry.
    pub(super) fn add_entry(&mut self, entry: &[u8], leaf: Digest, step: &Step) -> Result<(), LedgerError> {
        self.lifecycle.apply(step)?;
        self.edge.extend(u16::try_from(entry.len()).unwrap_or(u16::MAX).to_be_bytes());
        self.edge.extend_from_slice(entry);
        let mut completed = Vec::new();
        self.frontier.push(leaf, |id, hashes| completed.push((id, concatenate(hashes))));
        for (id, hashes) in completed {
            self.write(id, &hashes)?;
            self.outdated.push(id.partial_directory());
            if id.level == Some(0) {
                let entries = TileId::entries(id.index, TILE_WIDTH);
                let mut bundle = std::mem::take(&mut self.edge);
                self.write(entries, &bundle)?;
                // The next one will need as much room.
                bundle.clear();
                self.edge = bundle;
                self.outdated.push(entries.partial_directory());
            }
        }
        Ok(())
    }

    /// Publishes: partial tiles, directories, checkpoint, projection, in this order. If there are full tiles to publish, what
    /// is behind them is left to the next time: a partial tile costs as much as a full one, and is soon outdated. Everything
    /// is published when it is `all` to be, and when the state is to be written beside it.
    pub(super) fn publish(&mut self, all: bool) -> Result<Published, LedgerError> {
        let projects = self.projected_at.is_none_or(|at| at.elapsed() >= PROJECTION_INTERVAL);
        let full = self.size() - self.size() % TILE_WIDTH;
        let all = all || projects || full <= self.published_size;
        let (size, root) = if all {
            (self.size(), self.frontier.root())
        } else {
            (full, self.frontier.root_of_full_tiles())
        };
        self.write_partials(size)?;
        self.sync_directories()?;
        let checkpoint = Checkpoint::new(self.key.name(), size, root);
        let note = checkpoint.sign(&self.key)?;
        write_durably(self.storage.as_ref(), "checkpoint", CHECKPOINT, note.as_bytes())
            .map_err(|error| LedgerError::io("write", CHECKPOINT, &error))?;
        self.published_size = checkpoint.size();
        if projects {
            self.project()?;
        }
        for directory in self.outdated.drain(..) {
            self.storage
                .remove_directory(&directory)
                .map_err(|error| LedgerError::io("remove", &directory, &error))?;
        }
        Ok(Published { checkpoint, note })
    }

    /// Writes the state beside the checkpoint that was published last. Everything added must be published.
    pub(super) fn project(&mut self) -> Result<(), LedgerError> {
        projection::write(self.storage.as_ref(), &self.lifecycle, self.frontier.root())?;
        self.projected_at = Some(Instant::now());
        Ok(())
    }

    fn write_partials(&mut self, size: u64) -> Result<(), LedgerError> {
        let before: Vec<_> = tile_widths(self.published_size).collect();
        for tile in tile_widths(size) {
            let (level, index, width) = tile;
            if width == 0 || before.contains(&tile) {
                continue;
            }
            let hashes = concatenate(self.frontier.partial(level));
            self.write(TileId::hashes(level, index, width), &hashes)?;
            if level == 0 {
                let bundle = std::mem::take(&mut self.edge);
                self.write(TileId::entries(index, width), &bundle)?;
                self.edge = bundle;
            }
        }
        Ok(())
    }

    fn write(&mut self, id: TileId, bytes: &[u8]) -> Result<(), LedgerError> {
        let path = id.to_string();
        let directory = parent(&path);
        let failed = |error| LedgerError::io("write", &path, &error);
        if !self.known_directories.contains(directory) {
            self.storage.create_directory(directory).map_err(failed)?;
            sync_parents(self.storage.as_ref(), directory).map_err(failed)?;
            if self.known_directories.len() >= MOST_KNOWN_DIRECTORIES {
                self.known_directories.clear();
            }
            self.known_directories.insert(directory.to_owned());
        }
        stage(self.storage.as_ref(), "tile", &path, bytes).map_err(failed)?;
        self.unsynced_directories.insert(directory.to_owned());
        Ok(())
    }

    fn sync_directories(&mut self) -> Result<(), LedgerError> {
        while let Some(directory) = self.unsynced_directories.pop_first() {
            self.storage
                .sync_directory(&directory)
                .map_err(|error| LedgerError::io("sync", &directory, &error))?;
        }
        Ok(())
    }

    /// Removes write-ahead segments whose entries are all published.
    pub(super) fn remove_spent_segments(&self) -> Result<(), LedgerError> {
        wal::remove_spent(self.storage.as_ref(), self.published_size)
            .map_err(|error| LedgerError::io("clean", wal::DIRECTORY, &error))
    }
}

fn read_edge(tiles: &Tiles<'_>, frontier: &Frontier) -> Result<Vec<u8>, LedgerError> {
    let leaves = frontier.partial(0);
    if leaves.is_empty() {
        return Ok(Vec::new());
    }
    let bundle = tiles.bundle(frontier.size() / TILE_WIDTH)?;
    let entries = parse_bundle(&bundle.bytes).unwrap_or_default();
    if !entries.iter().map(|entry| leaf_hash(entry)).eq(leaves.iter().copied()) {
        return Err(LedgerError::corrupt(
            bundle.id,
            "its entries are not those of the tree: restore the whole directory",
        ));
    }
    Ok(bundle.bytes)
}

fn concatenate(hashes: &[Digest]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(hashes.len() * HASH_BYTES);
    for hash in hashes {
        bytes.extend_from_slice(hash.as_bytes());
    }
    bytes
}
