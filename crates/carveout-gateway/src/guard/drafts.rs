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
use crate::{attest::Evidence, judge::Said};

/// What is still to be recorded of an answer before its end.
pub(crate) type Recording = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What there is to know of an answer for the sake of monitored terms that test what answers show. Nothing is held back for it.
pub(super) enum Reading {
    /// The terms in force read the answer too, and what they have seen of it is what there is to know.
    Shared,
    /// Nobody else reads it. Of a stream each piece is read as it comes, in as much memory as the guard takes for the terms in force.
    Own(Box<Watch>),
}

impl Reading {
    /// What reads an answer, if monitored terms want it read.
    pub(super) fn of(basis: &Basis) -> Option<Self> {
        let asked = basis.asked_of_drafts()?;
        if basis.reads_answers() {
            return Some(Self::Shared);
        }
        Some(Self::Own(Box::new(Watch::new(basis.house.measures.scanner(), asked.clone(), false))))
    }

    /// Hears more of a stream.
    pub(super) fn hear(&mut self, judged: &Judged) {
        let Self::Own(watch) = self else { return };
        for event in judged.events() {
            for text in event.texts() {
                watch.hear(&text);
            }
            event.ends().iter().for_each(|end| watch.end(*end));
        }
    }

    /// The stream is over. `seen` is what the terms in force have read of it, and `said` what they had a judge say.
    pub(super) fn recording(self, basis: &Basis, seen: Option<&Watch>, said: Said) -> Recording {
        let watch = match self {
            Self::Own(watch) => Some(*watch),
            Self::Shared => seen.cloned(),
        };
        // Where nothing was read there is nothing to add to what was asked.
        let Some(mut watch) = watch else { return Box::pin(async {}) };
        recorded(basis, said, move || {
            watch.end_all();
            watch.evidence().clone()
        })
    }

    /// The answer came as a whole, and nobody else reads it.
    pub(super) fn recording_whole(self, basis: &Basis, judged: Judged) -> Option<Recording> {
        let Self::Own(mut watch) = self else { return None };
        Some(recorded(basis, Said::default(), move || {
            watch.read_whole(&judged, &[]);
            watch.evidence().clone()
        }))
    }

    /// The answer came as a whole, and the terms in force have let it go with what they saw and had a judge say.
    pub(super) fn recording_seen(self, basis: &Basis, seen: Evidence, said: Said) -> Option<Recording> {
        matches!(self, Self::Shared).then(|| recorded(basis, said, move || seen))
    }
}

/// Decides and records what an answer would have come to.
fn recorded(basis: &Basis, said: Said, shown: impl FnOnce() -> Evidence + Send + 'static) -> Recording {
    let basis = basis.clone();
    Box::pin(async move {
        let reading = basis.clone();
        let read = tokio::task::spawn_blocking(move || decided(&reading, &said, &shown())).await;
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

/// The use with what its answer shows and with what a judge said of that for the sake of terms in force, if monitored terms rule
/// otherwise on it than on the request.
fn decided(basis: &Basis, said: &Said, shown: &Evidence) -> Result<Option<Weighed>, Undecided> {
    let news = |asked: &&Evidence| shown.mark() != asked.mark() || !said.is_empty();
    let Some(asked) = basis.asked_of_drafts().filter(news) else {
        return Ok(None);
    };
    let known = basis.known()?;
    let at = basis.house.clock.now()?;
    let (metered, beyond) = (basis.foresee(asked, shown, at)?, basis.beyond()?);
    // An answer that went out to an approved request rests on the same approvals.
    let part = (&known, &beyond, known.approvals.as_slice());
    let uses = basis.with_shown(part, (shown, true), Some(said), (&metered, at))?;
    let weighed = Weighed { judged: said.judged().to_vec(), ..basis.weighed(uses) };
    let (before, now) = basis.monitored(&weighed);
    let same = |one: &Monitored| {
        before.iter().any(|other| (&other.monitor, other.ruling) == (&one.monitor, one.ruling))
    };
    if weighed.decision.ruling != Ruling::Permit {
        // Terms in force that rule otherwise by now, or on the calls too that went with the answer, had no part in it.
        tracing::debug!(
            "terms in force rule otherwise on what an answer came to, so drafts are not recorded of it"
        );
        return Ok(None);
    }
    Ok((!now.iter().all(same)).then_some(weighed))
}
