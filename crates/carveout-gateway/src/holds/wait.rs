//! Waiting for officers with the connection open: `Prefer: wait=N` (RFC 7240 section 4.3).

use std::{
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use carveout_dialects::{Asked, NoticeKind};
use carveout_ledger::{HoldId, Timestamp};
use http::{HeaderMap, HeaderName, Response};
use tokio::time::{Instant, timeout_at};

use super::collect::collect;
use crate::{
    guard::Reply,
    house::{House, KnownKey},
    notices::Refusal,
};

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

/// Answers whoever comes back for a hold, and waits for officers if the caller is willing to.
pub(crate) async fn come_back(
    house: &Arc<House>,
    key: &Arc<KnownKey>,
    hold: HoldId,
    asked_again: Option<&Asked>,
    patience: Option<Duration>,
) -> Result<Response<Reply>, Refusal> {
    let patience = match patience {
        Some(patience) => Some(until_answered(house, hold, patience).await),
        None => None,
    };
    let answer = collect(house, key, hold, asked_again, patience).await;
    patiently(house, key, answer, patience).await
}

/// Where something was put on hold, waits for officers and collects it: the request first and then its answer, if that is
/// held too. The patience is for both together, and for nothing but officers: the time that a model takes is not counted.
pub(crate) async fn patiently(
    house: &Arc<House>,
    key: &Arc<KnownKey>,
    mut answer: Result<Response<Reply>, Refusal>,
    mut patience: Option<Duration>,
) -> Result<Response<Reply>, Refusal> {
    while let (Err(Refusal { held: Some(hold), .. }), Some(left)) =
        (&answer, patience.filter(|left| !left.is_zero()))
    {
        let hold = *hold;
        patience = Some(until_answered(house, hold, left).await);
        let collected = collect(house, key, hold, None, patience).await;
        // Nobody has answered: it is told as it was when it was put on hold.
        if matches!(&collected, Err(Refusal { notice, held: None, .. }) if notice.kind() == NoticeKind::Held)
        {
            break;
        }
        answer = collected;
    }
    answer
}

/// Waits for one hold and collects it. What is collected may be waited for in turn, which is why it has a box.
pub(crate) fn collected(
    house: Arc<House>,
    key: Arc<KnownKey>,
    hold: HoldId,
    patience: Duration,
) -> Pin<Box<dyn Future<Output = Result<Response<Reply>, Refusal>> + Send>> {
    Box::pin(async move {
        until_answered(&house, hold, patience).await;
        collect(&house, &key, hold, None, None).await
    })
}

/// Waits until a hold is approved by everybody or has ended, until the patience is over, or until the gateway is told to
/// stop, and says what is left of the patience. What has become of it is for the ledger's projection to say afterwards.
async fn until_answered(house: &House, hold: HoldId, patience: Duration) -> Duration {
    let deadline = Instant::now() + patience;
    watch(house, hold, deadline).await;
    deadline.saturating_duration_since(Instant::now())
}

async fn watch(house: &House, hold: HoldId, deadline: Instant) {
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
