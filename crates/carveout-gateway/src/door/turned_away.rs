//! Who was not let in, for the operator: one line of log a second at most, however many try.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::key::KeyError;

/// Between two lines.
const PAUSE: Duration = Duration::from_secs(1);

/// Counts refusals between lines of the log.
#[derive(Default)]
pub(crate) struct TurnedAway(Mutex<Count>);

#[derive(Default)]
struct Count {
    told: Option<Instant>,
    since: u64,
}

impl TurnedAway {
    /// Writes a line, or counts for the next one. What was presented is in neither.
    pub(super) fn tell(&self, reason: KeyError) {
        if let Some(refusals) = self.due(Instant::now()) {
            tracing::warn!(%reason, refusals, "not let in");
        }
    }

    /// How many refusals the line that is due now stands for.
    fn due(&self, now: Instant) -> Option<u64> {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        count.since += 1;
        if count.told.is_some_and(|told| now.saturating_duration_since(told) < PAUSE) {
            return None;
        }
        count.told = Some(now);
        Some(std::mem::take(&mut count.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_refusals_is_one_line_a_second() {
        let (turned_away, start) = (TurnedAway::default(), Instant::now());
        let told: Vec<_> = [0, 1, 500, 999, 1_000, 1_500, 2_100]
            .map(|at| turned_away.due(start + Duration::from_millis(at)))
            .into();
        assert_eq!(told, [Some(1), None, None, None, Some(4), None, Some(2)]);
    }
}
