//! Dates of birth inside national numbers.

/// Whether a month and a day exist in some year.
pub(crate) const fn is_day(month: u64, day: u64) -> bool {
    let longest = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 29,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    day >= 1 && day <= longest
}
