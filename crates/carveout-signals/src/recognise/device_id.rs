//! Advertising and device ids. Canonical form: hexadecimal digits in small letters.
//!
//! Sources: RFC 9562 (UUIDs, which Apple's IDFA and IDFV and Google's advertising id are); Android's `ANDROID_ID`, sixteen
//! hexadecimal digits. Most UUIDs name requests and records, so one counts only beside a word that calls it a device's.

use super::{
    reading::{Match, Reading},
    word::Word,
};
use crate::{
    Confidence, Kind,
    bytes::{at, before, slice},
    context::Context,
};

/// A UUID around a hyphen.
pub(crate) fn uuid(reading: &Reading<'_>, place: usize) -> Option<Match> {
    const LENGTH: usize = 36;
    let bytes = reading.bytes;
    let inside = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    let low = place.saturating_sub(LENGTH);
    let mut start = place;
    while start > low && inside(before(bytes, start)) {
        start -= 1;
    }
    reading.walk(place - start + LENGTH);
    let text = slice(bytes, start, start + LENGTH);
    let shaped = text.len() == LENGTH
        && text.iter().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    let end = start + LENGTH;
    if !shaped || crate::bytes::is_word(before(bytes, start)) || inside(at(bytes, end)) {
        return None;
    }
    if !reading.context(start).has(Context::DEVICE) {
        return None;
    }
    found(text, (start, end))
}

/// Sixteen or thirty-two hexadecimal digits in one word.
pub(crate) fn bare(word: &Word<'_>, reading: &Reading<'_>) -> Option<Match> {
    let bytes = word.bytes();
    let shaped = matches!(bytes.len(), 16 | 32) && bytes.iter().all(u8::is_ascii_hexdigit);
    if !shaped || !reading.context(word.start).has(Context::DEVICE) {
        return None;
    }
    found(bytes, (word.start, word.end))
}

fn found(text: &[u8], span: (usize, usize)) -> Option<Match> {
    let digits: smol_str::SmolStr =
        text.iter().filter(|byte| **byte != b'-').map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    // All zeros is what a phone answers whose owner opted out of tracking.
    let opted_out = digits.bytes().all(|byte| byte == b'0');
    (!opted_out).then(|| Match::new(Kind::DeviceId, span, digits, Confidence::Certain))
}
