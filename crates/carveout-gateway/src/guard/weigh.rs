//! Deciding again when an answer shows more than was known when it was asked for.

use carveout_dialects::{Dialect, Notice};
use carveout_ledger::{Cited, HoldId};
use carveout_terms::{Known, Ruling};

use super::{Basis, Fault, basis::Weighed};
use crate::{
    admit::{Matter, Part},
    attest::{Evidence, Mark},
    judge::Said,
    notices::Ruled,
};

/// What was known when an answer was last decided.
pub(super) struct Weighing {
    /// Read when it is first needed: most answers show nothing new.
    known: Option<Known>,
    /// None before it was decided for the first time, if what was seen of the request decides already.
    mark: Option<Mark>,
    /// What the judge has said of the exchange.
    said: Said,
    waits: bool,
}

/// What an answer comes to with what has been seen of it.
pub(super) enum Weight {
    /// It may go.
    Fits,
    /// A judge is to be asked once it is whole: nothing more of it goes before.
    Waits,
    /// It is withheld.
    Stops(Box<Weighed>),
}

impl Weighing {
    pub(super) fn new(basis: &Basis) -> Self {
        // What a judge said of the request is no word about the answer, so that is decided from the beginning.
        let mark = (!basis.may_be_judged()).then(|| basis.mark());
        Self { known: None, mark, said: Said::default(), waits: false }
    }

    /// Whether a judge is to be asked once the answer is whole.
    pub(super) const fn waits(&self) -> bool {
        self.waits
    }

    /// What the judge has said of the exchange.
    pub(super) const fn said(&self) -> &Said {
        &self.said
    }

    /// Decides the answer again, if what has been seen since could change the ruling.
    pub(super) fn weigh(&mut self, basis: &Basis, evidence: &Evidence) -> Result<Weight, Fault> {
        let mark = Some(evidence.mark());
        if mark != self.mark {
            self.mark = mark;
            let known = known(&mut self.known, basis)?;
            let ruled = basis.decide(known, evidence, &self.said);
            let ruled = ruled.map_err(|error| Fault::unrecorded(&error))?;
            let permitted = ruled.decision.ruling == Ruling::Permit;
            self.waits = !permitted && basis.turns_on_the_judge(&self.said, &ruled);
            if !permitted && !self.waits {
                return Ok(Weight::Stops(Box::new(ruled)));
            }
        }
        Ok(if self.waits { Weight::Waits } else { Weight::Fits })
    }

    /// Asks the judge about the exchange, now that the answer is whole, and says by which ruling it is withheld, if it is.
    pub(super) async fn judge(
        mut self,
        basis: &Basis,
        evidence: &Evidence,
        answer: &str,
    ) -> Result<(Self, Option<Weighed>), Fault> {
        let known = known(&mut self.known, basis)?;
        let ruled = basis.judge(known, evidence, &mut self.said, answer).await;
        let ruled = ruled.map_err(|error| Fault::unrecorded(&error))?;
        self.waits = false;
        let withheld = (ruled.decision.ruling != Ruling::Permit).then_some(ruled);
        Ok((self, withheld))
    }
}

fn known<'k>(known: &'k mut Option<Known>, basis: &Basis) -> Result<&'k Known, Fault> {
    match known {
        Some(known) => Ok(known),
        None => Ok(known.insert(basis.known().map_err(|error| Fault::unrecorded(&error))?)),
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
    /// The hold under which it is kept.
    pub(super) hold: Option<HoldId>,
}

/// Records that an answer is withheld: from some part of it on, or as a whole, which is then kept.
pub(super) async fn stop(
    basis: &Basis,
    dialect: Dialect,
    weighed: &Weighed,
    withheld: Matter,
) -> Result<Stop, Fault> {
    let parts = basis.admit(vec![(weighed, withheld)]).await;
    let parts = parts.map_err(|error| Fault::unrecorded(&error))?;
    let Part { recorded, notice } = parts.into_iter().next().ok_or(Fault::Unrecorded)?;
    let ruled = Ruled::of(dialect, &weighed.decision, &recorded);
    Ok(Stop { grounds: weighed.grounds(), notice: Box::new(notice), ruled, hold: recorded.hold })
}
