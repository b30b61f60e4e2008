//! Short texts of ASCII, put together without allocation.

use smol_str::SmolStr;

use crate::bytes::ZEROS;

/// A text of ASCII in the making. What it has no room for is left out.
#[derive(Clone, Copy, Debug)]
// Aligned, since the standard library checks text by words.
#[repr(align(16))]
pub(crate) struct Short {
    bytes: [u8; Self::MOST],
    length: usize,
}

impl Default for Short {
    fn default() -> Self {
        Self { bytes: [0; Self::MOST], length: 0 }
    }
}

impl Short {
    /// More bytes than any number has that is put together here.
    pub(crate) const MOST: usize = 64;

    /// Adds bytes of ASCII.
    #[inline]
    pub(crate) fn extend(&mut self, bytes: impl Iterator<Item = u8>) {
        let room = self.bytes.get_mut(self.length..).unwrap_or_default().iter_mut();
        self.length += room.zip(bytes).map(|(slot, byte)| *slot = byte).count();
    }

    /// Adds digits, given by their values.
    #[inline]
    pub(crate) fn digits(&mut self, values: &[u8]) {
        let (eights, rest) = values.as_chunks::<8>();
        for eight in eights {
            let Some(slots) = self.bytes.get_mut(self.length..).and_then(<[u8]>::first_chunk_mut) else {
                return;
            };
            *slots = (u64::from_le_bytes(*eight) | ZEROS).to_le_bytes();
            self.length += eight.len();
        }
        rest.iter().for_each(|value| self.push(b'0' | value));
    }

    /// Adds one byte of ASCII.
    #[inline]
    pub(crate) fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.length += 1;
        }
    }

    /// What it has so far.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The text.
    pub(crate) fn finish(&self) -> SmolStr {
        // With the zeros after it, it is checked sixteen bytes at a time.
        let whole = self.bytes.get(..self.length.next_multiple_of(16)).unwrap_or_default();
        let text = std::str::from_utf8(whole).ok().and_then(|text| text.get(..self.length));
        SmolStr::new(text.unwrap_or_default())
    }
}
