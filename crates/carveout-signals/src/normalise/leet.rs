//! Letters that look like digits, in numbers: `2O2-555-Ol43`.

use super::Mapped;
use crate::{
    Span,
    bytes::{Set, at, before, is_among, is_word, set, slice},
};

/// More than any number has, with its separators.
const LONGEST: usize = 48;
/// Digits and look-alikes of the shortest number that is looked for.
const SHORTEST: usize = 7;

/// The digit that a letter looks like.
const fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'O' | b'o' | b'Q' => b'0',
        b'I' | b'l' | b'i' | b'|' => b'1',
        b'Z' | b'z' => b'2',
        b'S' | b's' => b'5',
        b'B' => b'8',
        b'0'..=b'9' => byte,
        _ => return None,
    })
}

/// The number around a digit, if some of its digits are letters and at least half are not.
pub(super) fn around(bytes: &[u8], place: usize) -> Option<Span> {
    static INSIDE: Set = set(b"0123456789OoQIil|ZzSsB -.()+");
    let inside = |byte: u8| is_among(&INSIDE, byte);
    let (earlier, later) = (slice(bytes, place.saturating_sub(LONGEST), place), bytes.get(place..)?);
    let mut start = place - earlier.iter().rev().take_while(|byte| inside(**byte)).count();
    let mut end = place + later.iter().take(LONGEST).take_while(|byte| inside(**byte)).count();
    // A letter of the word before or after isn't part of the number.
    while start < place && (is_word(before(bytes, start)) || !is_word(at(bytes, start))) {
        start += 1;
    }
    while end > place && (is_word(at(bytes, end)) || !is_word(before(bytes, end))) {
        end -= 1;
    }
    let part = bytes.get(start..end)?;
    let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = part.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    (letters > 0 && digits >= letters && digits + letters >= SHORTEST).then_some(Span::new(start, end))
}

/// The numbers with digits for the letters.
pub(super) fn view(text: &str, spans: &[Span]) -> Mapped {
    let mut mapped = Mapped::default();
    for span in spans {
        mapped.end_part();
        mapped.words_before(text, span.start);
        for (offset, byte) in text.as_bytes().get(span.range()).unwrap_or_default().iter().enumerate() {
            let here = Span::new(span.start + offset, span.start + offset + 1);
            match digit(*byte).filter(|digit| digit != byte) {
                Some(digit) => mapped.whole(char::from(digit).encode_utf8(&mut [0; 4]), here),
                None => mapped.same(text, here),
            }
        }
    }
    mapped
}
