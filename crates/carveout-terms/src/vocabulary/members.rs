//! Sets of members of one enumeration, as bits.

/// A set of members of one enumeration, by their positions in it.
///
/// Two sets over the same enumeration are equal exactly if they hold the same members.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct MemberSet(Vec<u64>);

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
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= bit;
        }
    }

    /// Whether the set holds a member.
    #[must_use]
    pub fn contains(&self, member: u16) -> bool {
        let (word, bit) = place(member);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Whether every member of `other` is in this set.
    #[must_use]
    pub fn contains_all(&self, other: &Self) -> bool {
        other.0.iter().enumerate().all(|(word, bits)| self.0.get(word).copied().unwrap_or(0) & bits == *bits)
    }

    /// Whether some member of `other` is in this set.
    #[must_use]
    pub fn contains_any(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(mine, theirs)| mine & theirs != 0)
    }

    /// Whether the set is empty. Trailing words are never zero, because members are only ever added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members, in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().zip(0_u16..).flat_map(|(bits, word)| {
            (0..64_u16).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit)
        })
    }

    /// How many members the set holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.0
    }
}

const fn place(member: u16) -> (usize, u64) {
    (member as usize / 64, 1 << (member % 64))
}
