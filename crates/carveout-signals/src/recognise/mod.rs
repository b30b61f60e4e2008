//! What is recognised, and how candidates are tried.
//!
//! The prefilter ([`crate::blocks`]) finds places where an identifier may be: a digit that starts a group, an at sign,
//! colons and hyphens between hexadecimal digits. Around such a place a number or a word is read once, and every
//! recogniser of that shape is asked. The surest answer counts.

mod card;
mod checksum;
mod dates;
mod device_id;
mod email;
mod iban;
mod imsi_imei;
mod ip;
mod mac;
mod names;
mod national_id;
mod number;
mod passport;
mod phone;
mod place;
mod plate;
mod reading;
mod short;
mod ssn;
mod table;
mod vin;
mod word;

pub use self::table::{RECOGNISERS, Recogniser};
pub(crate) use self::{
    names::{Column, Member, header, members},
    reading::{Match, Reading},
    short::Short,
};
use self::{
    number::Number,
    table::{asked_about, asked_about_word, is_asked_about},
    word::Word,
};
use crate::{
    Confidence,
    bytes::{at, before, is_word},
};

/// Groups that one identifier may have, written in twos.
const MOST_GROUPS: usize = 8;
/// Digits of the shortest identifier that is a number: an IPv4 address.
const FEWEST: usize = 4;

/// Looks around an at sign.
pub(crate) fn at_sign(reading: &Reading<'_>, place: usize, found: &mut Vec<Match>) {
    found.extend(reading.heard(email::address(reading, place)));
}

/// Looks around a colon, if hexadecimal digits or colons stand on both sides.
#[inline]
pub(crate) fn at_colon(reading: &Reading<'_>, place: usize, found: &mut Vec<Match>) -> usize {
    let inside = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
    if !inside(before(reading.bytes, place)) || !inside(at(reading.bytes, place + 1)) {
        return place;
    }
    let one = reading.heard(mac::interface(reading, place));
    let one = one.or_else(|| reading.heard(ip::version_6(reading, place)));
    let end = one.as_ref().map_or(place, |one| one.end);
    found.extend(one);
    end
}

/// Looks around a hyphen that is the third of its distance, if a hexadecimal digit is before it: lines of hyphens are common.
pub(crate) fn at_hyphen(reading: &Reading<'_>, place: usize, found: &mut Vec<Match>) {
    if !before(reading.bytes, place).is_ascii_hexdigit() {
        return;
    }
    let one = reading.heard(mac::interface(reading, place));
    found.extend(one.or_else(|| reading.heard(device_id::uuid(reading, place))));
}

/// Looks at the number or the word around the first group of digits, and returns where to go on.
pub(crate) fn at_digit(
    reading: &Reading<'_>,
    (place, digits_end): (usize, usize),
    found: &mut Vec<Match>,
) -> usize {
    let (earlier, later) = (before(reading.bytes, place), at(reading.bytes, digits_end));
    if earlier.is_ascii_alphabetic() || later.is_ascii_alphabetic() {
        // The name in an address is left to the at sign.
        if later == b'@' {
            return digits_end;
        }
        return in_word(reading, place, found)
            .unwrap_or_else(|| word::run(reading.bytes, digits_end, usize::MAX - digits_end - 1));
    }
    if (later == b'<' || earlier == b'<')
        && let Some(one) = reading.heard(passport::zone(reading, place))
    {
        let end = one.end;
        found.push(one);
        return end;
    }
    in_number(reading, (place, digits_end), found)
}

/// Tries what mixes letters and digits.
fn in_word(reading: &Reading<'_>, place: usize, found: &mut Vec<Match>) -> Option<usize> {
    let word = Word::around(reading, place).filter(|word| at(reading.bytes, word.end) != b'@');
    let one = word.and_then(|word| asked(&word, reading));
    let one = one.or_else(|| around_word(reading, place, word.as_ref()))?;
    let end = one.end;
    found.push(one);
    Some(end)
}

/// The surest answer about a word.
fn asked(word: &Word<'_>, reading: &Reading<'_>) -> Option<Match> {
    surest(asked_about_word(word.len()).filter_map(|recognise| reading.heard(recognise(word, reading))))
}

/// Tries what is more than the word: a line of `<`, groups with dots, a plate in parts.
fn around_word(reading: &Reading<'_>, place: usize, word: Option<&Word<'_>>) -> Option<Match> {
    /// Characters of the shortest line of a machine-readable zone.
    const ZONE: usize = 30;
    let bytes = reading.bytes;
    let word = word?;
    let (earlier, later) = (before(bytes, word.start), at(bytes, word.end));
    let length = word.end - word.start;
    if earlier == b'<' || later == b'<' || length >= ZONE {
        return reading.heard(passport::zone(reading, place));
    }
    if length == 4 && (earlier == b'.' || later == b'.') {
        return reading.heard(mac::dotted(reading, place));
    }
    let capital = word.bytes().iter().any(u8::is_ascii_uppercase);
    (capital && length <= 8).then(|| reading.heard(plate::vehicle(reading, place))).flatten()
}

/// Tries what is made of digits, whose first group ends at a place.
fn in_number(reading: &Reading<'_>, (place, first_end): (usize, usize), found: &mut Vec<Match>) -> usize {
    let before_parts = found.len();
    let mut end = first_end;
    // Most numbers of a text are years and amounts.
    if number::goes_on(reading.bytes, first_end) || is_asked_about(first_end - place) {
        let mut number = Number::at(place);
        number.read(reading);
        if number.has_second_by_dot()
            && let Some(one) = reading.heard(place::pair(&number, reading))
        {
            let end = one.end;
            found.push(one);
            return end;
        }
        in_parts(&number, reading, found);
        // What follows the last group directly belongs to another word, which is looked at by itself.
        let joined = number.groups() > 1 && is_word(at(reading.bytes, number.end));
        end = if joined { number.last_start() } else { number.end };
    }
    if found.len() == before_parts
        && let Some(word) = Word::of_digits(reading, place, first_end)
        && let Some(one) = beside_letters(&word, reading)
    {
        end = one.end;
        found.push(one);
    }
    end
}

/// Tries every run of groups that can stand for itself, the longest first.
fn in_parts(number: &Number, reading: &Reading<'_>, found: &mut Vec<Match>) {
    if number.groups() == 1 {
        found.extend(part(number, 0, 0, reading));
        return;
    }
    if number.len() < FEWEST {
        return;
    }
    let mut from = 0;
    while from < number.groups() {
        from = match number.may_start(from) {
            true => from_group(number, from, reading, found).unwrap_or(from) + 1,
            false => from + 1,
        };
    }
}

/// Tries the runs that start with a group, and returns the last group of the one that is an identifier.
fn from_group(number: &Number, from: usize, reading: &Reading<'_>, found: &mut Vec<Match>) -> Option<usize> {
    for to in (from..number.groups().min(from + MOST_GROUPS)).rev().filter(|to| number.may_end(*to)) {
        if let Some(one) = part(number, from, to, reading) {
            found.push(one);
            return Some(to);
        }
    }
    None
}

/// A word of digits only, whose letters stand apart: `12345678-Z`, `AB-123-CD`, a passport's nine digits.
fn beside_letters(word: &Word<'_>, reading: &Reading<'_>) -> Option<Match> {
    let bytes = reading.bytes;
    let capital = |byte: u8| byte.is_ascii_uppercase();
    let near = |byte: u8| matches!(byte, b' ' | b'-');
    let after = near(at(bytes, word.end)) && capital(at(bytes, word.end + 1));
    let earlier = near(before(bytes, word.start)) && capital(before(bytes, word.start - 1));
    // Most words are neither beside capitals nor of the length of the two others.
    if !after && !earlier && !matches!(word.len(), 4 | 7..=9) {
        return None;
    }
    let heard = |answer| reading.heard(answer);
    heard(passport::written(word, reading))
        .or_else(|| heard(after.then(|| national_id::spanish(word, reading)).flatten()))
        .or_else(|| heard(mac_of_digits(word, reading)))
        .or_else(|| heard((after || earlier).then(|| plate::vehicle(reading, word.start)).flatten()))
}

fn mac_of_digits(word: &Word<'_>, reading: &Reading<'_>) -> Option<Match> {
    (word.len() == 4 && at(reading.bytes, word.end) == b'.')
        .then(|| mac::dotted(reading, word.start))
        .flatten()
}

/// The surest answer about some groups of a number.
fn part(number: &Number, from: usize, to: usize, reading: &Reading<'_>) -> Option<Match> {
    let digits = number.part(reading.bytes, from, to)?;
    if digits.groups() == 4
        && let Some(one) = reading.heard(ip::version_4(&digits, reading))
    {
        return Some(one);
    }
    surest(asked_about(digits.len()).filter_map(|recognise| reading.heard(recognise(&digits, reading))))
}

/// The surest of several answers; of equally sure ones the first, so that nothing is asked after a certain one.
fn surest(answers: impl Iterator<Item = Match>) -> Option<Match> {
    let mut best: Option<Match> = None;
    // A loop, since a fold would move the answer at every step, and most candidates have none.
    for one in answers {
        if one.confidence == Confidence::Certain {
            return Some(one);
        }
        if best.as_ref().is_none_or(|best| one.confidence > best.confidence) {
            best = Some(one);
        }
    }
    best
}

/// The least sure finding that a guess at misread characters may end in.
pub(crate) const FOR_GUESSES: Confidence = Confidence::Likely;
