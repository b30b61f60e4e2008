//! Sets of members of one enumeration, as bits.

/// A set of members of one enumeration, by their positions in it.
///
/// Two sets over the same enumeration are equal exactly if they hold the same members.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct MemberSet {
    /// The first 64 members. Most enumerations have no more, so most sets need no allocation.
    first: u64,
    /// The others. Its last word is never zero, because members are only ever added.
    rest: Vec<u64>,
}

impl MemberSet {
    /// The set of these members.
    #[must_use]
    pub fn of(members: impl IntoIterator<Item = u16>) -> Self {
        let mut set = Self::default();
        members.into_iter().for_each(|member| set.insert(member));
        set
    }

    /// Adds a member.
    pub fn insert(&mut self, member: u16) {
        let (word, bit) = place(member);
        let Some(word) = word.checked_sub(1) else {
            self.first |= bit;
            return;
        };
        if self.rest.len() <= word {
            self.rest.resize(word + 1, 0);
        }
        if let Some(bits) = self.rest.get_mut(word) {
            *bits |= bit;
        }
    }

    /// Whether the set holds a member.
    #[must_use]
    pub fn contains(&self, member: u16) -> bool {
        let (word, bit) = place(member);
        self.word(word) & bit != 0
    }

    /// Whether every member of `other` is in this set.
    #[must_use]
    pub fn contains_all(&self, other: &Self) -> bool {
        other.words().enumerate().all(|(word, bits)| self.word(word) & bits == bits)
    }

    /// Whether some member of `other` is in this set.
    #[must_use]
    pub fn contains_any(&self, other: &Self) -> bool {
        self.words().zip(other.words()).any(|(mine, theirs)| mine & theirs != 0)
    }

    /// The members of both sets.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::of(self.iter().chain(other.iter()))
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.first == 0 && self.rest.is_empty()
    }

    /// The members, in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.words().zip(0_u16..).flat_map(|(bits, word)| Ones(bits).map(move |bit| word * 64 + bit))
    }

    /// How many members the set holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words().map(|bits| bits.count_ones() as usize).sum()
    }

    pub(crate) fn words(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        (0..self.rest.len() + 1).map(|word| self.word(word))
    }

    fn word(&self, word: usize) -> u64 {
        match word.checked_sub(1) {
            None => self.first,
            Some(word) => self.rest.get(word).copied().unwrap_or(0),
        }
    }
}

const fn place(member: u16) -> (usize, u64) {
    (member as usize / 64, 1 << (member % 64))
}

/// The positions of the ones in a word, lowest first.
pub(crate) struct Ones(pub(crate) u64);

impl Iterator for Ones {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let bit = self.0.trailing_zeros();
        self.0 &= self.0.checked_sub(1)?;
        u16::try_from(bit).ok()
    }
}
