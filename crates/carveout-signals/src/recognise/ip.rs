//! Public addresses of the Internet. Canonical form: as RFC 5952 and RFC 791 write them; an IPv4 address inside an IPv6
//! one is the IPv4 address.
//!
//! Sources: the IANA special-purpose registries (RFC 6890 and its updates): private, shared, local, multicast and
//! unspecified addresses identify nobody and are left out. For documentation: RFC 5737 (192.0.2.0/24,
//! 198.51.100.0/24, 203.0.113.0/24), RFC 3849 (2001:db8::/32) and RFC 9637 (3fff::/20).

use core::{
    net::{Ipv4Addr, Ipv6Addr},
    str::from_utf8,
};

use smol_str::SmolStr;

use super::{
    number::{Digits, Separators},
    reading::{Match, Reading},
};
use crate::{
    Confidence, Kind,
    bytes::{at, before, slice},
    context::Context,
};

/// Four numbers with dots.
pub(crate) fn version_4(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let bytes = reading.bytes;
    if digits.groups() != 4 || digits.separators != Separators::DOT || !digits.stands_alone {
        return None;
    }
    // `1. 2. 3. 4.` is a list, `0300.1.2.3` no decimal address.
    if (digits.end - digits.start) != digits.len() + 3 || matches!(before(bytes, digits.start), b'.' | b'-') {
        return None;
    }
    let octet = |position| match *digits.group(position) {
        [one] => Some(one),
        [ten, one] if ten > 0 => Some(ten * 10 + one),
        [hundred @ 1..=2, ten, one] => (hundred * 100).checked_add(ten * 10 + one),
        _ => None,
    };
    let address = Ipv4Addr::new(octet(0)?, octet(1)?, octet(2)?, octet(3)?);
    let words = before(bytes, digits.start) == b' ' || before(bytes, digits.start).is_ascii_alphabetic();
    let version = words && reading.context(digits.number).has(Context::VERSION);
    let confidence = if version { Confidence::Possible } else { Confidence::Likely };
    // It is written as it is spelt canonically: octets have no zeros before them.
    let written = reading.text.get(digits.start..digits.end)?;
    judged_4(address, (digits.start, digits.end), confidence, || written.into())
}

fn judged_4(
    address: Ipv4Addr,
    span: (usize, usize),
    confidence: Confidence,
    canonical: impl FnOnce() -> SmolStr,
) -> Option<Match> {
    let [a, b, ..] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let special = a == 0
        || a >= 224
        || shared
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || (a == 198 && (18..20).contains(&b))
        || address.octets().starts_with(&[192, 0, 0]);
    // Resolvers that everybody uses say nothing of anybody.
    let everybodys =
        matches!(address.octets(), [1, 1, 1, 1] | [1, 0, 0, 1] | [8, 8, 8, 8] | [8, 8, 4, 4] | [9, 9, 9, 9]);
    (!special).then(|| {
        Match::new(Kind::Ip, span, canonical(), confidence).reserved(address.is_documentation() || everybodys)
    })
}

fn written(address: impl std::fmt::Display) -> SmolStr {
    smol_str::format_smolstr!("{address}")
}

/// Groups of hexadecimal digits with colons, around a colon.
pub(crate) fn version_6(reading: &Reading<'_>, place: usize) -> Option<Match> {
    const LONGEST: usize = 45;
    let bytes = reading.bytes;
    let inside = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let low = place.saturating_sub(LONGEST);
    let mut start = place;
    while start > low && inside(before(bytes, start)) {
        start -= 1;
    }
    let mut end = place;
    while end < start + LONGEST + 1 && inside(at(bytes, end)) {
        end += 1;
    }
    reading.walk(end - start);
    while end > start
        && matches!(before(bytes, end), b'.' | b':')
        && !slice(bytes, start, end).ends_with(b"::")
    {
        end -= 1;
    }
    if crate::bytes::is_word(before(bytes, start)) || crate::bytes::is_word(at(bytes, end)) {
        return None;
    }
    // Times of day have fewer colons, and no two of them together.
    let text = slice(bytes, start, end);
    let colons = text.iter().filter(|byte| **byte == b':').count();
    if colons < 6 && !text.windows(2).any(|two| two == b"::") {
        return None;
    }
    let address: Ipv6Addr = from_utf8(text).ok()?.parse().ok()?;
    let span = (start, end);
    if let Some(inner) = address.to_ipv4_mapped() {
        return judged_4(inner, span, Confidence::Certain, || written(inner));
    }
    let [first, second, ..] = address.segments();
    // Only 2000::/3 is assigned to the global Internet (RFC 4291, IANA).
    let global = first & 0xe000 == 0x2000;
    let documentation = (first, second) == (0x2001, 0xdb8) || (first == 0x3fff && second < 0x1000);
    let everybodys = (first, second) == (0x2001, 0x4860) || (first, second) == (0x2606, 0x4700);
    global.then(|| {
        Match::new(Kind::Ip, span, written(address), Confidence::Certain)
            .reserved(documentation || everybodys)
    })
}
