//! When something is due: business days with the federal holidays, days, months and hours.
//!
//! The clauses that set clocks don't say what a business day is. Here it is a day from Monday to Friday that is no
//! federal holiday (5 USC 6103(a)), as it is observed: a holiday on a Saturday on the Friday before (6103(b)), one on a
//! Sunday on the Monday after (section 3(a) of Executive Order 11582). Inauguration Day is a holiday in and around
//! Washington only (6103(c)), and no holiday here: a clock that counts it ends a day earlier, never later. The day on
//! which a clock starts isn't counted, and the last day is part of the time. Days and months of the calendar are not
//! moved where they end on a weekend.

use carveout_terms::{
    Timestamp,
    designation::{Clock, ClockUnit, Zone},
};
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// When something is due.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Due {
    /// The first instant that is too late.
    pub before: Timestamp,
    /// The last day, in the zone that was asked for; none if the clock counts hours.
    pub day: Option<NaiveDate>,
}

/// The holidays of a year, by their own dates.
fn holidays(year: i32) -> Vec<NaiveDate> {
    let fixed = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let which = |month, weekday, which| NaiveDate::from_weekday_of_month_opt(year, month, weekday, which);
    // The last Monday of May is the one in its last seven days.
    let memorial = NaiveDate::from_ymd_opt(year, 5, 31)
        .and_then(|last| last.checked_sub_days(Days::new(u64::from(last.weekday().num_days_from_monday()))));
    let juneteenth = if year >= 2021 { fixed(6, 19) } else { None };
    [
        fixed(1, 1),
        which(1, Weekday::Mon, 3),
        which(2, Weekday::Mon, 3),
        memorial,
        juneteenth,
        fixed(7, 4),
        which(9, Weekday::Mon, 1),
        which(10, Weekday::Mon, 2),
        fixed(11, 11),
        which(11, Weekday::Thu, 4),
        fixed(12, 25),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The day on which a holiday is taken.
fn observed(holiday: NaiveDate) -> Option<NaiveDate> {
    match holiday.weekday() {
        Weekday::Sat => holiday.pred_opt(),
        Weekday::Sun => holiday.succ_opt(),
        _ => Some(holiday),
    }
}

/// Whether a day is a business day.
#[must_use]
pub fn is_business_day(day: NaiveDate) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    // The first of January may be taken on the last of December.
    let years = [day.year(), day.year().saturating_add(1)];
    !weekend && !years.into_iter().flat_map(holidays).any(|holiday| observed(holiday) == Some(day))
}

/// The last of so many business days after a day.
#[must_use]
pub fn business_days_after(day: NaiveDate, count: u32) -> Option<NaiveDate> {
    let mut day = day;
    let mut left = count;
    while left > 0 {
        day = day.succ_opt()?;
        left -= u32::from(is_business_day(day));
    }
    Some(day)
}

/// When a clock that starts at an instant runs out. None beyond the end of the calendar.
#[must_use]
pub fn due(start: Timestamp, clock: Clock, zone: Zone) -> Option<Due> {
    let first = zone.day_of(start)?;
    let day = match clock.unit {
        ClockUnit::Hours => {
            let hours = i64::from(clock.amount).checked_mul(HOUR)?;
            let before = Timestamp::from_millis(start.millis().checked_add(hours)?);
            return Some(Due { before, day: None });
        }
        ClockUnit::Days => first.checked_add_days(Days::new(u64::from(clock.amount)))?,
        ClockUnit::BusinessDays => business_days_after(first, clock.amount)?,
        ClockUnit::Months => first.checked_add_months(Months::new(clock.amount))?,
    };
    Some(Due { before: zone.start_of(day.succ_opt()?), day: Some(day) })
}
