//! Between callers, inside their runtime, and the committer, outside it.
//!
//! To wake a task from outside its runtime costs a system call, also when the runtime is awake already. So the committer
//! hands over who waited for a batch in one message, and a task inside the runtime wakes them.
//!
//! To wake the committer costs one too, and a batch that it takes at once is a small one. So whoever waits for an entry has
//! the same task tell the committer: a runtime runs it after what is ready to run, and by then all that has come in.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::{
    runtime::{Handle, Id},
    sync::mpsc::{UnboundedSender, unbounded_channel},
};

use super::shared::{Shared, Waiter};
use crate::LedgerError;

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
        while let Some(message) = coming.recv().await {
            match message {
                Message::Tidings(tidings) => tidings.tell(),
                Message::Waiting => shared.upgrade().iter().for_each(|shared| shared.gathered()),
            }
        }
    });
    messages
}
