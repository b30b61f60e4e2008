//! Time zones, and what a date without a time means in one.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::LastDay;
use crate::Timestamp;

const MINUTE: i64 = 60_000;

/// The zone in which the dates of a record are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Zone {
    /// So many minutes ahead of UTC, all year.
    Fixed(i32),
    /// The time of Washington, D.C.: five hours behind UTC, four in summer (15 USC 260a).
    Washington,
}

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self::Fixed(0);

    /// Reads `UTC`, `America/New_York`, or an offset such as `-05:00`.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        match text {
            "UTC" => return Some(Self::UTC),
            "America/New_York" => return Some(Self::Washington),
            _ => {}
        }
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+')?),
        };
        let (hours, minutes) =
            rest.split_once(':').filter(|(hours, minutes)| hours.len() + minutes.len() == 4)?;
        let number =
            |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<i32>().ok())?;
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        (hours <= 14 && minutes < 60).then_some(Self::Fixed(sign * (hours * 60 + minutes)))
    }

    /// The first instant of a day.
    #[must_use]
    pub fn start_of(self, day: NaiveDate) -> Timestamp {
        let midnight = day.and_hms_opt(0, 0, 0).map_or(0, |midnight| midnight.and_utc().timestamp_millis());
        let ahead = match self {
            Self::Fixed(minutes) => minutes,
            Self::Washington if summer_at_midnight(day) => -4 * 60,
            Self::Washington => -5 * 60,
        };
        Timestamp::from_millis(midnight - i64::from(ahead) * MINUTE)
    }

    /// The day that an instant lies in. None if it is out of the calendar.
    #[must_use]
    pub fn day_of(self, at: Timestamp) -> Option<NaiveDate> {
        // No zone is a whole day from UTC, so it is the day there, the one before or the one after.
        let day = chrono::DateTime::from_timestamp_millis(at.millis())?.date_naive();
        let near = [day.succ_opt(), Some(day), day.pred_opt()];
        near.into_iter().flatten().find(|day| self.start_of(*day) <= at)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(0) => f.write_str("UTC"),
            Self::Washington => f.write_str("America/New_York"),
            Self::Fixed(minutes) => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

/// Whether summer time holds as a day begins in Washington. Clocks move at two in the morning, so the day on which
/// they move begins as the day before it ended. From 2007: second Sunday of March to first Sunday of November; from
/// 1987: first Sunday of April to last Sunday of October (15 USC 260a, as it stood). Older dates are read in
/// standard time.
fn summer_at_midnight(day: NaiveDate) -> bool {
    let (starts, ends) = match day.year() {
        2007.. => (sunday(day.year(), 3, 2), sunday(day.year(), 11, 1)),
        1987.. => (
            sunday(day.year(), 4, 1),
            sunday(day.year(), 11, 1).and_then(|first| first.checked_sub_days(Days::new(7))),
        ),
        _ => (None, None),
    };
    starts.zip(ends).is_some_and(|(starts, ends)| starts < day && day <= ends)
}

/// The so-manieth Sunday of a month.
fn sunday(year: i32, month: u32, which: u8) -> Option<NaiveDate> {
    NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Sun, which)
}

/// A date as it is written down: a day, or an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// A day, in the zone of the record.
    Day(NaiveDate),
    /// An instant.
    Instant(Timestamp),
}

impl When {
    /// Reads a date, or an RFC 3339 time with its offset.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        match text.parse::<NaiveDate>() {
            Ok(day) if text.len() == 10 => {
                Some(Self::Day(day)).filter(|_| (1900..=2999).contains(&day.year()))
            }
            _ => text.parse().ok().map(Self::Instant),
        }
    }

    /// The instant from which something holds that begins then.
    #[must_use]
    pub fn begins(self, zone: Zone) -> Timestamp {
        match self {
            Self::Day(day) => zone.start_of(day),
            Self::Instant(at) => at,
        }
    }

    /// The first instant after something that lasts until then. An instant is never part of what it ends.
    #[must_use]
    pub fn ends(self, zone: Zone, last_day: LastDay) -> Timestamp {
        match (self, last_day) {
            (Self::Day(day), LastDay::Included) => {
                zone.start_of(day.checked_add_days(Days::new(1)).unwrap_or(day))
            }
            _ => self.begins(zone),
        }
    }

    /// The instant that a question about this date is about: of a day its last millisecond, so that whatever takes
    /// effect or is published on the day counts.
    #[must_use]
    pub fn asked(self, zone: Zone) -> Timestamp {
        match self {
            Self::Day(_) => Timestamp::from_millis(self.ends(zone, LastDay::Included).millis() - 1),
            Self::Instant(at) => at,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => fmt::Display::fmt(day, f),
            Self::Instant(at) => fmt::Display::fmt(at, f),
        }
    }
}

impl serde::Serialize for When {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_the_zone_says_so() {
        for (zone, day, begins) in [
            ("UTC", "2026-03-08", "2026-03-08T00:00:00.000Z"),
            ("-05:00", "2026-07-01", "2026-07-01T05:00:00.000Z"),
            ("+05:30", "2026-07-01", "2026-06-30T18:30:00.000Z"),
            ("America/New_York", "2026-03-08", "2026-03-08T05:00:00.000Z"),
            ("America/New_York", "2026-03-09", "2026-03-09T04:00:00.000Z"),
            ("America/New_York", "2026-11-01", "2026-11-01T04:00:00.000Z"),
            ("America/New_York", "2026-11-02", "2026-11-02T05:00:00.000Z"),
            ("America/New_York", "2000-04-02", "2000-04-02T05:00:00.000Z"),
            ("America/New_York", "2000-04-03", "2000-04-03T04:00:00.000Z"),
            ("America/New_York", "2000-10-30", "2000-10-30T05:00:00.000Z"),
            ("America/New_York", "1980-07-01", "1980-07-01T05:00:00.000Z"),
        ] {
            let when = When::find(day).unwrap();
            assert_eq!(when.begins(Zone::find(zone).unwrap()).to_string(), begins, "{zone} {day}");
        }
        for zone in ["EST", "", "05:00", "-5:00", "+15:00", "+05:60", "-ab:cd"] {
            assert_eq!(Zone::find(zone), None, "{zone}");
        }
    }

    #[test]
    fn an_instant_lies_in_the_day_of_the_zone() {
        for (zone, at, day) in [
            ("UTC", "2026-03-08T00:00:00Z", "2026-03-08"),
            ("America/New_York", "2026-03-08T04:59:59Z", "2026-03-07"),
            ("America/New_York", "2026-03-08T05:00:00Z", "2026-03-08"),
            ("America/New_York", "2026-07-01T03:59:59Z", "2026-06-30"),
            ("America/New_York", "2027-01-01T04:59:59Z", "2026-12-31"),
            ("+14:00", "2026-12-31T10:00:00Z", "2027-01-01"),
            ("-05:00", "2024-03-01T04:59:59Z", "2024-02-29"),
        ] {
            let found = Zone::find(zone).unwrap().day_of(at.parse().unwrap());
            assert_eq!(found.unwrap().to_string(), day, "{zone} {at}");
        }
    }

    #[test]
    fn a_last_day_is_part_of_the_period_or_not() {
        let until = When::find("2024-02-29").unwrap();
        assert_eq!(until.ends(Zone::UTC, LastDay::Included).to_string(), "2024-03-01T00:00:00.000Z");
        assert_eq!(until.ends(Zone::UTC, LastDay::Excluded).to_string(), "2024-02-29T00:00:00.000Z");
        assert_eq!(until.asked(Zone::UTC).to_string(), "2024-02-29T23:59:59.999Z");
        let instant = When::find("2026-09-02T17:01:00-04:00").unwrap();
        for last_day in [LastDay::Included, LastDay::Excluded] {
            assert_eq!(instant.ends(Zone::UTC, last_day).to_string(), "2026-09-02T21:01:00.000Z");
        }
        for text in ["2026-02-29", "2026-13-01", "0001-01-01", "+12026-01-01", "2026-1-1", "tomorrow"] {
            assert_eq!(When::find(text), None, "{text}");
        }
    }
}
