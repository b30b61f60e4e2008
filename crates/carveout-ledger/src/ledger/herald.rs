//! Telling many callers at once.
//!
//! To wake a task from outside its runtime costs a system call, also when the runtime is awake already. So the committer
//! hands over who waited for a batch in one message, and a task inside the runtime wakes them.

use std::sync::{Mutex, PoisonError};

use tokio::{
    runtime::Handle,
    sync::mpsc::{UnboundedSender, unbounded_channel},
};

use super::shared::Waiter;
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

/// The task that wakes callers, on the runtime of whoever asked first.
#[derive(Default)]
pub(super) struct Herald(Mutex<Option<UnboundedSender<Tidings>>>);

impl Herald {
    /// Sees to it that there is a task. To be called inside a runtime.
    pub(super) fn appoint(&self) {
        let mut sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.as_ref().is_none_or(UnboundedSender::is_closed) {
            let (tidings, mut coming) = unbounded_channel::<Tidings>();
            Handle::current().spawn(async move {
                while let Some(tidings) = coming.recv().await {
                    tidings.tell();
                }
            });
            *sender = Some(tidings);
        }
    }

    /// Tells them, by the task if there is one. Where its runtime ends meanwhile, who still waits on another hears that
    /// the outcome is not known.
    pub(super) fn tell(&self, waiters: Vec<Waiter>, result: Result<(), LedgerError>) {
        let tidings = Tidings { waiters, result };
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match sender.as_ref() {
            Some(sender) if tidings.waiters.len() > 1 => {
                if let Err(undelivered) = sender.send(tidings) {
                    undelivered.0.tell();
                }
            }
            _ => tidings.tell(),
        }
    }
}
