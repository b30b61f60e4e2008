//! E-mail addresses. Canonical form: small letters, the domain as IDNA writes it in ASCII, no `+tag`; for Gmail also no
//! dots, since all those spellings reach one mailbox.
//!
//! Sources: RFC 5321 (lengths), RFC 5322 and RFC 6531 (characters; quoted local parts are left out), RFC 5890 (IDNA);
//! RFC 2606 and RFC 6761 (reserved domains); RFC 2142 (mailboxes of roles, which are no person's).

use std::borrow::Cow;

use smol_str::SmolStr;

use super::reading::{Match, Reading};
use crate::{Confidence, Kind, bytes::at, normalise::stands_for};

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
    let (canonical, role) = canonical(local, domain)?;
    let confidence = if role { Confidence::Possible } else { Confidence::Certain };
    let reserved = is_reserved(&canonical);
    Some(Match::new(Kind::Email, (start, end), canonical, confidence).reserved(reserved))
}

/// Where the local part starts, by characters, going back from the at sign.
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
    // A quotation mark or a hyphen of the sentence before it isn't part of the address.
    Some(word)
}

/// Where the domain ends: after the last label.
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

/// At least two labels, none empty, the last one of letters; names of files such as `logo@2x.png` are none.
fn is_domain(domain: &str) -> bool {
    const FILES: [&str; 14] =
        ["png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "ts", "json", "html", "txt", "pdf", "lock"];
    let Some((before, last)) = domain.rsplit_once('.') else { return false };
    let letters = last.chars().all(char::is_alphabetic) || last.starts_with("xn--");
    let labels =
        before.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    letters && labels && last.len() >= 2 && !FILES.iter().any(|file| last.eq_ignore_ascii_case(file))
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

/// The one spelling, and whether the mailbox is a role's.
fn canonical(local: &str, domain: &str) -> Option<(SmolStr, bool)> {
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
    let role = is_role(&address);
    address.push('@');
    let before_domain = address.len();
    address.push_str(if gmail { "gmail.com" } else { &domain });
    if let Some(domain) = address.get_mut(before_domain..) {
        domain.make_ascii_lowercase();
    }
    Some((address.into(), role))
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

/// Whether the domain is kept for documentation and tests.
fn is_reserved(address: &str) -> bool {
    let domain = address.rsplit('@').next().unwrap_or_default();
    let top = domain.rsplit('.').next().unwrap_or_default();
    let named = ["example.com", "example.net", "example.org"];
    let within =
        |name: &&str| domain.strip_suffix(*name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    matches!(top, "example" | "invalid" | "test" | "localhost" | "local") || named.iter().any(within)
}
