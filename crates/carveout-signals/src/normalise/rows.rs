//! What characters look like, by rows of sixty-four: those whose encodings differ in the last byte only.

use std::sync::LazyLock;

use super::fold::{Look, look};
use crate::{
    bytes::at,
    lanes::{BLOCK, Lanes},
};

/// Sixty-four characters, a bit for each.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// Those that don't stand for themselves.
    strange: u64,
    /// Those that look like a sign of an identifier.
    signs: u64,
    /// Letters.
    letters: u64,
}

/// The rows of the first plane.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| (0..0x400).map(row).collect());

fn row(number: u32) -> Row {
    let mut row = Row::default();
    for place in 0..64 {
        let Some(character) = char::from_u32(number * 64 + place) else { continue };
        let looks = look(character);
        row.strange |= u64::from(looks != Look::Itself) << place;
        row.signs |= u64::from(looks == Look::Sign) << place;
        row.letters |= u64::from(character.is_alphabetic()) << place;
    }
    row
}

/// Whether a character is one of those that a row says of, or else that the function says of.
fn is(character: char, of_row: impl Fn(&Row) -> u64, of_others: impl Fn(char) -> bool) -> bool {
    let code = u32::from(character);
    match ROWS.get((code / 64) as usize) {
        Some(row) => of_row(row) >> (code % 64) & 1 == 1,
        None => of_others(character),
    }
}

/// Whether a character doesn't stand for itself.
pub(super) fn is_strange(character: char) -> bool {
    is(character, |row| row.strange, |other| look(other) != Look::Itself)
}

/// Whether a character looks like a sign of an identifier.
pub(super) fn is_sign(character: char) -> bool {
    is(character, |row| row.signs, |other| look(other) == Look::Sign)
}

/// Whether a character is a letter.
pub(super) fn is_letter(character: char) -> bool {
    is(character, |row| row.letters, char::is_alphabetic)
}

/// Where characters of a block start that may not stand for themselves.
pub(super) fn strange_starts(lanes: &Lanes) -> u64 {
    let starts = lanes.are_from(0xc2);
    match lanes.are_from(0xe4) {
        0 => starts,
        // All characters that start with E4 to E9 or EB to EE stand for themselves: Han, Hangul, private use.
        _ => starts & !lanes.are_within(0xe4, 6) & !lanes.are_within(0xeb, 4),
    }
}

/// Where those of them start that may be signs: exactly those that are, of characters of two bytes and three that end in the
/// block, and all others.
pub(super) fn possible_signs(lanes: &Lanes, block: &[u8; BLOCK], starts: u64) -> u64 {
    let rows = &*ROWS;
    let (mut found, mut rest) = (0, starts);
    // All characters of a row at once: a text has few rows.
    while rest != 0 {
        let place = rest.trailing_zeros() as usize;
        let (lead, second) = (at(block, place), at(block, place + 1));
        let (of_row, row, tail) = match lead {
            ..0xe0 => (lanes.are(lead), usize::from(lead & 0x1f), 1),
            ..0xf0 if place + 1 < BLOCK => {
                let row = usize::from(lead & 0x0f) << 6 | usize::from(second & 0x3f);
                (lanes.are(lead) & lanes.are(second) >> 1, row, 2)
            }
            _ => {
                found |= 1 << place;
                rest &= rest - 1;
                continue;
            }
        };
        let of_row = of_row & rest;
        rest &= !of_row;
        let signs = rows.get(row).map_or(0, |row| row.signs);
        let beyond_block = !(u64::MAX >> tail);
        found |= of_row & (beyond_block | ends(lanes, signs) >> tail);
    }
    found
}

/// Where bytes of a block are the last ones of some characters of a row.
fn ends(lanes: &Lanes, mut characters: u64) -> u64 {
    let mut found = 0;
    while characters != 0 {
        let first = characters.trailing_zeros();
        let count = (characters >> first).trailing_ones();
        found |= lanes.are_within(0x80 | first as u8, count as u8);
        characters &= !(u64::MAX >> (64 - count) << first);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of a mask over a text that stands in a block from a place on.
    fn noted(text: &str, from: usize, of: fn(&Lanes, &[u8; BLOCK]) -> u64) -> u64 {
        let mut block = [b' '; BLOCK];
        block[from..].iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
        of(&Lanes::of(&block), &block)
    }

    #[test]
    fn strange_characters_and_signs_are_noted_wherever_they_stand() {
        for code in 0x80..=0x10_ffff_u32 {
            let Some(character) = char::from_u32(code) else { continue };
            let looks = look(character);
            assert_eq!(is_strange(character), looks != Look::Itself, "{character:?}");
            assert_eq!(is_sign(character), looks == Look::Sign, "{character:?}");
            if code > 0xffff && code % 97 != 0 {
                continue;
            }
            let place = (code % 61) as usize;
            let text = character.to_string();
            let strange = noted(&text, place, |lanes, _| strange_starts(lanes)) == 1 << place;
            assert!(strange || looks == Look::Itself, "{character:?}");
            let signs =
                |lanes: &Lanes, block: &[u8; BLOCK]| possible_signs(lanes, block, strange_starts(lanes));
            let possible = noted(&text, place, signs);
            match code {
                ..=0xffff => assert_eq!(possible == 1 << place, looks == Look::Sign, "{character:?}"),
                _ => assert_eq!(possible, 1 << place, "{character:?}"),
            }
        }
    }

    #[test]
    fn signs_are_told_from_their_neighbours() {
        let text = "абж éб٣م।३中，２б";
        let signs = noted(text, 0, |lanes, block| possible_signs(lanes, block, strange_starts(lanes)));
        for (place, character) in text.char_indices() {
            assert_eq!(signs >> place & 1 == 1, look(character) == Look::Sign, "{character}");
        }
    }
}
