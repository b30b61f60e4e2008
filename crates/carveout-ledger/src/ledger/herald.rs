//! Between callers, inside their runtime, and the committer, outside it.
//!
//! To wake a task from outside its runtime costs a system call, also when the runtime is awake already. So the committer
//! hands over who waited for a batch in one message, and a task inside the runtime wakes them.
//!
//! To wake the committer costs one too, and a batch that it takes at once is a small one. So whoever waits for an entry has
//! the same task tell the committer, when everybody who is ready to run has put in what is to be recorded. While the runtime is busy
//! others become ready meanwhile: the batch goes on gathering as long as it grows, for [`PATIENCE`] at most.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Handle, Id},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, error::TryRecvError, unbounded_channel},
    task::yield_now,
};

use super::shared::{Shared, Waiter};
use crate::LedgerError;

/// How long a batch that grows may gather before the committer is told of it.
const PATIENCE: Duration = Duration::from_millis(2);

/// A batch that is waited for, until it grows no more.
struct Gathering {
    waiters: usize,
    until: Instant,
}

impl Gathering {
    fn begin(shared: &Shared) -> Self {
        Self { waiters: shared.waiters(), until: Instant::now() + PATIENCE }
    }

    fn goes_on(self, shared: &Shared) -> Option<Self> {
        let waiters = shared.waiters();
        (waiters > self.waiters && Instant::now() < self.until).then_some(Self { waiters, ..self })
    }
}

/// Who waited, and what for.
pub(super) struct Tidings {
    waiters: Vec<Waiter>,
    result: Result<(), LedgerError>,
}

impl Tidings {
    fn tell(self) {
        for waiter in self.waiters {
            // A caller that no longer waits has let go of the other end.
            drop(waiter.send(self.result.clone()));
        }
    }
}

enum Message {
    /// To be told to callers.
    Tidings(Tidings),
    /// Somebody waits for the batch that gathers.
    Waiting,
}

struct Appointed {
    runtime: Id,
    messages: UnboundedSender<Message>,
}

/// The task, on the runtime of whoever asked first.
#[derive(Default)]
pub(super) struct Herald(Mutex<Option<Appointed>>);

impl Herald {
    /// Sees to it that there is a task. To be called inside a runtime; says whether the task runs on the same one.
    pub(super) fn appoint(shared: &Arc<Shared>) -> bool {
        let here = Handle::current();
        {
            let mut appointed = shared.herald.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(appointed) = appointed.as_ref().filter(|appointed| !appointed.messages.is_closed()) {
                return appointed.runtime == here.id();
            }
            *appointed = Some(Appointed { runtime: here.id(), messages: begin(&here, shared) });
        }
        // What the last one was still to announce.
        shared.gathered();
        true
    }

    /// Tells them, by the task if there is one. Where its runtime ends meanwhile, who still waits on another hears that
    /// the outcome is not known.
    pub(super) fn tell(&self, waiters: Vec<Waiter>, result: Result<(), LedgerError>) {
        let tidings = Tidings { waiters, result };
        if tidings.waiters.len() <= 1 {
            return tidings.tell();
        }
        if let Err(Message::Tidings(undelivered)) = self.send(Message::Tidings(tidings)) {
            undelivered.tell();
        }
    }

    /// Has the committer told that somebody waits, when what is ready to run has run. False if nobody can.
    pub(super) fn announce(&self) -> bool {
        self.send(Message::Waiting).is_ok()
    }

    fn send(&self, message: Message) -> Result<(), Message> {
        let appointed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match appointed.as_ref() {
            Some(appointed) => appointed.messages.send(message).map_err(|undelivered| undelivered.0),
            None => Err(message),
        }
    }
}

/// The task ends with the ledger.
fn begin(runtime: &Handle, shared: &Arc<Shared>) -> UnboundedSender<Message> {
    let (messages, mut coming) = unbounded_channel();
    let shared: Weak<Shared> = Arc::downgrade(shared);
    runtime.spawn(async move {
        let mut gathering: Option<Gathering> = None;
        while let Some(message) = next(&mut coming, gathering.is_some()).await {
            match (message, shared.upgrade()) {
                (Some(Message::Tidings(tidings)), _) => tidings.tell(),
                (Some(Message::Waiting), Some(shared)) => gathering = Some(Gathering::begin(&shared)),
                (None, Some(shared)) => {
                    gathering = gathering.and_then(|one| one.goes_on(&shared));
                    if gathering.is_none() {
                        shared.gathered();
                    }
                }
                (_, None) => gathering = None,
            }
        }
    });
    messages
}

/// The next message; none in it if there is none now and it `returns` all the same. Then whatever was ready to run has run, and
/// what the network made ready meanwhile.
async fn next(coming: &mut UnboundedReceiver<Message>, returns: bool) -> Option<Option<Message>> {
    if !returns {
        return coming.recv().await.map(Some);
    }
    match coming.try_recv() {
        Ok(message) => Some(Some(message)),
        Err(TryRecvError::Disconnected) => None,
        Err(TryRecvError::Empty) => {
            yield_now().await;
            Some(None)
        }
    }
}
