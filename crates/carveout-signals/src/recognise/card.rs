//! Payment cards. Canonical form: the digits.
//!
//! Sources: ISO/IEC 7812-1 (Luhn check, up to 19 digits) and the issuer ranges that the networks publish.

use super::{
    checksum::luhn,
    number::{Digits, Separators},
    reading::{Match, Reading},
};
use crate::{Confidence, Kind, context::Context};

/// First and last six digits of a network's numbers, and their shortest and longest length.
const RANGES: &[(u64, u64, usize, usize)] = &[
    (220_000, 220_499, 16, 19), // Mir
    (222_100, 272_099, 16, 16), // Mastercard
    (300_000, 305_999, 14, 16), // Diners Club
    (340_000, 349_999, 15, 15), // American Express
    (352_800, 358_999, 16, 19), // JCB
    (360_000, 369_999, 14, 16), // Diners Club
    (370_000, 379_999, 15, 15), // American Express
    (380_000, 399_999, 14, 16), // Diners Club
    (400_000, 499_999, 16, 16), // Visa
    (501_800, 501_899, 16, 19), // Maestro
    (502_000, 502_099, 16, 19), // Maestro
    (508_500, 508_999, 16, 16), // RuPay
    (510_000, 559_999, 16, 16), // Mastercard
    (601_100, 601_199, 16, 19), // Discover
    (606_985, 607_984, 16, 16), // RuPay
    (620_000, 629_999, 16, 19), // UnionPay
    (644_000, 659_999, 16, 19), // Discover, RuPay
    (675_900, 675_999, 16, 19), // Maestro
];

/// Numbers that payment providers publish for tests.
const TESTS: &[u64] = &[
    4_111_111_111_111_111,
    4_242_424_242_424_242,
    4_012_888_888_881_881,
    4_000_056_655_665_556,
    4_000_000_000_000_002,
    5_555_555_555_554_444,
    5_105_105_105_105_100,
    5_200_828_282_828_210,
    2_223_003_122_003_222,
    378_282_246_310_005,
    371_449_635_398_431,
    378_734_493_671_000,
    6_011_111_111_111_117,
    6_011_000_990_139_424,
    6_011_981_111_111_113,
    3_056_930_009_020_004,
    30_569_309_025_904,
    38_520_000_023_237,
    36_227_206_271_667,
    3_566_002_020_360_505,
    3_530_111_333_300_000,
    6_200_000_000_000_005,
];

/// A card number, in one piece or grouped as on the card.
pub(crate) fn number(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    let length = digits.len();
    // No network's numbers start with 0, 1, 7, 8 or 9.
    let first = digits.values.first().is_some_and(|digit| matches!(digit, 2..=6));
    let allowed = [Separators::SPACE, Separators::HYPHEN].into_iter().any(|one| digits.separators.only(one));
    let grouped = digits.is_bare() || digits.group(0).len() == 4;
    let shaped = (14..=19).contains(&length) && first && allowed && grouped && digits.stands_alone;
    if !shaped || !luhn(digits.values) {
        return None;
    }
    let issuer = digits.value(0, 6);
    let in_range = |(first, last, shortest, longest): &&(u64, u64, usize, usize)| {
        (*first..=*last).contains(&issuer) && (*shortest..=*longest).contains(&length)
    };
    RANGES.iter().find(in_range)?;
    // One in ten numbers passes Luhn: fifteen bare digits are as likely to be a device.
    let weak = length < 16 && digits.is_bare() && !reading.context(digits.number).has(Context::CARD);
    let confidence = if weak { Confidence::Likely } else { Confidence::Certain };
    let test =
        TESTS.contains(&digits.value(0, length)) || digits.values.iter().skip(1).all(|digit| *digit == 0);
    Some(Match::new(Kind::Card, (digits.start, digits.end), digits.text(reading), confidence).reserved(test))
}
