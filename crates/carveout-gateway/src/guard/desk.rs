//! The events of a stream, in the order in which they came, each waiting until everything in it has been judged.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use carveout_dialects::{CallReader, Dialect, Fates, Judged, JudgedEvent, ReadCall, Slot, TextKind};

use super::{
    Fault,
    watch::{Channel, Watch},
};
use crate::limits::Limits;

/// Where a stream's events wait.
pub(super) struct Desk {
    dialect: Dialect,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    most_bytes: usize,
    calls: CallReader,
    fates: Fates,
    /// Calls that are whole and not yet decided.
    complete: Vec<ReadCall>,
    pub(super) watch: Option<Watch>,
}

/// An event, and what it waits for.
struct Waiting {
    bytes: Bytes,
    texts: Vec<(Channel, usize)>,
    calls: Vec<Slot>,
}

impl Desk {
    pub(super) fn new(dialect: Dialect, limits: &Limits, watch: Option<Watch>) -> Self {
        Self {
            dialect,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            most_bytes: limits.reply,
            calls: CallReader::new(dialect, limits.call(), limits.calls),
            fates: Fates::default(),
            complete: Vec::new(),
            watch,
        }
    }

    /// Takes what was read of the reply.
    pub(super) fn take(&mut self, judged: Judged) -> Result<Bytes, Fault> {
        if self.passes(&judged) {
            return Ok(judged.into_bytes());
        }
        for event in judged.events() {
            self.wait(event)?;
        }
        Ok(Bytes::new())
    }

    /// Whether nothing in these events, and nothing before them, has to wait. Then they go on as they are.
    fn passes(&self, judged: &Judged) -> bool {
        self.watch.is_none()
            && self.waiting.is_empty()
            && !self.calls.has_open()
            && !self.fates.refuses_any()
            && !judged.events().any(JudgedEvent::touches_tools)
    }

    fn wait(&mut self, event: JudgedEvent<'_>) -> Result<(), Fault> {
        let bytes = event.bytes();
        self.waiting_bytes += bytes.len();
        if self.waiting_bytes > self.most_bytes {
            return Err(Fault::Overfull);
        }
        let mut calls = Vec::new();
        if event.touches_tools() || self.calls.has_open() {
            let seen = self.calls.see(&bytes)?;
            calls = seen.pieces;
            self.complete.extend(seen.complete);
        }
        let mut texts = Vec::new();
        if let Some(watch) = &mut self.watch {
            for text in event.texts() {
                // The input of a call is judged with the call.
                let of_a_call =
                    !calls.is_empty() && matches!(text.kind, TextKind::ToolArguments | TextKind::Name);
                if !of_a_call {
                    texts.extend(watch.hear(&text));
                }
            }
            event.ends().iter().for_each(|end| watch.end(*end));
        }
        self.waiting.push_back(Waiting { bytes, texts, calls });
        Ok(())
    }

    /// The reply is over: what still waits is all there is.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        if let Some(watch) = &mut self.watch {
            watch.end_all();
        }
        if self.calls.has_open() { Err(Fault::UnfinishedCall) } else { Ok(()) }
    }

    /// The reply broke off. What was whole of it may go; a call that wasn't may not.
    pub(super) fn break_off(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.end_all();
        }
    }

    /// Calls to be decided now. Until that is done, nothing from the first of them on is released.
    pub(super) fn complete_calls(&mut self) -> Vec<ReadCall> {
        std::mem::take(&mut self.complete)
    }

    /// What became of a call.
    pub(super) fn decided(&mut self, slot: Slot, refused: Option<String>) {
        self.fates.insert(slot, refused);
    }

    /// The events that may go now. Called only when what they show has been found to be permitted.
    pub(super) fn release(&mut self) -> Bytes {
        let mut released = BytesMut::new();
        while self.waiting.front().is_some_and(|first| self.may_go(first)) {
            let Some(first) = self.waiting.pop_front() else { break };
            self.waiting_bytes -= first.bytes.len();
            if self.fates.refuses_any() {
                let rewritten = self.fates.rewrite(self.dialect, &first.bytes);
                released.extend_from_slice(&rewritten.unwrap_or_default());
            } else if self.waiting.is_empty() && released.is_empty() {
                return first.bytes;
            } else {
                released.extend_from_slice(&first.bytes);
            }
        }
        released.freeze()
    }

    fn may_go(&self, event: &Waiting) -> bool {
        let cleared = |(channel, end): &(Channel, usize)| {
            self.watch.as_ref().is_none_or(|watch| watch.is_cleared(*channel, *end))
        };
        event.texts.iter().all(cleared) && event.calls.iter().all(|slot| self.fates.has(*slot))
    }

    /// Everything that waits, as it stands: what a stop withholds.
    pub(super) fn withheld(&self) -> Bytes {
        let mut all = BytesMut::new();
        self.waiting.iter().for_each(|event| all.extend_from_slice(&event.bytes));
        all.freeze()
    }
}
