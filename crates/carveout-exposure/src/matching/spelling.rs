//! Words that are spelt nearly alike, found without comparing each with each.
//!
//! Two words that differ by one letter more, less, other or swapped share a form with one letter left out. That covers
//! one edit wholly, and two edits where they are a letter too many in each; what shares no form is not found.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::names::likeness;

/// Shorter words have no near ones; longer ones are rare and dear.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=24;

/// All forms of all words, sorted.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    forms: Vec<(u64, u32)>,
    words: Vec<Box<str>>,
}

impl Spelling {
    pub(super) fn new<'a>(words: impl Iterator<Item = (&'a str, u32)>) -> Self {
        let mut spelling = Self::default();
        let mut all: Vec<(u32, &str)> = words.map(|(word, id)| (id, word)).collect();
        all.sort_unstable();
        for (id, word) in all {
            spelling.words.push(word.into());
            spelling.forms.extend(forms(word).into_iter().map(|form| (form, id)));
        }
        spelling.forms.sort_unstable();
        spelling.forms.dedup();
        spelling
    }

    /// The words that are nearly this one, and how alike they are.
    pub(super) fn near(&self, word: &str) -> Vec<(u32, f64)> {
        let mut ids: Vec<u32> = Vec::new();
        for form in forms(word) {
            let start = self.forms.partition_point(|(known, _)| *known < form);
            let same = self.forms.iter().skip(start).take_while(|(known, _)| *known == form);
            ids.extend(same.map(|(_, id)| *id));
        }
        ids.sort_unstable();
        ids.dedup();
        let alike = |id: u32| self.words.get(id as usize).map_or(0.0, |known| likeness(known, word));
        ids.into_iter().map(|id| (id, alike(id))).filter(|(_, likeness)| *likeness > 0.0).collect()
    }
}

/// The word, and the word without each of its letters, as numbers.
fn forms(word: &str) -> Vec<u64> {
    if !LENGTHS.contains(&word.len()) || !word.is_ascii() {
        return Vec::new();
    }
    let hashed = |one: &str, other: &str| {
        let mut hasher = DefaultHasher::new();
        (one.len() + other.len()).hash(&mut hasher);
        for byte in one.bytes().chain(other.bytes()) {
            byte.hash(&mut hasher);
        }
        hasher.finish()
    };
    let without = |place: usize| {
        let (before, after) =
            (word.get(..place).unwrap_or_default(), word.get(place + 1..).unwrap_or_default());
        hashed(before, after)
    };
    std::iter::once(hashed(word, "")).chain((0..word.len()).map(without)).collect()
}
