//! Eighth stop: what came of it is recorded, whoever is still there to wait for it.

use std::sync::Arc;

use carveout_dialects::ReplySummary;
use carveout_ledger::{
    Calls, Cited, Commitment, CommittedPart, Committer, DecisionId, Entry, Event, Outcome, Salt, Settled,
    Timestamp, Usage,
};

use crate::{guard::Recording, house::House};

/// An admitted attempt whose end is still to be recorded. Whatever happens to it, exactly one settlement follows:
/// by [`Attempt::settle`], or, if it is dropped because the caller's connection went away, as `caller_left`. The
/// ledger has taken it when that returns, or a task of the gateway sees to it, so there is nothing left that a caller
/// could cancel.
pub(crate) struct Attempt {
    open: Option<Open>,
    house: Arc<House>,
}

struct Open {
    decision: DecisionId,
    attempt: u32,
    status: Option<u16>,
    provider_request: Option<String>,
    usage: Option<Usage>,
    response: Committer,
    response_bytes: u64,
    judged_bytes: u64,
    released_bytes: u64,
    grounds: Vec<Cited>,
    calls: Calls,
    /// What is to be recorded of the answer before its end.
    first: Option<Recording>,
}

impl Attempt {
    pub(crate) fn begin(house: Arc<House>, decision: DecisionId, attempt: u32, salt: &Salt) -> Self {
        let open = Open {
            decision,
            attempt,
            status: None,
            provider_request: None,
            usage: None,
            response: Committer::new(CommittedPart::Response, salt),
            response_bytes: 0,
            judged_bytes: 0,
            released_bytes: 0,
            grounds: Vec::new(),
            calls: Calls::default(),
            first: None,
        };
        Self { open: Some(open), house }
    }

    /// The provider began to answer.
    pub(crate) fn answered(&mut self, status: u16, provider_request: Option<String>) {
        if let Some(open) = &mut self.open {
            open.status = Some(status);
            open.provider_request = provider_request;
        }
    }

    /// The provider sent so many bytes more.
    pub(crate) fn received(&mut self, bytes: usize) {
        if let Some(open) = &mut self.open {
            open.response_bytes += bytes as u64;
        }
    }

    /// So many bytes more were judged fit to be released.
    pub(crate) fn judged(&mut self, bytes: usize) {
        if let Some(open) = &mut self.open {
            open.judged_bytes += bytes as u64;
        }
    }

    /// The clauses for whose sake the rest is withheld.
    pub(crate) fn withheld_by(&mut self, grounds: Vec<Cited>) {
        if let Some(open) = &mut self.open {
            open.grounds = grounds;
        }
    }

    /// What became of tool calls.
    pub(crate) fn called(&mut self, calls: Calls) {
        if let Some(open) = &mut self.open {
            open.calls.released += calls.released;
            open.calls.denied += calls.denied;
            open.calls.held += calls.held;
            open.calls.unreadable += calls.unreadable;
        }
    }

    /// So many of the calls on hold were approved while their caller waited, and went out.
    pub(crate) fn lifted(&mut self, calls: u64) {
        if let Some(open) = &mut self.open {
            let calls = calls.min(open.calls.held);
            open.calls.held -= calls;
            open.calls.released += calls;
        }
    }

    /// What is to be recorded of the answer before its end, unless it is withheld.
    pub(crate) fn records_first(&mut self, recording: Option<Recording>) {
        if let Some(open) = &mut self.open {
            open.first = recording;
        }
    }

    /// These bytes go to the caller.
    pub(crate) fn released(&mut self, bytes: &[u8]) {
        if let Some(open) = &mut self.open {
            open.response.update(bytes);
            open.released_bytes += bytes.len() as u64;
        }
    }

    /// What the reply said about itself.
    pub(crate) fn summarised(&mut self, summary: &ReplySummary) {
        if let Some(open) = &mut self.open {
            open.provider_request = open.provider_request.take().or_else(|| summary.provider_request.clone());
            let counted = summary.usage.input_tokens.zip(summary.usage.output_tokens);
            open.usage = counted.map(|(input_tokens, output_tokens)| Usage { input_tokens, output_tokens });
        }
    }

    /// Records how it ended.
    pub(crate) fn settle(mut self, outcome: Outcome) {
        self.record(outcome);
    }

    fn record(&mut self, outcome: Outcome) {
        let Some(mut open) = self.open.take() else { return };
        match open.first.take().filter(|_| outcome != Outcome::Withheld) {
            None => open.append(&self.house, outcome),
            Some(first) => {
                let house = self.house.clone();
                self.house.tasks.spawn(async move {
                    first.await;
                    open.append(&house, outcome);
                });
            }
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.record(Outcome::CallerLeft);
    }
}

impl Open {
    /// The ledger takes it at once and makes it durable with whatever comes next: nobody waits for a settlement.
    fn append(self, house: &House, outcome: Outcome) {
        let response: Option<Commitment> = (self.released_bytes > 0).then(|| self.response.finish());
        let settled = Settled {
            decision: self.decision,
            attempt: self.attempt,
            outcome,
            status: self.status,
            provider_request: self.provider_request,
            usage: self.usage,
            response,
            response_bytes: self.response_bytes,
            judged_bytes: Some(self.judged_bytes),
            released_bytes: self.released_bytes,
            grounds: self.grounds,
            calls: (self.calls != Calls::default()).then_some(self.calls),
        };
        let decision = self.decision;
        let at = Timestamp::from_millis(house.clock.recording().millis());
        let entry = Entry { at, event: Event::Settled(settled) };
        match house.ledger.append_soon(&entry) {
            Ok(position) => {
                house.metrics.ended(outcome);
                // It has its place: whatever is decided of the hold from now on stands after it.
                if let Some(holds) = &house.holds {
                    holds.project(&entry, position);
                }
                tracing::debug!(%decision, index = position.index, outcome = ?outcome, "settled");
            }
            // The attempt stays open in the ledger and is closed as interrupted at the next start.
            Err(error) => {
                tracing::error!(%decision, outcome = ?outcome, %error, "a settlement could not be recorded");
            }
        }
    }
}
