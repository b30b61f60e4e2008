//! The right edge of a growing tree: what must be known to add leaves and state the root.

use super::{
    TILE_WIDTH, TileId,
    hash::{fold, perfect_root},
    tile_widths,
};
use crate::Digest;

/// The hashes of the partial tile on each level, leaves first. Memory: at most 255 hashes on 8 levels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Frontier {
    size: u64,
    levels: Vec<Vec<Digest>>,
}

impl Frontier {
    /// The right edge of a tree of this size; `partials` gives each level's partial tile.
    /// `None` if a tile has not the width that the size demands.
    pub(crate) fn restore(size: u64, partials: Vec<Vec<Digest>>) -> Option<Self> {
        let fits = tile_widths(size).count() == partials.len()
            && tile_widths(size).zip(&partials).all(|((_, _, width), hashes)| hashes.len() as u64 == width);
        fits.then_some(Self { size, levels: partials })
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the partial tile on this level.
    pub(crate) fn partial(&self, level: u8) -> &[Digest] {
        self.levels.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// Adds a leaf; hands over every tile that it completes.
    pub(crate) fn push(&mut self, leaf: Digest, mut completed: impl FnMut(TileId, &[Digest])) {
        let mut hash = leaf;
        for level in 0_u8.. {
            let index = self.size >> (8 * (u32::from(level) + 1));
            if self.levels.len() == usize::from(level) {
                self.levels.push(Vec::with_capacity(TILE_WIDTH as usize));
            }
            let Some(hashes) = self.levels.get_mut(usize::from(level)) else { break };
            hashes.push(hash);
            if (hashes.len() as u64) < TILE_WIDTH {
                break;
            }
            completed(TileId::hashes(level, index, TILE_WIDTH), hashes);
            let Some(root) = perfect_root(hashes) else { break };
            hashes.clear();
            hash = root;
        }
        self.size += 1;
    }

    /// The tree hash; of an empty tree the hash of nothing (RFC 6962 section 2.1).
    pub(crate) fn root(&self) -> Digest {
        self.root_above(0)
    }

    /// The tree hash of the leaves that are in full tiles.
    pub(crate) fn root_of_full_tiles(&self) -> Digest {
        self.root_above(1)
    }

    fn root_above(&self, level: usize) -> Digest {
        let mut peaks = Vec::new();
        for hashes in self.levels.iter().skip(level).rev() {
            let mut rest = hashes.as_slice();
            while !rest.is_empty() {
                let (peak, after) = rest.split_at(1 << rest.len().ilog2());
                peaks.extend(perfect_root(peak));
                rest = after;
            }
        }
        fold(&peaks).unwrap_or_else(|| Digest::of(b""))
    }
}
