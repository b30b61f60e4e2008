//! Coordinates and geohashes. Canonical forms: degrees with four decimals, about eleven metres; the first eight
//! characters of a geohash, about forty.
//!
//! Sources: ISO 6709 (latitude, longitude); G. Niemeyer's geohash (base 32 without a, i, l and o). A place under
//! 1,000 metres is what 28 CFR 202.242 calls precise: three decimals are 111 metres at most.

use super::{
    number::{Number, Separators},
    reading::{Match, Reading},
    word::Word,
};
use crate::{
    Confidence, Kind,
    bytes::{at, before, slice},
    context::Context,
};

/// Bytes between latitude and longitude: `, `, `; `, or `, "longitude": `.
const BETWEEN: usize = 24;

/// Latitude and longitude in decimal degrees; the number is the latitude.
pub(crate) fn pair(number: &Number, reading: &Reading<'_>) -> Option<Match> {
    // `85.214.132.117` goes on with a dot, as no latitude does.
    if number.has_third_by_dot() {
        return None;
    }
    let (start, latitude, latitude_end) = degrees(number, reading, 90.0)?;
    let next = longitude_start(reading, latitude_end)?;
    let mut second = Number::at(next);
    second.read(reading);
    let (_, longitude, end) = degrees(&second, reading, 180.0)?;
    let decimals = decimals(number, reading.bytes).min(decimals(&second, reading.bytes));
    let said = reading.context(start).has(Context::PLACE);
    let confidence = match (said, decimals) {
        (true, _) => Confidence::Certain,
        (false, 4..) => Confidence::Likely,
        (false, _) => return None,
    };
    let null_island = latitude == 0.0 && longitude == 0.0;
    let canonical = format!("{latitude:.4},{longitude:.4}");
    Some(Match::new(Kind::Place, (start, end), canonical, confidence).reserved(null_island))
}

/// How many decimals the first value of a number has.
fn decimals(number: &Number, bytes: &[u8]) -> usize {
    number.part_by_dot(bytes).map_or(0, |part| part.group(1).len())
}

/// Degrees with their sign and the place after them, if they are of this size and have three decimals or more.
fn degrees(number: &Number, reading: &Reading<'_>, most: f64) -> Option<(usize, f64, usize)> {
    let bytes = reading.bytes;
    let part = number.part_by_dot(bytes)?;
    let (whole, fraction) = (part.group(0).len(), part.group(1).len());
    if part.separators != Separators::DOT || whole > 3 || !(3..=15).contains(&fraction) {
        return None;
    }
    let minus = before(bytes, part.start) == b'-';
    let start = part.start - usize::from(minus || before(bytes, part.start) == b'+');
    if crate::bytes::is_word(before(bytes, start)) {
        return None;
    }
    let scale = 10_f64.powi(i32::try_from(fraction).ok()?);
    let value = part.value(0, part.len()) as f64 / scale;
    let mut end = part.end;
    let hemisphere = end + usize::from(at(bytes, end) == b' ');
    let letter = at(bytes, hemisphere);
    let mut negative = minus;
    if matches!(letter, b'N' | b'S' | b'E' | b'W') && !crate::bytes::is_word(at(bytes, hemisphere + 1)) {
        negative = matches!(letter, b'S' | b'W');
        end = hemisphere + 1;
    }
    (value <= most).then_some((start, if negative { -value } else { value }, end))
}

/// Where the digits of the longitude start: after a comma, a semicolon or a space, or after its JSON name.
fn longitude_start(reading: &Reading<'_>, from: usize) -> Option<usize> {
    reading.walk(BETWEEN);
    let between = slice(reading.bytes, from, (from + BETWEEN).min(reading.bytes.len()));
    let length = between.iter().position(u8::is_ascii_digit)?;
    let words = between.get(..length)?;
    let named = words
        .windows(3)
        .any(|three| three.eq_ignore_ascii_case(b"lon") || three.eq_ignore_ascii_case(b"lng"));
    let separated = words.iter().all(|byte| matches!(byte, b',' | b';' | b' ' | b'-' | b'+'))
        && words.iter().any(|byte| matches!(byte, b',' | b';' | b' '));
    (named || separated).then_some(from + length)
}

/// A geohash, beside a word that says so.
pub(crate) fn geohash(word: &Word<'_>, reading: &Reading<'_>) -> Option<Match> {
    let hash = word.bytes();
    let of_alphabet = |byte: &u8| {
        byte.is_ascii_alphanumeric() && !matches!(byte.to_ascii_lowercase(), b'a' | b'i' | b'l' | b'o')
    };
    if !(6..=12).contains(&hash.len()) || !word.has_letter() || !hash.iter().all(of_alphabet) {
        return None;
    }
    if !reading.context(word.start).has(Context::GEOHASH) {
        return None;
    }
    let canonical: smol_str::SmolStr =
        hash.iter().take(8).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    Some(Match::new(Kind::Place, (word.start, word.end), canonical, Confidence::Certain))
}
