//! From words to windows: hashed n-grams, classes of words, and three sentences at a time.

use super::{
    lexicon::{Classes, LEXICON, Lexicon, hash, pair},
    word::{LONGEST, Word},
    words::Words,
};

/// Places of the table of weights; a hash picks one.
pub(super) const SLOTS: usize = 1 << 15;
const SHIFT: u32 = 32 - 15;

/// The weights of all families for each slot, sixteen bits each.
pub(super) type Table = [u64; SLOTS];

/// Where only the slots matter.
pub(super) static NO_WEIGHTS: Table = [0; SLOTS];

/// Words of a segment: a shorter sentence is joined to the next, a longer one is cut.
const FEWEST: usize = 6;
const MOST: usize = 24;
/// Segments of a window.
pub(super) const WINDOW: usize = 3;

/// N-grams of the longest word: itself, the pair with the one before it, and four letters at a time with its edges.
pub(super) const MOST_OF_A_WORD: u32 = LONGEST as u32 + 2;

/// N-grams of the longest window.
pub(super) const MOST_OF_A_WINDOW: usize = WINDOW * MOST * MOST_OF_A_WORD as usize;

/// What collects the n-grams of a segment, by their slots.
pub(super) trait Segment: Clone + Default {
    /// A word begins; its n-grams follow, no more than [`MOST_OF_A_WORD`].
    fn word(&mut self, word: &[u8]);
    /// N-grams by their slots, with the table of what is held for each.
    fn slots(&mut self, slots: impl Iterator<Item = usize>, table: &Table);
    /// Classes that words of the segment have.
    fn classes(&mut self, classes: Classes);
    /// The segment ends.
    fn end(&mut self) {}
}

/// Cuts words into segments, and hands over a segment when it is complete, with the two before it: the windows that end with it are
/// the segment alone, with the one before it, and with both. What stands around a sentence can't hide it.
pub(super) struct Windows<'t, S, F> {
    table: &'t Table,
    lexicon: &'static Lexicon,
    /// The last ones, the oldest first; the one that is being filled is last.
    segments: [S; WINDOW],
    complete: usize,
    words: usize,
    last: u32,
    seen: F,
}

impl<'t, S: Segment, F: FnMut(&[S])> Windows<'t, S, F> {
    pub(super) fn new(table: &'t Table, seen: F) -> Self {
        Self { table, lexicon: &LEXICON, segments: Default::default(), complete: 0, words: 0, last: 0, seen }
    }

    fn cut(&mut self) {
        self.complete += 1;
        self.segments.last_mut().into_iter().for_each(Segment::end);
        let first = WINDOW.saturating_sub(self.complete);
        (self.seen)(self.segments.get(first..).unwrap_or_default());
        self.segments.rotate_left(1);
        if let Some(next) = self.segments.last_mut() {
            *next = S::default();
        }
        self.words = 0;
    }

    fn number(&mut self, word: &[u8], digits: usize) {
        self.hashed(word, hash(b"########".get(..digits.min(8)).unwrap_or_default()));
    }

    #[inline(always)]
    fn letters(&mut self, word: &[u8]) {
        self.hashed(word, hash(word));
        if let Some(segment) = self.segments.last_mut() {
            segment.slots(grams(word).map(slot), self.table);
        }
    }

    /// Adds a word and the pair with the one before it.
    #[inline(always)]
    fn hashed(&mut self, word: &[u8], hash: u32) {
        let Some(segment) = self.segments.last_mut() else { return };
        let both = pair(self.last, hash);
        segment.word(word);
        segment.slots([hash, both].into_iter().map(slot), self.table);
        segment.classes(self.lexicon.classes(hash) | self.lexicon.classes(both));
        self.last = hash;
    }

    /// Hands the last window over.
    pub(super) fn finish(mut self) {
        if self.words > 0 {
            self.cut();
        }
    }
}

impl<S: Segment, F: FnMut(&[S])> Words for Windows<'_, S, F> {
    #[inline]
    fn word(&mut self, word: &Word) {
        if self.words == MOST {
            self.cut();
        }
        self.words += 1;
        // Branches that depend on the length of each word are the dearest part: where the length is known, none is needed.
        macro_rules! by_length {
            ($($length:literal)*) => {
                match word.len() {
                    // Of a number only its length counts.
                    length if word.is_number() => self.number(word.as_slice(), length),
                    $($length => self.letters(word.first::<$length>()),)*
                    _ => self.letters(word.as_slice()),
                }
            };
        }
        by_length!(1 2 3 4 5 6 7 8 9 10 11 12);
    }

    fn stop(&mut self) {
        if self.words >= FEWEST {
            self.cut();
        }
    }
}

/// Four letters at a time, with the word's edges.
#[inline(always)]
fn grams(word: &[u8]) -> impl Iterator<Item = u32> {
    // The first one ends with the third letter, or with the edge after the second.
    let (start, rest) = word.split_at(word.len().min(2));
    let start = start.iter().fold(u32::from(b'^'), |gram, letter| gram << 8 | u32::from(*letter));
    let edge = (word.len() > 1).then_some(b'$');
    rest.iter().copied().chain(edge).scan(start, |gram, letter| {
        *gram = *gram << 8 | u32::from(letter);
        Some(*gram)
    })
}

/// The windows that end with the last of some segments, the shortest first.
pub(super) fn windows_of<S>(segments: &[S]) -> impl Iterator<Item = &[S]> {
    (0..segments.len()).rev().filter_map(|first| segments.get(first..))
}

/// The slot of a hash. Low bits reach high ones through the product.
const fn slot(hash: u32) -> usize {
    (hash.wrapping_mul(0x85eb_ca6b) >> SHIFT) as usize
}

/// A segment with everything in it, for training and explaining.
#[derive(Clone, Default, Debug)]
pub(super) struct Kept {
    /// Each word, and where its n-grams start among the slots.
    pub(super) words: Vec<(String, usize)>,
    pub(super) slots: Vec<usize>,
    pub(super) classes: Classes,
}

impl Segment for Kept {
    fn word(&mut self, word: &[u8]) {
        self.words.push((String::from_utf8_lossy(word).into_owned(), self.slots.len()));
    }
    fn slots(&mut self, slots: impl Iterator<Item = usize>, _: &Table) {
        self.slots.extend(slots);
    }
    fn classes(&mut self, classes: Classes) {
        self.classes |= classes;
    }
}
