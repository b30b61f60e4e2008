//! Dates as lists write them.

use chrono::{Months, NaiveDate};

/// Which end of a month or year is meant by a date that names no day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Edge {
    First,
    Last,
}

/// Reads `2026-03-04`, `2026-03-04T…`, `2026-03`, `2026`, or `03/04/2026`, which lists of American agencies mean as
/// the fourth of March. A year of two digits is not read: it may be any century's.
pub(super) fn date(text: &str, edge: Edge) -> Option<NaiveDate> {
    let text = text.trim();
    if let Some((day, time)) = text.split_once(['T', ' '])
        && time.starts_with(|c: char| c.is_ascii_digit())
    {
        return date(day, edge);
    }
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let digits = |part: &&&str| part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.iter().filter(digits).count() != parts.len() {
        return None;
    }
    let number = |part: &str| part.parse::<u32>().ok();
    let year = |part: &str| if part.len() == 4 { part.parse::<i32>().ok() } else { None };
    match parts.as_slice() {
        [y, m, d] if text.contains('-') => NaiveDate::from_ymd_opt(year(y)?, number(m)?, number(d)?),
        [m, d, y] if text.contains('/') => NaiveDate::from_ymd_opt(year(y)?, number(m)?, number(d)?),
        [y, m] if text.contains('-') => within(NaiveDate::from_ymd_opt(year(y)?, number(m)?, 1)?, 1, edge),
        [y] => within(NaiveDate::from_ymd_opt(year(y)?, 1, 1)?, 12, edge),
        _ => None,
    }
}

fn within(first: NaiveDate, months: u32, edge: Edge) -> Option<NaiveDate> {
    match edge {
        Edge::First => Some(first),
        Edge::Last => first.checked_add_months(Months::new(months))?.pred_opt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_lists_write_them() {
        for (text, first, last) in [
            ("2026-03-04", "2026-03-04", "2026-03-04"),
            ("2026-03-04T10:00:00", "2026-03-04", "2026-03-04"),
            ("03/04/2026", "2026-03-04", "2026-03-04"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2025", "2025-01-01", "2025-12-31"),
            (" 12/31/1999 ", "1999-12-31", "1999-12-31"),
        ] {
            assert_eq!(date(text, Edge::First).unwrap().to_string(), first, "{text}");
            assert_eq!(date(text, Edge::Last).unwrap().to_string(), last, "{text}");
        }
        for text in
            ["", "Indefinite", "3/4/26", "2026-02-30", "31/12/2026", "4 March 2026", "2026-1-2-3", "-5"]
        {
            assert_eq!(date(text, Edge::First), None, "{text}");
        }
    }
}
