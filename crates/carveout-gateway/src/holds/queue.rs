//! The queue: what the entries of the ledger say about holds, and nothing else.

use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use carveout_ledger::{
    Approved, Decided, DecisionId, Digest, Entry, Event, HoldId, Outcome, Position, Ruling, Timestamp,
};
use lru::LruCache;
use tokio::sync::watch;

/// How many holds that are over are remembered, so that whoever asks late hears what became of them.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();

/// A use on hold, as recorded.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: HoldId,
    pub(super) at: Timestamp,
    pub(super) index: u64,
    pub(super) leaf: Digest,
    pub(super) decided: Decided,
    pub(super) until: Timestamp,
    pub(super) approvals: Vec<Approved>,
    pub(super) end: Option<End>,
    /// The permit under which it is being sent: until that ends, the body is needed.
    pub(super) sending: Option<DecisionId>,
}

impl Held {
    /// What was measured, and what evidence said, with everything that was found.
    pub(super) fn found(&self) -> (&str, &[String]) {
        match &self.decided.found {
            Some(found) => (&found.gateway, &found.evidence),
            None => (&self.decided.facts.gateway, &self.decided.facts.evidence),
        }
    }

    /// The entry that opened it.
    pub(super) fn entry(&self) -> Entry {
        Entry { at: self.at, event: Event::Decided(self.decided.clone()) }
    }
}

/// How a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Collected,
    Refused,
    Expired,
}

impl End {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Collected => "collected",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }
}

/// The holds that are not erased yet, and the last that are.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

struct State {
    held: HashMap<HoldId, Arc<Held>>,
    sending: HashMap<DecisionId, HoldId>,
    over: LruCache<HoldId, Arc<Held>>,
}

impl Default for Queue {
    fn default() -> Self {
        let state = State { held: HashMap::new(), sending: HashMap::new(), over: LruCache::new(REMEMBERED) };
        Self { state: Mutex::new(state), changed: watch::Sender::default() }
    }
}

impl Queue {
    /// Takes over what an entry says. The ledger has judged it.
    pub(super) fn apply(&self, entry: &Entry, position: Position) {
        let mut state = self.state();
        match &entry.event {
            Event::Decided(decided) => state.decided(decided, entry.at, position),
            Event::Approved(approved) => {
                state.change(approved.hold, |held| held.approvals.push(approved.clone()))
            }
            Event::Refused(refused) => state.end(refused.hold, End::Refused),
            Event::Expired(expired) => state.end(expired.hold, End::Expired),
            Event::Erased(erased) => {
                if let Some(held) = state.held.remove(&erased.hold) {
                    state.over.put(erased.hold, held);
                }
            }
            Event::Settled(settled) => {
                let Some(hold) = state.sending.remove(&settled.decision) else { return };
                state.sent(hold, settled.outcome != Outcome::ProviderUnreachable);
            }
            _ => return,
        }
        drop(state);
        self.changed.send_replace(());
    }

    /// After a start: what was being sent when the last gateway ended has been recorded as interrupted.
    pub(super) fn interrupt(&self) {
        let mut state = self.state();
        let sending: Vec<HoldId> = state.sending.drain().map(|(_, hold)| hold).collect();
        sending.into_iter().for_each(|hold| state.sent(hold, true));
    }

    /// A hold, also one that is over and remembered.
    pub(super) fn get(&self, hold: HoldId) -> Option<Arc<Held>> {
        let mut state = self.state();
        state.held.get(&hold).cloned().or_else(|| state.over.get(&hold).cloned())
    }

    /// Everything that is not erased yet, the oldest first.
    pub(super) fn all(&self) -> Vec<Arc<Held>> {
        let mut all: Vec<_> = self.state().held.values().cloned().collect();
        all.sort_unstable_by_key(|held| held.index);
        all
    }

    /// How many holds of a program have not ended.
    pub(super) fn waiting(&self, program: &str) -> usize {
        let own = |held: &&Arc<Held>| held.end.is_none() && held.decided.program == program;
        self.state().held.values().filter(own).count()
    }

    /// Tells whoever keeps it when something has changed.
    pub(super) fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn decided(&mut self, decided: &Decided, at: Timestamp, position: Position) {
        match (decided.hold, decided.hold_until) {
            (Some(id), Some(until)) if id.decision() == decided.decision => {
                let Position { index, leaf } = position;
                let held = Held {
                    id,
                    at,
                    index,
                    leaf,
                    decided: decided.clone(),
                    until,
                    approvals: Vec::new(),
                    end: None,
                    sending: None,
                };
                self.held.insert(id, Arc::new(held));
            }
            // A part of an answer goes from here to the caller: nothing is sent, so there is no end to wait for.
            (Some(id), _) if decided.ruling == Ruling::Permit && decided.parent.is_some() => {
                self.end(id, End::Collected);
            }
            (Some(id), _) if decided.ruling == Ruling::Permit => {
                self.sending.insert(decided.decision, id);
                self.change(id, |held| {
                    (held.end, held.sending) = (Some(End::Collected), Some(decided.decision));
                });
            }
            _ => {}
        }
    }

    /// What was not sent waits again.
    fn sent(&mut self, hold: HoldId, sent: bool) {
        self.change(hold, |held| {
            held.sending = None;
            held.end = held.end.filter(|_| sent);
        });
    }

    fn end(&mut self, hold: HoldId, end: End) {
        self.change(hold, |held| held.end = Some(end));
    }

    fn change(&mut self, hold: HoldId, change: impl FnOnce(&mut Held)) {
        if let Some(held) = self.held.get_mut(&hold) {
            change(Arc::make_mut(held));
        }
    }
}
