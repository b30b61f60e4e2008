//! International bank account numbers. Canonical form: capitals and digits.
//!
//! Source: ISO 13616-1 (MOD 97-10 over the rearranged number) and the lengths of the SWIFT IBAN registry.

use super::{
    checksum::mod_97,
    reading::{Match, Reading},
    word::{Word, compact},
};
use crate::{Confidence, Kind, bytes::at};

/// Lengths by country.
#[rustfmt::skip]
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AT", 20), (b"AZ", 28), (b"BA", 20), (b"BE", 16), (b"BG", 22),
    (b"BH", 22), (b"BI", 27), (b"BR", 29), (b"BY", 28), (b"CH", 21), (b"CR", 22), (b"CY", 28), (b"CZ", 24),
    (b"DE", 22), (b"DJ", 27), (b"DK", 18), (b"DO", 28), (b"EE", 20), (b"EG", 29), (b"ES", 24), (b"FI", 18),
    (b"FK", 18), (b"FO", 18), (b"FR", 27), (b"GB", 22), (b"GE", 22), (b"GI", 23), (b"GL", 18), (b"GR", 27),
    (b"GT", 28), (b"HR", 21), (b"HU", 28), (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IS", 26), (b"IT", 27),
    (b"JO", 30), (b"KW", 30), (b"KZ", 20), (b"LB", 28), (b"LC", 32), (b"LI", 21), (b"LT", 20), (b"LU", 20),
    (b"LV", 21), (b"LY", 25), (b"MC", 27), (b"MD", 24), (b"ME", 22), (b"MK", 19), (b"MN", 20), (b"MR", 27),
    (b"MT", 31), (b"MU", 30), (b"NI", 28), (b"NL", 18), (b"NO", 15), (b"OM", 23), (b"PK", 24), (b"PL", 28),
    (b"PS", 29), (b"PT", 25), (b"QA", 29), (b"RO", 24), (b"RS", 22), (b"RU", 33), (b"SA", 24), (b"SC", 31),
    (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24), (b"SM", 27), (b"SO", 23), (b"ST", 25), (b"SV", 28),
    (b"TL", 23), (b"TN", 24), (b"TR", 26), (b"UA", 29), (b"VA", 22), (b"VG", 24), (b"XK", 20), (b"YE", 30),
];

/// The registry's own examples, and those of the most read manuals.
const EXAMPLES: &[&str] = &[
    "DE89370400440532013000",
    "GB29NWBK60161331926819",
    "GB82WEST12345698765432",
    "GB33BUKB20201555555555",
    "FR1420041010050500013M02606",
    "FR7630006000011234567890189",
    "ES9121000418450200051332",
    "IT60X0542811101000000123456",
    "NL91ABNA0417164300",
    "CH9300762011623852957",
    "BE68539007547034",
    "AT611904300234573201",
    "SE4550000000058398257466",
    "PL61109010140000071219812874",
    "PT50000201231234567890154",
    "NO9386011117947",
    "DK5000400440116243",
    "FI2112345600000785",
    "IE29AIBK93115212345678",
    "LU280019400644750000",
    "GR1601101250000000012300695",
];

/// An account number that starts at a word's start, in one piece or in fours.
pub(crate) fn account(word: &Word<'_>, reading: &Reading<'_>) -> Option<Match> {
    let &[a, b, c, d, ..] = word.bytes() else { return None };
    if !(a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit()) {
        return None;
    }
    let country = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
    let position = LENGTHS.binary_search_by_key(&&country, |(country, _)| country).ok()?;
    let (_, wanted) = LENGTHS.get(position)?;
    let (text, read, _) = compact::<34>(reading, word.start, b" -");
    let account = text.get(..*wanted).filter(|_| read >= *wanted)?;
    let end = end_after(reading, word.start, *wanted);
    if crate::bytes::is_word(at(reading.bytes, end)) {
        return None;
    }
    let (head, tail) = account.split_at_checked(4)?;
    if mod_97(tail.iter().chain(head).copied()) != 1 {
        return None;
    }
    let canonical: smol_str::SmolStr = account.iter().map(|byte| char::from(*byte)).collect();
    let example = EXAMPLES.contains(&canonical.as_str());
    Some(Match::new(Kind::Iban, (word.start, end), canonical, Confidence::Certain).reserved(example))
}

/// The place after so many letters and digits.
fn end_after(reading: &Reading<'_>, start: usize, wanted: usize) -> usize {
    let counted = |place: &usize| at(reading.bytes, *place).is_ascii_alphanumeric();
    // At most one separator stands between two of them.
    (start..start + 2 * wanted).filter(counted).nth(wanted - 1).map_or(start, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_countries_are_in_order_and_the_examples_are_accounts() {
        assert!(LENGTHS.is_sorted_by_key(|(country, _)| country));
        for example in EXAMPLES {
            let (head, tail) = example.as_bytes().split_at(4);
            assert_eq!(mod_97(tail.iter().chain(head).copied()), 1, "{example}");
            let length = LENGTHS.iter().find(|(country, _)| *country == &head[..2]).unwrap().1;
            assert_eq!(length, example.len(), "{example}");
        }
    }
}
