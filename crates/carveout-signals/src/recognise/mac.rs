//! Addresses of network interfaces. Canonical form: twelve hexadecimal digits.
//!
//! Sources: IEEE 802 (48 bits; the lowest bit of the first byte marks groups, the next one addresses that somebody
//! chose); RFC 9542 (00-00-5E-00-53 and 01-00-5E-90-10 are for documentation).

use super::{
    reading::{Match, Reading},
    short::Short,
};
use crate::{
    Confidence, Kind,
    bytes::{at, before, slice},
};

/// Six pairs around a place, with the separator that stands there: `:` or `-`.
pub(crate) fn interface(reading: &Reading<'_>, place: usize) -> Option<Match> {
    const LENGTH: usize = 17;
    let bytes = reading.bytes;
    let separator = at(bytes, place);
    let low = place.saturating_sub(LENGTH);
    let mut start = place;
    let inside = |byte: u8| byte.is_ascii_hexdigit() || byte == separator;
    while start > low && inside(before(bytes, start)) {
        start -= 1;
    }
    reading.walk(2 * LENGTH);
    let text = slice(bytes, start, start + LENGTH);
    let paired = text.len() == LENGTH
        && text.iter().enumerate().all(|(position, byte)| match position % 3 {
            2 => *byte == separator,
            _ => byte.is_ascii_hexdigit(),
        });
    let alone = |byte: u8| !crate::bytes::is_word(byte) && byte != separator;
    let end = start + LENGTH;
    // `…:e7: leased` ends a label, `…:e7:09` goes on.
    let goes_on = at(bytes, end) == separator && at(bytes, end + 1).is_ascii_hexdigit();
    if !paired || !alone(before(bytes, start)) || crate::bytes::is_word(at(bytes, end)) || goes_on {
        return None;
    }
    address(text, (start, start + LENGTH))
}

/// Three groups of four with dots, as some equipment prints them; the place is the first digit of one.
pub(crate) fn dotted(reading: &Reading<'_>, place: usize) -> Option<Match> {
    const LENGTH: usize = 14;
    let bytes = reading.bytes;
    let low = place.saturating_sub(LENGTH);
    let mut start = place;
    while start > low && (before(bytes, start).is_ascii_hexdigit() || before(bytes, start) == b'.') {
        start -= 1;
    }
    reading.walk(2 * LENGTH);
    let text = slice(bytes, start, start + LENGTH);
    let grouped = text.len() == LENGTH
        && text.iter().enumerate().all(|(position, byte)| match position % 5 {
            4 => *byte == b'.',
            _ => byte.is_ascii_hexdigit(),
        });
    let alone = |byte: u8| !crate::bytes::is_word(byte) && byte != b'.';
    let bounded = alone(before(bytes, start)) && !crate::bytes::is_word(at(bytes, start + LENGTH));
    (grouped && bounded).then(|| address(text, (start, start + LENGTH))).flatten()
}

fn address(text: &[u8], span: (usize, usize)) -> Option<Match> {
    let mut digits = Short::default();
    let hexadecimal = text.iter().filter(|byte| !matches!(byte, b':' | b'-' | b'.'));
    hexadecimal.for_each(|byte| digits.push(byte.to_ascii_lowercase()));
    let bytes = digits.as_bytes();
    // The two lowest bits of the first byte are those of its second digit.
    let first = char::from(*bytes.get(1)?).to_digit(16)?;
    if first & 1 == 1 || bytes.iter().all(|byte| *byte == b'0') {
        return None;
    }
    // A phone that makes up an address for every network is seen, but not counted as one more device.
    let confidence = if first & 2 == 2 { Confidence::Possible } else { Confidence::Certain };
    let reserved = bytes.starts_with(b"00005e0053");
    Some(Match::new(Kind::Mac, span, digits.finish(), confidence).reserved(reserved))
}
