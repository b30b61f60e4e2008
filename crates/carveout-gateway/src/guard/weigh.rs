//! Deciding again when an answer shows more than was known when it was asked for.

use bytes::Bytes;
use carveout_dialects::{Dialect, Notice};
use carveout_ledger::Cited;
use carveout_terms::{Known, Ruling};

use super::{
    Basis, Fault,
    basis::{Undecided, Weighed},
};
use crate::{
    admit::Part,
    attest::{Evidence, Mark},
    notices::Ruled,
};

/// What was known when an answer was last decided.
pub(super) struct Weighing {
    /// Read when it is first needed: most answers show nothing new.
    known: Option<Known>,
    mark: Mark,
}

impl Weighing {
    pub(super) fn new(basis: &Basis) -> Self {
        Self { known: None, mark: basis.mark() }
    }

    /// The ruling by which the answer is withheld, if what has been seen since changes it.
    pub(super) fn weigh(&mut self, basis: &Basis, evidence: &Evidence) -> Result<Option<Weighed>, Fault> {
        let mark = evidence.mark();
        if mark == self.mark {
            return Ok(None);
        }
        self.mark = mark;
        let ruled = self.decide(basis, evidence).map_err(|error| Fault::unrecorded(&error))?;
        Ok((ruled.decision.ruling != Ruling::Permit).then_some(ruled))
    }

    fn decide(&mut self, basis: &Basis, evidence: &Evidence) -> Result<Weighed, Undecided> {
        let known = match &mut self.known {
            Some(known) => known,
            None => self.known.insert(basis.known()?),
        };
        basis.decide(known, evidence)
    }
}

/// An answer is withheld.
pub(super) struct Stop {
    /// The clauses for whose sake it is.
    pub(super) grounds: Vec<Cited>,
    /// What the caller is told.
    pub(super) notice: Box<Notice>,
    /// What the head of the reply says, if it isn't written yet.
    pub(super) ruled: Box<Ruled>,
}

/// Records that an answer is withheld.
pub(super) async fn stop(
    basis: &Basis,
    dialect: Dialect,
    weighed: &Weighed,
    withheld: Bytes,
) -> Result<Stop, Fault> {
    let parts = basis.admit(vec![weighed.answer(withheld)]).await;
    let parts = parts.map_err(|error| Fault::unrecorded(&error))?;
    let Part { recorded, notice } = parts.into_iter().next().ok_or(Fault::Unrecorded)?;
    let ruled = Ruled::of(dialect, &weighed.decision, &recorded);
    Ok(Stop { grounds: weighed.grounds(), notice: Box::new(notice), ruled })
}
