//! Addresses as they are spoken: `john [at] site (dot) org`, `john at site dot org`, `john @ site . org`.

use memchr::memmem;

use super::Mapped;
use crate::{
    Span,
    bytes::{at, before, ceil, floor},
};

/// Bytes around a spoken dot that may belong to the address.
const AROUND: usize = 80;

/// The text around spoken dots, and at signs that stand apart, with the signs for the words.
pub(super) fn view(text: &str, apart: &[usize]) -> Mapped {
    let bytes = text.as_bytes();
    let mut mapped = Mapped::default();
    let mut windows: Vec<Span> = Vec::new();
    let dots = [&b"dot"[..], b"DOT"].map(|word| memmem::find_iter(bytes, word));
    let mut places: Vec<usize> =
        dots.into_iter().flatten().filter(|place| stands_apart(bytes, *place)).collect();
    places.extend(apart);
    places.sort_unstable();
    for place in places {
        let (start, end) = (floor(text, place.saturating_sub(AROUND)), ceil(text, place + AROUND));
        match windows.last_mut() {
            Some(last) if last.end >= start => last.end = end,
            _ => windows.push(Span::new(start, end)),
        }
    }
    for window in windows {
        signed(text, window, &mut mapped);
    }
    mapped
}

/// Whether the word isn't a part of another.
fn stands_apart(bytes: &[u8], place: usize) -> bool {
    !(before(bytes, place).is_ascii_alphanumeric() || at(bytes, place + 3).is_ascii_alphanumeric())
}

/// Copies a window, the words `at` and `dot` with the blanks and brackets around them replaced; nothing if there are none.
fn signed(text: &str, window: Span, mapped: &mut Mapped) {
    let bytes = text.as_bytes();
    let mut signs = Vec::new();
    let mut place = window.start;
    while place < window.end {
        let found = spoken(bytes, place, window);
        place = found.map_or(place + 1, |(_, span)| span.end);
        signs.extend(found);
    }
    if signs.is_empty() {
        return;
    }
    mapped.end_part();
    let mut kept = window.start;
    for (sign, span) in signs {
        mapped.same(text, Span::new(kept, span.start));
        mapped.whole(sign, span);
        kept = span.end;
    }
    mapped.same(text, Span::new(kept, window.end));
}

/// A sign that is spoken at a place, with the blanks and brackets around it.
fn spoken(bytes: &[u8], place: usize, window: Span) -> Option<(&'static str, Span)> {
    let edge = |byte: u8| matches!(byte, b' ' | b'[' | b'(' | b'{' | b'<' | b']' | b')' | b'}' | b'>' | b'_');
    if !edge(at(bytes, place)) {
        return None;
    }
    let mut start = place;
    while start < window.end && edge(at(bytes, start)) {
        start += 1;
    }
    let word = |length: usize| bytes.get(start..start + length).unwrap_or_default();
    let (sign, length) = if word(3).eq_ignore_ascii_case(b"dot") {
        (".", 3)
    } else if word(2).eq_ignore_ascii_case(b"at") {
        ("@", 2)
    } else if word(1) == b"@" {
        ("@", 1)
    } else if word(1) == b"." {
        (".", 1)
    } else {
        return None;
    };
    let mut end = start + length;
    if !edge(at(bytes, end)) {
        return None;
    }
    while end < window.end && edge(at(bytes, end)) {
        end += 1;
    }
    Some((sign, Span::new(place, end)))
}
