//! Percent-encoding (RFC 3986), numeric and a few named character references (HTML), and backslash escapes (`\u0040`, `\x40`).

use super::Mapped;
use crate::{
    Span,
    bytes::{at, slice},
};

/// The text around escapes, with these resolved.
pub(super) fn view(text: &str, spans: &[Span]) -> Mapped {
    let mut mapped = Mapped::default();
    for span in spans {
        let resolved = resolved_within(text, *span);
        if resolved.is_empty() {
            continue;
        }
        mapped.end_part();
        let mut kept = span.start;
        for (shown, here) in resolved {
            mapped.same(text, Span::new(kept, here.start));
            mapped.whole(&shown, here);
            kept = here.end;
        }
        mapped.same(text, Span::new(kept.min(span.end), span.end));
    }
    mapped
}

/// The escapes that start in a range, with what they stand for.
fn resolved_within(text: &str, span: Span) -> Vec<(String, Span)> {
    let bytes = text.as_bytes();
    let (mut found, mut place) = (Vec::new(), span.start);
    while let Some(next) = memchr::memchr3(b'%', b'&', b'\\', slice(bytes, place, span.end)) {
        let start = place + next;
        place = start + 1;
        if let Some((shown, length)) =
            resolved(bytes, start).filter(|(_, length)| text.is_char_boundary(start + length))
        {
            place = start + length;
            found.push((shown, Span::new(start, place)));
        }
    }
    found
}

/// What an escape stands for, and its length.
fn resolved(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    match (at(bytes, start), at(bytes, start + 1)) {
        (b'%', _) => percent(bytes, start),
        (b'&', _) => reference(bytes, start),
        (_, b'u') => hexadecimal(slice(bytes, start + 2, start + 6), 4).map(|shown| (shown, 6)),
        (_, b'x') => hexadecimal(slice(bytes, start + 2, start + 4), 2).map(|shown| (shown, 4)),
        _ => None,
    }
}

fn hexadecimal(digits: &[u8], wanted: usize) -> Option<String> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == wanted)?;
    let shown = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    (!shown.is_control()).then(|| shown.into())
}

/// One character of up to four percent-encoded bytes.
fn percent(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    let byte = |position: usize| {
        let escape = slice(bytes, start + 3 * position, start + 3 * position + 3);
        let digits = escape.strip_prefix(b"%").and_then(|digits| std::str::from_utf8(digits).ok())?;
        u8::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 2)
    };
    let first = byte(0)?;
    let length = match first {
        0x20..=0x7e => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let encoded: Option<Vec<u8>> = (0..length).map(byte).collect();
    String::from_utf8(encoded?).ok().map(|shown| (shown, 3 * length))
}

fn reference(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    const LONGEST: usize = 10;
    const NAMED: [(&str, &str); 7] = [
        ("commat", "@"),
        ("period", "."),
        ("amp", "&"),
        ("nbsp", " "),
        ("plus", "+"),
        ("colon", ":"),
        ("hyphen", "-"),
    ];
    let rest = slice(bytes, start + 1, (start + 1 + LONGEST).min(bytes.len()));
    let length = memchr::memchr(b';', rest)?;
    let name = std::str::from_utf8(rest.get(..length)?).ok()?;
    let whole = length + 2;
    if let Some((_, shown)) = NAMED.iter().find(|(named, _)| *named == name) {
        return Some(((*shown).to_owned(), whole));
    }
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?).filter(|shown| !shown.is_control()).map(|shown| (shown.into(), whole))
}
