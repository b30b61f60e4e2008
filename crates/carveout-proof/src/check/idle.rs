//! Clauses that do nothing.

use carveout_terms::{Agreement, ClauseRef, Condition, Edit};

use crate::{
    Change, Law, Prover, Undecided, WhatIfError,
    law::{PolicyTerm, combine},
    symbolic::{Term, any, both, not},
};

/// A policy whose removal changes no ruling.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Idle {
    /// The clause.
    pub clause: ClauseRef,
    /// The policy.
    pub policy: String,
    /// Why it does nothing.
    pub reason: IdleReason,
}

/// Why a policy does nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IdleReason {
    /// No use at all meets its condition.
    NeverMatches,
    /// Every use that it names is named by these clauses of the same kind too.
    Redundant {
        /// The clauses that say it already.
        covered_by: Vec<ClauseRef>,
    },
    /// Every use that it grants is forbidden by these clauses.
    Shadowed {
        /// The clauses that forbid it.
        by: Vec<ClauseRef>,
    },
    /// It forbids, or holds, only what no clause grants.
    NothingToForbid,
    /// Taking it out changes no ruling, for reasons that several clauses share.
    Together,
}

impl Prover {
    /// The policies of a law that do nothing, each taken out by itself.
    ///
    /// Two policies that say the same are both idle: either can go, not both.
    ///
    /// # Errors
    /// If a question stays undecided.
    pub fn idle(&mut self, law: &Law) -> Result<Vec<Idle>, Undecided> {
        let mut idle = Vec::new();
        for (position, policy) in law.policies.iter().enumerate() {
            if !self.makes_a_difference(law, position)? {
                let reason = self.why_idle(law, position, policy)?;
                idle.push(Idle { clause: policy.clause.clone(), policy: policy.id.clone(), reason });
            }
        }
        Ok(idle)
    }

    fn makes_a_difference(&mut self, law: &Law, position: usize) -> Result<bool, Undecided> {
        let others = law.policies.iter().enumerate().filter(|(other, _)| *other != position);
        let without: Vec<PolicyTerm> = others.map(|(_, policy)| policy.clone()).collect();
        let (lifted, holds) = combine(&law.agreements, &without);
        let one_sided = |first: &Term, second: &Term| {
            any([both(first.clone(), not(second.clone())), both(second.clone(), not(first.clone()))])
        };
        let mut differs = vec![one_sided(&lifted, &law.lifted)];
        for (role, held) in &law.holds {
            let without = holds.get(role).cloned().unwrap_or_else(|| Term::from(false));
            differs.push(both(law.lifted.clone(), one_sided(held, &without)));
        }
        for difference in differs {
            if self.can_be(&difference)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn why_idle(&mut self, law: &Law, position: usize, policy: &PolicyTerm) -> Result<IdleReason, Undecided> {
        if !self.can_be(&policy.matches)? {
            return Ok(IdleReason::NeverMatches);
        }
        let own = |other: &&PolicyTerm| other.agreement == policy.agreement;
        let others: Vec<&PolicyTerm> = law
            .policies
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != position)
            .map(|(_, other)| other)
            .collect();
        let alike: Vec<&PolicyTerm> = others
            .iter()
            .copied()
            .filter(own)
            .filter(|other| {
                other.permits == policy.permits && (other.hold.is_none() || other.hold == policy.hold)
            })
            .collect();
        if let Some(covered_by) = self.covered(&policy.matches, &alike)? {
            return Ok(IdleReason::Redundant { covered_by });
        }
        let forbids: Vec<&PolicyTerm> =
            others.iter().copied().filter(|other| !other.permits && other.hold.is_none()).collect();
        if policy.permits
            && let Some(by) = self.covered(&policy.matches, &forbids)?
        {
            return Ok(IdleReason::Shadowed { by });
        }
        let granted: Vec<Term> =
            others.iter().filter(|other| other.permits).map(|other| other.matches.clone()).collect();
        if !policy.permits && !self.can_be(&both(policy.matches.clone(), any(granted)))? {
            return Ok(IdleReason::NothingToForbid);
        }
        Ok(IdleReason::Together)
    }

    /// The fewest of these policies that together match wherever `matches` does; minimal by deletion.
    fn covered(
        &mut self,
        matches: &Term,
        policies: &[&PolicyTerm],
    ) -> Result<Option<Vec<ClauseRef>>, Undecided> {
        let mut kept: Vec<&PolicyTerm> = policies.to_vec();
        if !self.covers(matches, &kept)? {
            return Ok(None);
        }
        let mut position = kept.len();
        while let Some(candidate) = position.checked_sub(1) {
            position = candidate;
            let dropped = kept.remove(candidate);
            if !self.covers(matches, &kept)? {
                kept.insert(candidate, dropped);
            }
        }
        let mut clauses: Vec<ClauseRef> = kept.iter().map(|policy| policy.clause.clone()).collect();
        clauses.dedup();
        Ok(Some(clauses))
    }

    fn covers(&mut self, matches: &Term, policies: &[&PolicyTerm]) -> Result<bool, Undecided> {
        let together = any(policies.iter().map(|policy| policy.matches.clone()));
        Ok(!self.can_be(&both(matches.clone(), not(together)))?)
    }
}

impl Prover {
    /// The conditions that change no ruling when they are dropped, each by itself: an exception that
    /// never applies, a qualifier that qualifies nothing.
    ///
    /// # Errors
    /// If the agreement or a question about it stays undecided.
    pub fn idle_conditions(&mut self, agreement: &Agreement) -> Result<Vec<Condition>, WhatIfError> {
        let before = self.alone(agreement)?;
        let mut idle = Vec::new();
        for condition in agreement.conditions(self.vocabulary()) {
            self.start_afresh();
            let (clause, number) = (condition.clause.clone(), condition.number);
            let after = self.edited(agreement, &Edit::DropCondition { clause, number })?;
            if self.change(&before, &after)? == Change::Equivalent {
                idle.push(condition);
            }
        }
        Ok(idle)
    }
}
