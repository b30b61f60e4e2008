//! What monitored terms would have done with an answer that those in force let pass. It is decided when the answer is
//! over and recorded before its end is: nobody waits for it, and nothing of the answer changes.

use std::pin::Pin;

use bytes::Bytes;
use carveout_ledger::Monitored;
use carveout_terms::Ruling;

use super::{
    Basis,
    basis::{Undecided, Weighed},
};
use crate::attest::Evidence;

/// What is still to be recorded of an answer.
pub(crate) type Recording = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Decides and records what these texts of an answer would have come to; `None` if no monitored terms test what answers show.
pub(super) fn recording(basis: &Basis, texts: impl Iterator<Item = String>) -> Option<Recording> {
    let asked = basis.asked_of_drafts()?.clone();
    let (basis, texts): (Basis, Vec<String>) = (basis.clone(), texts.collect());
    Some(Box::pin(async move {
        let reading = basis.clone();
        let read = tokio::task::spawn_blocking(move || decided(&reading, &asked, &texts)).await;
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
    }))
}

/// The use with what its answer shows, if monitored terms rule otherwise on it than on the request.
fn decided(basis: &Basis, asked: &Evidence, texts: &[String]) -> Result<Option<Weighed>, Undecided> {
    let scanner = basis.house.measures.scanner();
    let mut shown = asked.clone();
    texts.iter().for_each(|text| drop(shown.read(&scanner, text)));
    if shown.mark() == asked.mark() {
        return Ok(None);
    }
    let known = basis.known()?;
    // An approval was given for what was asked: a part of its answer that rests on none can't be recorded as permitted.
    if !known.approvals.is_empty() {
        return Ok(None);
    }
    let at = basis.house.clock.now()?;
    let (metered, beyond) = (basis.foresee(asked, &shown, at)?, basis.beyond()?);
    let uses = basis.with_shown((&known, &beyond, &[]), (&shown, true), None, (&metered, at))?;
    let weighed = basis.weighed(uses);
    let (before, now) = basis.monitored(&weighed);
    let same = |one: &Monitored| {
        before.iter().any(|other| (&other.monitor, other.ruling) == (&one.monitor, one.ruling))
    };
    // Terms in force that rule otherwise by now had no part in this answer.
    Ok((weighed.decision.ruling == Ruling::Permit && !now.iter().all(same)).then_some(weighed))
}
