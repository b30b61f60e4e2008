//! Reading bytes of a text without ever leaving it.

/// The byte at a place, or 0 outside the text: 0 belongs to no identifier.
#[inline]
pub(crate) fn at(bytes: &[u8], place: usize) -> u8 {
    bytes.get(place).copied().unwrap_or(0)
}

/// The byte before a place, or 0 at the start.
#[inline]
pub(crate) fn before(bytes: &[u8], place: usize) -> u8 {
    place.checked_sub(1).map_or(0, |place| at(bytes, place))
}

/// Where the run of digits ends that starts at a place.
#[inline]
pub(crate) fn digits_end(bytes: &[u8], place: usize) -> usize {
    let mut end = place;
    loop {
        let (_, count) = eight_digits(bytes, end);
        end += count;
        if count < 8 {
            return end;
        }
    }
}

/// How many digits stand from a place on, eight at most, and their values, the first one in the lowest byte. What the bytes
/// after them hold means nothing.
#[inline]
pub(crate) fn eight_digits(bytes: &[u8], place: usize) -> (u64, usize) {
    let values = eight_bytes(bytes, place) ^ ZEROS;
    // Adding 0x76 sets the highest bit of what is above 9. Only a byte that is no digit carries, and only into later ones.
    let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    (values, (others.trailing_zeros() / 8) as usize)
}

/// Eight times the digit 0.
pub(crate) const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The eight bytes from a place on, the first one lowest, with 0 for those after the text.
#[inline]
pub(crate) fn eight_bytes(bytes: &[u8], place: usize) -> u64 {
    let rest = bytes.get(place..).unwrap_or_default();
    match rest.first_chunk::<8>() {
        Some(all) => u64::from_le_bytes(*all),
        None => rest.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)),
    }
}

/// A range of the bytes, empty if it is none.
#[inline]
pub(crate) fn slice(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.get(start..end).unwrap_or_default()
}

/// Whether a byte may stand inside a word: a letter, a digit, an underscore, or a part of any character beyond ASCII.
#[inline]
pub(crate) fn is_word(byte: u8) -> bool {
    is_among(&WORD, byte)
}

/// A set of bytes: one look instead of a comparison for each member.
pub(crate) type Set = [bool; 256];

/// Whether a byte is in a set.
#[inline]
pub(crate) fn is_among(set: &Set, byte: u8) -> bool {
    set.get(usize::from(byte)).copied().unwrap_or(false)
}

/// These bytes.
#[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
pub(crate) const fn set(members: &[u8]) -> Set {
    let mut set = [false; 256];
    let mut place = 0;
    while place < members.len() {
        set[members[place] as usize] = true;
        place += 1;
    }
    set
}

/// ASCII letters and digits, these other bytes, and bytes beyond ASCII if so.
#[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
pub(crate) const fn letters_digits_and(others: &[u8], beyond: bool) -> Set {
    let mut set = set(others);
    let mut byte = 0;
    while byte < 256 {
        set[byte] |= (byte as u8).is_ascii_alphanumeric() || (beyond && byte >= 0x80);
        byte += 1;
    }
    set
}

static WORD: Set = letters_digits_and(b"_", true);

/// How many bytes of ASCII come first.
pub(crate) fn ascii_length(bytes: &[u8]) -> usize {
    let (chunks, _) = bytes.as_chunks::<16>();
    let skipped = 16 * chunks.iter().take_while(|chunk| chunk.is_ascii()).count();
    skipped + bytes.iter().skip(skipped).take_while(|byte| byte.is_ascii()).count()
}

/// The place nearest below that is between characters.
#[inline]
pub(crate) fn floor(text: &str, place: usize) -> usize {
    let mut place = place.min(text.len());
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    place
}

/// The place nearest above that is between characters.
#[inline]
pub(crate) fn ceil(text: &str, place: usize) -> usize {
    let mut place = place.min(text.len());
    while !text.is_char_boundary(place) {
        place += 1;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_counted_like_one_by_one() {
        for text in ["", "1", "12345678", "123456789", "1234567é", "/0:9", "00\u{ff}1", "99999999999999999x1"]
        {
            for place in 0..=text.len() {
                let run = text.as_bytes()[place..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                assert_eq!(digits_end(text.as_bytes(), place), place + run, "{text} {place}");
            }
        }
        for byte in 0..=u8::MAX {
            assert_eq!(eight_digits(&[b'7', byte, b'1'], 0).1 > 1, byte.is_ascii_digit(), "{byte}");
        }
    }

    #[test]
    fn parts_of_words_are_letters_digits_underscores_and_what_is_beyond_ascii() {
        for byte in 0..=u8::MAX {
            assert_eq!(is_word(byte), byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80, "{byte}");
        }
    }
}
