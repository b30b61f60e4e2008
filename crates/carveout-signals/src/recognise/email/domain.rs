//! The domain of an address.

use fearless_simd::{Level, Simd, dispatch};

use super::part::{BEYOND, LETTER, MARK, OF_DOMAIN, OTHERWISE, part};
use crate::{
    bytes::{at, slice},
    lanes::{BLOCK, Lanes, within},
    normalise::stands_for,
    recognise::reading::Reading,
};

const LONGEST: usize = 253;

/// A domain.
pub(super) struct Domain {
    pub(super) end: usize,
    /// Whether it is known to be spelt canonically.
    pub(super) canonical: bool,
}

/// The domain after an at sign.
pub(super) fn domain(reading: &Reading<'_>, place: usize) -> Option<Domain> {
    let bytes = reading.bytes;
    let window = bytes.get(place..).and_then(<[u8]>::first_chunk);
    let (end, capitals) =
        match window.map(|window| dispatch!(Level::baseline(), simd => extent(simd, window))) {
            Some(Extent::Ends { length, capitals }) => (place + length, capitals),
            Some(Extent::Meets) => return None,
            Some(Extent::Further) | None => match extent_by_bytes(bytes, place) {
                Extent::Ends { length, capitals } => (place + length, capitals),
                Extent::Meets => return None,
                Extent::Further => {
                    let end = domain_end(reading, place)?;
                    let fits = is_domain(reading.text.get(place..end)?);
                    return fits.then_some(Domain { end, canonical: false });
                }
            },
        };
    reading.walk(end - place + 4);
    let domain = slice(bytes, place, end);
    let dot = domain.iter().rposition(|byte| *byte == b'.')?;
    let gmail = matches!(domain, b"gmail.com" | b"googlemail.com");
    let fits = is_last_label(domain.get(dot + 1..)?);
    fits.then_some(Domain { end, canonical: !capitals && !gmail })
}

/// How far a domain goes. It ends after the last label; a label is empty, or starts or ends with a hyphen, where two marks
/// meet or one is the first.
enum Extent {
    Ends {
        length: usize,
        /// Whether there may be capitals.
        capitals: bool,
    },
    /// Marks meet before a label.
    Meets,
    /// Up to a character beyond ASCII, or further than was looked.
    Further,
}

/// How far the domain goes that starts a window.
#[inline(always)]
fn extent<S: Simd>(simd: S, window: &[u8; BLOCK]) -> Extent {
    let lanes = Lanes::of(simd, window);
    let letters = lanes.of_class(|bytes| within(bytes | 0x20, b'a', 26) | within(bytes, b'0', 10));
    let (dots, hyphens) = (lanes.are(b'.'), lanes.are(b'-'));
    let doubled = (dots & dots >> 1) | (hyphens & hyphens >> 1);
    let others = !(letters | dots | hyphens) | doubled;
    let length = others.trailing_zeros();
    // Whether the last mark of the window is doubled isn't seen.
    if length >= BLOCK as u32 - 1 || lanes.are_beyond() >> length & 1 == 1 {
        return Extent::Further;
    }
    let inside = !(u64::MAX << length);
    let (letters, marks) = (letters & inside, (dots | hyphens) & inside);
    let meets = marks & (marks << 1 | 1);
    if meets != 0 && letters >> meets.trailing_zeros() != 0 {
        return Extent::Meets;
    }
    let length = u64::BITS - letters.leading_zeros();
    Extent::Ends { length: length as usize, capitals: lanes.are_within(b'A', 26) & inside != 0 }
}

/// The same, byte by byte.
fn extent_by_bytes(bytes: &[u8], place: usize) -> Extent {
    let (mut end, mut seen, mut latest, mut meet) = (place, 0, MARK, false);
    let high = (place + LONGEST).min(bytes.len());
    for (byte, here) in slice(bytes, place, high).iter().zip(place..) {
        let part = part(&OF_DOMAIN, *byte);
        seen |= part;
        if part & LETTER != 0 {
            if meet {
                return Extent::Meets;
            }
            end = here + 1;
        } else if part == MARK && at(bytes, here + 1) != *byte {
            meet |= latest == MARK;
        } else if part == BEYOND {
            return Extent::Further;
        } else {
            break;
        }
        latest = part;
    }
    Extent::Ends { length: end - place, capitals: seen & OTHERWISE != 0 }
}

/// Whether ASCII letters and digits may be the last label: two letters or more, and not what names of files such as
/// `logo@2x.png` end in.
fn is_last_label(last: &[u8]) -> bool {
    const FILES: [u32; 14] = [
        packed(b"png"),
        packed(b"jpg"),
        packed(b"jpeg"),
        packed(b"gif"),
        packed(b"svg"),
        packed(b"webp"),
        packed(b"css"),
        packed(b"js"),
        packed(b"ts"),
        packed(b"json"),
        packed(b"html"),
        packed(b"txt"),
        packed(b"pdf"),
        packed(b"lock"),
    ];
    let letters = last.len() >= 2 && last.iter().all(u8::is_ascii_alphabetic);
    letters && (last.len() > 4 || !FILES.contains(&packed(last)))
}

/// Up to four letters in one number, as small ones.
const fn packed(letters: &[u8]) -> u32 {
    let (mut packed, mut rest) = (0, letters);
    while let [letter, after @ ..] = rest {
        packed = packed << 8 | letter.to_ascii_lowercase() as u32;
        rest = after;
    }
    packed
}

/// Where a domain ends that has characters beyond ASCII.
fn domain_end(reading: &Reading<'_>, place: usize) -> Option<usize> {
    let mut end = place;
    for (position, character) in reading.text.get(place..)?.char_indices().take(LONGEST) {
        if stands_for(character).is_some() {
            return None;
        } else if character.is_alphanumeric() {
            end = place + position + character.len_utf8();
        } else if !matches!(character, '.' | '-')
            || at(reading.bytes, place + position + 1) == character as u8
        {
            break;
        }
    }
    reading.walk(end - place + 4);
    Some(end)
}

/// Whether a domain with characters beyond ASCII has two labels or more, none empty, the last one of letters.
fn is_domain(domain: &str) -> bool {
    let Some((before, last)) = domain.rsplit_once('.') else { return false };
    let labels =
        before.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    let letters = match last.is_ascii() {
        true => is_last_label(last.as_bytes()),
        false => last.chars().all(char::is_alphabetic),
    };
    letters && labels
}
