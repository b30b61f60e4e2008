//! The time of decisions, which never runs backwards.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use carveout_terms::Timestamp;

/// Where the wall time comes from: the machine, or a test's own source.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::from_source(|| {
            let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
            Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// Any other source of wall time.
    pub fn from_source(source: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// Milliseconds since 1970, as the source has it: not for decisions.
    pub(crate) fn wall(&self) -> i64 {
        (self.0)().millis()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock(..)")
    }
}

/// The clock fell further behind the last decision than the tolerance allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the clock is {behind_ms} ms behind the last recorded time: correct it, or wait until it has caught up"
)]
pub(crate) struct ClockUntrusted {
    behind_ms: i64,
}

/// Gives every decision a time that is never earlier than the one before it, nor than the ledger's last entry
/// (DESIGN 4.12). A small step back is absorbed by holding the last value; a large one means that either the
/// clock or the ledger can't be trusted, and nothing is decided until they agree again.
#[derive(Debug)]
pub(crate) struct DecisionClock {
    source: Clock,
    last: AtomicI64,
    tolerance_ms: i64,
}

impl DecisionClock {
    pub(crate) fn new(source: Clock, last: Timestamp, tolerance: Duration) -> Self {
        let tolerance_ms = i64::try_from(tolerance.as_millis()).unwrap_or(i64::MAX);
        Self { source, last: AtomicI64::new(last.millis()), tolerance_ms }
    }

    /// The time for a new decision.
    pub(crate) fn now(&self) -> Result<Timestamp, ClockUntrusted> {
        let wall = self.source.wall();
        let last = self.last.fetch_max(wall, Ordering::AcqRel);
        let behind_ms = last.saturating_sub(wall);
        if behind_ms > self.tolerance_ms {
            return Err(ClockUntrusted { behind_ms });
        }
        Ok(Timestamp::from_millis(wall.max(last)))
    }

    /// The time for a record of what has already happened, which must be written however wrong the clock is.
    pub(crate) fn recording(&self) -> Timestamp {
        let wall = self.source.wall();
        Timestamp::from_millis(wall.max(self.last.fetch_max(wall, Ordering::AcqRel)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stepping(steps: &'static [i64], last: i64, tolerance_ms: u64) -> DecisionClock {
        let next = AtomicI64::new(0);
        let source = Clock::from_source(move || {
            let index = next.fetch_add(1, Ordering::Relaxed);
            Timestamp::from_millis(steps[usize::try_from(index).unwrap()])
        });
        DecisionClock::new(source, Timestamp::from_millis(last), Duration::from_millis(tolerance_ms))
    }

    #[test]
    fn decision_time_never_runs_backwards() {
        let clock = stepping(&[100, 90, 95, 101, 41, 300], 0, 50);
        let seen: Vec<Option<i64>> = (0..6).map(|_| clock.now().ok().map(Timestamp::millis)).collect();
        assert_eq!(seen, [Some(100), Some(100), Some(100), Some(101), None, Some(300)]);
    }

    #[test]
    fn the_first_decision_is_not_earlier_than_the_ledger() {
        assert_eq!(stepping(&[100], 120, 50).now().map(Timestamp::millis), Ok(120));
        assert_eq!(stepping(&[100], 151, 50).now(), Err(ClockUntrusted { behind_ms: 51 }));
    }

    #[test]
    fn a_record_is_written_however_wrong_the_clock_is() {
        let clock = stepping(&[100, 1], 0, 50);
        assert_eq!(clock.now().map(Timestamp::millis), Ok(100));
        assert_eq!(clock.recording().millis(), 100);
    }
}
