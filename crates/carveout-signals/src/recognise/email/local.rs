//! The local part of an address.

use super::part::{BEYOND, LETTER, MARK, OF_LOCAL, OTHERWISE, part};
use crate::{bytes::slice, normalise::stands_for, recognise::reading::Reading};

const LONGEST: usize = 64;

/// A local part.
pub(super) struct Local {
    pub(super) start: usize,
    /// Whether it is known to be spelt canonically.
    pub(super) canonical: bool,
}

/// The local part before an at sign. A quotation mark or a hyphen of the sentence before it isn't part of the address.
pub(super) fn local_part(reading: &Reading<'_>, place: usize) -> Option<Local> {
    let (mut start, mut word, mut seen) = (place, place, 0);
    let low = place.saturating_sub(LONGEST + 1);
    for byte in slice(reading.bytes, low, place).iter().rev() {
        let part = part(&OF_LOCAL, *byte);
        if part & (LETTER | MARK) == 0 {
            if part == BEYOND {
                let start = local_start(reading, place)?;
                return Some(Local { start, canonical: false });
            }
            break;
        }
        start -= 1;
        if part & LETTER != 0 {
            word = start;
        }
        seen |= part;
    }
    reading.walk(place - start + 4);
    (place - start <= LONGEST).then_some(Local { start: word, canonical: seen & OTHERWISE == 0 })
}

/// Where a local part starts that has characters beyond ASCII.
fn local_start(reading: &Reading<'_>, place: usize) -> Option<usize> {
    let (mut start, mut word) = (place, place);
    let mut characters = 0;
    for (position, character) in reading.text.get(..place)?.char_indices().rev() {
        if !(character.is_alphanumeric() || matches!(character, '.' | '_' | '+' | '-' | '\'' | '~')) {
            break;
        }
        characters += 1;
        // A look-alike is left to the view that reads it as what it looks like.
        if characters > LONGEST || stands_for(character).is_some() {
            return None;
        }
        start = position;
        if character.is_alphanumeric() || character == '_' {
            word = position;
        }
    }
    reading.walk(place - start + 4);
    Some(word)
}
