//! Vehicle identification numbers. Canonical form: capitals and digits.
//!
//! Sources: ISO 3779 (seventeen characters without I, O and Q); 49 CFR 565.15 (the check digit in the ninth place,
//! which North America demands and Europe doesn't).

use super::{
    reading::{Match, Reading},
    word::Word,
};
use crate::{Confidence, Kind, context::Context};

const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/// Numbers that encyclopedias and test suites show.
const SHOWN: [&str; 3] = ["1M8GDM9AXKP042788", "11111111111111111", "1HGCM82633A004352"];

/// Seventeen characters that check, or that a word beside them calls a vehicle's.
pub(crate) fn vehicle(word: &Word<'_>, reading: &Reading<'_>) -> Option<Match> {
    let bytes = word.bytes();
    if bytes.len() != 17 || !word.has_letter() {
        return None;
    }
    let values: Option<Vec<u32>> = bytes.iter().map(|byte| value(byte.to_ascii_uppercase())).collect();
    let sum: u32 = values?.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let check = match sum % 11 {
        10 => b'X',
        digit => b"0123456789".get(digit as usize).copied().unwrap_or_default(),
    };
    let checks = bytes.get(8).is_some_and(|byte| byte.to_ascii_uppercase() == check);
    let serial = bytes.iter().skip(13).all(u8::is_ascii_digit);
    let one_case = !(bytes.iter().any(u8::is_ascii_lowercase) && bytes.iter().any(u8::is_ascii_uppercase));
    let confidence = match (checks, reading.context(word.start).has(Context::VIN)) {
        (true, true) => Confidence::Certain,
        (false, true) => Confidence::Likely,
        (true, false) if serial && one_case => Confidence::Likely,
        _ => return None,
    };
    let canonical = word.capitals();
    let shown = SHOWN.contains(&canonical.as_str());
    Some(Match::new(Kind::Vin, (word.start, word.end), canonical, confidence).reserved(shown))
}

/// The value of a character: 49 CFR 565.15, table III.
const fn value(character: u8) -> Option<u32> {
    Some(match character {
        b'0'..=b'9' => (character - b'0') as u32,
        b'A' | b'J' => 1,
        b'B' | b'K' | b'S' => 2,
        b'C' | b'L' | b'T' => 3,
        b'D' | b'M' | b'U' => 4,
        b'E' | b'N' | b'V' => 5,
        b'F' | b'W' => 6,
        b'G' | b'P' | b'X' => 7,
        b'H' | b'Y' => 8,
        b'R' | b'Z' => 9,
        _ => return None,
    })
}
