//! Verifying a whole ledger as its auditor: everything is computed again from the stored entries, and what is
//! stored beside them must agree.

use std::{path::Path, thread};

use crate::{
    Checkpoint, CheckpointError, Digest, Entry, EntryError, EvidenceAudit, LedgerError, LifecycleError,
    OpenAttempt, PinnedKey, Timestamp, VerifierKey, leaf_hash,
    lifecycle::{Lifecycle, Step},
    parse_bundle,
    published::{Bundle, Tiles, read_tile, width_at},
    storage::{Disk, Storage, read_if_present},
    tree::{Frontier, TILE_WIDTH, TileId, tile_widths},
};

const CHECKPOINT: &str = "checkpoint";
/// Bundles that one thread reads before the results are put in order: bounds memory to some tens of megabytes.
const BUNDLES_PER_THREAD: usize = 16;

/// How far a verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Entries verified.
    pub entries: u64,
    /// Entries in the checkpoint.
    pub size: u64,
}

/// What a verification has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The checkpoint, for remembering: the next verification takes it as the previous one.
    pub checkpoint: Checkpoint,
    /// Tiles and entry bundles that were compared.
    pub tiles: u64,
    /// The latest time of any entry.
    pub last_at: Timestamp,
    /// Permitted decisions whose end is not recorded, as in a ledger that is in use.
    pub open_attempts: Vec<OpenAttempt>,
    /// The parties' keys after all rotations.
    pub parties: Vec<PinnedKey>,
    /// What the entries vouch for of the evidence kept beside the ledger: hold what is there against it.
    pub evidence: EvidenceAudit,
}

/// What exactly is wrong with a ledger, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// A file is missing, unreadable or not of its form.
    #[error(transparent)]
    Unreadable(#[from] LedgerError),
    /// The checkpoint can't be believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// An entry's hash is not the one in the tree.
    #[error("`{bundle}`: entry {index} is not the entry whose hash is in `{tile}`: one of them was changed")]
    Leaf {
        /// The entry's index.
        index: u64,
        /// The entry bundle.
        bundle: String,
        /// The tile of leaf hashes.
        tile: String,
    },
    /// A stored tile is not what the entries lead to.
    #[error("`{tile}`: it is not the tile that the entries lead to")]
    Tile {
        /// The tile.
        tile: String,
    },
    /// The stored bytes are not an entry.
    #[error("`{bundle}`: entry {index}: {cause}")]
    Entry {
        /// The entry's index.
        index: u64,
        /// The entry bundle.
        bundle: String,
        /// Why not.
        cause: EntryError,
    },
    /// An entry does not follow from those before it.
    #[error("entry {index}: {cause}")]
    Order {
        /// The entry's index.
        index: u64,
        /// Why not.
        cause: LifecycleError,
    },
    /// The entries lead to another root hash.
    #[error("the {size} entries don't lead to the root hash that the checkpoint states")]
    Root {
        /// The checkpoint's size.
        size: u64,
    },
    /// The ledger does not extend the checkpoint that was remembered.
    #[error(
        "the ledger of {size} entries does not extend the earlier checkpoint of {previous}: history was \
         rewritten, or entries were removed"
    )]
    Previous {
        /// Entries now.
        size: u64,
        /// Entries in the earlier checkpoint.
        previous: u64,
    },
    /// The checkpoint is signed by a key that the entries don't name as the log's.
    #[error("the entries name `{recorded}` as the log's key: ask the operator why another key signs")]
    Key {
        /// The key in the genesis or the last rotation.
        recorded: String,
    },
}

/// Verifies the ledger in a directory. It may be in use: what its checkpoint states is verified.
///
/// `previous` is a checkpoint that was remembered from an earlier verification or receipt. Without one, and
/// without a witness, a rewritten history can't be detected.
///
/// # Errors
/// The first thing that is wrong: see [`DirectoryError`].
pub fn verify_directory(
    directory: &Path,
    log: &VerifierKey,
    previous: Option<&Checkpoint>,
    progress: impl FnMut(Progress),
) -> Result<Verified, DirectoryError> {
    verify_storage(&Disk::new(directory), log, previous, progress).map_err(|error| match error {
        DirectoryError::Unreadable(cause) => DirectoryError::Unreadable(cause.at(directory)),
        other => other,
    })
}

/// [`verify_directory`] on any storage.
///
/// # Errors
/// See [`verify_directory`].
pub fn verify_storage(
    storage: &dyn Storage,
    log: &VerifierKey,
    previous: Option<&Checkpoint>,
    progress: impl FnMut(Progress),
) -> Result<Verified, DirectoryError> {
    let checkpoint = read_checkpoint(storage, log)?;
    if let Some(previous) = previous {
        let (size, earlier) = (checkpoint.size(), previous.size());
        if earlier > size || previous.origin() != checkpoint.origin() {
            return Err(DirectoryError::Previous { size, previous: earlier });
        }
    }
    let mut audit = Audit {
        storage,
        previous,
        frontier: Frontier::default(),
        lifecycle: Lifecycle::new(),
        evidence: EvidenceAudit::default(),
        tiles: 0,
    };
    audit.read_all(checkpoint.size(), progress)?;
    audit.check_right_edge(&checkpoint)?;
    let Lifecycle { log_key, former_log_key, .. } = &audit.lifecycle;
    let signer = log.to_string();
    if *log_key != signer && *former_log_key != Some(signer) {
        return Err(DirectoryError::Key { recorded: log_key.clone() });
    }
    Ok(Verified {
        checkpoint,
        tiles: audit.tiles,
        last_at: audit.lifecycle.last_at,
        open_attempts: audit.lifecycle.open_attempts(),
        parties: audit.lifecycle.parties,
        evidence: audit.evidence,
    })
}

fn read_checkpoint(storage: &dyn Storage, log: &VerifierKey) -> Result<Checkpoint, DirectoryError> {
    let bytes = read_if_present(storage, CHECKPOINT)
        .map_err(|error| LedgerError::io("read", CHECKPOINT, &error))?
        .ok_or_else(|| LedgerError::Missing { place: "the directory".to_owned() })?;
    let note = String::from_utf8(bytes).map_err(|_| LedgerError::corrupt(CHECKPOINT, "it is not text"))?;
    Ok(Checkpoint::verify(&note, log)?)
}

/// What one bundle's entries come to.
struct BundleRead {
    leaves: Vec<Digest>,
    steps: Vec<Step>,
}

struct Audit<'a> {
    storage: &'a dyn Storage,
    previous: Option<&'a Checkpoint>,
    frontier: Frontier,
    lifecycle: Lifecycle,
    evidence: EvidenceAudit,
    tiles: u64,
}

impl Audit<'_> {
    /// Reads bundles on all cores and puts them in order, a wave at a time.
    fn read_all(&mut self, size: u64, mut progress: impl FnMut(Progress)) -> Result<(), DirectoryError> {
        self.check_previous()?;
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let (bundles, step) = (size.div_ceil(TILE_WIDTH), threads * BUNDLES_PER_THREAD);
        for start in (0..bundles).step_by(step) {
            let wave: Vec<_> = (start..bundles).take(step).collect();
            for bundle in read_wave(self.storage, size, &wave) {
                self.add(&bundle?)?;
            }
            progress(Progress { entries: self.frontier.size(), size });
        }
        Ok(())
    }

    fn add(&mut self, bundle: &BundleRead) -> Result<(), DirectoryError> {
        // The entries and the leaf tile were compared when they were read.
        self.tiles += 2;
        for (leaf, step) in bundle.leaves.iter().zip(&bundle.steps) {
            let index = self.frontier.size();
            self.lifecycle.apply(step).map_err(|cause| DirectoryError::Order { index, cause })?;
            step.tell(&mut self.evidence);
            let mut completed = Vec::new();
            self.frontier.push(*leaf, |id, hashes| {
                if id.level != Some(0) {
                    completed.push((id, hashes.to_vec()));
                }
            });
            for (id, hashes) in completed {
                self.compare(id, &hashes)?;
            }
            self.check_previous()?;
        }
        Ok(())
    }

    fn check_previous(&self) -> Result<(), DirectoryError> {
        match self.previous {
            Some(previous)
                if previous.size() == self.frontier.size() && previous.root() != self.frontier.root() =>
            {
                Err(DirectoryError::Previous { size: self.frontier.size(), previous: previous.size() })
            }
            _ => Ok(()),
        }
    }

    fn compare(&mut self, id: TileId, hashes: &[Digest]) -> Result<(), DirectoryError> {
        self.tiles += 1;
        if read_tile(self.storage, id)? == hashes {
            Ok(())
        } else {
            Err(DirectoryError::Tile { tile: id.to_string() })
        }
    }

    /// The partial tiles of the checkpoint's size, those of earlier sizes that are still there, and the root.
    fn check_right_edge(&mut self, checkpoint: &Checkpoint) -> Result<(), DirectoryError> {
        let frontier = self.frontier.clone();
        for (level, index, width) in tile_widths(checkpoint.size()) {
            let hashes = frontier.partial(level);
            if level > 0 && width > 0 {
                self.compare(TileId::hashes(level, index, width), hashes)?;
            }
            self.check_earlier_partials(level, index, hashes)?;
        }
        if frontier.root() == checkpoint.root() {
            return Ok(());
        }
        Err(DirectoryError::Root { size: checkpoint.size() })
    }

    /// Partial tiles of earlier sizes must be prefixes. A crash may leave one that no checkpoint came to cover.
    fn check_earlier_partials(
        &mut self,
        level: u8,
        index: u64,
        hashes: &[Digest],
    ) -> Result<(), DirectoryError> {
        for (id, prefix) in self.partials(TileId::hashes(level, index, TILE_WIDTH), hashes)? {
            self.compare(id, prefix)?;
        }
        if level > 0 {
            return Ok(());
        }
        for (id, prefix) in self.partials(TileId::entries(index, TILE_WIDTH), hashes)? {
            self.tiles += 1;
            compare_leaves(&Bundle::read(self.storage, id)?.bytes, prefix, index, id.width)?;
        }
        Ok(())
    }

    /// The partial forms of a tile that are stored, each with the hashes it must hold.
    fn partials<'h>(
        &self,
        full: TileId,
        hashes: &'h [Digest],
    ) -> Result<Vec<(TileId, &'h [Digest])>, DirectoryError> {
        let directory = full.partial_directory();
        let names =
            self.storage.list(&directory).map_err(|error| LedgerError::io("list", &directory, &error))?;
        let widths = names.iter().filter_map(|name| name.parse::<u64>().ok());
        // Wider ones are of a publication that is under way.
        let known = widths.filter_map(|width| {
            let prefix = hashes.get(..usize::try_from(width).ok()?)?;
            (width > 0).then_some((TileId { width, ..full }, prefix))
        });
        Ok(known.collect())
    }
}

fn read_wave(storage: &dyn Storage, size: u64, wave: &[u64]) -> Vec<Result<BundleRead, DirectoryError>> {
    thread::scope(|scope| {
        let workers: Vec<_> = wave
            .chunks(BUNDLES_PER_THREAD)
            .map(|part| {
                scope.spawn(move || {
                    part.iter().map(|index| read_bundle(storage, size, *index)).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    })
}

fn read_bundle(storage: &dyn Storage, size: u64, index: u64) -> Result<BundleRead, DirectoryError> {
    let mut tiles = Tiles::new(storage, size);
    let bundle = tiles.bundle(index)?;
    let width = width_at(size, 0, index);
    let leaves = compare_leaves(&bundle.bytes, tiles.tile(0, index)?, index, width)?;
    let entries =
        parse_bundle(&bundle.bytes).map_err(|error| LedgerError::corrupt(bundle.id, error.to_string()))?;
    let mut steps = Vec::with_capacity(entries.len());
    for (index, entry) in (index * TILE_WIDTH..).zip(entries) {
        let bundle = || bundle.id.to_string();
        let entry =
            Entry::parse(entry).map_err(|cause| DirectoryError::Entry { index, bundle: bundle(), cause })?;
        steps.push(Step::of(&entry).map_err(|cause| DirectoryError::Order { index, cause })?);
    }
    Ok(BundleRead { leaves, steps })
}

/// Hashes the stored bytes of entries and compares them with stored leaf hashes.
fn compare_leaves(
    bundle: &[u8],
    tile: &[Digest],
    index: u64,
    width: u64,
) -> Result<Vec<Digest>, DirectoryError> {
    let id = TileId::entries(index, width);
    let entries = parse_bundle(bundle).map_err(|error| LedgerError::corrupt(id, error.to_string()))?;
    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let Some(position) = leaves.iter().zip(tile).position(|(leaf, stored)| leaf != stored) else {
        return Ok(leaves);
    };
    Err(DirectoryError::Leaf {
        index: index * TILE_WIDTH + position as u64,
        bundle: id.to_string(),
        tile: TileId::hashes(0, index, width).to_string(),
    })
}
