//! E-mail addresses. Canonical form: small letters, the domain as IDNA writes it in ASCII, no `+tag`; for Gmail also no
//! dots, since all those spellings reach one mailbox.
//!
//! Sources: RFC 5321 (lengths), RFC 5322 and RFC 6531 (characters; quoted local parts are left out), RFC 5890 (IDNA);
//! RFC 2606 and RFC 6761 (reserved domains); RFC 2142 (mailboxes of roles, which are no person's).

mod domain;
mod local;
mod part;

use std::borrow::Cow;

use smol_str::SmolStr;

use self::{domain::domain, local::local_part};
use super::reading::{Match, Reading};
use crate::{Confidence, Kind};

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
