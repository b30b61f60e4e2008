//! Telephone numbers. Canonical form: E.164, `+` and digits.
//!
//! Sources: ITU-T E.164 and its list of assigned country codes; ITU-T E.123 (how numbers are written); NANPA,
//! North American Numbering Plan (area codes and exchanges N2-9, no N11; 555-0100 to 555-0199 for fiction).

use super::{
    number::{Digits, Separators, joined, prefixed},
    reading::{Match, Reading},
};
use crate::{Confidence, Kind, Region, bytes::before, context::Context};

/// A number with a country code, or a national one of the tenant's region.
pub(crate) fn number(digits: &Digits<'_>, reading: &Reading<'_>) -> Option<Match> {
    if !(7..=18).contains(&digits.len()) || digits.grouped(&[3, 2, 4], Separators::HYPHEN) {
        return None;
    }
    let plus = plus_before(reading.bytes, digits.start);
    if let Some(start) = plus {
        return international(digits.values, (start, digits.end), Confidence::Certain);
    }
    if !digits.stands_alone {
        return None;
    }
    let start = if before(reading.bytes, digits.start) == b'(' { digits.start - 1 } else { digits.start };
    let span = (start, digits.end);
    dialled_abroad(digits, span, reading).or_else(|| national(digits, span, reading))
}

/// Where a plus stands before the first digit, perhaps with a parenthesis between.
fn plus_before(bytes: &[u8], start: usize) -> Option<usize> {
    let plus = match before(bytes, start) {
        b'+' => start.checked_sub(1),
        b'(' if before(bytes, start - 1) == b'+' => start.checked_sub(2),
        _ => None,
    }?;
    // `(+49)` has its parenthesis before the plus; `a+49` is a sum.
    (!crate::bytes::is_word(before(bytes, plus))).then_some(plus)
}

/// A number in its international form. A `(0)` after the country code is for those who dial within it.
fn international(values: &[u8], span: (usize, usize), confidence: Confidence) -> Option<Match> {
    let (code, shortest, longest) = country(values)?;
    let rest = values.get(code..)?;
    let keeps_zero = values.starts_with(&[3, 9]);
    let rest = rest.strip_prefix(&[0][..]).filter(|_| !keeps_zero).unwrap_or(rest);
    if !(shortest..=longest).contains(&rest.len()) {
        return None;
    }
    if values.starts_with(&[1]) {
        return north_american(rest, span, confidence);
    }
    Some(Match::new(Kind::Phone, span, joined("+", [values.get(..code)?, rest]), confidence))
}

/// Ten digits of the North American plan.
fn north_american(rest: &[u8], span: (usize, usize), confidence: Confidence) -> Option<Match> {
    let &[a, b, c, d, e, f, g, h, ..] = rest else { return None };
    // N9X area codes are kept for a longer format; N11 are services.
    let area = a >= 2 && b != 9 && !(b == 1 && c == 1);
    let exchange = d >= 2 && !(e == 1 && f == 1);
    if rest.len() != 10 || !area || !exchange {
        return None;
    }
    let fiction = [d, e, f] == [5, 5, 5] && ((g, h) == (0, 1) || rest.ends_with(&[1, 2, 1, 2]));
    // 800, 833 to 888 and 900 are services, not subscribers.
    let service = (a == 8 && b == c && b != 1 && b != 9) || [a, b, c] == [9, 0, 0];
    let confidence = if service { Confidence::Possible } else { confidence };
    Some(Match::new(Kind::Phone, span, prefixed("+1", rest), confidence).reserved(fiction))
}

/// A number with an international prefix: `00` (ITU-T E.123), or `011` from North America.
fn dialled_abroad(digits: &Digits<'_>, span: (usize, usize), reading: &Reading<'_>) -> Option<Match> {
    let values = digits.values;
    let rest = match reading.region {
        Region::Us => values.strip_prefix(&[0, 1, 1][..]).or_else(|| values.strip_prefix(&[0, 0][..]))?,
        _ => values.strip_prefix(&[0, 0][..])?,
    };
    // Words are looked for last: most digits are no number of any country.
    let found = international(rest, span, Confidence::Certain)?;
    let written = !digits.is_bare() && digits.group(0).len() <= 5;
    match reading.context(digits.number).has(Context::PHONE) {
        true => Some(found),
        false if written => Some(found.at_most(Confidence::Likely)),
        false => None,
    }
}

/// A number as it is written within the tenant's region.
fn national(digits: &Digits<'_>, span: (usize, usize), reading: &Reading<'_>) -> Option<Match> {
    let found = in_plan(digits, span, reading.region)?;
    let confidence = match confidence_by_writing(digits, reading.region) {
        Some(Confidence::Likely) => Confidence::Likely,
        _ if reading.context(digits.number).has(Context::PHONE) => Confidence::Certain,
        Some(written) => written,
        None => return None,
    };
    Some(found.at_most(confidence))
}

/// The number that digits are in a region's plan, if they are one.
fn in_plan(digits: &Digits<'_>, span: (usize, usize), region: Region) -> Option<Match> {
    let plan = region.plan();
    if region == Region::Us {
        let rest =
            digits.values.strip_prefix(&[1][..]).filter(|rest| rest.len() == 10).unwrap_or(digits.values);
        return north_american(rest, span, Confidence::Certain);
    }
    let rest = match plan.trunk {
        "" => digits.values,
        _ => digits.values.strip_prefix(&[0][..])?,
    };
    let significant = (plan.shortest..=plan.longest).contains(&rest.len()) && rest.first() != Some(&0);
    (significant || region == Region::It)
        .then(|| Match::new(Kind::Phone, span, prefixed(plan.calling_code, rest), Confidence::Certain))
}

/// How sure the way of writing makes it, without any word that says so.
fn confidence_by_writing(digits: &Digits<'_>, region: Region) -> Option<Confidence> {
    let punctuated = WRITTEN_WITH.iter().any(|separator| digits.separators.has(*separator));
    match region {
        Region::Us if digits.is_bare() => (digits.len() == 10).then_some(Confidence::Possible),
        Region::Us => {
            let any = Separators::any();
            let grouped = digits.grouped(&[3, 3, 4], any) || digits.grouped(&[1, 3, 3, 4], any);
            grouped.then_some(Confidence::Likely)
        }
        Region::Fr => digits.grouped(&[2, 2, 2, 2, 2], Separators::any()).then_some(Confidence::Likely),
        Region::Gb | Region::De | Region::Nl | Region::Se | Region::In => {
            let trunk = digits.values.first() == Some(&0) && digits.values.get(1) != Some(&0);
            let grouped = (2..=5).contains(&digits.groups()) && digits.len() >= 9;
            let confidence = if punctuated { Confidence::Likely } else { Confidence::Possible };
            (trunk && grouped && !digits.separators.has(Separators::DOT)).then_some(confidence)
        }
        Region::Br => digits.separators.has(Separators::PARENTHESIS).then_some(Confidence::Likely),
        Region::Es | Region::It | Region::Pl => None,
    }
}

const WRITTEN_WITH: [Separators; 3] = [Separators::HYPHEN, Separators::SLASH, Separators::PARENTHESIS];

/// The length of the country code that digits start with, and of the national numbers it takes. There are no two: no code
/// begins another.
fn country(values: &[u8]) -> Option<(usize, usize, usize)> {
    static BY_START: [[u8; 3]; 1000] = by_start();
    let &[a, b, c, ..] = values else { return None };
    let start = usize::from(a) * 100 + usize::from(b) * 10 + usize::from(c);
    let [code, shortest, longest] = *BY_START.get(start)?;
    (code > 0).then_some((usize::from(code), usize::from(shortest), usize::from(longest)))
}

/// What [`CODES`] says about each three digits that a number may start with: three zeros if they start no code.
#[expect(clippy::indexing_slicing, reason = "a code has at most three digits")]
const fn by_start() -> [[u8; 3]; 1000] {
    let mut table = [[0; 3]; 1000];
    let mut place = 0;
    while place < CODES.len() {
        let (code, shortest, longest) = CODES[place];
        let times = [100, 10, 1][width(code) - 1];
        let mut start = code as usize * times;
        while start < (code as usize + 1) * times {
            table[start] = [width(code) as u8, shortest as u8, longest as u8];
            start += 1;
        }
        place += 1;
    }
    table
}

const fn width(code: u16) -> usize {
    match code {
        0..=9 => 1,
        10..=99 => 2,
        _ => 3,
    }
}

/// Country codes with the shortest and longest national numbers that are in use, by length and value. Codes of
/// services and networks (800, 808, 870, 878, 881 to 883, 888, 979) are left out: they name no subscriber.
#[rustfmt::skip]
const CODES: &[(u16, usize, usize)] = &[
    (1, 10, 10), (7, 10, 10),
    (20, 8, 10), (27, 9, 9), (30, 10, 10), (31, 9, 9), (32, 8, 9), (33, 9, 9), (34, 9, 9), (36, 8, 9), (39, 6, 11),
    (40, 9, 9), (41, 9, 9), (43, 7, 13), (44, 9, 10), (45, 8, 8), (46, 7, 10), (47, 8, 8), (48, 9, 9), (49, 6, 13),
    (51, 8, 9), (52, 10, 10), (53, 8, 8), (54, 10, 11), (55, 10, 11), (56, 9, 9), (57, 10, 10), (58, 10, 10),
    (60, 8, 10), (61, 9, 9), (62, 8, 12), (63, 8, 10), (64, 8, 10), (65, 8, 8), (66, 8, 9), (81, 9, 10), (82, 8, 10),
    (84, 9, 10), (86, 10, 11), (90, 10, 10), (91, 10, 10), (92, 9, 10), (93, 9, 9), (94, 9, 9), (95, 7, 10),
    (98, 10, 10),
    (211, 9, 9), (212, 9, 9), (213, 8, 9), (216, 8, 8), (218, 8, 9), (220, 7, 7), (221, 9, 9), (222, 8, 8),
    (223, 8, 8), (224, 8, 9), (225, 10, 10), (226, 8, 8), (227, 8, 8), (228, 8, 8), (229, 8, 10), (230, 7, 8),
    (231, 7, 9), (232, 8, 8), (233, 9, 9), (234, 8, 10), (235, 8, 8), (236, 8, 8), (237, 9, 9), (238, 7, 7),
    (239, 7, 7), (240, 9, 9), (241, 7, 8), (242, 9, 9), (243, 9, 9), (244, 9, 9), (245, 7, 9), (246, 7, 7),
    (247, 4, 6), (248, 7, 7), (249, 9, 9), (250, 9, 9), (251, 9, 9), (252, 7, 9), (253, 8, 8), (254, 9, 10),
    (255, 9, 9), (256, 9, 9), (257, 8, 8), (258, 8, 9), (260, 9, 9), (261, 9, 9), (262, 9, 9), (263, 8, 10),
    (264, 8, 9), (265, 7, 9), (266, 8, 8), (267, 7, 8), (268, 8, 8), (269, 7, 7), (290, 4, 5), (291, 7, 7),
    (297, 7, 7), (298, 6, 6), (299, 6, 6), (350, 8, 8), (351, 9, 9), (352, 5, 11), (353, 7, 9), (354, 7, 9),
    (355, 8, 9), (356, 8, 8), (357, 8, 8), (358, 6, 12), (359, 8, 9), (370, 8, 8), (371, 8, 8), (372, 7, 8),
    (373, 8, 8), (374, 8, 8), (375, 9, 9), (376, 6, 9), (377, 8, 9), (378, 6, 10), (380, 9, 9), (381, 8, 9),
    (382, 8, 9), (383, 8, 9), (385, 8, 9), (386, 8, 8), (387, 8, 9), (389, 8, 8), (420, 9, 9), (421, 9, 9),
    (423, 7, 9), (500, 5, 5), (501, 7, 7), (502, 8, 8), (503, 8, 8), (504, 8, 8), (505, 8, 8), (506, 8, 8),
    (507, 7, 8), (508, 6, 6), (509, 8, 8), (590, 9, 9), (591, 8, 8), (592, 7, 7), (593, 8, 9), (594, 9, 9),
    (595, 9, 9), (596, 9, 9), (597, 6, 7), (598, 8, 8), (599, 7, 8), (670, 7, 8), (672, 6, 6), (673, 7, 7),
    (674, 7, 7), (675, 8, 8), (676, 5, 7), (677, 5, 7), (678, 5, 7), (679, 7, 7), (680, 7, 7), (681, 6, 6),
    (682, 5, 5), (683, 4, 7), (685, 5, 10), (686, 5, 8), (687, 6, 6), (688, 5, 7), (689, 8, 8), (690, 4, 7),
    (691, 7, 7), (692, 7, 7), (850, 8, 10), (852, 8, 8), (853, 8, 8), (855, 8, 9), (856, 8, 10), (880, 8, 10),
    (886, 8, 9), (960, 7, 7), (961, 7, 8), (962, 8, 9), (963, 8, 9), (964, 8, 10), (965, 8, 8), (966, 9, 9),
    (967, 7, 9), (968, 8, 8), (970, 8, 9), (971, 8, 9), (972, 8, 9), (973, 8, 8), (974, 8, 8), (975, 8, 8),
    (976, 8, 8), (977, 8, 10), (992, 9, 9), (993, 8, 8), (994, 9, 9), (995, 9, 9), (996, 9, 9), (998, 9, 9),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn country_codes_are_in_order_and_none_begins_another() {
        assert!(CODES.is_sorted_by_key(|(code, ..)| (width(*code), *code)));
        for (code, shortest, longest) in CODES {
            assert!(
                shortest <= longest && longest + width(*code) <= 15,
                "{code}: E.164 has at most 15 digits"
            );
            for (longer, ..) in CODES.iter().filter(|(longer, ..)| width(*longer) > width(*code)) {
                let prefix = longer / 10_u16.pow(u32::try_from(width(*longer) - width(*code)).unwrap());
                assert_ne!(prefix, *code, "{longer}");
            }
        }
    }
}
