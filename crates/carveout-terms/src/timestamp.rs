//! Points in time, in whole milliseconds of UTC.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, SecondsFormat};

/// Milliseconds since 1970-01-01T00:00:00Z. Shown and parsed as RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Timestamp(i64);

/// A text that is neither an RFC 3339 time nor a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a time; write an RFC 3339 time such as `2026-03-05T00:00:00Z` or a date such as `2026-03-05`"
)]
pub struct TimestampError(String);

impl Timestamp {
    /// The time so many milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds after the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads an RFC 3339 time with any offset, or a date, which means its first instant in UTC.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self(time.timestamp_millis()));
        }
        // RFC 3339 section 5.6 writes a date in ten characters; what parses dates here is laxer.
        text.parse::<NaiveDate>()
            .ok()
            .filter(|_| text.len() == 10)
            .and_then(|date| date.and_hms_opt(0, 0, 0))
            .map(|midnight| Self(midnight.and_utc().timestamp_millis()))
            .ok_or_else(|| TimestampError(text.to_owned()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_timestamp_millis(self.0) {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(f, "{} ms", self.0),
        }
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
