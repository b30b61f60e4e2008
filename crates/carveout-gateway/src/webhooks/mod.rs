//! Telling other systems that a hold was opened or answered.
//!
//! Nothing waits for a notice: it is put into a bounded queue when its entry is durable, and sent from there. A notice
//! names a hold and says what happened to it; nothing of the request is in it, so whoever gets it must ask the gateway,
//! as an officer, what is on hold.

mod notice;
mod send;

use std::{collections::BTreeSet, sync::Arc};

use carveout_ledger::{Entry, Position};
use tokio::{
    sync::mpsc::{self, Receiver, Sender, error::TrySendError},
    task::JoinHandle,
};

pub(crate) use self::notice::Notice;
use self::send::{Destination, Unsent};
use crate::{
    clock::Clock,
    limits::Patience,
    settings::{HoldNews, SettingsError, WebhookSettings},
};

/// Notices that wait for one address; more are dropped, and that is logged.
const QUEUE: usize = 1_000;
/// How often one notice is tried. The pauses in between grow fourfold: 1, 4, 16, 64 and 256 s with the default patience.
const TRIES: u32 = 6;

/// Every address that is told.
#[derive(Debug, Default)]
pub(crate) struct Webhooks(Vec<Hook>);

#[derive(Debug)]
struct Hook {
    label: String,
    news: BTreeSet<HoldNews>,
    queue: Sender<Arc<Notice>>,
    worker: JoinHandle<()>,
}

impl Webhooks {
    /// Checks the settings and starts a worker for each address, on the runtime that this is called on.
    pub(crate) fn start(
        settings: &[WebhookSettings],
        clock: &Clock,
        patience: &Patience,
    ) -> Result<Self, SettingsError> {
        let hooks = settings.iter().map(|one| {
            let destination = Destination::new(one, clock.clone(), patience)?;
            let (queue, waiting) = mpsc::channel(QUEUE);
            let label = destination.label().to_owned();
            let worker = tokio::spawn(work(destination, waiting, patience.notice_retry));
            Ok(Hook { label, news: one.news.iter().copied().collect(), queue, worker })
        });
        Ok(Self(hooks.collect::<Result<_, _>>()?))
    }

    /// Whether there is nobody to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Queues what an entry says about a hold that was opened by `opened`.
    pub(crate) fn tell(&self, news: HoldNews, entry: &Entry, position: Position, opened: &Entry) {
        let mut interested = self.0.iter().filter(|hook| hook.news.contains(&news)).peekable();
        if interested.peek().is_none() {
            return;
        }
        let Some(notice) = Notice::new(news, entry, position, opened).map(Arc::new) else { return };
        for hook in interested {
            match hook.queue.try_send(notice.clone()) {
                Ok(()) => {}
                Err(TrySendError::Full(dropped) | TrySendError::Closed(dropped)) => {
                    tracing::error!(hold = %dropped.hold, news = news.as_str(), webhook = %hook.label, "a notice was dropped: too many wait");
                }
            }
        }
    }
}

impl Drop for Webhooks {
    fn drop(&mut self) {
        for hook in &self.0 {
            hook.worker.abort();
            let unsent = hook.queue.max_capacity() - hook.queue.capacity();
            if unsent > 0 {
                tracing::warn!(webhook = %hook.label, unsent, "notices were not sent before the end");
            }
        }
    }
}

/// Sends one after the other. Whoever can't be reached now couldn't be for the next notice either, so those wait.
async fn work(
    destination: Destination,
    mut waiting: Receiver<Arc<Notice>>,
    first_pause: std::time::Duration,
) {
    while let Some(notice) = waiting.recv().await {
        let (hold, news) = (notice.hold, notice.news.as_str());
        let mut pause = first_pause;
        for tried in 1..=TRIES {
            let webhook = destination.label();
            match destination.send(&notice).await {
                Ok(status) => {
                    tracing::info!(%hold, news, webhook, status, tried, "notified");
                    break;
                }
                Err(Unsent::ForNow(why)) if tried < TRIES => {
                    tracing::warn!(%hold, news, webhook, tried, %why, "not notified yet");
                    tokio::time::sleep(pause).await;
                    pause *= 4;
                }
                Err(Unsent::ForNow(why) | Unsent::ForGood(why)) => {
                    tracing::error!(%hold, news, webhook, tried, %why, "not notified");
                    break;
                }
            }
        }
    }
}
