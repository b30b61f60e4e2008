//! Reading what was published: tiles and entry bundles.

use std::collections::HashMap;

use crate::{
    Checkpoint, Digest, LedgerError, Receipt, check_inclusion, leaf_hash, parse_bundle,
    storage::{Storage, read_if_present},
    tree::{HASH_BYTES, HashReader, TILE_WIDTH, TileId, perfect_root, prove_consistency, prove_inclusion},
};

/// The tiles of a tree of one size. Tiles that were read are kept until the value is dropped: it is meant for
/// one proof.
pub(crate) struct Tiles<'a> {
    storage: &'a dyn Storage,
    size: u64,
    read: HashMap<(u8, u64), Vec<Digest>>,
}

impl<'a> Tiles<'a> {
    pub(crate) fn new(storage: &'a dyn Storage, size: u64) -> Self {
        Self { storage, size, read: HashMap::new() }
    }

    /// The hashes of a tile, as wide as the tree's size makes it.
    pub(crate) fn tile(&mut self, level: u8, index: u64) -> Result<&[Digest], LedgerError> {
        let read = match self.read.entry((level, index)) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(vacant) => {
                let width = width_at(self.size, level, index);
                vacant.insert(read_tile(self.storage, TileId::hashes(level, index, width))?)
            }
        };
        Ok(read)
    }

    /// The entries of a bundle, without comparing them to the tree.
    pub(crate) fn bundle(&self, index: u64) -> Result<Bundle, LedgerError> {
        Bundle::read(self.storage, TileId::entries(index, width_at(self.size, 0, index)))
    }

    /// One entry, compared to the tree's leaf.
    pub(crate) fn entry(&mut self, index: u64) -> Result<Vec<u8>, LedgerError> {
        let bundle = self.bundle(index / TILE_WIDTH)?;
        let position = usize::try_from(index % TILE_WIDTH).unwrap_or_default();
        let leaf = self.hash(0, index)?;
        let entry = parse_bundle(&bundle.bytes).ok().and_then(|entries| entries.get(position).copied());
        match entry {
            Some(entry) if leaf_hash(entry) == leaf => Ok(entry.to_vec()),
            _ => Err(LedgerError::corrupt(
                bundle.id,
                format!("entry {index} is not the one that was recorded"),
            )),
        }
    }
}

impl HashReader for Tiles<'_> {
    type Error = LedgerError;

    fn hash(&mut self, height: u32, index: u64) -> Result<Digest, LedgerError> {
        let (level, within) = (height / 8, height % 8);
        let first = index << within;
        let level = u8::try_from(level).unwrap_or(u8::MAX);
        let start = usize::try_from(first % TILE_WIDTH).unwrap_or_default();
        let tile = self.tile(level, first / TILE_WIDTH)?;
        tile.get(start..start + (1 << within)).and_then(perfect_root).ok_or_else(|| {
            LedgerError::corrupt(
                TileId::hashes(level, first / TILE_WIDTH, TILE_WIDTH),
                "the tree has no such subtree",
            )
        })
    }
}

/// Proof that an entry is in this checkpoint, checked before it is handed out.
pub(crate) fn receipt(
    storage: &dyn Storage,
    checkpoint: &Checkpoint,
    note: String,
    index: u64,
) -> Result<Receipt, LedgerError> {
    let (size, root) = (checkpoint.size(), checkpoint.root());
    let mut tiles = Tiles::new(storage, size);
    let entry = tiles.entry(index)?;
    let proof = prove_inclusion(&mut tiles, index, size)?;
    check_inclusion(index, size, &leaf_hash(&entry), &proof, &root)
        .map_err(|error| LedgerError::corrupt("tile", format!("entry {index}: {error}")))?;
    Receipt::new(index, &entry, proof, note)
        .ok_or_else(|| LedgerError::corrupt("tile/entries", format!("entry {index} is not text")))
}

/// Proof that this checkpoint extends the tree of an older size.
pub(crate) fn consistency(
    storage: &dyn Storage,
    old_size: u64,
    checkpoint: &Checkpoint,
) -> Result<Vec<Digest>, LedgerError> {
    let size = checkpoint.size();
    if old_size > size {
        return Err(LedgerError::NotYetPublished { index: old_size.saturating_sub(1), published: size });
    }
    if old_size == 0 {
        return Ok(Vec::new());
    }
    prove_consistency(&mut Tiles::new(storage, size), old_size, size)
}

/// The width of a tile in a tree of this size.
pub(crate) fn width_at(size: u64, level: u8, index: u64) -> u64 {
    let hashes = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
    hashes.saturating_sub(index.saturating_mul(TILE_WIDTH)).min(TILE_WIDTH)
}

/// Reads a tile, checking its form only.
pub(crate) fn read_tile(storage: &dyn Storage, id: TileId) -> Result<Vec<Digest>, LedgerError> {
    let (bytes, whole) = read_either(storage, id)?;
    let wanted = usize::try_from(id.width).unwrap_or_default() * HASH_BYTES;
    let exact = if whole { TILE_WIDTH as usize * HASH_BYTES } else { wanted };
    if bytes.len() != exact {
        return Err(LedgerError::corrupt(
            id,
            format!("{} bytes, expected {exact}: the tile was changed", bytes.len()),
        ));
    }
    let (hashes, _) = bytes.get(..wanted).unwrap_or_default().as_chunks::<HASH_BYTES>();
    Ok(hashes.iter().map(|hash| Digest::from_bytes(*hash)).collect())
}

/// Reads a partial tile or, once that was removed because it is complete, the full one.
fn read_either(storage: &dyn Storage, id: TileId) -> Result<(Vec<u8>, bool), LedgerError> {
    let full = TileId { width: TILE_WIDTH, ..id };
    for (candidate, whole) in [(id, id.width == TILE_WIDTH), (full, true)] {
        let path = candidate.to_string();
        if let Some(bytes) =
            read_if_present(storage, &path).map_err(|error| LedgerError::io("read", &path, &error))?
        {
            return Ok((bytes, whole));
        }
    }
    Err(LedgerError::corrupt(id, "missing: restore the whole directory"))
}

/// A bundle as it was read.
pub(crate) struct Bundle {
    /// Which one, as wide as it was asked for.
    pub(crate) id: TileId,
    /// The bytes of exactly that many entries.
    pub(crate) bytes: Vec<u8>,
}

impl Bundle {
    /// Reads a bundle and cuts it to the width that was asked for.
    pub(crate) fn read(storage: &dyn Storage, id: TileId) -> Result<Self, LedgerError> {
        let (mut bytes, whole) = read_either(storage, id)?;
        let count = usize::try_from(id.width).unwrap_or_default();
        let entries = parse_bundle(&bytes).map_err(|error| LedgerError::corrupt(id, error.to_string()))?;
        let found = entries.len();
        let length: usize = entries.iter().take(count).map(|entry| entry.len() + 2).sum();
        let right = if whole { found == TILE_WIDTH as usize } else { found == count };
        if !right {
            return Err(LedgerError::corrupt(id, format!("{found} entries: the bundle was changed")));
        }
        bytes.truncate(length);
        Ok(Self { id, bytes })
    }
}
