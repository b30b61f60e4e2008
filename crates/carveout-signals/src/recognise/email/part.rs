//! What bytes are within an address.

use crate::bytes::{letters_digits_and, set};

/// What a byte is within an address, in bits.
pub(super) type Part = u8;
/// A letter, a digit, in a local part also an underscore.
pub(super) const LETTER: Part = 1;
/// A mark that may stand between those.
pub(super) const MARK: Part = 2;
/// A part of a character beyond ASCII.
pub(super) const BEYOND: Part = 4;
/// What is spelt canonically in another way: capitals, and the plus before a tag.
pub(super) const OTHERWISE: Part = 8;

pub(super) static OF_LOCAL: [Part; 256] = parts(b"_", b".+-'~");
pub(super) static OF_DOMAIN: [Part; 256] = parts(b"", b".-");

#[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
const fn parts(letters: &[u8], marks: &[u8]) -> [Part; 256] {
    let (letters, marks) = (letters_digits_and(letters, false), set(marks));
    let mut parts = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let otherwise = (byte as u8).is_ascii_uppercase() || byte as u8 == b'+';
        parts[byte] = (LETTER * letters[byte] as u8)
            | (MARK * marks[byte] as u8)
            | (BEYOND * (byte >= 0x80) as u8)
            | (OTHERWISE * otherwise as u8);
        byte += 1;
    }
    parts
}

pub(super) fn part(parts: &[Part; 256], byte: u8) -> Part {
    parts.get(usize::from(byte)).copied().unwrap_or(0)
}
