//! Where something may hide, as noted while a text is looked through.

use super::{
    fold, hidden,
    rows::{self, Noted},
};
use crate::{
    Span,
    bytes::{Set, at, before, ceil, floor, is_among, is_word, letters_digits_and},
    lanes::{BLOCK, bits},
};

/// Bytes around a suspicious character that are read again: an identifier and a word before it.
pub(super) const AROUND: usize = 96;

/// Places to read in another way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Suspicions {
    /// Blocks with characters that may stand for ASCII ones, or for nothing.
    pub(crate) strange: Vec<Span>,
    /// Runs of characters that may be base64 or hexadecimal digits.
    pub(crate) long: Vec<Span>,
    /// Around escapes.
    pub(crate) escaped: Vec<Span>,
    /// Letters with single spaces between.
    pub(crate) spaced: Vec<Span>,
    /// Digits mixed with letters that look like digits.
    pub(crate) leet: Vec<Span>,
    /// At signs with a blank beside them.
    pub(crate) apart: Vec<usize>,
    /// Whether there are characters that carry hidden text.
    pub(crate) hidden: bool,
    /// Whether there are characters that turn the direction.
    pub(crate) turned: bool,
    /// Characters beyond ASCII that stand for a digit, an at sign, or nothing.
    pub(crate) signs: Vec<usize>,
    /// Up to where long runs and spaced letters were looked at.
    run: usize,
    letters: usize,
}

impl Suspicions {
    /// Notes the characters beyond ASCII of a block.
    pub(crate) fn beyond_ascii(&mut self, text: &str, offset: usize, noted: Noted) {
        match self.strange.last_mut() {
            _ if !noted.strange => {}
            Some(last) if last.end == offset => last.end += BLOCK,
            _ => self.strange.push(Span::new(offset, offset + BLOCK)),
        }
        for bit in bits(noted.signs) {
            self.possible_sign(text, offset + bit);
        }
    }

    /// Notes a character that may be a sign, which may also carry or turn text.
    fn possible_sign(&mut self, text: &str, place: usize) {
        let Some(character) = text.get(place..).and_then(|rest| rest.chars().next()) else { return };
        self.hidden |= hidden::carries(character);
        self.turned |= character == '\u{202e}';
        if rows::is_sign(character) && fold::is_sign_of_identifier(text, place) {
            self.signs.push(place);
        }
    }

    /// Notes the run of coded characters whose twelfth stands at a place, and returns where it ends.
    pub(crate) fn long_run(&mut self, bytes: &[u8], place: usize) -> usize {
        if place < self.run {
            return self.run;
        }
        let start = place.saturating_sub(11);
        let length =
            bytes.get(place..).unwrap_or_default().iter().take_while(|byte| is_coded(**byte)).count();
        self.run = place + length.max(1);
        self.long.push(Span::new(start, self.run));
        self.run
    }

    /// Notes an escape, if it is one.
    pub(crate) fn escape(&mut self, text: &str, place: usize) {
        let bytes = text.as_bytes();
        let next = at(bytes, place + 1);
        let escaped = match at(bytes, place) {
            b'%' => next.is_ascii_hexdigit() && at(bytes, place + 2).is_ascii_hexdigit(),
            b'&' => next == b'#' || next.is_ascii_lowercase(),
            _ => matches!(next, b'u' | b'x'),
        };
        if escaped {
            widen(&mut self.escaped, text, place, AROUND);
        }
    }

    /// Notes spaced letters around a space, from a few characters before up to where they end.
    pub(crate) fn spaced_letters(&mut self, text: &str, place: usize) {
        if place < self.letters {
            return;
        }
        let bytes = text.as_bytes();
        let mut end = place;
        let single = |place: usize| !matches!(at(bytes, place), 0 | b' ') && !is_word(at(bytes, place + 1));
        while at(bytes, end) == b' ' && single(end + 1) {
            end += 2;
        }
        self.letters = end.max(place + 1);
        // The first of the spaces may follow a longer word, which isn't spaced.
        let first = place.saturating_sub(7);
        let start = floor(text, if is_word(before(bytes, first)) { first + 2 } else { first });
        self.spaced.push(Span::new(start, ceil(text, end)));
    }

    /// Notes a word of digits and letters that look like them.
    pub(crate) fn looks_like_digits(&mut self, text: &str, place: usize) {
        let known = self.leet.last().is_some_and(|last| place < last.end);
        if !known {
            let span = super::leet::around(text.as_bytes(), place);
            self.leet.extend(span.filter(|span| self.leet.last().is_none_or(|last| last.end <= span.start)));
        }
    }
}

/// Adds the surroundings of a place, joined to those before if they meet.
fn widen(spans: &mut Vec<Span>, text: &str, place: usize, around: usize) {
    let start = floor(text, place.saturating_sub(around));
    let end = ceil(text, place + around);
    match spans.last_mut() {
        Some(last) if last.end >= start => last.end = last.end.max(end),
        _ => spans.push(Span::new(start, end)),
    }
}

/// Characters of base64, in both alphabets.
pub(crate) fn is_coded(byte: u8) -> bool {
    static CODED: Set = letters_digits_and(b"+/-_", false);
    is_among(&CODED, byte)
}
