//! E-mail addresses. Canonical form: small letters, the domain as IDNA writes it in ASCII, no `+tag`; for Gmail also no
//! dots, since all those spellings reach one mailbox.
//!
//! Sources: RFC 5321 (lengths), RFC 5322 and RFC 6531 (characters; quoted local parts are left out), RFC 5890 (IDNA);
//! RFC 2606 and RFC 6761 (reserved domains); RFC 2142 (mailboxes of roles, which are no person's).

use std::borrow::Cow;

use smol_str::SmolStr;
use wide::u8x16;

use super::reading::{Match, Reading};
use crate::{
    Confidence, Kind,
    bytes::{at, letters_digits_and, set, slice},
    lanes::{BLOCK, Lanes, within},
    normalise::stands_for,
};

const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 253;

/// An address around an at sign.
pub(crate) fn address(reading: &Reading<'_>, place: usize) -> Option<Match> {
    let local = local_part(reading, place)?;
    let domain = domain(reading, place + 1)?;
    if local.start == place || is_user_of_url(reading, local.start) {
        return None;
    }
    let span = (local.start, domain.end);
    let canonical = match local.canonical && domain.canonical {
        true => reading.text.get(span.0..span.1)?.into(),
        false => canonical(reading.text.get(local.start..place)?, reading.text.get(place + 1..domain.end)?)?,
    };
    let (mailbox, domain) = canonical.split_at_checked(memchr::memchr(b'@', canonical.as_bytes())?)?;
    let confidence = if is_role(mailbox) { Confidence::Possible } else { Confidence::Certain };
    let reserved = is_reserved(domain.as_bytes());
    Some(Match::new(Kind::Email, span, canonical, confidence).reserved(reserved))
}

/// What a byte is within an address, in bits.
type Part = u8;
/// A letter, a digit, in a local part also an underscore.
const LETTER: Part = 1;
/// A mark that may stand between those.
const MARK: Part = 2;
/// A part of a character beyond ASCII.
const BEYOND: Part = 4;
/// What is spelt canonically in another way: capitals, and the plus before a tag.
const OTHERWISE: Part = 8;

static OF_LOCAL: [Part; 256] = parts(b"_", b".+-'~");
static OF_DOMAIN: [Part; 256] = parts(b"", b".-");

#[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
const fn parts(letters: &[u8], marks: &[u8]) -> [Part; 256] {
    let (letters, marks) = (letters_digits_and(letters, false), set(marks));
    let mut parts = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let otherwise = (byte as u8).is_ascii_uppercase() || byte as u8 == b'+';
        parts[byte] = (LETTER * letters[byte] as u8)
            | (MARK * marks[byte] as u8)
            | (BEYOND * (byte >= 0x80) as u8)
            | (OTHERWISE * otherwise as u8);
        byte += 1;
    }
    parts
}

fn part(parts: &[Part; 256], byte: u8) -> Part {
    parts.get(usize::from(byte)).copied().unwrap_or(0)
}

/// A local part.
struct Local {
    start: usize,
    /// Whether it is known to be spelt canonically.
    canonical: bool,
}

/// The local part before an at sign. A quotation mark or a hyphen of the sentence before it isn't part of the address.
fn local_part(reading: &Reading<'_>, place: usize) -> Option<Local> {
    let (mut start, mut word, mut seen) = (place, place, 0);
    let low = place.saturating_sub(LONGEST_LOCAL + 1);
    for byte in slice(reading.bytes, low, place).iter().rev() {
        let part = part(&OF_LOCAL, *byte);
        if part & (LETTER | MARK) == 0 {
            if part == BEYOND {
                let start = local_start(reading, place)?;
                return Some(Local { start, canonical: false });
            }
            break;
        }
        start -= 1;
        if part & LETTER != 0 {
            word = start;
        }
        seen |= part;
    }
    reading.walk(place - start + 4);
    (place - start <= LONGEST_LOCAL).then_some(Local { start: word, canonical: seen & OTHERWISE == 0 })
}

/// A domain.
struct Domain {
    end: usize,
    /// Whether it is known to be spelt canonically.
    canonical: bool,
}

/// The domain after an at sign.
fn domain(reading: &Reading<'_>, place: usize) -> Option<Domain> {
    let bytes = reading.bytes;
    let window = bytes.get(place..).and_then(<[u8]>::first_chunk);
    let (end, capitals) = match window.map(extent) {
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
fn extent(window: &[u8; BLOCK]) -> Extent {
    let lanes = Lanes::of(window);
    let letters =
        lanes.of_class(|bytes| within(bytes | u8x16::splat(0x20), b'a', 26) | within(bytes, b'0', 10));
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
    let high = (place + LONGEST_DOMAIN).min(bytes.len());
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

/// Where a local part starts that has characters beyond ASCII.
fn local_start(reading: &Reading<'_>, place: usize) -> Option<usize> {
    let (mut start, mut word) = (place, place);
    let mut characters = 0;
    for (position, character) in reading.text.get(..place)?.char_indices().rev() {
        if !(character.is_alphanumeric() || matches!(character, '.' | '_' | '+' | '-' | '\'' | '~')) {
            break;
        }
        characters += 1;
        // A look-alike is left to the view that reads it as what it looks like.
        if characters > LONGEST_LOCAL || stands_for(character).is_some() {
            return None;
        }
        start = position;
        if character.is_alphanumeric() || character == '_' {
            word = position;
        }
    }
    reading.walk(place - start + 4);
    Some(word)
}

/// Where a domain ends that has characters beyond ASCII.
fn domain_end(reading: &Reading<'_>, place: usize) -> Option<usize> {
    let mut end = place;
    for (position, character) in reading.text.get(place..)?.char_indices().take(LONGEST_DOMAIN) {
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

/// Whether the local part is the user or password of a URL: `https://user:secret@host`.
fn is_user_of_url(reading: &Reading<'_>, start: usize) -> bool {
    const REACH: usize = 64;
    if !matches!(crate::bytes::before(reading.bytes, start), b':' | b'/') {
        return false;
    }
    reading.walk(REACH);
    let earlier = crate::bytes::slice(reading.bytes, start.saturating_sub(REACH), start);
    let word = earlier.rsplit(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<')).next();
    word.is_some_and(|word| word.windows(2).any(|two| two == b"//"))
}

/// The one spelling.
fn canonical(local: &str, domain: &str) -> Option<SmolStr> {
    let mailbox = local.split('+').next().filter(|mailbox| !mailbox.is_empty()).unwrap_or(local);
    let domain = if domain.is_ascii() {
        Cow::Borrowed(domain)
    } else {
        Cow::Owned(idna::domain_to_ascii(domain).ok()?)
    };
    let gmail = ["gmail.com", "googlemail.com"].iter().any(|name| domain.eq_ignore_ascii_case(name));
    let mut address = String::with_capacity(mailbox.len() + domain.len() + 1);
    if mailbox.is_ascii() {
        address.extend(mailbox.split(|character| gmail && character == '.'));
        address.make_ascii_lowercase();
    } else {
        address.extend(
            mailbox.chars().filter(|character| !(gmail && *character == '.')).flat_map(char::to_lowercase),
        );
    }
    address.push('@');
    let before_domain = address.len();
    address.push_str(if gmail { "gmail.com" } else { &domain });
    if let Some(domain) = address.get_mut(before_domain..) {
        domain.make_ascii_lowercase();
    }
    Some(address.into())
}

/// Mailboxes of RFC 2142, and others that no person has for their own.
fn is_role(mailbox: &str) -> bool {
    matches!(
        mailbox,
        "info"
            | "support"
            | "sales"
            | "marketing"
            | "abuse"
            | "noc"
            | "security"
            | "postmaster"
            | "hostmaster"
            | "webmaster"
            | "admin"
            | "administrator"
            | "contact"
            | "hello"
            | "help"
            | "office"
            | "press"
            | "privacy"
            | "billing"
            | "jobs"
            | "noreply"
            | "no-reply"
            | "donotreply"
            | "git"
    )
}

/// Whether the domain, after its at sign, is kept for documentation and tests.
fn is_reserved(domain: &[u8]) -> bool {
    let start = domain.iter().rposition(|byte| matches!(byte, b'.' | b'@')).map_or(0, |mark| mark + 1);
    match domain.get(start..).unwrap_or_default() {
        b"example" | b"invalid" | b"test" | b"localhost" | b"local" => true,
        b"com" | b"net" | b"org" => {
            let name = domain.get(..start - 1).and_then(|rest| rest.strip_suffix(b"example"));
            name.and_then(<[u8]>::last).is_some_and(|mark| matches!(mark, b'.' | b'@'))
        }
        _ => false,
    }
}
