//! Passports and identity cards. Canonical form: the document number, in capitals.
//!
//! Source: ICAO Doc 9303, part 3 (check digits, weights 7, 3, 1), part 4 (passports, two lines of 44), part 5 (cards,
//! three lines of 30) and part 6 (two lines of 36). Utopia (`UTO`) issues the specimens. Written out, a number has no
//! check: it counts beside a word that says what it is.

use super::{
    reading::{Match, Reading},
    word::Word,
};
use crate::{
    Confidence, Kind,
    bytes::{at, before, slice},
    context::Context,
};

/// A number beside the word "passport": nine digits, or one or two letters before six to eight.
pub(crate) fn written(word: &Word<'_>, reading: &Reading<'_>) -> Option<Match> {
    let bytes = word.bytes();
    if !matches!(bytes.len(), 7..=9) {
        return None;
    }
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let shaped = match letters {
        0 => bytes.len() == 9 && digits >= 7,
        1 | 2 => digits >= 4 && bytes.iter().skip(letters).all(u8::is_ascii_alphanumeric),
        _ => digits >= 6,
    };
    if !shaped || !reading.context(word.start).has(Context::PASSPORT) {
        return None;
    }
    let canonical = word.capitals();
    let specimen = matches!(canonical.as_str(), "L898902C3" | "C01X00T47" | "123456789" | "000000000");
    Some(
        Match::new(Kind::Passport, (word.start, word.end), canonical, Confidence::Certain).reserved(specimen),
    )
}

/// The line of a machine-readable zone that holds the digit at a place: number, nationality, birth, expiry.
pub(crate) fn zone(reading: &Reading<'_>, place: usize) -> Option<Match> {
    let (line, start) = line(reading, place)?;
    match line.len() {
        44 | 36 => second_line(line, start),
        30 => card_line(line, start),
        _ => None,
    }
}

/// The run of capitals, digits and `<` around a place.
fn line<'t>(reading: &Reading<'t>, place: usize) -> Option<(&'t [u8], usize)> {
    const LONGEST: usize = 44;
    let of_zone = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'<';
    let low = place.saturating_sub(LONGEST + 1);
    let mut start = place;
    while start > low && of_zone(before(reading.bytes, start)) {
        start -= 1;
    }
    let mut end = place;
    while end < start + LONGEST + 1 && of_zone(at(reading.bytes, end)) {
        end += 1;
    }
    reading.walk(end - start);
    Some((slice(reading.bytes, start, end), start)).filter(|(line, _)| line.len() <= LONGEST)
}

/// The second line of a passport or a large card.
fn second_line(line: &[u8], start: usize) -> Option<Match> {
    let checked = |from, to, check: usize| checks(line.get(from..to)?, *line.get(check)?);
    checked(0, 9, 9)?;
    checked(13, 19, 19)?;
    checked(21, 27, 27)?;
    found(line.get(..9)?, line.get(10..13)?, (start, start + line.len()))
}

/// The first line of a small card.
fn card_line(line: &[u8], start: usize) -> Option<Match> {
    if !matches!(line.first(), Some(b'I' | b'A' | b'C')) {
        return None;
    }
    checks(line.get(5..14)?, *line.get(14)?)?;
    found(line.get(5..14)?, line.get(2..5)?, (start, start + line.len()))
}

fn found(number: &[u8], state: &[u8], span: (usize, usize)) -> Option<Match> {
    let states = state.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'<');
    let number: smol_str::SmolStr =
        number.iter().filter(|byte| **byte != b'<').map(|byte| char::from(*byte)).collect();
    let wanted = states && number.len() >= 6 && number.bytes().any(|byte| byte.is_ascii_digit());
    wanted.then(|| Match::new(Kind::Passport, span, number, Confidence::Certain).reserved(state == b"UTO"))
}

/// Whether a check digit fits a field.
fn checks(field: &[u8], check: u8) -> Option<()> {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 =
        field.iter().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(*byte) * weight).sum();
    (check.is_ascii_digit() && sum % 10 == value(check)).then_some(())
}
