//! National numbers with letters.

use smol_str::SmolStr;

use super::{confidence, found};
use crate::{
    Confidence,
    bytes::at,
    context::Context,
    recognise::{
        reading::{Match, Reading},
        word::{Word, compact},
    },
};

/// Spain: DNI, eight digits and a letter, and NIE, which has X, Y or Z for the first digit. Source: Real Decreto
/// 1553/2005 and Ministerio del Interior, "Cálculo del dígito de control" (the rest by 23 picks the letter).
pub(crate) fn spanish(word: &Word<'_>, reading: &Reading<'_>) -> Option<Match> {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    if !matches!(word.bytes().len(), 8 | 9) {
        return None;
    }
    let (number, length, end) = compact::<9>(reading, word.start, b"-");
    let (last, digits) = number.split_last()?;
    if length != 9 || crate::bytes::is_word(at(reading.bytes, end)) {
        return None;
    }
    let value = digits.iter().enumerate().try_fold(0_usize, |value, (position, byte)| {
        let digit = match (position, byte) {
            (_, b'0'..=b'9') => byte - b'0',
            (0, b'X'..=b'Z') => byte - b'X',
            _ => return None,
        };
        Some(value * 10 + usize::from(digit))
    })?;
    if LETTERS.get(value % 23) != Some(last) {
        return None;
    }
    let capital = at(reading.bytes, end - 1).is_ascii_uppercase();
    let confidence = confidence(reading.context(word.start).has(Context::ES), capital, None)?;
    let examples = ["12345678Z", "00000000T", "00000001R", "X1234567L", "X0000000T"];
    Some(found("es", &text(&number), (word.start, end), confidence, &examples))
}

/// Italy: the codice fiscale. Source: Decreto Ministeriale of 23 December 1976 (fifteen characters and a check letter,
/// odd and even places valued apart; letters may stand for digits where two persons would share a code).
pub(crate) fn italian(word: &Word<'_>, _: &Reading<'_>) -> Option<Match> {
    let bytes = word.bytes();
    if bytes.len() != 16 {
        return None;
    }
    let code: SmolStr = word.capitals();
    let shaped = code.bytes().enumerate().all(|(position, byte)| match position {
        0..=5 | 8 | 11 | 15 => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_digit() || matches!(byte, b'L'..=b'N' | b'P'..=b'V'),
    });
    let month = code.bytes().nth(8).is_some_and(|byte| b"ABCDEHLMPRST".contains(&byte));
    if !shaped || !month {
        return None;
    }
    let (check, rest) = code.as_bytes().split_last()?;
    let sum: u32 = rest.iter().enumerate().map(|(position, byte)| value(position, *byte)).sum();
    if u32::from(check - b'A') != sum % 26 {
        return None;
    }
    let examples = ["RSSMRA85T10A562S", "RSSMRA80A01H501U", "MRTMTT25D09F205Z", "BNCMRA80A01H501X"];
    Some(found("it", &code, (word.start, word.end), Confidence::Certain, &examples))
}

/// The value of a character in its place: its rank in even places, by table in odd ones (places count from one).
fn value(position: usize, byte: u8) -> u32 {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let rank = if byte.is_ascii_digit() { byte - b'0' } else { byte.wrapping_sub(b'A') };
    match position % 2 {
        0 => ODD.get(usize::from(rank)).copied().unwrap_or_default(),
        _ => u32::from(rank),
    }
}

/// France, born on Corsica: 2A and 2B stand where others have a department's digits, and count as 19 and 18.
pub(crate) fn french_corsican(word: &Word<'_>, reading: &Reading<'_>) -> Option<Match> {
    let bytes = word.bytes();
    let counted: u64 = match bytes.get(5..7)? {
        b"2A" | b"2a" => 19,
        b"2B" | b"2b" => 18,
        _ => return None,
    };
    let number = |from: usize, to: usize| {
        let digits = bytes.get(from..to)?;
        let value =
            |value: u64, byte: &u8| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0'));
        digits.iter().try_fold(0, value)
    };
    let (before, after, key) = (number(0, 5)?, number(7, 13)?, number(13, 15)?);
    let rest = ((before * 100 + counted) * 1_000_000 + after) % 97;
    if bytes.len() != 15 || 97 - rest != key {
        return None;
    }
    let said = reading.context(word.start).has(Context::FR);
    let confidence = confidence(said, true, None)?;
    Some(found("fr", &word.capitals(), (word.start, word.end), confidence, &[]))
}

fn text(bytes: &[u8]) -> SmolStr {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
