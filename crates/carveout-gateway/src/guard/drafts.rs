//! What monitored terms would have done with an answer that those in force let pass. It is decided when the answer is
//! over and recorded before its end is: nobody waits for it, and nothing of the answer changes.

use std::pin::Pin;

use bytes::Bytes;
use carveout_dialects::Judged;
use carveout_ledger::Monitored;
use carveout_terms::Ruling;

use super::{
    Basis,
    basis::{Undecided, Weighed},
    watch::Watch,
};
use crate::attest::Evidence;

/// What is still to be recorded of an answer before its end.
pub(crate) type Recording = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Reads an answer for the sake of monitored terms that test what answers show. Of a stream each piece is read as it comes, in as
/// much memory as the guard takes for the terms in force; nothing is held back for it.
pub(super) struct Reading(Box<Watch>);

impl Reading {
    /// What reads an answer, if monitored terms want it read.
    pub(super) fn of(basis: &Basis) -> Option<Self> {
        let asked = basis.asked_of_drafts()?.clone();
        Some(Self(Box::new(Watch::new(basis.house.measures.scanner(), asked, false))))
    }

    /// Hears more of a stream.
    pub(super) fn hear(&mut self, judged: &Judged) {
        for event in judged.events() {
            for text in event.texts() {
                self.0.hear(&text);
            }
            event.ends().iter().for_each(|end| self.0.end(*end));
        }
    }

    /// The stream is over.
    pub(super) fn recording(mut self, basis: &Basis) -> Recording {
        recorded(basis, move || {
            self.0.end_all();
            self.0.evidence().clone()
        })
    }

    /// The answer came as a whole.
    pub(super) fn recording_whole(mut self, basis: &Basis, judged: Judged) -> Recording {
        recorded(basis, move || {
            self.0.read_whole(&judged, &[]);
            self.0.evidence().clone()
        })
    }
}

/// Decides and records what an answer would have come to.
fn recorded(basis: &Basis, shown: impl FnOnce() -> Evidence + Send + 'static) -> Recording {
    let basis = basis.clone();
    Box::pin(async move {
        let reading = basis.clone();
        let read = tokio::task::spawn_blocking(move || decided(&reading, &shown())).await;
        let recorded = match read {
            Ok(Ok(None)) => return,
            Ok(Ok(Some(weighed))) => {
                let parts = vec![weighed.answer(Bytes::new())];
                basis.admit(parts).await.map(drop).map_err(|error| error.to_string())
            }
            Ok(Err(error)) => Err(error.to_string()),
            Err(panicked) => Err(panicked.to_string()),
        };
        if let Err(error) = recorded {
            tracing::warn!(%error, "what monitored terms would have done with an answer is not recorded");
        }
    })
}

/// The use with what its answer shows, if monitored terms rule otherwise on it than on the request.
fn decided(basis: &Basis, shown: &Evidence) -> Result<Option<Weighed>, Undecided> {
    let Some(asked) = basis.asked_of_drafts().filter(|asked| shown.mark() != asked.mark()) else {
        return Ok(None);
    };
    let known = basis.known()?;
    let at = basis.house.clock.now()?;
    let (metered, beyond) = (basis.foresee(asked, shown, at)?, basis.beyond()?);
    // An answer that went out to an approved request rests on the same approvals.
    let part = (&known, &beyond, known.approvals.as_slice());
    let uses = basis.with_shown(part, (shown, true), None, (&metered, at))?;
    let weighed = basis.weighed(uses);
    let (before, now) = basis.monitored(&weighed);
    let same = |one: &Monitored| {
        before.iter().any(|other| (&other.monitor, other.ruling) == (&one.monitor, one.ruling))
    };
    // Terms in force that rule otherwise by now had no part in this answer.
    Ok((weighed.decision.ruling == Ruling::Permit && !now.iter().all(same)).then_some(weighed))
}
