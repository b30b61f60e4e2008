//! Sixty-four bytes, compared all at once.

use wide::u8x16;

/// Bytes in a block.
pub(crate) const BLOCK: usize = 64;

/// A block. What is asked about it is answered by a bit for each byte, the lowest for the first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lanes([u8x16; BLOCK / 16]);

impl Lanes {
    #[inline]
    pub(crate) fn of(block: &[u8; BLOCK]) -> Self {
        let mut lanes = [u8x16::ZERO; BLOCK / 16];
        let (quarters, _) = block.as_chunks();
        lanes.iter_mut().zip(quarters).for_each(|(lane, quarter)| *lane = u8x16::new(*quarter));
        Self(lanes)
    }

    /// The bytes of a class, which is told of sixteen at a time by all bits of each.
    #[inline(always)]
    pub(crate) fn of_class(&self, class: impl Fn(u8x16) -> u8x16) -> u64 {
        let [a, b, c, d] = self.0.map(|quarter| u64::from(class(quarter).to_bitmask()));
        a | b << 16 | c << 32 | d << 48
    }

    /// The bytes that are this one.
    #[inline(always)]
    pub(crate) fn are(&self, byte: u8) -> u64 {
        self.of_class(|bytes| is(bytes, byte))
    }

    /// The bytes among so many from the first one on.
    #[inline(always)]
    pub(crate) fn are_within(&self, first: u8, count: u8) -> u64 {
        self.of_class(|bytes| within(bytes, first, count))
    }

    /// The bytes from one on.
    #[inline(always)]
    pub(crate) fn are_from(&self, first: u8) -> u64 {
        self.of_class(|bytes| bytes.max(u8x16::splat(first)).simd_eq(bytes))
    }

    /// The bytes beyond ASCII.
    #[inline(always)]
    pub(crate) fn are_beyond(&self) -> u64 {
        self.of_class(|bytes| bytes)
    }
}

/// The last bytes of a text as a block, with zeros after them.
pub(crate) fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
    block
}

/// Which bytes are this one.
#[inline(always)]
pub(crate) fn is(bytes: u8x16, byte: u8) -> u8x16 {
    bytes.simd_eq(u8x16::splat(byte))
}

/// Which bytes are among so many from the first one on: what is below wraps round, and is not among them either.
#[inline(always)]
pub(crate) fn within(bytes: u8x16, first: u8, count: u8) -> u8x16 {
    let ranked = bytes - u8x16::splat(first);
    ranked.min(u8x16::splat(count - 1)).simd_eq(ranked)
}

/// The places of a mask, in order.
pub(crate) fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (place < BLOCK).then_some(place)
    })
}

/// The places of a block from one on.
pub(crate) const fn from_place(place: usize) -> u64 {
    if place < BLOCK { u64::MAX << place } else { 0 }
}
