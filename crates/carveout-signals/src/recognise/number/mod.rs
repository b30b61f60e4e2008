//! Numbers as people write them: groups of digits with spaces, hyphens, dots, slashes and parentheses between.

mod digits;
mod read;
mod separators;

use self::digits::stands_alone;
pub(crate) use self::{
    digits::{Digits, joined, prefixed, text_of},
    separators::{Separators, goes_on},
};

/// More groups than the longest identifier has, written in twos.
const MOST_GROUPS: usize = 16;
/// More digits than any identifier has; what goes on longer is no identifier.
const MOST_DIGITS: usize = 48;

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
