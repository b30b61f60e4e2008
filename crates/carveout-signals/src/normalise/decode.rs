//! Base64 (RFC 4648, both alphabets, with or without padding and line breaks) and hexadecimal digits.

use std::borrow::Cow;

use super::{Mapped, suspicions::is_coded};
use crate::{
    Opaque, OpaqueKind, Span,
    bytes::{at, slice},
};

/// Bytes from which something that can't be read counts as content: keys, digests and signatures are shorter.
const CONTENT: usize = 96;
/// Shorter runs of hexadecimal digits are numbers, colours and addresses of networks, and too short to spell an identifier.
const SHORTEST_HEXADECIMAL: usize = 16;
/// Bytes of the longest digest or key in hexadecimal digits.
const LONGEST_DIGEST: usize = 64;

/// The texts that runs of base64 encode. What they encode that is no text is opaque.
pub(super) fn base64(text: &str, runs: &[Span], opaque: &mut Vec<Opaque>) -> Mapped {
    let bytes = text.as_bytes();
    let mut mapped = Mapped::default();
    for block in joined(bytes, runs) {
        if !may_be_text(bytes, block) && block.end - block.start < CONTENT {
            continue;
        }
        let Some(decoded) = decoded(slice(bytes, block.start, block.end)) else { continue };
        match readable(&decoded) {
            Some(shown) if bytes.len() >= block.end => {
                mapped.end_part();
                mapped.words_apart(text, block.start);
                // Line breaks shift the places; the whole block is then the source.
                if memchr::memchr(b'\n', slice(bytes, block.start, block.end)).is_some() {
                    mapped.whole(shown, block);
                } else {
                    mapped.base64(shown, block);
                }
            }
            _ if decoded.len() >= CONTENT && looks_encoded(slice(bytes, block.start, block.end)) => {
                opaque.push(Opaque { span: block, bytes: decoded.len(), kind: kind(&decoded) });
            }
            _ => {}
        }
    }
    mapped
}

/// Runs that are lines of one block, as mail and keys are written.
fn joined(bytes: &[u8], runs: &[Span]) -> Vec<Span> {
    const LINE: usize = 60;
    let mut blocks: Vec<Span> = Vec::new();
    let mut last_run = Span::new(0, 0);
    for run in runs {
        let between = slice(bytes, last_run.end, run.start);
        let follows = matches!(between, b"\n" | b"\r\n") && last_run.end - last_run.start >= LINE;
        match blocks.last_mut() {
            Some(block) if follows => block.end = run.end,
            _ => blocks.push(*run),
        }
        last_run = *run;
    }
    blocks
}

/// Whether the first bytes that a run encodes can be ASCII: every fourth character is then below 32.
fn may_be_text(bytes: &[u8], block: Span) -> bool {
    let firsts = slice(bytes, block.start, block.end).iter().step_by(4).take(4);
    firsts.into_iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'f')) || at(bytes, block.start) >= b'w'
}

/// The bytes that base64 encodes; line breaks are passed over. A last character that is too many is left out.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.iter().filter(|byte| is_coded(**byte)) {
        bits = bits << 6 | u32::from(sextet(*byte)?);
        count += 1;
        if count == 4 {
            let [_, a, b, c] = bits.to_be_bytes();
            bytes.extend([a, b, c]);
            (bits, count) = (0, 0);
        }
    }
    match count {
        2 => bytes.push((bits >> 4) as u8),
        3 => bytes.extend([(bits >> 10) as u8, (bits >> 2) as u8]),
        _ => {}
    }
    Some(bytes)
}

const fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// The texts that runs of hexadecimal digits encode.
pub(super) fn hexadecimal(text: &str, runs: &[Span]) -> Mapped {
    let bytes = text.as_bytes();
    let mut mapped = Mapped::default();
    for run in runs {
        if run.end - run.start < SHORTEST_HEXADECIMAL {
            continue;
        }
        let (start, digits) = (run.start, slice(bytes, run.start, run.end));
        let digits = digits.strip_prefix(b"0x").unwrap_or(digits);
        let start = start + (run.end - run.start - digits.len());
        if !digits.len().is_multiple_of(2) || !matches!(digits.first(), Some(b'2'..=b'7')) {
            continue;
        }
        let mut room = [0; LONGEST_DIGEST];
        let Some(decoded) = from_pairs(digits, &mut room) else { continue };
        if let Some(shown) = readable(&decoded) {
            mapped.end_part();
            mapped.words_apart(text, start);
            mapped.hexadecimal(shown, Span::new(start, run.end));
        }
    }
    mapped
}

/// The bytes that pairs of hexadecimal digits spell, as long as they may be text. Most digits spell none: nothing is allocated
/// for those that there is room for, nor for others.
fn from_pairs<'r>(digits: &[u8], room: &'r mut [u8]) -> Option<Cow<'r, [u8]>> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    };
    let (pairs, _) = digits.as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| {
        let byte = value(*high)? << 4 | value(*low)?;
        (byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r')).then_some(byte)
    };
    let Some(slots) = room.get_mut(..pairs.len()) else {
        let fits = pairs.iter().all(|pair| byte(pair).is_some());
        return fits.then(|| pairs.iter().filter_map(byte).collect());
    };
    for (slot, pair) in slots.iter_mut().zip(pairs) {
        *slot = byte(pair)?;
    }
    Some(Cow::Borrowed(slots))
}

/// The bytes as text, if nearly all of it is.
fn readable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let odd = text
        .chars()
        .filter(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        .count();
    (odd * 20 <= text.len()).then_some(text)
}

/// Whether a run mixes capitals, small letters and digits, as base64 does and paths and digests don't.
fn looks_encoded(text: &[u8]) -> bool {
    let has = |class: fn(&u8) -> bool| text.iter().any(class);
    let slashes = memchr::memchr_iter(b'/', text).count() + memchr::memchr2_iter(b'-', b'_', text).count();
    has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && slashes * 12 <= text.len()
        && text.len() > LONGEST_DIGEST * 2
}

/// What bytes seem to be, by their first ones.
fn kind(bytes: &[u8]) -> OpaqueKind {
    const KNOWN: [(&[u8], OpaqueKind); 13] = [
        (b"\x89PNG", OpaqueKind::Image),
        (b"\xff\xd8\xff", OpaqueKind::Image),
        (b"GIF8", OpaqueKind::Image),
        (b"BM", OpaqueKind::Image),
        (b"RIFF", OpaqueKind::Media),
        (b"ID3", OpaqueKind::Media),
        (b"OggS", OpaqueKind::Media),
        (b"fLaC", OpaqueKind::Media),
        (b"%PDF", OpaqueKind::Document),
        (b"\xd0\xcf\x11\xe0", OpaqueKind::Document),
        (b"PK\x03\x04", OpaqueKind::Archive),
        (b"\x1f\x8b", OpaqueKind::Archive),
        (b"\x28\xb5\x2f\xfd", OpaqueKind::Archive),
    ];
    KNOWN.iter().find(|(start, _)| bytes.starts_with(start)).map_or(OpaqueKind::Unknown, |(_, kind)| *kind)
}
