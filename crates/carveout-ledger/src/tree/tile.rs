//! Names and content of tiles and entry bundles.

use std::fmt;

/// Hashes in a full tile.
pub(crate) const TILE_WIDTH: u64 = 256;
/// Bytes of a hash.
pub(crate) const HASH_BYTES: usize = 32;

/// A tile or entry bundle; printed as its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TileId {
    /// The level of hashes, or `None` for entries.
    pub(crate) level: Option<u8>,
    /// The tile's number on its level.
    pub(crate) index: u64,
    /// Hashes or entries in it: 1 to 256.
    pub(crate) width: u64,
}

impl TileId {
    pub(crate) const fn hashes(level: u8, index: u64, width: u64) -> Self {
        Self { level: Some(level), index, width }
    }

    pub(crate) const fn entries(index: u64, width: u64) -> Self {
        Self { level: None, index, width }
    }

    /// The directory of the tile's partial forms.
    pub(crate) fn partial_directory(self) -> String {
        format!("{}.p", Self { width: TILE_WIDTH, ..self })
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(formatter, "tile/{level}")?,
            None => formatter.write_str("tile/entries")?,
        }
        // Groups of three digits, all but the last marked with an `x`.
        let mut groups = Vec::new();
        let mut rest = self.index / 1_000;
        while rest > 0 {
            groups.push(rest % 1_000);
            rest /= 1_000;
        }
        for group in groups.iter().rev() {
            write!(formatter, "/x{group:03}")?;
        }
        write!(formatter, "/{:03}", self.index % 1_000)?;
        if self.width < TILE_WIDTH { write!(formatter, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// For each level, from the leaves up, the full tiles and the width of the partial one in a tree of this size.
pub(crate) fn tile_widths(size: u64) -> impl Iterator<Item = (u8, u64, u64)> {
    (0_u8..8)
        .map(move |level| (level, size >> (8 * u32::from(level))))
        .take_while(|(_, hashes)| *hashes > 0)
        .map(|(level, hashes)| (level, hashes / TILE_WIDTH, hashes % TILE_WIDTH))
}

/// Why bytes are not an entry bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the entry bundle breaks off after entry {0}")]
pub struct BundleError(pub usize);

/// Splits an entry bundle: entries, each after its length as a big-endian 16-bit number.
///
/// # Errors
/// The bytes end within an entry.
pub fn parse_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::with_capacity(256);
    let mut rest = bytes;
    while !rest.is_empty() {
        let (entry, after) = split_entry(rest).ok_or(BundleError(entries.len()))?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

fn split_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_named_as_the_specification_names_them() {
        for (tile, path) in [
            (TileId::hashes(0, 0, 256), "tile/0/000"),
            (TileId::hashes(2, 5, 17), "tile/2/005.p/17"),
            (TileId::hashes(0, 999, 256), "tile/0/999"),
            (TileId::hashes(0, 1_000, 256), "tile/0/x001/000"),
            (TileId::hashes(1, 1_234_067, 256), "tile/1/x001/x234/067"),
            (TileId::entries(1_234_067, 1), "tile/entries/x001/x234/067.p/1"),
            (TileId::entries(u64::MAX, 256), "tile/entries/x018/x446/x744/x073/x709/x551/615"),
        ] {
            assert_eq!(tile.to_string(), path);
        }
        assert_eq!(TileId::hashes(2, 5, 17).partial_directory(), "tile/2/005.p");
    }

    #[test]
    fn the_specifications_example_of_70_000_entries_has_its_tiles() {
        assert_eq!(tile_widths(70_000).collect::<Vec<_>>(), [(0, 273, 112), (1, 1, 17), (2, 0, 1)]);
        assert_eq!(tile_widths(256).collect::<Vec<_>>(), [(0, 1, 0), (1, 0, 1)]);
        assert_eq!(tile_widths(0).count(), 0);
        assert_eq!(tile_widths(u64::MAX).count(), 8);
    }

    #[test]
    fn a_bundle_that_breaks_off_is_refused() {
        assert_eq!(parse_bundle(b"\0\x02ab\0\0\0\x01c").unwrap(), [b"ab".as_slice(), b"", b"c"]);
        for (bytes, after) in [(b"\0".as_slice(), 0), (b"\0\x02a", 0), (b"\0\x01a\0\x01", 1)] {
            assert_eq!(parse_bundle(bytes), Err(BundleError(after)));
        }
    }
}
