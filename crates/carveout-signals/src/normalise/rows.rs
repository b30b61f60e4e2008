//! What characters look like, by rows of sixty-four: those whose encodings differ in the last byte only.

use std::sync::LazyLock;

use fearless_simd::Simd;

use super::fold::{Look, look};
use crate::{
    bytes::at,
    lanes::{BLOCK, Lanes, bits},
};

/// Sixty-four characters, a bit for each.
#[derive(Debug, Default)]
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
pub(crate) fn is_letter(character: char) -> bool {
    is(character, |row| row.letters, char::is_alphabetic)
}

/// What is known of the characters of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Noted {
    /// Where those start that may be signs: exactly those that are, of characters of two bytes and three that end in the
    /// block, and all others.
    pub(crate) signs: u64,
    /// Whether one may be strange.
    pub(crate) strange: bool,
}

impl Noted {
    /// Looks at the characters beyond ASCII of a block.
    #[inline(always)]
    pub(crate) fn of<S: Simd>(lanes: &Lanes<S>, block: &[u8; BLOCK]) -> Self {
        const FEW: usize = 4;
        let starts = strange_starts(lanes);
        let mut after_few = starts;
        (0..FEW).for_each(|_| after_few &= after_few.wrapping_sub(1));
        match after_few {
            0 => one_by_one(block, starts),
            _ => by_rows(lanes, block, starts),
        }
    }

    /// Whether there is any.
    #[inline(always)]
    pub(crate) const fn any(&self) -> bool {
        self.strange || self.signs != 0
    }
}

/// Where characters of a block start that may not stand for themselves.
#[inline(always)]
fn strange_starts<S: Simd>(lanes: &Lanes<S>) -> u64 {
    let starts = lanes.are_from(0xc2);
    match lanes.are_from(0xe4) {
        0 => starts,
        // All characters that start with E4 to E9 or EB to EE stand for themselves: Han, Hangul, private use.
        _ => starts & !lanes.are_within(0xe4, 6) & !lanes.are_within(0xeb, 4),
    }
}

/// The row of the character that starts at a place, and the place of its last byte; none if that isn't in the block, or if the
/// character has no row.
fn place_in_row(block: &[u8; BLOCK], place: usize) -> Option<(&'static Row, usize)> {
    let (lead, second) = (at(block, place), at(block, place + 1));
    let (row, last) = match lead {
        ..0xe0 => (usize::from(lead & 0x1f), place + 1),
        0xe0..0xf0 => (usize::from(lead & 0x0f) << 6 | usize::from(second & 0x3f), place + 2),
        _ => return None,
    };
    ROWS.get(row).filter(|_| last < BLOCK).map(|row| (row, last))
}

/// As mixed text is looked at, which has few such characters.
fn one_by_one(block: &[u8; BLOCK], starts: u64) -> Noted {
    let mut noted = Noted::default();
    for place in bits(starts) {
        let Some((row, last)) = place_in_row(block, place) else {
            noted.signs |= 1 << place;
            noted.strange = true;
            continue;
        };
        let bit = at(block, last) & 0x3f;
        noted.signs |= (row.signs >> bit & 1) << place;
        noted.strange |= row.strange >> bit & 1 == 1;
    }
    noted
}

/// As text of another script is looked at, which has few rows: all characters of a row at once.
#[inline(always)]
fn by_rows<S: Simd>(lanes: &Lanes<S>, block: &[u8; BLOCK], starts: u64) -> Noted {
    let (mut noted, mut rest) = (Noted::default(), starts);
    while rest != 0 {
        let place = rest.trailing_zeros() as usize;
        let Some((row, last)) = place_in_row(block, place) else {
            noted.signs |= 1 << place;
            noted.strange = true;
            rest &= rest - 1;
            continue;
        };
        let tail = last - place;
        let alike = rest & lanes.are(at(block, place));
        let of_row = if tail == 1 { alike } else { alike & lanes.are(at(block, place + 1)) >> 1 };
        rest &= !of_row;
        // The last ones may end in the next block.
        let cut = !(u64::MAX >> tail);
        noted.signs |= of_row & (cut | ends(lanes, row.signs) >> tail);
        noted.strange |= row.strange != 0 || of_row & cut != 0;
    }
    noted
}

/// Where bytes of a block are the last ones of some characters of a row.
#[inline(always)]
fn ends<S: Simd>(lanes: &Lanes<S>, mut characters: u64) -> u64 {
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
    use fearless_simd::{Level, dispatch};

    use super::*;

    /// What is noted of a text that stands in a block from a place on, in both ways.
    fn noted_of(text: &str, from: usize) -> [Noted; 2] {
        let mut block = [b' '; BLOCK];
        block[from..].iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
        dispatch!(Level::new(), simd => {
            let lanes = Lanes::of(simd, &block);
            let starts = strange_starts(&lanes);
            [one_by_one(&block, starts), by_rows(&lanes, &block, starts)]
        })
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
            for noted in noted_of(&character.to_string(), place) {
                assert!(noted.strange || looks == Look::Itself, "{character:?}");
                let sign = code > 0xffff || looks == Look::Sign;
                assert_eq!(noted.signs, u64::from(sign) << place, "{character:?}");
            }
        }
    }

    #[test]
    fn signs_are_told_from_their_neighbours_and_those_that_are_cut_are_possible() {
        let text = "абж éб٣م।३中，２б";
        for from in [0, BLOCK - text.len(), BLOCK - text.len() + 1, BLOCK - 12] {
            for noted in noted_of(text, from) {
                assert!(noted.strange);
                for (place, character) in
                    text.char_indices().map(|(place, character)| (from + place, character))
                {
                    let cut = place + character.len_utf8() > BLOCK && character != '中';
                    let sign = place < BLOCK && (cut || look(character) == Look::Sign);
                    assert_eq!(
                        place < BLOCK && noted.signs >> place & 1 == 1,
                        sign,
                        "{character} at {place}"
                    );
                }
            }
        }
    }
}
