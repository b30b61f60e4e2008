//! Some groups of a number, which a recogniser is asked about.

use super::{Group, Separators};
use crate::{
    bytes::{Set, at, before, is_among, letters_digits_and},
    recognise::{reading::Reading, short::Short},
};

/// Some groups of a number that may be an identifier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digits<'n> {
    /// Their digits, as values.
    pub(crate) values: &'n [u8],
    pub(super) groups: &'n [Group],
    /// What stands between them.
    pub(crate) separators: Separators,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Where the whole number starts, which words may stand before.
    pub(crate) number: usize,
    /// Whether nothing around belongs to the same word, amount or address.
    pub(crate) stands_alone: bool,
}

impl Digits<'_> {
    /// How many digits.
    pub(crate) const fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether they stand in one group.
    pub(crate) const fn is_bare(&self) -> bool {
        self.groups.len() == 1
    }

    /// Whether the groups have these lengths, with these separators between.
    pub(crate) fn grouped(&self, lengths: &[usize], allowed: Separators) -> bool {
        self.groups.len() == lengths.len()
            && self.separators.only(allowed)
            && self.groups.iter().zip(lengths).all(|(group, length)| usize::from(group.length) == *length)
    }

    /// How many groups.
    pub(crate) const fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The digits of one group.
    pub(crate) fn group(&self, position: usize) -> &[u8] {
        let first = self.groups.first().map_or(0, |group| group.first);
        let Some(group) = self.groups.get(position) else { return &[] };
        let start = usize::from(group.first - first);
        self.values.get(start..start + usize::from(group.length)).unwrap_or_default()
    }

    /// The separators before a group.
    pub(crate) fn separator(&self, position: usize) -> Separators {
        self.groups.get(position).map_or(Separators::NONE, |group| group.before)
    }

    /// The digits from one to another as a number; there are few enough.
    #[inline]
    pub(crate) fn value(&self, from: usize, to: usize) -> u64 {
        let (rest, eights) = self.values.get(from..to).unwrap_or_default().as_rchunks::<8>();
        let rest = rest.iter().fold(0, |sum, digit| sum * 10 + u64::from(*digit));
        eights.iter().fold(rest, |sum, eight| sum * 100_000_000 + value_of_eight(*eight))
    }

    /// The digits as text.
    pub(crate) fn text(&self, reading: &Reading<'_>) -> smol_str::SmolStr {
        match reading.text.get(self.start..self.end) {
            Some(text) if self.is_bare() => text.into(),
            _ => text_of(self.values),
        }
    }
}

/// Eight digits as a number: twos, then fours, then all are put together.
const fn value_of_eight(digits: [u8; 8]) -> u64 {
    let ones = u64::from_le_bytes(digits);
    let twos = ones.wrapping_mul(1 + (10 << 8)) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = twos.wrapping_mul(1 + (100 << 16)) >> 16 & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(1 + (10_000 << 32)) >> 32
}

/// Whether nothing around belongs to the same word, amount or address.
#[inline]
pub(super) fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    static BEFORE: Set = letters_digits_and(b"_$#@", true);
    static AFTER: Set = letters_digits_and(b"_@%", true);
    let (earlier, later) = (before(bytes, start), at(bytes, end));
    let goes_on = is_among(&AFTER, later) || (later == b'-' && at(bytes, end + 1).is_ascii_alphabetic());
    let began =
        is_among(&BEFORE, earlier) || (earlier == b'-' && before(bytes, start - 1).is_ascii_alphanumeric());
    !goes_on && !began
}

/// Digits as text.
pub(crate) fn text_of(values: &[u8]) -> smol_str::SmolStr {
    prefixed("", values)
}

/// A prefix and digits as text.
pub(crate) fn prefixed(prefix: &str, values: &[u8]) -> smol_str::SmolStr {
    joined(prefix, [values, &[]])
}

/// A prefix and digits of two parts as text.
pub(crate) fn joined(prefix: &str, parts: [&[u8]; 2]) -> smol_str::SmolStr {
    let mut text = Short::default();
    prefix.bytes().for_each(|byte| text.push(byte));
    parts.into_iter().for_each(|part| text.digits(part));
    text.finish()
}
