//! Numbers as people write them: groups of digits with spaces, hyphens, dots, slashes and parentheses between.

use super::{reading::Reading, short::Short};
use crate::{
    bytes::{Set, ZEROS, at, before, eight_digits, is_among, letters_digits_and, slice},
    lanes::{BLOCK, Lanes},
};

/// More groups than the longest identifier has, written in twos.
const MOST_GROUPS: usize = 16;
/// More digits than any identifier has; what goes on longer is no identifier.
const MOST_DIGITS: usize = 48;
/// Separators in a row: `) `, ` - `.
const MOST_SEPARATORS: usize = 3;

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

    fn of(byte: u8) -> Self {
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
    fn between(bytes: &[u8]) -> Self {
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

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether these and no others were seen.
    pub(crate) const fn only(self, allowed: Self) -> bool {
        self.0 & !allowed.0 == 0
    }

    /// Whether parts of a number may stand for themselves on both sides.
    const fn divides(self) -> bool {
        self.0 & (Self::SPACE.0 | Self::SLASH.0) != 0
    }

    /// Whether this one was seen.
    pub(crate) const fn has(self, one: Self) -> bool {
        self.0 & one.0 != 0
    }
}

/// Small, since many of them are made for every number of a text.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// Bytes after the number's start: there are few digits before the last group.
    start: u8,
    /// A group that is longer than this holds is the last one, and no part of an identifier.
    length: u8,
    /// Where its digits start among those of the number.
    first: u8,
    /// What stands before it, and after the group before.
    before: Separators,
}

impl Group {
    const START: Self = Self { start: 0, length: 0, first: 0, before: Separators::NONE };

    /// Whether one byte stands between two groups.
    fn follows(&self, earlier: &Self) -> bool {
        usize::from(self.start) == usize::from(earlier.start) + usize::from(earlier.length) + 1
    }
}

/// A run of groups, as long as the text allows.
#[derive(Debug)]
pub(crate) struct Number {
    /// With room for eight after the last one, since they are read by eights.
    digits: [u8; MOST_DIGITS + 8],
    length: usize,
    groups: [Group; MOST_GROUPS],
    count: usize,
    /// A bit for each group that a part may start with: the first, and those after a space or a slash.
    starts: u32,
    /// What stands between all groups.
    inside: Separators,
    start: usize,
    /// The byte after everything that was read.
    pub(crate) end: usize,
}

impl Number {
    /// A number without any group, which starts at a place.
    #[inline]
    pub(crate) const fn at(place: usize) -> Self {
        Self {
            digits: [0; MOST_DIGITS + 8],
            length: 0,
            groups: [Group::START; MOST_GROUPS],
            count: 0,
            starts: 1,
            inside: Separators::NONE,
            start: place,
            end: place,
        }
    }

    /// Reads the groups into a number that has none. It is too large to be made elsewhere and moved.
    #[inline]
    pub(crate) fn read(&mut self, reading: &Reading<'_>) {
        let window = reading.bytes.get(self.start..).and_then(<[u8]>::first_chunk);
        if !window.is_some_and(|window| self.read_window(window)) {
            self.read_groups(reading.bytes);
        }
        reading.walk(self.end - self.start + MOST_SEPARATORS);
    }

    /// Reads the groups of a number that ends well within the bytes from its start on, as nearly all do. No if it doesn't; then
    /// nothing is known of it.
    fn read_window(&mut self, window: &[u8; BLOCK]) -> bool {
        /// From here on, eight digits and the separators after them might not lie within the window.
        const LAST: usize = BLOCK - 12;
        let digits = Lanes::of(window).are_within(b'0', 10);
        let (mut start, mut first, mut before) = (0, 0, Separators::NONE);
        let (mut starts, mut inside) = (1, Separators::NONE);
        for (slot, count) in self.groups.iter_mut().zip(0_u32..) {
            let length = (!(digits >> start)).trailing_zeros() as usize;
            let end = start + length;
            if end > LAST || first + length >= MOST_DIGITS {
                return false;
            }
            for done in [0, 8, 16, 24, 32, 40].into_iter().take_while(|done| *done < length) {
                let (from, to) = (window.get(start + done..), self.digits.get_mut(first + done..));
                let (Some(from), Some(to)) = (from, to) else { return false };
                let (Some(from), Some(to)) = (from.first_chunk(), to.first_chunk_mut()) else { return false };
                *to = (u64::from_le_bytes(*from) ^ ZEROS).to_le_bytes();
            }
            *slot = Group { start: start as u8, length: length as u8, first: first as u8, before };
            starts |= u32::from(before.divides()) << count;
            inside = inside.and(before);
            first += length;
            let between = (digits >> end).trailing_zeros() as usize;
            before = match between {
                1 => Separators::of(at(window, end)),
                _ => Separators::between(slice(window, end, end + between.min(MOST_SEPARATORS + 1))),
            };
            if between > MOST_SEPARATORS || before == Separators::NONE || count as usize == MOST_GROUPS - 1 {
                self.count = count as usize + 1;
                self.length = first;
                (self.starts, self.inside) = (starts, inside);
                self.end = self.start + end;
                return true;
            }
            start = end + between;
        }
        false
    }

    /// Reads the groups, however long they are.
    #[cold]
    fn read_groups(&mut self, bytes: &[u8]) {
        *self = Self::at(self.start);
        let (mut here, mut separators) = (self.start, Separators::NONE);
        while self.group(bytes, here, separators) {
            (here, separators) = gap(bytes, self.end);
            if separators == Separators::NONE {
                break;
            }
        }
    }

    /// Reads the group that starts at a place, if one does, and says whether another may follow. The number ends with one that
    /// is too many or too long.
    fn group(&mut self, bytes: &[u8], start: usize, before: Separators) -> bool {
        let (mut end, first) = (start, self.length);
        loop {
            let (values, count) = eight_digits(bytes, end);
            if let Some(slots) = self.digits.get_mut(self.length..).and_then(<[u8]>::first_chunk_mut) {
                *slots = values.to_le_bytes();
            }
            self.length = (self.length + count).min(MOST_DIGITS);
            end += count;
            if count < 8 {
                break;
            }
        }
        let Some(slot) = self.groups.get_mut(self.count).filter(|_| end > start) else { return false };
        let length = (end - start).min(usize::from(u8::MAX));
        *slot = Group { start: (start - self.start) as u8, length: length as u8, first: first as u8, before };
        self.starts |= u32::from(before.divides()) << self.count;
        self.inside = self.inside.and(before);
        self.count += 1;
        self.end = end;
        self.count < MOST_GROUPS && self.length < MOST_DIGITS
    }

    /// How many groups it has.
    pub(crate) const fn groups(&self) -> usize {
        self.count
    }

    /// Where the last group starts.
    pub(crate) fn last_start(&self) -> usize {
        self.groups
            .get(..self.count)
            .and_then(<[Group]>::last)
            .map_or(self.end, |group| self.start + usize::from(group.start))
    }

    /// How many digits.
    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    /// The first two groups, if a dot and nothing else stands between them.
    pub(crate) fn part_by_dot(&self, bytes: &[u8]) -> Option<Digits<'_>> {
        let groups = self.groups.get(..2).filter(|_| self.count >= 2)?;
        let [first, second] = groups else { return None };
        let values = self.values(0, usize::from(second.first) + usize::from(second.length))?;
        let adjacent = second.before == Separators::DOT && second.follows(first);
        adjacent.then(|| self.digits_of(bytes, values, groups, Separators::DOT))
    }

    /// Whether a dot stands between the first group and a second one.
    pub(crate) fn has_second_by_dot(&self) -> bool {
        matches!(self.groups, [_, Group { before: Separators::DOT, .. }, ..]) && self.count > 1
    }

    /// Whether a dot, and nothing else, stands between the second group and a third one.
    pub(crate) fn has_third_by_dot(&self) -> bool {
        match self.groups.get(1..3).filter(|_| self.count > 2) {
            Some([second, third]) => third.before == Separators::DOT && third.follows(second),
            _ => false,
        }
    }

    fn values(&self, from: usize, to: usize) -> Option<&[u8]> {
        self.digits.get(from..to).filter(|_| to <= MOST_DIGITS)
    }

    fn digits_of<'n>(
        &self,
        bytes: &[u8],
        values: &'n [u8],
        groups: &'n [Group],
        separators: Separators,
    ) -> Digits<'n> {
        let start = groups.first().map_or(0, |group| usize::from(group.start));
        let end = groups.last().map_or(0, |group| usize::from(group.start) + usize::from(group.length));
        let (start, end) = (self.start + start, self.start + end);
        Digits {
            values,
            groups,
            separators,
            start,
            end,
            number: self.start,
            stands_alone: stands_alone(bytes, start, end),
        }
    }

    /// Whether a part may start with a group: a number is divided at spaces and slashes only.
    pub(crate) const fn may_start(&self, group: usize) -> bool {
        self.starts >> group & 1 == 1
    }

    /// Whether a part may end with a group.
    pub(crate) const fn may_end(&self, group: usize) -> bool {
        group + 1 == self.count || self.may_start(group + 1)
    }

    /// The groups from one to another, both included, which can stand for themselves.
    #[inline]
    pub(crate) fn part(&self, bytes: &[u8], from: usize, to: usize) -> Option<Digits<'_>> {
        if from == 0 && to + 1 == self.count {
            return self.whole(bytes);
        }
        let groups = self.groups.get(from..=to).filter(|_| to < self.count)?;
        let (first, last) = (groups.first()?, groups.last()?);
        let digits = usize::from(last.first) + usize::from(last.length);
        let values = self.values(usize::from(first.first), digits)?;
        let inside = groups.iter().skip(1).fold(Separators::NONE, |all, group| all.and(group.before));
        Some(self.digits_of(bytes, values, groups, inside))
    }

    /// All groups.
    #[inline]
    fn whole(&self, bytes: &[u8]) -> Option<Digits<'_>> {
        let (start, end) = (self.start, self.end);
        Some(Digits {
            values: self.values(0, self.length)?,
            groups: self.groups.get(..self.count)?,
            separators: self.inside,
            start,
            end,
            number: start,
            stands_alone: stands_alone(bytes, start, end),
        })
    }
}

/// Whether another group follows the one that ends at a place.
pub(crate) fn goes_on(bytes: &[u8], end: usize) -> bool {
    let (next, between) = gap(bytes, end);
    between != Separators::NONE && at(bytes, next).is_ascii_digit()
}

/// Skips separators, and tells which they were.
#[inline]
fn gap(bytes: &[u8], start: usize) -> (usize, Separators) {
    let mut seen = Separators::NONE;
    for place in start..start + MOST_SEPARATORS {
        let separator = Separators::of(at(bytes, place));
        if separator == Separators::NONE {
            return (place, seen);
        }
        seen = seen.and(separator);
    }
    (start + MOST_SEPARATORS, seen)
}

/// Some groups of a number that may be an identifier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digits<'n> {
    /// Their digits, as values.
    pub(crate) values: &'n [u8],
    groups: &'n [Group],
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
fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
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
