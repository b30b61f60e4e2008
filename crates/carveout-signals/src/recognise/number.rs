//! Numbers as people write them: groups of digits with spaces, hyphens, dots, slashes and parentheses between.

use super::{reading::Reading, short::Short};
use crate::bytes::{Set, at, before, eight_digits, is_among, letters_digits_and};

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
#[derive(Clone, Copy, Debug, Default)]
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
    /// Reads the number whose first digit stands at a place.
    #[inline]
    pub(crate) fn read(reading: &Reading<'_>, place: usize) -> Self {
        let mut number = Self {
            digits: [0; MOST_DIGITS + 8],
            length: 0,
            groups: [Group::default(); MOST_GROUPS],
            count: 0,
            starts: 1,
            inside: Separators::NONE,
            start: place,
            end: place,
        };
        number.read_groups(reading.bytes);
        reading.walk(number.end - place + MOST_SEPARATORS);
        number
    }

    /// Reads the groups, into what is there already: it is too large to be moved for every number.
    fn read_groups(&mut self, bytes: &[u8]) {
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
    pub(crate) fn part(&self, bytes: &[u8], from: usize, to: usize) -> Option<Digits<'_>> {
        let groups = self.groups.get(from..=to).filter(|_| to < self.count)?;
        let (first, last) = (groups.first()?, groups.last()?);
        let digits = usize::from(last.first) + usize::from(last.length);
        let values = self.values(usize::from(first.first), digits)?;
        let inside = match groups.len() {
            all if all == self.count => self.inside,
            _ => groups.iter().skip(1).fold(Separators::NONE, |all, group| all.and(group.before)),
        };
        Some(self.digits_of(bytes, values, groups, inside))
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
    pub(crate) fn value(&self, from: usize, to: usize) -> u64 {
        self.values
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .fold(0, |sum, digit| sum * 10 + u64::from(*digit))
    }

    /// The digits as text.
    pub(crate) fn text(&self, reading: &Reading<'_>) -> smol_str::SmolStr {
        match reading.text.get(self.start..self.end) {
            Some(text) if self.is_bare() => text.into(),
            _ => text_of(self.values),
        }
    }
}

/// Whether nothing around belongs to the same word, amount or address.
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
    text.extend(prefix.bytes());
    parts.into_iter().for_each(|part| text.extend(part.iter().map(|digit| b'0' + digit)));
    text.finish()
}
