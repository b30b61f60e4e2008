//! What words are worth, and names read with it.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::{
    compare::{self, Comparison},
    fold::fold,
    form::{self, Family},
    number::{is_ten, number},
};

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("common_words.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

static ABBREVIATIONS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("abbreviations.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(" = ")).collect()
});

/// Words that carry nothing.
const SILENT: [&str; 20] = [
    "the", "of", "and", "for", "de", "la", "le", "les", "du", "des", "der", "die", "das", "und", "et", "y",
    "in", "dba", "fka", "aka",
];

/// The longest abbreviation, in words: `united kingdom of great britain and northern ireland`.
const LONGEST_PHRASE: usize = 8;

/// What a common word weighs, where an ordinary one weighs 1.
pub(super) const COMMON_WEIGHT: f64 = 0.35;

/// A name, read once and compared often.
#[derive(Clone, PartialEq, Debug)]
pub struct Name {
    /// Words without legal forms, silent words and numbers.
    pub(super) words: Vec<Word>,
    pub(super) numbers: Vec<u64>,
    pub(super) family: Option<Family>,
    /// All letters of the words and the numbers, without the spaces.
    pub(super) closed: String,
    /// The same with the legal form: `SiemensAG`.
    pub(super) closed_with_form: String,
}

/// A word and what it weighs.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) weight: f64,
}

impl Name {
    /// Whether it holds nothing that could be compared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.closed.is_empty()
    }

    /// The words by which it can be looked up, each with its weight.
    pub fn words(&self) -> impl Iterator<Item = (&str, f64)> {
        self.words.iter().map(|word| (word.text.as_str(), word.weight))
    }

    /// All letters and digits of the words, without the spaces.
    #[must_use]
    pub fn closed(&self) -> &str {
        &self.closed
    }
}

/// What the words of names are worth: those of a list of common words, or counted in the names at hand.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    counts: HashMap<Box<str>, u32>,
    names: u32,
}

impl Lexicon {
    /// With the built-in list of common words only.
    #[must_use]
    pub fn standard() -> Self {
        Self::default()
    }

    /// Counts the words of one more name, so that words which many names share come to weigh little.
    pub fn count(&mut self, text: &str) {
        let folded = fold(text);
        let words: Vec<&str> = folded.split(' ').collect();
        self.names = self.names.saturating_add(1);
        let mut seen = HashSet::new();
        for word in form::strip(&words).0.iter().filter(|word| seen.insert(**word)) {
            let read_as = ABBREVIATIONS.get(word).copied().unwrap_or(word);
            match self.counts.get_mut(read_as) {
                Some(count) => *count = count.saturating_add(1),
                None => {
                    self.counts.insert(read_as.into(), 1);
                }
            }
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn read(&self, text: &str) -> Name {
        let folded = fold(text);
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let (rest, family) = form::strip(&words);
        let spelt = abbreviated(rest);
        let (kept, numbers) = counted(&spelt);
        let closed = closed(&kept, &numbers);
        let words = kept.into_iter().map(|text| Word { weight: self.weight(text), text: text.to_owned() });
        Name { words: words.collect(), numbers, family, closed, closed_with_form: folded.replace(' ', "") }
    }

    /// How alike two names are, from 0 to 1, and why.
    #[must_use]
    pub fn compare(&self, one: &Name, other: &Name) -> Comparison {
        compare::compare(one, other)
    }

    /// 1 for a word that tells, down to [`COMMON_WEIGHT`] for one that is in the list or in every thousandth name.
    fn weight(&self, word: &str) -> f64 {
        if COMMON.contains(word) || form::is_form(word) {
            return COMMON_WEIGHT;
        }
        let count = self.counts.get(word).copied().unwrap_or(0);
        let per_mille = f64::from(count) * 1_000.0 / f64::from(self.names.max(1));
        // Counting means something only in a list of some length.
        if self.names < 10_000 { 1.0 } else { 1.0 - (1.0 - COMMON_WEIGHT) * per_mille.min(1.0) }
    }
}

/// Replaces what is written in several ways by one of them, longest first.
fn abbreviated<'a>(words: &'a [&'a str]) -> Vec<&'a str> {
    let mut read = Vec::with_capacity(words.len());
    let mut rest = words;
    while !rest.is_empty() {
        let longest = (1..=LONGEST_PHRASE.min(rest.len())).rev().find_map(|count| {
            let (phrase, after) = rest.split_at_checked(count)?;
            ABBREVIATIONS.get(phrase.join(" ").as_str()).map(|word| (*word, after))
        });
        let Some((word, after)) = longest.or_else(|| rest.split_first().map(|(word, after)| (*word, after)))
        else {
            break;
        };
        read.push(word);
        rest = after;
    }
    read
}

/// Divides words into those that name and those that count. A name that only counts keeps its words too.
fn counted<'a>(words: &[&'a str]) -> (Vec<&'a str>, Vec<u64>) {
    let last = words.len().saturating_sub(1);
    let (mut kept, mut numbers): (Vec<&str>, Vec<u64>) = (Vec::new(), Vec::new());
    let mut after_ten = false;
    for (position, word) in words.iter().enumerate().filter(|(_, word)| !SILENT.contains(word)) {
        let found = number(word, position == last && position > 0);
        match (found, numbers.last_mut()) {
            (Some(one), Some(ten)) if after_ten && one < 10 => *ten += one,
            (Some(number), _) => numbers.push(number),
            (None, _) => kept.push(word),
        }
        after_ten = !after_ten && found.is_some_and(is_ten);
    }
    if kept.is_empty() {
        // `The The`, `Twenty One`: then the words are the name.
        return (words.to_vec(), Vec::new());
    }
    (kept, numbers)
}

fn closed(words: &[&str], numbers: &[u64]) -> String {
    let mut closed = words.concat();
    for number in numbers {
        closed.push_str(&number.to_string());
    }
    closed
}
