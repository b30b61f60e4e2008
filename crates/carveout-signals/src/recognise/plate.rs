//! Licence plates of the United States and of Europe, always beside a word that says so: without one, a part number looks the
//! same. Canonical form: capitals and digits.
//!
//! Sources: the forms in use: Germany FZV annex 1, France SIV (AB-123-CD), United Kingdom (AB12 CDE), Spain
//! (1234 BCD), Italy (AB 123 CD), the Netherlands (side codes); United States: two to eight characters by state.

use super::reading::{Match, Reading};
use crate::{
    Confidence, Kind,
    bytes::{at, before},
    context::Context,
};

/// Bytes before a digit in which a plate may start: `WND-AB 1234E`.
const BEFORE: usize = 8;
const MOST: usize = 10;

/// A plate around the first digit of a group.
pub(crate) fn vehicle(reading: &Reading<'_>, place: usize) -> Option<Match> {
    let bytes = reading.bytes;
    let start = start(reading, place)?;
    let (text, end) = read(reading, start);
    let text = text.as_bytes();
    let letters = text.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let shaped = (5..=8).contains(&text.len()) && (1..=5).contains(&letters) && (1..=6).contains(&digits);
    if !shaped || crate::bytes::is_word(at(bytes, end)) || !reading.context(start).has(Context::PLATE) {
        return None;
    }
    let canonical: smol_str::SmolStr = text.iter().map(|byte| char::from(*byte)).collect();
    let shown = matches!(canonical.as_str(), "ABC123" | "ABC1234" | "AB123CD" | "AB12CDE" | "1234BCD");
    Some(Match::new(Kind::Plate, (start, end), canonical, Confidence::Likely).reserved(shown))
}

/// Where the plate starts: groups of capitals and digits before the place, with one separator between.
fn start(reading: &Reading<'_>, place: usize) -> Option<usize> {
    let bytes = reading.bytes;
    let low = place.saturating_sub(BEFORE);
    let mut start = place;
    while start > low {
        let earlier = before(bytes, start);
        if is_part(earlier) {
            start -= 1;
        } else if matches!(earlier, b'-' | b' ') && start < place + 1 && capital_group(bytes, start - 1) {
            start -= 2;
        } else {
            break;
        }
    }
    reading.walk(BEFORE);
    (!crate::bytes::is_word(before(bytes, start))).then_some(start)
}

/// Whether a group of one to three capitals or digits ends here and begins a plate, not a sentence.
fn capital_group(bytes: &[u8], end: usize) -> bool {
    let mut length = 0;
    while length < 4 && is_part(before(bytes, end - length)) && end > length {
        length += 1;
    }
    (1..=3).contains(&length) && !crate::bytes::is_word(before(bytes, end - length))
}

/// Groups of capitals and digits with one separator between; letters and digits only.
fn read(reading: &Reading<'_>, start: usize) -> (smol_str::SmolStr, usize) {
    let bytes = reading.bytes;
    let (mut text, mut place, mut end) = (String::with_capacity(MOST), start, start);
    while text.len() < MOST {
        let byte = at(bytes, place);
        if is_part(byte) {
            text.push(char::from(byte));
            end = place + 1;
        } else if !matches!(byte, b'-' | b' ') || !group_follows(bytes, place + 1) {
            break;
        }
        place += 1;
    }
    reading.walk(place - start + 1);
    (text.into(), end)
}

/// Whether a group of one to four capitals or digits follows: `AB`, `1234`, not the next word.
fn group_follows(bytes: &[u8], start: usize) -> bool {
    let length = (0..5).take_while(|offset| is_part(at(bytes, start + offset))).count();
    (1..=4).contains(&length) && !crate::bytes::is_word(at(bytes, start + length))
}

const fn is_part(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}
