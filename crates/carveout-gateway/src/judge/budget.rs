//! How often a judge may be asked.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::NoVerdict;

const MINUTE: Duration = Duration::from_secs(60);

/// Questions in a minute, and at once.
#[derive(Debug)]
pub(super) struct Budget {
    per_minute: usize,
    at_once: Semaphore,
    /// When the minute began, and the questions asked in it.
    minute: Mutex<(Instant, usize)>,
}

impl Budget {
    pub(super) fn new(per_minute: usize, at_once: usize) -> Self {
        Self { per_minute, at_once: Semaphore::new(at_once), minute: Mutex::new((Instant::now(), 0)) }
    }

    /// Waits for others, as long as the caller lets it; what the minute doesn't have isn't waited for.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, NoVerdict> {
        let turn = self.at_once.acquire().await.map_err(|_closed| NoVerdict::Budget)?;
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.0.elapsed() >= MINUTE {
            *minute = (Instant::now(), 0);
        }
        if minute.1 >= self.per_minute {
            return Err(NoVerdict::Budget);
        }
        minute.1 += 1;
        Ok(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_the_minute_does_not_have_is_refused() {
        let budget = Budget::new(2, 1);
        assert!(budget.turn().await.is_ok());
        assert!(budget.turn().await.is_ok());
        assert_eq!(budget.turn().await.map(drop), Err(NoVerdict::Budget));
    }
}
