//! The names of facts that are meters.
//!
//! `[attempted_]persons[_by_CLASS]_within_NUMBER_(day|days|month|months)_per_(agreement|program)_(at_least|at_most)`
//!
//! A name holds everything that a temporal language would need to say the same, such as Dogwood's
//! `count_distinct_within`: what is counted, over which time, for whom.

use super::Minute;
use crate::Class;

const MINUTES_OF_A_DAY: Minute = 24 * 60;

/// No window is longer than ten years: what is kept for it must be kept that long.
const MOST_DAYS: u32 = 3_660;

/// What a fact counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeterFact {
    /// Uses that were not admitted are counted, and not those that were.
    pub attempted: bool,
    /// Only persons by identifiers of a class.
    pub class: Option<Class>,
    /// Minutes that the window reaches back.
    pub window: Minute,
    /// Whose uses are counted together.
    pub per: Per,
    /// Which bound on the number.
    pub bound: Bound,
}

/// Whose uses a meter counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// All uses under one agreement, by whatever program and for whatever purpose.
    Agreement,
    /// All uses of one program.
    Program,
}

/// Which bound on a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// At least so many.
    AtLeast,
    /// At most so many.
    AtMost,
}

impl MeterFact {
    /// What a fact of this name counts; nothing if it is no meter.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (attempted, name) = name.strip_prefix("attempted_").map_or((false, name), |rest| (true, rest));
        let (what, rest) = name.strip_prefix("persons")?.split_once("_within_")?;
        let class = match what.strip_prefix("_by_") {
            Some(class) => Some(*CLASSES.iter().find(|one| one.as_str() == class)?),
            None if what.is_empty() => None,
            None => return None,
        };
        let (window, rest) = rest.split_once("_per_")?;
        let (per, bound) = rest.split_once("_at_")?;
        Some(Self {
            attempted,
            class,
            window: minutes(window)?,
            per: match per {
                "agreement" => Per::Agreement,
                "program" => Per::Program,
                _ => return None,
            },
            bound: match bound {
                "least" => Bound::AtLeast,
                "most" => Bound::AtMost,
                _ => return None,
            },
        })
    }
}

/// Classes whose identifiers stand for persons: all but places.
const CLASSES: [Class; 7] = [
    Class::Contact,
    Class::Financial,
    Class::Government,
    Class::Device,
    Class::Network,
    Class::Vehicle,
    Class::Name,
];

/// The longest that so many months or days can be: a limit must not forget too early.
fn minutes(window: &str) -> Option<Minute> {
    let (number, unit) = window.split_once('_')?;
    let count: u32 = number.parse().ok().filter(|count| *count > 0 && !number.starts_with('0'))?;
    let days = match unit {
        "day" | "days" => count,
        "month" | "months" if count.is_multiple_of(12) => (count / 12).checked_mul(366)?,
        "month" | "months" => count.checked_mul(31)?,
        _ => return None,
    };
    (days <= MOST_DAYS).then_some(days * MINUTES_OF_A_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_everything_or_is_no_meter() {
        let all = MeterFact {
            attempted: false,
            class: None,
            window: 30 * MINUTES_OF_A_DAY,
            per: Per::Agreement,
            bound: Bound::AtLeast,
        };
        let cases = [
            ("persons_within_30_days_per_agreement_at_least", Some(all)),
            (
                "persons_by_financial_within_12_months_per_program_at_most",
                Some(MeterFact {
                    class: Some(Class::Financial),
                    window: 366 * MINUTES_OF_A_DAY,
                    per: Per::Program,
                    bound: Bound::AtMost,
                    ..all
                }),
            ),
            (
                "attempted_persons_within_1_day_per_program_at_least",
                Some(MeterFact { attempted: true, window: MINUTES_OF_A_DAY, per: Per::Program, ..all }),
            ),
            (
                "persons_within_1_month_per_agreement_at_least",
                Some(MeterFact { window: 31 * MINUTES_OF_A_DAY, ..all }),
            ),
            ("persons_at_least", None),
            ("persons_by_location_within_1_day_per_program_at_least", None),
            ("persons_within_0_days_per_agreement_at_least", None),
            ("persons_within_030_days_per_agreement_at_least", None),
            ("persons_within_5_years_per_agreement_at_least", None),
            ("persons_within_200_months_per_agreement_at_least", None),
            ("persons_within_99999999999_days_per_agreement_at_least", None),
            ("persons_within_30_days_per_caller_at_least", None),
            ("persons_within_30_days_per_agreement_at_best", None),
            ("personsx_within_30_days_per_agreement_at_least", None),
            ("tools_offered", None),
        ];
        for (name, expected) in cases {
            assert_eq!(MeterFact::parse(name), expected, "{name}");
        }
    }
}
