//! Compatible forms, look-alikes, digits of other scripts, and characters that show nothing.
//!
//! Sources: Unicode Standard Annex 15 (NFKC) and Technical Standard 39 (confusables), from their crates; the decimal digits
//! (general category Nd) and the default-ignorable characters of the Unicode Character Database.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

use super::{Mapped, rows, windows::windows};
use crate::Span;

/// What a character stands for: up to four ASCII bytes, the first in the lowest place; `NOTHING` if it shows nothing.
type Stands = u32;
const ITSELF: Stands = 0;
const NOTHING: Stands = u32::MAX;

/// Where the digit 0 of each script with decimal digits stands; 1 to 9 follow.
const ZEROS: [u32; 44] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec,
    0x1d7f6, 0x1e140, 0x1e950, 0x1fbf0,
];

/// The characters that are looked up: the first plane without its large scripts, and the letters for mathematics and in boxes.
const FIRST: std::ops::Range<u32> = 0x80..0x1_0000;
const LATER: std::ops::Range<u32> = 0x1_d400..0x2_0000;

static TABLE: LazyLock<Vec<Stands>> = LazyLock::new(|| FIRST.chain(LATER).map(worked_out).collect());

/// What a character stands for, if not for itself.
pub(crate) fn stands_for(character: char) -> Option<Stands> {
    let code = u32::from(character);
    let place = if FIRST.contains(&code) {
        code - FIRST.start
    } else if LATER.contains(&code) {
        code - LATER.start + (FIRST.end - FIRST.start)
    } else if (0xe_0000..0xe_1000).contains(&code) {
        return Some(NOTHING);
    } else {
        return None;
    };
    TABLE.get(place as usize).copied().filter(|stands| *stands != ITSELF)
}

/// What a character looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Itself.
    Itself,
    /// Something else.
    Other,
    /// A digit, an at sign, or nothing.
    Sign,
}

/// What a character looks like.
pub(super) fn look(character: char) -> Look {
    match stands_for(character) {
        None => Look::Itself,
        Some(stands) if is_sign(stands) => Look::Sign,
        Some(_) => Look::Other,
    }
}

/// Whether what a character stands for is a sign of an identifier: a digit, an at sign, or nothing, which may part one.
fn is_sign(stands: Stands) -> bool {
    stands == NOTHING || stands.to_le_bytes().into_iter().any(|byte| byte.is_ascii_digit() || byte == b'@')
}

/// Whether a character that looks like a sign is one of an identifier. A letter that looks like a digit, such as the б that Russian prose is full
/// of, is none within a word of such letters, where no other digit and no mark of an identifier is beside it.
pub(super) fn is_sign_of_identifier(text: &str, place: usize) -> bool {
    let mut after = text.get(place..).unwrap_or_default().chars();
    if !after.next().is_some_and(rows::is_letter) {
        return true;
    }
    let later = after.next();
    let earlier = text.get(..place).and_then(|before| before.chars().next_back());
    let is_of_word = |other: char| !other.is_ascii() && rows::is_letter(other) && !rows::is_sign(other);
    let is_of_identifier = |other: char| match other.is_ascii() {
        true => other.is_ascii_alphanumeric() || matches!(other, ':' | '-' | '@'),
        false => rows::is_sign(other),
    };
    let any = |of: &dyn Fn(char) -> bool| earlier.is_some_and(of) || later.is_some_and(of);
    !any(&is_of_word) || any(&is_of_identifier)
}

/// The text around signs of identifiers near strange characters, folded.
pub(super) fn view(text: &str, strange: &[Span], signs: &[usize]) -> Mapped {
    let mut mapped = Mapped::default();
    for window in windows(text, strange, signs) {
        mapped.end_part();
        fold(text, window, &mut mapped);
    }
    mapped
}

fn fold(text: &str, window: Span, mapped: &mut Mapped) {
    let mut kept = window.start;
    for (offset, character) in text.get(window.range()).unwrap_or_default().char_indices() {
        if character.is_ascii() {
            continue;
        }
        let here = Span::new(window.start + offset, window.start + offset + character.len_utf8());
        if let Some(stands) = stands_for(character) {
            mapped.same(text, Span::new(kept, here.start));
            let bytes = if stands == NOTHING { [0; 4] } else { stands.to_le_bytes() };
            let length = bytes.iter().take_while(|byte| **byte != 0).count();
            let shown = bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
            mapped.whole(shown.unwrap_or_default(), here);
            kept = here.end;
        }
    }
    mapped.same(text, Span::new(kept, window.end));
}

fn packed(text: &str) -> Option<Stands> {
    if !text.is_ascii() || text.is_empty() || text.len() > 4 {
        return None;
    }
    Some(text.bytes().rev().fold(0, |packed, byte| packed << 8 | u32::from(byte)))
}

/// Works out what a code point stands for.
fn worked_out(code: u32) -> Stands {
    let Some(character) = char::from_u32(code).filter(|_| !is_of_large_script(code)) else { return ITSELF };
    if shows_nothing(code) {
        return NOTHING;
    }
    if let Some(digit) = ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|digit| *digit < 10)) {
        return u32::from(b'0') + digit;
    }
    match code {
        // Quotation marks and ellipses are no part of an identifier, and prose is full of them.
        0x2018..=0x201f | 0x2026 | 0x2039 | 0x203a | 0xab | 0xbb => return ITSELF,
        // The full stop of Chinese and Japanese, which browsers take for a dot in domains (UTS 46).
        0x3002 | 0xff61 => return u32::from(b'.'),
        // Letters for flags, and negative letters in boxes and circles.
        0x1_f1e6..=0x1_f1ff => return u32::from(b'a') + code - 0x1_f1e6,
        0x1_f150..=0x1_f169 => return u32::from(b'A') + code - 0x1_f150,
        0x1_f170..=0x1_f189 => return u32::from(b'A') + code - 0x1_f170,
        _ => {}
    }
    let compatible: String = std::iter::once(character).nfkc().collect();
    let look_alike = || {
        let prototype: String = unicode_security::skeleton(&compatible).collect();
        packed(&prototype).filter(|_| prototype.len() == 1)
    };
    packed(&compatible).or_else(look_alike).unwrap_or(ITSELF)
}

/// Han, Hangul, Yi, surrogates and private use: nothing there looks like ASCII.
const fn is_of_large_script(code: u32) -> bool {
    matches!(code, 0x3400..=0x4dbf | 0x4e00..=0xa4cf | 0xac00..=0xf8ff)
}

/// Default-ignorable characters, and marks that are put on top of others.
const fn shows_nothing(code: u32) -> bool {
    matches!(
        code,
        0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e
            | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0x1_d173..=0x1_d17a | 0x300..=0x36f
            | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(stands: Stands) -> String {
        let bytes = if stands == NOTHING { [0; 4] } else { stands.to_le_bytes() };
        bytes.into_iter().take_while(|byte| *byte != 0).map(char::from).collect()
    }

    #[test]
    fn characters_stand_for_what_they_look_like() {
        for (character, expected) in [
            ('２', Some("2")),
            ('٣', Some("3")),
            ('𝟗', Some("9")),
            ('＠', Some("@")),
            ('а', Some("a")),
            ('ο', Some("o")),
            ('①', Some("1")),
            ('‑', Some("-")),
            ('\u{a0}', Some(" ")),
            ('\u{200b}', Some("")),
            ('。', Some(".")),
            ('é', None),
            ('’', None),
            ('中', None),
            ('🙂', None),
        ] {
            assert_eq!(stands_for(character).map(shown).as_deref(), expected, "{character}");
        }
    }

    #[test]
    fn every_script_has_ten_digits() {
        for zero in ZEROS {
            for digit in 0..10 {
                let character = char::from_u32(zero + digit).unwrap();
                assert!(character.is_numeric(), "{character:?}");
                assert_eq!(stands_for(character).map(shown), Some(digit.to_string()), "{character:?}");
            }
        }
    }
}
