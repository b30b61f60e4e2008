//! Waiting for officers with the connection open: `Prefer: wait=N` (RFC 7240 section 4.3).

use std::{sync::atomic::Ordering, time::Duration};

use carveout_ledger::{HoldId, Timestamp};
use http::{HeaderMap, HeaderName};
use tokio::time::{Instant, timeout_at};

use crate::house::House;

const PREFER: HeaderName = HeaderName::from_static("prefer");
/// How often a waiting request looks whether the gateway is told to stop, and whether time is up for the hold.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// How long the caller prefers to wait, at most as long as the gateway has patience for.
pub(crate) fn asked_to_wait(house: &House, headers: &HeaderMap) -> Option<Duration> {
    let lines = headers.get_all(PREFER).iter().filter_map(|line| line.to_str().ok());
    let mut preferences = lines.flat_map(|line| line.split(','));
    let seconds = preferences.find_map(|one| {
        let (name, value) = one.split(';').next().unwrap_or_default().split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("wait")
            .then(|| value.trim().trim_matches('"').parse::<u64>().ok())?
    });
    seconds
        .filter(|seconds| *seconds > 0)
        .map(|seconds| Duration::from_secs(seconds).min(house.patience.hold))
}

/// Waits until a hold is approved by everybody or has ended, until the patience is over, or until the gateway is told to
/// stop. What has become of it is for the ledger's projection to say afterwards.
pub(crate) async fn until_answered(house: &House, hold: HoldId, patience: Duration) {
    let deadline = Instant::now() + patience;
    let Some(holds) = &house.holds else { return };
    let mut changed = holds.queue.watch();
    while Instant::now() < deadline && !house.draining.load(Ordering::Relaxed) {
        let Some(held) = holds.queue.get(hold).filter(|held| held.end.is_none()) else { return };
        let Ok(now) = house.clock.now() else { return };
        let now = Timestamp::from_millis(now.millis());
        if now >= held.until || holds.standing(&held, now).len() == held.decided.roles.len() {
            return;
        }
        let _ = timeout_at(deadline.min(Instant::now() + LOOK_AGAIN), changed.changed()).await;
    }
}
