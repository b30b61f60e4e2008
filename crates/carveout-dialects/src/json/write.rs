//! The one canonical spelling of a string: the shortest escape, or none.
//!
//! Same choice as RFC 8785 section 3.2.2.2, so that any other implementation of
//! that rule writes the same bytes.

use std::fmt::Write as _;

/// Appends `value` as a JSON string, quotes included.
pub fn write_string(out: &mut String, value: &str) {
    out.push('"');
    let mut written = 0;
    for (at, byte) in value.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(value.get(written..at).unwrap_or_default());
        write_char(out, char::from(byte));
        written = at + 1;
    }
    out.push_str(value.get(written..).unwrap_or_default());
    out.push('"');
}

/// Appends one character of a string. True if it had to be escaped.
pub(crate) fn write_char(out: &mut String, character: char) -> bool {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        control if control < ' ' => {
            // Writing to a String can't fail.
            let _ = write!(out, "\\u{:04x}", u32::from(control));
        }
        plain => {
            out.push(plain);
            return false;
        }
    }
    true
}

/// The text of a canonically escaped string. Only canonical input has a meaning here.
pub(crate) fn unescape(canonical: &str) -> String {
    let mut out = String::with_capacity(canonical.len());
    let mut rest = canonical;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut characters = escape.chars();
        match characters.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                // Canonical `\u` spells a control character: four digits, never a surrogate.
                let digits: String = characters.by_ref().take(4).collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some(itself) => out.push(itself),
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out
}
