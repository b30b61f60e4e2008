//! Mobile subscriptions and devices. Canonical forms: the digits of the IMSI; the first fourteen of the IMEI, so
//! that an IMEI and its version with software digits are one device.
//!
//! Sources: ITU-T E.212 (mobile country codes 2xx to 7xx; 001 for tests, 999 for private networks); 3GPP TS 23.003
//! (IMEI and its Luhn digit); GSMA TS.06 (reporting bodies; `00` for test devices).

use super::{
    checksum::luhn,
    number::Digits,
    reading::{Match, Reading},
};
use crate::{Confidence, Kind, context::Context};

/// Devices that manuals and encyclopedias show.
const SHOWN: [u64; 3] = [49_015_420_323_751, 35_209_900_176_148, 35_693_803_564_380];

/// A subscription, beside a word that says so: fifteen digits have no check of their own.
pub(crate) fn subscription(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    if !matches!(digits.len(), 14 | 15) || !digits.stands_alone {
        return None;
    }
    let country = digits.value(0, 3);
    let reserved = matches!(country, 1 | 999);
    let known = reserved || matches!(country, 200..=799 | 901);
    (known && reading.context(digits.number).has(Context::IMSI)).then(|| {
        let span = (digits.start, digits.end);
        Match::new(Kind::Imsi, span, digits.text(reading), Confidence::Certain).reserved(reserved)
    })
}

/// A device: fifteen digits that check, or sixteen with the software's version, beside a word or grouped as printed.
pub(crate) fn device(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let any = super::number::Separators::any();
    let version = match digits.len() {
        15 if luhn(digits.values) => false,
        16 => true,
        _ => return None,
    };
    if !digits.stands_alone {
        return None;
    }
    let said = reading.context(digits.number).has(Context::IMEI);
    let printed = digits.grouped(&[2, 6, 6, 1], any) || digits.grouped(&[8, 6, 1], any);
    let confidence = match (said, version, printed) {
        (true, ..) => Confidence::Certain,
        (false, false, true) => Confidence::Likely,
        _ => return None,
    };
    let device = digits.value(0, 14);
    let reserved = digits.value(0, 2) == 0 || SHOWN.contains(&device);
    let canonical = super::number::text_of(digits.values.get(..14)?);
    Some(Match::new(Kind::Imei, (digits.start, digits.end), canonical, confidence).reserved(reserved))
}
