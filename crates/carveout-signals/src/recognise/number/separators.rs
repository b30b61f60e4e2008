//! What stands between the groups of a number.

use crate::bytes::at;

/// Separators in a row: `) `, ` - `.
pub(super) const MOST: usize = 3;

/// What stands between two groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Separators(u8);

impl Separators {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const SPACE: Self = Self(1);
    pub(crate) const HYPHEN: Self = Self(2);
    pub(crate) const DOT: Self = Self(4);
    pub(crate) const SLASH: Self = Self(8);
    pub(crate) const PARENTHESIS: Self = Self(16);

    pub(super) fn of(byte: u8) -> Self {
        /// The sixteen marks from the blank on.
        static MARKS: [Separators; 16] = {
            let mut marks = [Separators::NONE; 16];
            marks[0] = Separators::SPACE;
            marks[8] = Separators::PARENTHESIS;
            marks[9] = Separators::PARENTHESIS;
            marks[13] = Separators::HYPHEN;
            marks[14] = Separators::DOT;
            marks[15] = Separators::SLASH;
            marks
        };
        MARKS.get(usize::from(byte.wrapping_sub(b' '))).copied().unwrap_or(Self::NONE)
    }

    /// What the bytes between two groups are; none if one of them separates nothing.
    #[inline]
    pub(super) fn between(bytes: &[u8]) -> Self {
        let mut seen = Self::NONE;
        for byte in bytes {
            match Self::of(*byte) {
                Self::NONE => return Self::NONE,
                separator => seen = seen.and(separator),
            }
        }
        seen
    }

    /// Any of them.
    pub(crate) const fn any() -> Self {
        Self(31)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether these and no others were seen.
    pub(crate) const fn only(self, allowed: Self) -> bool {
        self.0 & !allowed.0 == 0
    }

    /// Whether parts of a number may stand for themselves on both sides.
    pub(super) const fn divides(self) -> bool {
        self.0 & (Self::SPACE.0 | Self::SLASH.0) != 0
    }

    /// Whether this one was seen.
    pub(crate) const fn has(self, one: Self) -> bool {
        self.0 & one.0 != 0
    }
}

/// Whether another group follows the one that ends at a place.
pub(crate) fn goes_on(bytes: &[u8], end: usize) -> bool {
    let (next, between) = gap(bytes, end);
    between != Separators::NONE && at(bytes, next).is_ascii_digit()
}

/// Skips separators, and tells which they were.
#[inline]
pub(super) fn gap(bytes: &[u8], start: usize) -> (usize, Separators) {
    let mut seen = Separators::NONE;
    for place in start..start + MOST {
        let separator = Separators::of(at(bytes, place));
        if separator == Separators::NONE {
            return (place, seen);
        }
        seen = seen.and(separator);
    }
    (start + MOST, seen)
}
