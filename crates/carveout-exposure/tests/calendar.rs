//! Clocks, as tables of dates that can be counted on a calendar of the wall.
#![expect(clippy::unwrap_used, reason = "a test stops where it can't go on")]

use carveout_exposure::calendar::{business_days_after, due, is_business_day};
use carveout_terms::{
    Timestamp,
    designation::{Clock, ClockUnit, Zone},
};
use chrono::NaiveDate;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A clock, which only a record can say: so a record says it.
fn clock(amount: u32, unit: ClockUnit) -> Clock {
    let text = format!(
        r#"
designation = "x"
version = 1
title = "x"
kind = "exclusion_order"
issuer = "x"
force = "binding"
confidence = "primary"
authorities = ["x"]
conduct = ["provide"]
[[source]]
id = "x"
title = "x"
digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
confidence = "primary"
[[target]]
kind = "source"
name = "x"
[scope]
agencies = ["any_federal"]
[dates]
zone = "UTC"
last_day = "included"
effective = 2026-01-01
[[duty]]
kind = "report"
trigger = "x"
hook = "x"
within = {{ amount = {amount}, unit = "{unit}" }}
"#
    );
    let record = carveout_terms::designation::Designation::parse(&text).unwrap();
    record.instrument().duties.first().unwrap().within.unwrap()
}

#[test]
fn holidays_are_no_business_days_as_they_are_observed() {
    for (date, business) in [
        ("2026-11-25", true),
        ("2026-11-26", false),
        ("2026-11-27", true),
        // 4 July 2026 is a Saturday and taken on the Friday; the Monday after is none.
        ("2026-07-03", false),
        ("2026-07-06", true),
        // 1 January 2028 is a Saturday: taken on the last day of the year before.
        ("2027-12-31", false),
        ("2028-01-03", true),
        // 25 December 2022 is a Sunday: taken on the Monday.
        ("2022-12-26", false),
        ("2022-12-27", true),
        ("2026-05-25", false),
        ("2026-01-19", false),
        ("2026-02-16", false),
        ("2026-06-19", false),
        ("2020-06-19", true),
        ("2026-09-07", false),
        ("2026-10-12", false),
        ("2026-11-11", false),
        ("2024-02-29", true),
        // Inauguration Day is no holiday outside of Washington.
        ("2025-01-21", true),
        ("2026-11-21", false),
        ("2026-11-22", false),
    ] {
        assert_eq!(is_business_day(day(date)), business, "{date}");
    }
}

#[test]
fn business_days_are_counted_over_holidays_and_year_ends() {
    for (start, count, last) in [
        ("2026-11-23", 3, "2026-11-27"),
        ("2026-11-25", 1, "2026-11-27"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-12-24", 3, "2026-12-30"),
        ("2026-12-30", 3, "2027-01-05"),
        ("2027-12-30", 1, "2028-01-03"),
        ("2024-02-28", 2, "2024-03-01"),
        ("2026-07-02", 10, "2026-07-17"),
        ("2026-11-23", 0, "2026-11-23"),
    ] {
        assert_eq!(business_days_after(day(start), count), Some(day(last)), "{count} after {start}");
    }
}

#[test]
fn a_clock_runs_in_its_unit_and_its_zone() {
    use ClockUnit::{BusinessDays, Days, Hours, Months};
    let washington = Zone::find("America/New_York").unwrap();
    for (start, zone, amount, unit, before) in [
        ("2026-11-23T15:00:00Z", washington, 3, BusinessDays, "2026-11-28T05:00:00.000Z"),
        // Late in the evening in Washington it is the next day in UTC.
        ("2026-11-24T04:30:00Z", washington, 3, BusinessDays, "2026-11-28T05:00:00.000Z"),
        ("2026-11-24T04:30:00Z", Zone::UTC, 3, BusinessDays, "2026-12-01T00:00:00.000Z"),
        // Hours run through the night in which clocks move.
        ("2026-10-31T12:00:00Z", washington, 72, Hours, "2026-11-03T12:00:00.000Z"),
        ("2026-03-06T12:00:00-05:00", washington, 180, Days, "2026-09-03T04:00:00.000Z"),
        ("2024-02-28T12:00:00Z", Zone::UTC, 1, Days, "2024-03-01T00:00:00.000Z"),
        ("2025-02-28T12:00:00Z", Zone::UTC, 1, Days, "2025-03-02T00:00:00.000Z"),
        ("2023-11-30T12:00:00Z", Zone::UTC, 3, Months, "2024-03-01T00:00:00.000Z"),
        ("2026-12-31T12:00:00Z", Zone::UTC, 2, Months, "2027-03-01T00:00:00.000Z"),
    ] {
        let start: Timestamp = start.parse().unwrap();
        let found = due(start, clock(amount, unit), zone).unwrap();
        assert_eq!(found.before.to_string(), before, "{amount} {unit} after {start}");
    }
    let end_of_time = Timestamp::from_millis(i64::MAX);
    assert_eq!(due(end_of_time, clock(1, Hours), Zone::UTC), None);
}
