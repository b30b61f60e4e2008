//! Words that mix letters and digits.

use super::reading::Reading;
use crate::bytes::{Set, at, before, is_among, letters_digits_and, slice};

/// Longer words hold no identifier that is looked for here.
const LONGEST: usize = 64;

static PARTS: Set = letters_digits_and(b"", false);

/// A run of ASCII letters and digits, not part of a longer word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'t> {
    text: &'t [u8],
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'t> Word<'t> {
    /// The word around a place, if it ends on both sides within reach.
    pub(crate) fn around(reading: &Reading<'t>, place: usize) -> Option<Self> {
        let bytes = reading.bytes;
        let low = place.saturating_sub(LONGEST);
        let mut start = place;
        while start > low && is_among(&PARTS, before(bytes, start)) {
            start -= 1;
        }
        let end = run(bytes, place, LONGEST);
        reading.walk(end - start + 2);
        let bounded = !crate::bytes::is_word(before(bytes, start)) && !crate::bytes::is_word(at(bytes, end));
        (bounded && end - start <= LONGEST).then_some(Self { text: bytes, start, end })
    }

    /// The word that digits between two places are, if nothing more belongs to it.
    pub(crate) fn of_digits(reading: &Reading<'t>, start: usize, end: usize) -> Option<Self> {
        let bytes = reading.bytes;
        let bounded = !crate::bytes::is_word(before(bytes, start)) && !crate::bytes::is_word(at(bytes, end));
        (bounded && end - start <= LONGEST).then_some(Self { text: bytes, start, end })
    }

    /// How many bytes.
    pub(crate) const fn len(&self) -> usize {
        self.end - self.start
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &'t [u8] {
        slice(self.text, self.start, self.end)
    }

    /// Whether it has a letter.
    pub(crate) fn has_letter(&self) -> bool {
        self.bytes().iter().any(u8::is_ascii_alphabetic)
    }

    /// In capitals.
    pub(crate) fn capitals(&self) -> smol_str::SmolStr {
        self.bytes().iter().map(|byte| char::from(byte.to_ascii_uppercase())).collect()
    }
}

/// Where the run of letters and digits from a place ends, looking so far at most.
pub(crate) fn run(bytes: &[u8], place: usize, most: usize) -> usize {
    let length = slice(bytes, place, (place + most + 1).min(bytes.len()))
        .iter()
        .take_while(|byte| is_among(&PARTS, **byte))
        .count();
    place + length
}

/// Letters and digits of a short run of words, with one separator allowed between, in capitals. Stops at `most`.
pub(crate) fn compact<const N: usize>(
    reading: &Reading<'_>,
    start: usize,
    separators: &[u8],
) -> ([u8; N], usize, usize) {
    let bytes = reading.bytes;
    let (mut compact, mut length, mut place, mut end) = ([0; N], 0, start, start);
    while let Some(slot) = compact.get_mut(length) {
        let byte = at(bytes, place);
        if byte.is_ascii_alphanumeric() {
            *slot = byte.to_ascii_uppercase();
            length += 1;
            end = place + 1;
        } else if !separators.contains(&byte) || !at(bytes, place + 1).is_ascii_alphanumeric() {
            break;
        }
        place += 1;
    }
    reading.walk(place - start + 1);
    (compact, length, end)
}
