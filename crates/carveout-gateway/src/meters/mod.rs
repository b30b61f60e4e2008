//! Meters: how many distinct persons a program's uses, and all uses under an agreement, have shown within a window.
//!
//! A use is judged with itself included: what the windows would hold is asked for, the use is decided by that, and what
//! it shows is taken in at once if it is permitted, so that two uses that together cross a limit can't both pass
//! below it. What is denied or held is metered apart, as an attempt.
//!
//! The counts are a projection of the ledger and of the evidence kept beside it. What a use shows is on the disk
//! before its decision is recorded, and the entry vouches for it. Nothing is permitted that could not be kept, and a
//! gateway that can't find what the ledger knows to have been kept doesn't start.

mod facts;
mod scopes;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use carveout_ledger::{DecisionId, Kept};
use carveout_signals::{
    Canonical, Kind,
    meters::{MeterKey, Meters, Minute, Sight},
};
use carveout_terms::{Decision, Facts, Ruling, Stack, Timestamp, Vocabulary};

pub(crate) use self::{
    facts::Declared,
    scopes::{Scopes, governs},
};
use crate::{
    attest::{AttestError, Evidence, Returned},
    house::{Bound, House, Target},
    kept::{self, Keeper, minute},
    monitor::Uses,
};

/// The meters of one gateway.
pub(crate) struct Metering {
    facts: Declared,
    /// None if the vocabulary has no meter.
    counting: Option<Counting>,
}

struct Counting {
    key: MeterKey,
    meters: Mutex<Meters>,
    keeper: Arc<Keeper>,
}

/// What of an exchange has been taken into meters already: the request, then its answer, piece by piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metered {
    identifiers: HashSet<(Kind, Canonical, bool)>,
    rows: usize,
    /// The results of tools in the request are taken in.
    results: bool,
}

/// A use that has been decided with its meters, and what is to be on the disk before that is recorded.
pub(crate) struct Judged {
    pub(crate) uses: Uses,
    pub(crate) decision: Decision,
    pub(crate) kept: Option<Kept>,
}

impl Metering {
    /// Goes on with what meters were made of again, if the vocabulary has any.
    pub(crate) fn new(facts: Declared, made: Option<(MeterKey, Meters, Arc<Keeper>)>) -> Self {
        let counting = made.map(|(key, meters, keeper)| Counting { key, meters: Mutex::new(meters), keeper });
        Self { counting: counting.filter(|_| !facts.is_empty()), facts }
    }

    /// Shows the meters, which nobody moves meanwhile; none if nothing is counted.
    pub(crate) fn locked<R>(&self, show: impl FnOnce(Option<&Meters>) -> R) -> R {
        let meters = self.counting.as_ref().map(Counting::lock);
        show(meters.as_deref())
    }

    /// Whether the vocabulary counts persons over time.
    pub(crate) fn are_declared(&self) -> bool {
        !self.facts.is_empty()
    }

    /// Whether any clause of a stack tests a meter.
    pub(crate) fn are_read_by(&self, stack: &Stack) -> bool {
        self.facts.are_read_by(stack)
    }

    /// These facts without what meters say: what doesn't change while a use waits.
    pub(crate) fn without(&self, facts: &Facts) -> Facts {
        facts.filtered(|fact| !self.facts.has(fact))
    }

    /// Decides a use with what it would add to its meters. `assemble` makes the use from what the meters say, and a refusal that
    /// is `provisional`, since a judge is still to be asked, is no attempt yet.
    pub(crate) fn judge(
        &self,
        house: &House,
        bound: &Bound,
        (target, at): (&Target, Timestamp),
        (evidence, metered): (&Evidence, &mut Metered),
        assemble: impl FnOnce(&Facts) -> Result<Uses, AttestError>,
        provisional: impl FnOnce(&Uses, &Decision) -> bool,
    ) -> Result<Judged, AttestError> {
        if house.keeper.as_ref().is_some_and(|keeper| !keeper.is_sound()) {
            return Err(AttestError::Unkept);
        }
        let Some(counting) = &self.counting else {
            let uses = assemble(&Facts::default())?;
            let decision = bound.decide(&uses.decides);
            return Ok(Judged { uses, decision, kept: None });
        };
        let now = minute(at);
        let fresh = counting.known_again(bound, metered.fresh(evidence));
        // Digests are worked out before anybody has to wait for the meters.
        let scopes = bound.scopes.seen(&fresh, &target.facts, &bound.stack);
        let mut meters = counting.lock();
        let facts = self.facts.measure(&house.vocabulary, &mut meters, &scopes, now)?;
        let uses = assemble(&facts)?;
        let decision = bound.decide(&uses.decides);
        let admitted = decision.ruling == Ruling::Permit;
        let counts = admitted || (self.facts.has_attempts() && !provisional(&uses, &decision));
        let kept =
            (!fresh.is_empty() && counts).then(|| counting.keep(&mut meters, &scopes, admitted, (now, at)));
        drop(meters);
        if admitted {
            metered.add(evidence, fresh);
        }
        Ok(Judged { uses, decision, kept })
    }

    /// What the meters would say with what is shown in them, which they don't take in.
    pub(crate) fn foresee(
        &self,
        vocabulary: &Vocabulary,
        bound: &Bound,
        (target, at): (&Target, Timestamp),
        (shown, metered): (&Evidence, &Metered),
    ) -> Result<Facts, AttestError> {
        let Some(counting) = &self.counting else { return Ok(Facts::default()) };
        let fresh = counting.known_again(bound, metered.fresh(shown));
        let scopes = bound.scopes.seen(&fresh, &target.facts, &bound.stack);
        self.facts.measure(vocabulary, &mut counting.lock(), &scopes, minute(at))
    }

    /// A call of a tool is given out. What it returns is known again if it is the only one with its id.
    pub(crate) fn given(&self, house: &Arc<House>, bound: &Bound, call: &str, decision: DecisionId) {
        let counts = bound.reads_meters && !call.is_empty();
        let Some(counting) = self.counting.as_ref().filter(|_| counts) else { return };
        let call = bound.scopes.call(&counting.key, call);
        let [a, b, c, d, e, f, g, h, ..] = *decision.as_bytes();
        let giving = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let mut meters = counting.lock();
        meters.calls_mut().give(call, giving);
        let kept = counting.keeper.called(call, giving);
        drop(meters);
        kept::vouch_behind(house, kept);
    }

    /// The scopes of a program, with their keys.
    pub(crate) fn scopes(&self, program: &str, agreements: &[Arc<carveout_terms::Agreement>]) -> Scopes {
        self.counting.as_ref().map(|one| Scopes::of(&one.key, program, agreements)).unwrap_or_default()
    }
}

impl Counting {
    fn lock(&self) -> MutexGuard<'_, Meters> {
        self.meters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says which results of tools are known by the only call that they can be of. The rows of all others are rows that can't be
    /// told apart, and so are those of a result that a request holds twice.
    fn known_again(&self, bound: &Bound, mut fresh: Fresh) -> Fresh {
        if fresh.results.is_empty() {
            return fresh;
        }
        let calls: Vec<u64> =
            fresh.results.iter().map(|result| bound.scopes.call(&self.key, &result.call)).collect();
        let meters = self.lock();
        let results = std::mem::take(&mut fresh.results);
        for (result, call) in results.iter().zip(calls) {
            let known = meters.calls().only(call).map(|giving| (call, giving));
            let twice = |(own, other): &(_, Returned)| (Some(*own), other) == (known, result);
            match known.filter(|_| !fresh.known.iter().any(twice)) {
                Some(given) => fresh.known.push((given, result.clone())),
                None => fresh.rows = fresh.rows.saturating_add(result.rows),
            }
        }
        fresh
    }

    /// Takes in what a use shows. It has its place in the order of records when this returns.
    fn keep(
        &self,
        meters: &mut Meters,
        scopes: &scopes::Seen<'_>,
        admitted: bool,
        (now, at): (Minute, Timestamp),
    ) -> Kept {
        let named: Vec<(&str, &Sight)> = scopes.named(admitted).collect();
        for (scope, sight) in &named {
            meters.take(scope, sight, now);
        }
        self.keeper.metered(at, &named)
    }
}

/// What is new since the last time that an exchange was judged.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    identifiers: Vec<(Kind, Canonical, bool)>,
    rows: usize,
    /// Results of tools whose rows are not among those, before it is known which calls they are of.
    results: Arc<[Returned]>,
    /// Those of known calls, each with the call and its giving out.
    known: Vec<((u64, u64), Returned)>,
}

impl Fresh {
    fn is_empty(&self) -> bool {
        self.identifiers.is_empty() && self.rows == 0 && self.known.is_empty()
    }
}

impl Metered {
    /// What a request showed that was admitted.
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let mut metered = Self::default();
        metered.add(evidence, metered.fresh(evidence));
        metered
    }

    fn fresh(&self, evidence: &Evidence) -> Fresh {
        let count = evidence.count();
        let all = count.identifiers().map(|(kind, canonical, sure)| (kind, canonical.clone(), sure));
        let results = evidence.results();
        let of_results = results.iter().map(|result| result.rows).fold(0, usize::saturating_add);
        let rows = count.unidentified().saturating_add(evidence.rows_untold());
        Fresh {
            identifiers: all.filter(|one| !self.identifiers.contains(one)).collect(),
            rows: rows.saturating_sub(of_results).saturating_sub(self.rows),
            results: if self.results { Arc::default() } else { results.clone() },
            known: Vec::new(),
        }
    }

    /// What was new has been taken in.
    fn add(&mut self, evidence: &Evidence, fresh: Fresh) {
        self.identifiers.extend(fresh.identifiers);
        let results = evidence.results();
        let of_results = results.iter().map(|result| result.rows).fold(0, usize::saturating_add);
        let rows = evidence.count().unidentified().saturating_add(evidence.rows_untold());
        self.rows = self.rows.max(rows.saturating_sub(of_results));
        self.results |= !results.is_empty();
    }
}
