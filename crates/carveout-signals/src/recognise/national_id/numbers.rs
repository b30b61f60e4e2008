//! National numbers of digits only.

use super::{confidence, found};
use crate::{
    Confidence,
    context::Context,
    recognise::{
        checksum::{luhn, mod_11_10, verhoeff, weighted},
        dates::is_day,
        number::{Digits, Separators},
        reading::{Match, Reading},
    },
};

/// Digits that may be a national number at all: of this length, and no part of something longer.
#[inline]
fn fitting<'n, const LENGTH: usize>(digits: &Digits<'n>) -> Option<&'n [u8; LENGTH]> {
    digits.values.try_into().ok().filter(|_| digits.stands_alone)
}

/// Germany: the tax identification number. Source: Bundeszentralamt für Steuern, "Informationen zur
/// Berechnung und Prüfung von Prüfziffern" (ISO 7064 MOD 11,10; among the first ten digits one occurs two or three
/// times and no other twice; no leading 0).
pub(crate) fn german(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let values: &[u8; 11] = fitting(digits)?;
    if values.first() == Some(&0) || !mod_11_10(values) {
        return None;
    }
    let mut seen = [0_u8; 10];
    for digit in digits.values.iter().take(10) {
        *seen.get_mut(usize::from(*digit))? += 1;
    }
    let repeated = seen.iter().filter(|times| **times > 1).count();
    if repeated != 1 || seen.iter().any(|times| *times > 3) {
        return None;
    }
    let written = digits.grouped(&[2, 3, 3, 3], Separators::SPACE);
    let bare = digits.is_bare().then_some(Confidence::Possible);
    let confidence = confidence(reading.context(digits.number).has(Context::DE), written, bare)?;
    let examples = ["86095742719", "47036892816", "65929970489", "57549285017"];
    Some(found("de", &digits.text(reading), (digits.start, digits.end), confidence, &examples))
}

/// France: the number of the national register (NIR). Source: INSEE, "Le numéro d'inscription au répertoire"
/// (sex, year, month, place, order, and 97 less the rest of the first thirteen digits by 97).
pub(crate) fn french(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let _: &[u8; 15] = fitting(digits)?;
    if !digits.separators.only(Separators::SPACE) {
        return None;
    }
    let key = 97 - digits.value(0, 13) % 97;
    let (sex, month) = (digits.value(0, 1), digits.value(3, 5));
    // Months from 20 on stand for unknown ones.
    if key != digits.value(13, 15)
        || !matches!(sex, 1..=4 | 7 | 8)
        || !matches!(month, 1..=12 | 20..=42 | 50..=99)
    {
        return None;
    }
    let written = digits.grouped(&[1, 2, 2, 2, 3, 3, 2], Separators::SPACE)
        || digits.grouped(&[13, 2], Separators::SPACE);
    let said = reading.context(digits.number).has(Context::FR) || written;
    let confidence = confidence(said, digits.is_bare(), None)?;
    let examples = ["255081416802538", "151024610204325", "269054958815780", "184127645108946"];
    Some(found("fr", &digits.text(reading), (digits.start, digits.end), confidence, &examples))
}

/// United Kingdom: the NHS number. Source: NHS Data Dictionary, "NHS NUMBER" (weights 10 to 2, MOD 11; numbers from 999
/// are for tests). Ten digits are as likely a telephone's, so a word must say so.
pub(crate) fn british(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let values: &[u8; 10] = fitting(digits)?;
    let check = (11 - weighted(values, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    if u64::from(check) != digits.value(9, 10) || !reading.context(digits.number).has(Context::GB) {
        return None;
    }
    let span = (digits.start, digits.end);
    let found = found("gb", &digits.text(reading), span, Confidence::Certain, &["9434765919", "4505577104"]);
    Some(Match { reserved: found.reserved || digits.value(0, 3) == 999, ..found })
}

/// The Netherlands: the citizen service number. Source: RvIG, "Logisch ontwerp BSN" (eleven test with weights 9 to 2
/// and -1; numbers from 9999 are for tests).
pub(crate) fn dutch(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let values: &[u8; 9] = fitting(digits)?;
    // -1 is 10 in MOD 11.
    let checks = weighted(values, &[9, 8, 7, 6, 5, 4, 3, 2, 10]).is_multiple_of(11);
    if !checks || *values == [0; 9] || !reading.context(digits.number).has(Context::NL) {
        return None;
    }
    let span = (digits.start, digits.end);
    let found = found("nl", &digits.text(reading), span, Confidence::Certain, &["111222333", "123456782"]);
    Some(Match { reserved: found.reserved || digits.value(0, 4) == 9999, ..found })
}

/// Sweden: the personal identity number. Source: Skatteverket, SKV 704 (date, serial, Luhn; coordination numbers add 60
/// to the day). Canonical without the century.
pub(crate) fn swedish(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let short = match digits.len() {
        10 => digits.values,
        12 if matches!(digits.value(0, 2), 19 | 20) => digits.values.get(2..)?,
        _ => return None,
    };
    let first = digits.len() - 10;
    let (month, day) = (digits.value(first + 2, first + 4), digits.value(first + 4, first + 6));
    let day = if day > 60 { day - 60 } else { day };
    if !is_day(month, day) || !luhn(short) || !digits.stands_alone {
        return None;
    }
    let written = digits.grouped(&[first + 6, 4], Separators::HYPHEN);
    if !written && !digits.is_bare() {
        return None;
    }
    let confidence = confidence(reading.context(digits.number).has(Context::SE), written, None)?;
    let number = crate::recognise::number::text_of(short);
    Some(found("se", &number, (digits.start, digits.end), confidence, &["8112189876", "6408233234"]))
}

/// Poland: PESEL. Source: Act on the population register of 24 September 2010, article 15 (date with the century in the
/// month, weights 1, 3, 7, 9).
pub(crate) fn polish(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let values: &[u8; 11] = fitting(digits)?;
    if !digits.is_bare() {
        return None;
    }
    let sum = weighted(values, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    if !sum.is_multiple_of(10) || !is_day(digits.value(2, 4) % 20, digits.value(4, 6)) {
        return None;
    }
    let said = reading.context(digits.number).has(Context::PL);
    let confidence = confidence(said, false, Some(Confidence::Possible))?;
    let examples = ["44051401458", "44051401359", "02070803628"];
    Some(found("pl", &digits.text(reading), (digits.start, digits.end), confidence, &examples))
}

/// India: Aadhaar. Source: UIDAI, "Aadhaar numbering scheme" (twelve digits, Verhoeff, not from 0 or 1; UIDAI's test
/// numbers start with 9999).
pub(crate) fn indian(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let values: &[u8; 12] = fitting(digits)?;
    if values.first()? < &2 || !verhoeff(values) {
        return None;
    }
    let written = [Separators::SPACE, Separators::HYPHEN].iter().any(|one| digits.grouped(&[4, 4, 4], *one));
    if !written && !digits.is_bare() {
        return None;
    }
    let confidence = confidence(reading.context(digits.number).has(Context::IN), written, None)?;
    let found = found("in", &digits.text(reading), (digits.start, digits.end), confidence, &[]);
    Some(Match { reserved: digits.value(0, 4) == 9999, ..found })
}

/// Brazil: CPF. Source: Receita Federal, Instrução Normativa RFB 1.548 of 2015 (two check digits, MOD 11).
pub(crate) fn brazilian(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let values: &[u8; 11] = fitting(digits)?;
    let check = |sum: u32| match sum % 11 {
        0 | 1 => 0,
        rest => u64::from(11 - rest),
    };
    let first = check(weighted(values, &[10, 9, 8, 7, 6, 5, 4, 3, 2]));
    let second = check(weighted(values, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
    let same = |digit: &u8| values.first() == Some(digit);
    if first * 10 + second != digits.value(9, 11) || values.iter().all(same) {
        return None;
    }
    let written =
        digits.groups() == 4 && digits.group(3).len() == 2 && digits.separator(3).has(Separators::HYPHEN);
    let said = reading.context(digits.number).has(Context::BR) || written;
    let confidence = confidence(said, false, digits.is_bare().then_some(Confidence::Possible))?;
    let examples = ["12345678909", "11144477735", "52998224725"];
    Some(found("br", &digits.text(reading), (digits.start, digits.end), confidence, &examples))
}
