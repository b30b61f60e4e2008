//! Short texts of ASCII, put together without allocation.

use smol_str::SmolStr;

/// More bytes than any canonical form that is put together here.
const MOST: usize = 64;

/// A text of ASCII in the making. What it has no room for is left out.
#[derive(Clone, Copy, Debug)]
// Aligned, since the standard library checks text by words.
#[repr(align(16))]
pub(crate) struct Short {
    bytes: [u8; MOST],
    length: usize,
}

impl Default for Short {
    fn default() -> Self {
        Self { bytes: [0; MOST], length: 0 }
    }
}

impl Short {
    /// Adds bytes.
    #[inline]
    pub(crate) fn extend(&mut self, bytes: impl Iterator<Item = u8>) {
        let room = self.bytes.iter_mut().skip(self.length);
        self.length += room.zip(bytes).map(|(slot, byte)| *slot = byte).count();
    }

    /// What it has so far.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The text.
    pub(crate) fn finish(&self) -> SmolStr {
        SmolStr::new(std::str::from_utf8(self.as_bytes()).unwrap_or_default())
    }
}
