//! Sixty-four bytes, compared all at once.
//!
//! What is asked here is compiled once for each width of registers that processors of a family have, and [`fearless_simd`]
//! chooses among them when the program runs. All answer the same: they are comparisons of bytes, and nothing is rounded.

use fearless_simd::{Simd, mask8x64, prelude::*, u8x64};

/// Bytes in a block.
pub(crate) const BLOCK: usize = 64;

/// A block. What is asked about it is answered by a bit for each byte, the lowest for the first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lanes<S: Simd>(u8x64<S>);

impl<S: Simd> Lanes<S> {
    #[inline(always)]
    pub(crate) fn of(simd: S, block: &[u8; BLOCK]) -> Self {
        Self(u8x64::simd_from(simd, *block))
    }

    /// The bytes of a class.
    #[inline(always)]
    pub(crate) fn of_class(&self, class: impl Fn(u8x64<S>) -> mask8x64<S>) -> u64 {
        class(self.0).to_bitmask()
    }

    /// The bytes that are this one.
    #[inline(always)]
    pub(crate) fn are(&self, byte: u8) -> u64 {
        self.of_class(|bytes| bytes.simd_eq(byte))
    }

    /// The bytes among so many from the first one on.
    #[inline(always)]
    pub(crate) fn are_within(&self, first: u8, count: u8) -> u64 {
        self.of_class(|bytes| within(bytes, first, count))
    }

    /// The bytes from one on.
    #[inline(always)]
    pub(crate) fn are_from(&self, first: u8) -> u64 {
        self.of_class(|bytes| bytes.simd_ge(first))
    }

    /// The bytes beyond ASCII.
    #[inline(always)]
    pub(crate) fn are_beyond(&self) -> u64 {
        self.are_from(0x80)
    }
}

/// The last bytes of a text as a block, with zeros after them.
pub(crate) fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
    block
}

/// Which bytes are among so many from the first one on: what is below wraps round, and is not among them either.
#[inline(always)]
pub(crate) fn within<S: Simd>(bytes: u8x64<S>, first: u8, count: u8) -> mask8x64<S> {
    (bytes - first).simd_le(count - 1)
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
