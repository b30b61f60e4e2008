//! Days, and spans of days.

use chrono::{Datelike, NaiveDate};

/// From a day to a day, both included; an open end is unknown or not yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    from: i32,
    until: i32,
}

const UNKNOWN_START: i32 = i32::MIN;
const UNKNOWN_END: i32 = i32::MAX;

impl Span {
    /// Always, as far as is known.
    pub const ALWAYS: Self = Self { from: UNKNOWN_START, until: UNKNOWN_END };

    /// From a day to a day, both included.
    #[must_use]
    pub fn new(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Self {
        let number = |day: NaiveDate| day.num_days_from_ce();
        Self { from: from.map_or(UNKNOWN_START, number), until: until.map_or(UNKNOWN_END, number) }
    }

    /// The first day.
    #[must_use]
    pub fn from(self) -> Option<NaiveDate> {
        (self.from != UNKNOWN_START).then(|| NaiveDate::from_num_days_from_ce_opt(self.from)).flatten()
    }

    /// The last day.
    #[must_use]
    pub fn until(self) -> Option<NaiveDate> {
        (self.until != UNKNOWN_END).then(|| NaiveDate::from_num_days_from_ce_opt(self.until)).flatten()
    }

    /// Whether a day lies in it. A span that ends before it starts holds no day.
    #[must_use]
    pub fn holds(self, day: NaiveDate) -> bool {
        let day = day.num_days_from_ce();
        self.from <= day && day <= self.until
    }

    /// Whether it ends before it starts.
    #[must_use]
    pub const fn is_contradictory(self) -> bool {
        self.until < self.from
    }

    /// The days on which something changes: the first day, and the one after the last.
    pub fn changes(self) -> impl Iterator<Item = NaiveDate> {
        self.from().into_iter().chain(self.until().and_then(|day| day.succ_opt()))
    }
}

/// The first or the last day that a date could mean: `2025` is a whole year.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// A start: the first day.
    First,
    /// An end: the last day.
    Last,
}

/// Reads a date as the sources write them: `2026-11-23` with or without a time, `20261123`, `11/23/2026` (month
/// first, as in United States sources), and the incomplete `2026-11` and `2026`.
#[must_use]
pub fn day(text: &str, end: End) -> Option<NaiveDate> {
    let text = text.trim();
    let text = text.split(['T', ' ']).next().unwrap_or_default();
    let parse = |format| NaiveDate::parse_from_str(text, format).ok();
    match text.len() {
        10 if text.contains('/') => parse("%m/%d/%Y"),
        10 => parse("%Y-%m-%d"),
        8 if text.bytes().all(|byte| byte.is_ascii_digit()) => parse("%Y%m%d"),
        7 => {
            let (year, month) = text.split_once('-')?;
            month_of(year.parse().ok()?, month.parse().ok()?, end)
        }
        4 if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            let year = text.parse().ok()?;
            month_of(year, if end == End::First { 1 } else { 12 }, end)
        }
        _ => None,
    }
}

fn month_of(year: i32, month: u32, end: End) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    match end {
        End::First => Some(first),
        End::Last => first.checked_add_months(chrono::Months::new(1))?.pred_opt(),
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Span, day};

    #[test]
    fn dates_are_read_as_sources_write_them() {
        for (text, first, last) in [
            ("2026-11-23", "2026-11-23", "2026-11-23"),
            ("2026-11-23T10:00:00.000Z", "2026-11-23", "2026-11-23"),
            ("20261123", "2026-11-23", "2026-11-23"),
            ("11/23/2026", "2026-11-23", "2026-11-23"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2025", "2025-01-01", "2025-12-31"),
        ] {
            let read = [End::First, End::Last].map(|end| day(text, end).unwrap().to_string());
            assert_eq!(read, [first, last], "{text}");
        }
        for text in ["", "2025-02-29", "23/11/2026", "2025-13", "99999999", "soon", "2026-1-1"] {
            assert_eq!(day(text, End::First), None, "{text}");
        }
    }

    #[test]
    fn spans_hold_both_their_ends() {
        let at = |text| day(text, End::First);
        let span = Span::new(at("2024-02-29"), at("2024-03-01"));
        let holds = ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]
            .map(|text| span.holds(at(text).unwrap()));
        assert_eq!(holds, [false, true, true, false]);
        assert!(Span::ALWAYS.holds(at("0001-01-01").unwrap()));
        assert!(Span::new(at("2025-01-02"), at("2025-01-01")).is_contradictory());
        assert!(!span.is_contradictory());
        assert_eq!(
            span.changes().map(|day| day.to_string()).collect::<Vec<_>>(),
            ["2024-02-29", "2024-03-02"]
        );
    }
}
