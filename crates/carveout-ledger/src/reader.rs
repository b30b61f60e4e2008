//! Reading a ledger's published part, while it is being written or not.

use std::path::Path;

use crate::{
    Checkpoint, Digest, LedgerError, Receipt, VerifierKey, leaf_hash, parse_bundle,
    published::{self, Tiles},
    storage::{Disk, Storage, read_if_present},
    tree::TILE_WIDTH,
    wal,
};

/// The published part of a ledger, as of the checkpoint that was there when it was opened. Takes no lock.
pub struct LedgerReader<S = Disk> {
    storage: S,
    checkpoint: Checkpoint,
    note: String,
}

impl LedgerReader {
    /// Reads the checkpoint in a directory and verifies its signature.
    ///
    /// # Errors
    /// There is no ledger; the checkpoint is not by this key; the disk refuses.
    pub fn open(directory: &Path, log: &VerifierKey) -> Result<Self, LedgerError> {
        Self::open_in(Disk::new(directory), log).map_err(|error| error.at(directory))
    }

    /// [`LedgerReader::open`], with the entries that follow the checkpoint in the write-ahead log, each with its index.
    /// They have been acknowledged, or are about to be; no checkpoint vouches for them yet, only their writer's disk.
    ///
    /// # Errors
    /// See [`LedgerReader::open`]; the log is damaged.
    pub fn open_with_tail(directory: &Path, log: &VerifierKey) -> Result<(Self, Tail), LedgerError> {
        let mut reader = Self::open(directory, log)?;
        loop {
            let tail = reader.tail().map_err(|error| error.at(directory));
            if tail.is_ok() {
                return tail.map(|tail| (reader, tail));
            }
            // Under a checkpoint that has moved on meanwhile, segments are gone or come too early.
            let newer = Self::open(directory, log)?;
            if newer.checkpoint.size() == reader.checkpoint.size() {
                return tail.map(|tail| (newer, tail));
            }
            reader = newer;
        }
    }
}

/// Entries that are in no checkpoint yet, each with its index.
pub type Tail = Vec<(u64, Vec<u8>)>;

impl<S: Storage> LedgerReader<S> {
    /// [`LedgerReader::open`] on any storage.
    ///
    /// # Errors
    /// See [`LedgerReader::open`].
    pub fn open_in(storage: S, log: &VerifierKey) -> Result<Self, LedgerError> {
        const PATH: &str = "checkpoint";
        let bytes = read_if_present(&storage, PATH).map_err(|error| LedgerError::io("read", PATH, &error))?;
        let bytes = bytes.ok_or_else(|| LedgerError::Missing { place: "the directory".to_owned() })?;
        let note = String::from_utf8(bytes).map_err(|_| LedgerError::corrupt(PATH, "it is not text"))?;
        let checkpoint = Checkpoint::verify(&note, log)?;
        Ok(Self { storage, checkpoint, note })
    }

    /// The checkpoint that everything is read by.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The checkpoint as a signed note.
    pub fn checkpoint_note(&self) -> &str {
        &self.note
    }

    /// The bytes of one entry, compared with the tree's leaf.
    ///
    /// # Errors
    /// [`LedgerError::NotYetPublished`]; the entry was changed; the disk refuses.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, LedgerError> {
        self.check_range(index)?;
        Tiles::new(&self.storage, self.checkpoint.size()).entry(index)
    }

    /// Proof that one entry is in the checkpoint.
    ///
    /// # Errors
    /// See [`LedgerReader::entry`].
    pub fn receipt(&self, index: u64) -> Result<Receipt, LedgerError> {
        self.check_range(index)?;
        published::receipt(&self.storage, &self.checkpoint, self.note.clone(), index)
    }

    /// Proof that the checkpoint extends the tree of an older size, for [`crate::check_consistency`].
    ///
    /// # Errors
    /// [`LedgerError::NotYetPublished`] if the checkpoint is smaller; a tile was changed; the disk refuses.
    pub fn consistency(&self, old_size: u64) -> Result<Vec<Digest>, LedgerError> {
        published::consistency(&self.storage, old_size, &self.checkpoint)
    }

    /// All entries from an index on, in order, each with its index; one bundle in memory at a time. Ends after
    /// the first error.
    pub fn entries(&self, from: u64) -> impl Iterator<Item = Result<(u64, Vec<u8>), LedgerError>> {
        let size = self.checkpoint.size();
        let mut failed = false;
        let bundles = from / TILE_WIDTH..size.div_ceil(TILE_WIDTH);
        let read = bundles.map(move |bundle| read_bundle(&self.storage, size, bundle));
        let until_error = read.take_while(move |result| !std::mem::replace(&mut failed, result.is_err()));
        let each = until_error.flat_map(|result| match result {
            Ok(entries) => entries.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        });
        each.filter(move |result| result.as_ref().map_or(true, |(index, _)| *index >= from))
    }

    fn tail(&self) -> Result<Tail, LedgerError> {
        let size = self.checkpoint.size();
        let replayed = wal::replay(&self.storage, size, &leaf_hash(&self.entry(0)?))?;
        Ok((size..).zip(replayed.entries).collect())
    }

    fn check_range(&self, index: u64) -> Result<(), LedgerError> {
        let published = self.checkpoint.size();
        if index < published { Ok(()) } else { Err(LedgerError::NotYetPublished { index, published }) }
    }
}

fn read_bundle(storage: &dyn Storage, size: u64, index: u64) -> Result<Vec<(u64, Vec<u8>)>, LedgerError> {
    let mut tiles = Tiles::new(storage, size);
    let bundle = tiles.bundle(index)?;
    let entries =
        parse_bundle(&bundle.bytes).map_err(|error| LedgerError::corrupt(bundle.id, error.to_string()))?;
    let leaves = tiles.tile(0, index)?;
    let indexed = (index * TILE_WIDTH..).zip(entries.into_iter().zip(leaves));
    indexed
        .map(|(index, (entry, leaf))| {
            if leaf_hash(entry) == *leaf {
                return Ok((index, entry.to_vec()));
            }
            Err(LedgerError::corrupt(bundle.id, format!("entry {index} is not the one that was recorded")))
        })
        .collect()
}
