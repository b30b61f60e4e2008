//! E-mail addresses. Canonical form: small letters, the domain as IDNA writes it in ASCII, no `+tag`; for Gmail also no
//! dots, since all those spellings reach one mailbox.
//!
//! Sources: RFC 5321 (lengths), RFC 5322 and RFC 6531 (characters; quoted local parts are left out), RFC 5890 (IDNA);
//! RFC 2606 and RFC 6761 (reserved domains); RFC 2142 (mailboxes of roles, which are no person's).

use std::borrow::Cow;

use smol_str::SmolStr;

use super::reading::{Match, Reading};
use crate::{
    Confidence, Kind,
    bytes::{Set, at, is_among, letters_digits_and, slice},
    normalise::stands_for,
};

const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 253;

/// An address around an at sign.
pub(crate) fn address(reading: &Reading<'_>, place: usize) -> Option<Match> {
    let start = local_start(reading, place)?;
    let end = domain_end(reading, place + 1)?;
    let local = reading.text.get(start..place)?;
    let domain = reading.text.get(place + 1..end)?;
    if local.is_empty() || !is_domain(domain) || is_user_of_url(reading, start) {
        return None;
    }
    let address = reading.text.get(start..end)?;
    let canonical = if is_canonical(address) { address.into() } else { canonical(local, domain)? };
    let (mailbox, domain) = canonical.split_at_checked(memchr::memchr(b'@', canonical.as_bytes())?)?;
    let confidence = if is_role(mailbox) { Confidence::Possible } else { Confidence::Certain };
    let reserved = is_reserved(domain.as_bytes());
    Some(Match::new(Kind::Email, (start, end), canonical, confidence).reserved(reserved))
}

/// Whether an address is spelt canonically: small letters, no tag, not at Gmail.
fn is_canonical(address: &str) -> bool {
    /// What may be spelt in another way.
    static OTHERWISE: Set = others();
    const fn others() -> Set {
        let mut set = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            let capital = (byte as u8).is_ascii_uppercase();
            #[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
            {
                set[byte] = capital || byte as u8 == b'+' || byte >= 0x80;
            }
            byte += 1;
        }
        set
    }
    let bytes = address.as_bytes();
    let gmail = bytes.ends_with(b"@gmail.com") || bytes.ends_with(b"@googlemail.com");
    !gmail && !bytes.iter().any(|byte| is_among(&OTHERWISE, *byte))
}

/// The kinds of bytes where an address may begin or end.
const NEITHER: u8 = 0;
const LETTER: u8 = 1;
const MARK: u8 = 2;
const BEYOND: u8 = 3;

/// What each byte is in a local part: letters and digits count with the underscore.
static OF_LOCAL: [u8; 256] = kinds(b"_", b".+-'~");
/// What each byte is in a domain.
static OF_DOMAIN: [u8; 256] = kinds(b"", b".-");

#[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
const fn kinds(letters: &[u8], marks: &[u8]) -> [u8; 256] {
    let (letters, marks) = (letters_digits_and(letters, false), letters_digits_and(marks, false));
    let mut kinds = [NEITHER; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match (letters[byte], marks[byte]) {
            (true, _) => LETTER,
            (_, true) => MARK,
            _ if byte >= 0x80 => BEYOND,
            _ => NEITHER,
        };
        byte += 1;
    }
    kinds
}

fn kind(kinds: &[u8; 256], byte: u8) -> u8 {
    kinds.get(usize::from(byte)).copied().unwrap_or(NEITHER)
}

/// Where the local part starts, going back from the at sign. A quotation mark or a hyphen of the sentence before it isn't part of
/// the address.
fn local_start(reading: &Reading<'_>, place: usize) -> Option<usize> {
    let (mut start, mut word) = (place, place);
    let low = place.saturating_sub(LONGEST_LOCAL + 1);
    for byte in slice(reading.bytes, low, place).iter().rev() {
        match kind(&OF_LOCAL, *byte) {
            LETTER => word = start - 1,
            MARK => {}
            BEYOND => return local_start_beyond(reading, place),
            _ => break,
        }
        start -= 1;
    }
    reading.walk(place - start + 4);
    (place - start <= LONGEST_LOCAL).then_some(word)
}

/// Where the domain ends: after the last label.
fn domain_end(reading: &Reading<'_>, place: usize) -> Option<usize> {
    let mut end = place;
    let high = (place + LONGEST_DOMAIN).min(reading.bytes.len());
    for (byte, here) in slice(reading.bytes, place, high).iter().zip(place..) {
        match kind(&OF_DOMAIN, *byte) {
            LETTER => end = here + 1,
            MARK if at(reading.bytes, here + 1) != *byte => {}
            BEYOND => return domain_end_beyond(reading, place),
            _ => break,
        }
    }
    reading.walk(end - place + 4);
    Some(end)
}

/// The same by characters.
fn local_start_beyond(reading: &Reading<'_>, place: usize) -> Option<usize> {
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

/// The same by characters.
fn domain_end_beyond(reading: &Reading<'_>, place: usize) -> Option<usize> {
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

/// At least two labels, none empty, the last one of letters; names of files such as `logo@2x.png` are none.
fn is_domain(domain: &str) -> bool {
    let bytes = domain.as_bytes();
    let Some(dot) = bytes.iter().rposition(|byte| *byte == b'.') else { return false };
    let (Some(before), Some(last)) = (bytes.get(..dot), domain.get(dot + 1..)) else { return false };
    let letters = match last.is_ascii() {
        true => last.bytes().all(|byte| byte.is_ascii_alphabetic()),
        false => last.chars().all(char::is_alphabetic),
    };
    // A label is empty, or starts or ends with a hyphen, where two marks meet or one is the first or the last.
    let mark = |byte: &u8| matches!(byte, b'.' | b'-');
    let mut marked = true;
    let labels = before.iter().all(|byte| {
        let earlier = std::mem::replace(&mut marked, mark(byte));
        !(earlier && marked)
    });
    letters && labels && !marked && last.len() >= 2 && !is_file(last.as_bytes())
}

/// Whether the last label is what names of files end in.
fn is_file(last: &[u8]) -> bool {
    const FILES: [&[u8]; 14] = [
        b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"css", b"js", b"ts", b"json", b"html", b"txt",
        b"pdf", b"lock",
    ];
    last.len() <= 4 && FILES.iter().any(|file| last.eq_ignore_ascii_case(file))
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
