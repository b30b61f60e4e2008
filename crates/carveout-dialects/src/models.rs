//! The list of models a program may name, in each dialect's form.

use std::fmt::Write as _;

use bytes::Bytes;

use crate::Dialect;
use crate::json::write_string;

/// A model alias that a program may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelListed {
    /// The alias.
    pub id: String,
    /// Since when it is offered, in seconds since the Unix epoch.
    pub created: i64,
}

/// The body of `GET /v1/models`: everything on one page.
#[must_use]
pub fn models_list(dialect: Dialect, models: &[ModelListed]) -> Bytes {
    let mut out = String::from(match dialect {
        Dialect::OpenAi => r#"{"object":"list","data":["#,
        Dialect::Anthropic => r#"{"data":["#,
    });
    for (position, listed) in models.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write_model(&mut out, dialect, listed);
    }
    out.push(']');
    if dialect == Dialect::Anthropic {
        out.push_str(r#","has_more":false,"first_id":"#);
        write_id(&mut out, models.first());
        out.push_str(r#","last_id":"#);
        write_id(&mut out, models.last());
    }
    out.push('}');
    Bytes::from(out)
}

/// The body of `GET /v1/models/{id}`.
#[must_use]
pub fn model(dialect: Dialect, listed: &ModelListed) -> Bytes {
    let mut out = String::new();
    write_model(&mut out, dialect, listed);
    Bytes::from(out)
}

// Writing to a String can't fail, hence the ignored results below.
fn write_model(out: &mut String, dialect: Dialect, listed: &ModelListed) {
    match dialect {
        Dialect::OpenAi => {
            out.push_str(r#"{"id":"#);
            write_string(out, &listed.id);
            let _ = write!(out, r#","object":"model","created":{},"owned_by":"carveout"}}"#, listed.created);
        }
        Dialect::Anthropic => {
            out.push_str(r#"{"type":"model","id":"#);
            write_string(out, &listed.id);
            out.push_str(r#","display_name":"#);
            write_string(out, &listed.id);
            let _ = write!(out, r#","created_at":"{}"}}"#, Rfc3339(listed.created));
        }
    }
}

fn write_id(out: &mut String, listed: Option<&ModelListed>) {
    match listed {
        Some(listed) => write_string(out, &listed.id),
        None => out.push_str("null"),
    }
}

/// Seconds since the Unix epoch as RFC 3339, UTC.
struct Rfc3339(i64);

impl std::fmt::Display for Rfc3339 {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (days, seconds) = (self.0.div_euclid(86_400), self.0.rem_euclid(86_400));
        // Days to a Gregorian date, counting years from 1 March so that the leap day comes last.
        let days = days + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}
