//! Uses that go on during a phase-out, counted for the operator.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use carveout_ledger::{DesignationEffect, Timestamp};

/// Between two lines about one program and one instrument.
const PAUSE: Duration = Duration::from_secs(60);

/// Counts uses between lines of the log.
#[derive(Default)]
pub(crate) struct PhaseOuts(Mutex<HashMap<(String, String), Count>>);

#[derive(Default)]
struct Count {
    told: Option<Instant>,
    since: u64,
}

impl PhaseOuts {
    /// Writes a line for each effect, or counts for the next one.
    pub(crate) fn tell(&self, program: &str, effects: &[DesignationEffect], at: Timestamp) {
        for effect in effects {
            let Some(uses) = self.due(program, &effect.designation, Instant::now()) else { continue };
            let designation = &effect.designation;
            match effect.until {
                Some(until) => {
                    let days = days_left(at, until);
                    tracing::warn!(program, %designation, %until, days, uses, "a phase-out is on");
                }
                None => tracing::warn!(program, %designation, uses, "announced, and not enforced"),
            }
        }
    }

    fn due(&self, program: &str, designation: &str, now: Instant) -> Option<u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((program.to_owned(), designation.to_owned())).or_default();
        count.since += 1;
        if count.told.is_some_and(|told| now.saturating_duration_since(told) < PAUSE) {
            return None;
        }
        count.told = Some(now);
        Some(std::mem::take(&mut count.since))
    }
}

/// Whole days until an instant.
pub(crate) fn days_left(at: Timestamp, until: Timestamp) -> i64 {
    const DAY: i64 = 86_400_000;
    until.millis().saturating_sub(at.millis()).div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_out_is_told_once_a_minute_for_each_program_and_instrument() {
        let (phase_outs, start) = (PhaseOuts::default(), Instant::now());
        let due = |program, order, at| phase_outs.due(program, order, start + Duration::from_secs(at));
        assert_eq!([due("a", "x", 0), due("a", "x", 1), due("a", "x", 59)], [Some(1), None, None]);
        assert_eq!([due("b", "x", 1), due("a", "y", 1)], [Some(1), Some(1)]);
        assert_eq!(due("a", "x", 60), Some(3));
    }

    #[test]
    fn days_are_whole_ones() {
        let days = |until| days_left(Timestamp::from_millis(0), Timestamp::from_millis(until));
        assert_eq!([days(0), days(86_399_999), days(86_400_000), days(-1)], [0, 0, 1, -1]);
    }
}
