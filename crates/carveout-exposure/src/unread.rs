//! What an import could not read, and why. Nothing is dropped without a line here.

use std::{collections::BTreeMap, fmt};

/// How many entries are listed one by one; all are counted.
const MOST_LISTED: usize = 1_000;

/// The most characters of somebody else's text that an entry repeats.
const MOST_CHARACTERS: usize = 120;

/// One thing that was not read.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Unread {
    /// Where: `line 12`, or a path in a document.
    pub place: String,
    /// What stands there, shortened.
    pub what: String,
    /// Why it was not read.
    pub reason: &'static str,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (`{}`)", self.place, self.reason, self.what)
    }
}

/// The list that closes every import.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct NotRead {
    total: u64,
    by_reason: BTreeMap<&'static str, u64>,
    listed: Vec<Unread>,
}

impl NotRead {
    /// Notes one thing.
    pub fn note(&mut self, place: impl fmt::Display, what: &str, reason: &'static str) {
        self.total = self.total.saturating_add(1);
        let count = self.by_reason.entry(reason).or_default();
        *count = count.saturating_add(1);
        if self.listed.len() < MOST_LISTED {
            self.listed.push(Unread { place: place.to_string(), what: shortened(what), reason });
        }
    }

    /// How many there are, listed or not.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// How many there are for each reason.
    #[must_use]
    pub const fn by_reason(&self) -> &BTreeMap<&'static str, u64> {
        &self.by_reason
    }

    /// The first thousand.
    #[must_use]
    pub fn listed(&self) -> &[Unread] {
        &self.listed
    }

    /// Takes over another list.
    pub fn extend(&mut self, other: Self) {
        self.total = self.total.saturating_add(other.total);
        for (reason, count) in other.by_reason {
            let known = self.by_reason.entry(reason).or_default();
            *known = known.saturating_add(count);
        }
        let room = MOST_LISTED.saturating_sub(self.listed.len());
        self.listed.extend(other.listed.into_iter().take(room));
    }
}

fn shortened(text: &str) -> String {
    let mut characters = text.chars();
    let mut short: String = characters.by_ref().take(MOST_CHARACTERS).collect();
    if characters.next().is_some() {
        short.push('\u{2026}');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::{MOST_LISTED, NotRead};

    #[test]
    fn everything_is_counted_and_the_list_stays_short() {
        let mut unread = NotRead::default();
        for line in 0..=MOST_LISTED {
            unread.note(format_args!("line {line}"), &"x".repeat(1_000), "too long");
        }
        assert_eq!(unread.total(), 1_001);
        assert_eq!(unread.listed().len(), MOST_LISTED);
        assert_eq!(unread.by_reason().get("too long"), Some(&1_001));
        assert_eq!(unread.listed()[0].what.chars().count(), 121);
        let mut both = NotRead::default();
        both.note("here", "y", "other");
        both.extend(unread);
        assert_eq!((both.total(), both.listed().len(), both.by_reason().len()), (1_002, MOST_LISTED, 2));
    }
}
