//! Numbers as people write them: groups of digits with spaces, hyphens, dots, slashes and parentheses between.

use super::reading::Reading;
use crate::bytes::{at, before};

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

    const fn of(byte: u8) -> Self {
        match byte {
            b' ' => Self::SPACE,
            b'-' => Self::HYPHEN,
            b'.' => Self::DOT,
            b'/' => Self::SLASH,
            b'(' | b')' => Self::PARENTHESIS,
            _ => Self::NONE,
        }
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

    /// Whether this one was seen.
    pub(crate) const fn has(self, one: Self) -> bool {
        self.0 & one.0 != 0
    }
}

/// Small, since many of them are made for every number of a text.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    /// Bytes after the number's start.
    start: u16,
    /// A group that is longer than this holds is no part of an identifier.
    length: u16,
    /// Where its digits start among those of the number.
    first: u8,
    /// What stands before it, and after the group before.
    before: Separators,
}

/// A run of groups, as long as the text allows.
#[derive(Debug)]
pub(crate) struct Number {
    digits: [u8; MOST_DIGITS],
    length: usize,
    groups: [Group; MOST_GROUPS],
    count: usize,
    start: usize,
    /// The byte after everything that was read.
    pub(crate) end: usize,
}

impl Number {
    /// Reads the number whose first digit stands at a place.
    pub(crate) fn read(reading: &Reading<'_>, place: usize) -> Self {
        let bytes = reading.bytes;
        let mut number = Self {
            digits: [0; MOST_DIGITS],
            length: 0,
            groups: [Group::default(); MOST_GROUPS],
            count: 0,
            start: place,
            end: place,
        };
        let (mut here, mut separators) = (place, Separators::NONE);
        while number.group(bytes, here, separators) {
            let (next, between) = gap(bytes, number.end);
            if !at(bytes, next).is_ascii_digit() {
                break;
            }
            (here, separators) = (next, between);
        }
        reading.walk(number.end - place + MOST_SEPARATORS);
        number
    }

    /// Reads one group. The number ends with one that is too many or too long.
    fn group(&mut self, bytes: &[u8], start: usize, before: Separators) -> bool {
        let first = self.length;
        let mut end = start;
        while at(bytes, end).is_ascii_digit() {
            if let Some(slot) = self.digits.get_mut(self.length) {
                *slot = at(bytes, end) - b'0';
                self.length += 1;
            }
            end += 1;
        }
        if let Some(slot) = self.groups.get_mut(self.count) {
            let short = |bytes: usize| u16::try_from(bytes).unwrap_or(u16::MAX);
            let first = u8::try_from(first).unwrap_or(u8::MAX);
            *slot = Group { start: short(start - self.start), length: short(end - start), first, before };
            self.count += 1;
        }
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

    /// The first two groups, if a dot and nothing else stands between them.
    pub(crate) fn part_by_dot(&self) -> Option<Digits<'_>> {
        let groups = self.groups.get(..2).filter(|_| self.count >= 2)?;
        let [first, second] = groups else { return None };
        let values = self.digits.get(..usize::from(second.first) + usize::from(second.length))?;
        let adjacent = second.before == Separators::DOT && second.start == first.start + first.length + 1;
        adjacent.then(|| self.digits_of(values, groups, Separators::DOT))
    }

    fn digits_of<'n>(&self, values: &'n [u8], groups: &'n [Group], separators: Separators) -> Digits<'n> {
        let start = groups.first().map_or(0, |group| usize::from(group.start));
        let end = groups.last().map_or(0, |group| usize::from(group.start) + usize::from(group.length));
        Digits {
            values,
            groups,
            separators,
            start: self.start + start,
            end: self.start + end,
            number: self.start,
        }
    }

    /// The groups from one to another, both included, if they can stand for themselves: a number is divided at
    /// spaces and slashes only.
    pub(crate) fn part(&self, from: usize, to: usize) -> Option<Digits<'_>> {
        let groups = self.groups.get(from..=to).filter(|_| to < self.count)?;
        let (first, last) = (groups.first()?, groups.last()?);
        let divides =
            |group: &Group| group.before.has(Separators::SPACE) || group.before.has(Separators::SLASH);
        let next = self.groups.get(to + 1).filter(|_| to + 1 < self.count);
        if (from > 0 && !divides(first)) || next.is_some_and(|next| !divides(next)) {
            return None;
        }
        let digits = usize::from(last.first) + usize::from(last.length);
        let values = self.digits.get(usize::from(first.first)..digits)?;
        let inside = groups.iter().skip(1).fold(Separators::NONE, |all, group| all.and(group.before));
        Some(self.digits_of(values, groups, inside))
    }
}

/// Skips separators, and tells which they were.
fn gap(bytes: &[u8], start: usize) -> (usize, Separators) {
    let (mut place, mut seen) = (start, Separators::NONE);
    while place - start < MOST_SEPARATORS {
        let separator = Separators::of(at(bytes, place));
        if separator == Separators::NONE {
            break;
        }
        seen = seen.and(separator);
        place += 1;
    }
    (place, seen)
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
    pub(crate) fn text(&self) -> smol_str::SmolStr {
        text_of(self.values)
    }

    /// Whether nothing around belongs to the same word, amount or address.
    pub(crate) fn stands_alone(&self, bytes: &[u8]) -> bool {
        let (earlier, later) = (before(bytes, self.start), at(bytes, self.end));
        let hyphened = later == b'-' && at(bytes, self.end + 1).is_ascii_alphabetic();
        let goes_on = crate::bytes::is_word(later) || matches!(later, b'@' | b'%') || hyphened;
        let hyphened = earlier == b'-' && before(bytes, self.start - 1).is_ascii_alphanumeric();
        let began = crate::bytes::is_word(earlier) || matches!(earlier, b'$' | b'#' | b'@') || hyphened;
        !goes_on && !began
    }
}

/// Digits as text.
pub(crate) fn text_of(values: &[u8]) -> smol_str::SmolStr {
    prefixed("", values)
}

/// A prefix and digits as text.
pub(crate) fn prefixed(prefix: &str, values: &[u8]) -> smol_str::SmolStr {
    let mut text = [0; MOST_DIGITS + 8];
    let bytes = prefix.bytes().chain(values.iter().map(|digit| b'0' + digit % 10));
    let length = text.iter_mut().zip(bytes).map(|(slot, byte)| *slot = byte).count();
    smol_str::SmolStr::new(std::str::from_utf8(text.get(..length).unwrap_or_default()).unwrap_or_default())
}
