//! Social security and individual taxpayer numbers of the United States. Canonical form: nine digits.
//!
//! Sources: Social Security Administration, "SSN randomization" (no area 000, 666 or 900 to 999, no group 00, no
//! serial 0000); IRS, "ITIN" (9xx with groups 50-65, 70-88, 90-92, 94-99).

use super::{
    number::{Digits, Separators},
    reading::{Match, Reading},
};
use crate::{Confidence, Kind, context::Context};

/// Numbers printed on sample cards, which the SSA withdrew, and the range it keeps for advertising.
const KNOWN: [u64; 3] = [78_051_120, 219_099_999, 123_456_789];
const ADVERTISING: std::ops::RangeInclusive<u64> = 987_654_320..=987_654_329;

/// Three, two and four digits, or nine in one piece beside a word that says so.
pub(crate) fn number(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    if digits.len() != 9 || !digits.stands_alone {
        return None;
    }
    let hyphens = digits.grouped(&[3, 2, 4], Separators::HYPHEN);
    let spaces = digits.grouped(&[3, 2, 4], Separators::SPACE);
    if !hyphens && !spaces && !digits.is_bare() {
        return None;
    }
    let (area, group, serial) = (digits.value(0, 3), digits.value(3, 5), digits.value(5, 9));
    let value = (area * 100 + group) * 10_000 + serial;
    let advertising = ADVERTISING.contains(&value);
    let security = !matches!(area, 0 | 666 | 900..) && group != 0;
    let taxpayer = area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    if serial == 0 || !(security || taxpayer || advertising) {
        return None;
    }
    let confidence = match hyphens {
        true => Confidence::Likely,
        false if reading.context(digits.number).has(Context::SSN) => Confidence::Certain,
        false => return None,
    };
    let reserved = advertising || KNOWN.contains(&value);
    Some(
        Match::new(Kind::Ssn, (digits.start, digits.end), digits.text(reading), confidence)
            .reserved(reserved),
    )
}
