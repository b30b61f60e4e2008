//! What happens to holds by themselves: they expire, and the bodies of those that have ended are erased.

use std::{sync::Arc, time::Duration};

use carveout_ledger::{Entry, Erased, Event, Expired, HoldId, Timestamp};

use super::{answer::append, queue::Held};
use crate::{house::House, tasks::Finished};

/// Between two looks at the clock.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Runs until it is dropped.
pub(crate) async fn sweep(house: Arc<House>) {
    let Some(holds) = &house.holds else { return };
    let mut changed = holds.queue.watch();
    loop {
        for held in holds.queue.all() {
            attend(&house, &held).await;
        }
        let _ = tokio::time::timeout(LOOK_AGAIN, changed.changed()).await;
    }
}

async fn attend(house: &Arc<House>, held: &Held) {
    if held.sending.is_some() {
        return;
    }
    if held.end.is_some() {
        return erase(house, held).await;
    }
    // A clock that can't be trusted lets nothing expire, and permits nothing either.
    let Ok(at) = house.clock.now() else { return };
    let at = Timestamp::from_millis(at.millis());
    if at >= held.until {
        tell(held.id, append(house, Entry { at, event: Event::Expired(Expired { hold: held.id }) }).await);
    }
}

/// First the body goes, then that is recorded: a crash in between repeats both. A gateway that stops in between records
/// it before it closes the ledger.
async fn erase(house: &Arc<House>, held: &Held) {
    let (shared, hold) = (house.clone(), held.id);
    let erasing = async move {
        let Some(holds) = &shared.holds else { return };
        let bodies = holds.bodies.clone();
        match tokio::task::spawn_blocking(move || bodies.erase(hold)).await {
            Ok(Ok(())) => {
                let at = Timestamp::from_millis(shared.clock.recording().millis());
                tell(hold, append(&shared, Entry { at, event: Event::Erased(Erased { hold }) }).await);
            }
            Ok(Err(error)) => {
                tracing::error!(%hold, %error, "a held body could not be erased; it is tried again")
            }
            Err(_panicked) => {}
        }
    };
    Finished::new(erasing, house.tasks.clone()).await;
}

fn tell<T>(hold: HoldId, appended: Result<T, carveout_ledger::LedgerError>) {
    // Somebody may have collected or refused it in the meantime; then the next look finds it so.
    if let Err(error) = appended {
        tracing::debug!(%hold, %error, "not recorded");
    }
}
