//! The stack: every agreement that binds a program, decided one by one and combined.
//!
//! With P for "permits as it is" and N for "would permit were its hold-forbids lifted", a stack
//! permits on all P, holds on all N but not all P, and denies otherwise. Agreements are never
//! concatenated into one policy set: that would let one party's permit stand in for another's.

mod monitored;
mod outcome;
mod presumed;
mod unread;

use std::{
    cmp::Reverse,
    collections::BTreeSet,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;

pub use self::monitored::{MonitorError, drafted};
use self::outcome::{Answer, Outcome, denied, failure, grounds, missing_roles, strictest};
use crate::{
    Agreement, Clause, ClauseRef, Decision, Digest, FactId, Facts, Reason, RoleId, Ruling, Timestamp, Use,
    Vocabulary,
    agreement::{Applies, Assignment, Role, presume},
    law::{Cell, Cells},
    r#use::Readings,
};

/// How many cells a stack remembers the ruling of. One is a few hundred bytes.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// The agreements that bind one program.
#[derive(Debug)]
pub struct Stack {
    vocabulary: Arc<Vocabulary>,
    agreements: Vec<Arc<Agreement>>,
    presume: Facts,
    cells: Cells,
    digest: Digest,
    remembered: Mutex<LruCache<Key, Arc<Outcome>>>,
}

/// Why agreements can't form a stack.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StackError {
    /// An agreement twice.
    #[error("the agreement `{0}` is listed twice; list it once")]
    Duplicate(String),
    /// No agreement at all.
    #[error("a stack needs at least one agreement; list some under `agreements`")]
    Empty,
    /// An agreement that was read with another vocabulary, or another version of it.
    #[error("the agreement `{0}` was read with another vocabulary; read it again with this one")]
    OtherVocabulary(String),
}

/// The exact key of a remembered outcome: everything that a ruling depends on but the approvals,
/// which are never remembered.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Key {
    cell: Cell,
    evident: Vec<FactId>,
}

impl Stack {
    /// Forms a stack. `presume` is what the program's own registration presumes; it serves grants
    /// only, because a limit was not agreed with the program's parties.
    ///
    /// # Errors
    /// If there is no agreement, one twice, or one that was read with another vocabulary.
    pub fn new(
        vocabulary: Arc<Vocabulary>,
        agreements: Vec<Arc<Agreement>>,
        presume: Facts,
    ) -> Result<Self, StackError> {
        if agreements.is_empty() {
            return Err(StackError::Empty);
        }
        let mut ids = BTreeSet::new();
        if let Some(twice) = agreements.iter().find(|agreement| !ids.insert(agreement.id())) {
            return Err(StackError::Duplicate(twice.id().to_owned()));
        }
        if let Some(other) = agreements.iter().find(|agreement| agreement.vocabulary() != vocabulary.digest())
        {
            return Err(StackError::OtherVocabulary(other.id().to_owned()));
        }
        Ok(Self::of(vocabulary, agreements, presume))
    }

    fn of(vocabulary: Arc<Vocabulary>, agreements: Vec<Arc<Agreement>>, presume: Facts) -> Self {
        let cells = cells(&vocabulary, &agreements);
        let digest = digest(&vocabulary, &agreements, &presume);
        let remembered = Mutex::new(LruCache::new(REMEMBERED));
        Self { vocabulary, agreements, presume, cells, digest, remembered }
    }

    /// The digest over the vocabulary, every agreement and the presumptions.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The vocabulary all its agreements are written in.
    #[must_use]
    pub const fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// The agreements, in the order of the program's list.
    #[must_use]
    pub fn agreements(&self) -> &[Arc<Agreement>] {
        &self.agreements
    }

    /// What the program's registration presumes.
    #[must_use]
    pub const fn presume(&self) -> &Facts {
        &self.presume
    }

    /// Whether any of its agreements tests a fact. What none of them tests needs no measuring for their sake.
    #[must_use]
    pub fn reads(&self, fact: FactId) -> bool {
        self.cells.look_at(fact)
    }

    /// The clause that a decision refers to.
    #[must_use]
    pub fn clause(&self, clause: &ClauseRef) -> Option<&Clause> {
        self.agreements.iter().find(|agreement| agreement.id() == clause.agreement)?.clause(&clause.clause)
    }

    /// Whether a policy of this clause tests a fact.
    #[must_use]
    pub fn clause_reads(&self, clause: &ClauseRef, fact: FactId) -> bool {
        let mut agreements = self.agreements.iter().filter(|agreement| agreement.id() == clause.agreement);
        agreements.any(|agreement| {
            let policies = agreement.policies().iter().filter(|policy| policy.clause() == clause.clause);
            policies.into_iter().any(|policy| policy.condition().facts().contains(&fact))
        })
    }

    /// The decision on a use that the stack's vocabulary has no words for: denied, because nobody can
    /// even claim it.
    #[must_use]
    pub fn refuse(&self, at: Timestamp) -> Decision {
        Decision {
            ruling: Ruling::Deny,
            grounds: Vec::new(),
            reason: Reason::NotExpressible,
            terms: self.digest,
            facts: Digest::of(b"not expressible"),
            presumed: Vec::new(),
            at,
        }
    }

    /// Decides a use. Total and pure: every use has exactly one decision, the same each time.
    #[must_use]
    pub fn decide(&self, use_: &Use) -> Decision {
        let outcome = self.outcome_of(use_);
        Decision {
            ruling: outcome.ruling.clone(),
            grounds: outcome.grounds.iter().cloned().collect(),
            reason: outcome.reason.clone(),
            presumed: outcome.presumed.iter().cloned().collect(),
            terms: self.digest,
            facts: use_.digest(),
            at: use_.at(),
        }
    }

    fn outcome_of(&self, use_: &Use) -> Arc<Outcome> {
        if use_.vocabulary() != self.vocabulary.digest() {
            return Arc::new(Outcome::denied(Reason::OtherVocabulary));
        }
        let readings = match use_.readings() {
            Readings::Each(readings) => readings,
            Readings::TooMany(possible) => return Arc::new(self.unread(possible, use_.approvals())),
        };
        let outcomes = readings.iter().map(|reading| self.outcome(reading, use_.approvals()));
        let strictest =
            outcomes.reduce(
                |first, second| {
                    if first == second { first } else { Arc::new(strictest(&first, &second)) }
                },
            );
        strictest.unwrap_or_else(|| Arc::new(Outcome::denied(Reason::TooManyReadings)))
    }

    /// The reading that makes the ruling: the strictest, and of equally strict ones the first, which is the
    /// claimed one.
    pub(crate) fn decisive<'r>(
        &self,
        readings: &'r [Assignment],
        approvals: &[RoleId],
    ) -> Option<&'r Assignment> {
        readings.iter().min_by_key(|reading| Reverse(self.outcome(reading, approvals).ruling.strictness()))
    }

    fn outcome(&self, reading: &Assignment, approvals: &[RoleId]) -> Arc<Outcome> {
        if !approvals.is_empty() {
            return Arc::new(self.work_out(reading, approvals));
        }
        let key =
            Key { cell: self.cells.cell_of(|fact| reading.value(fact)), evident: reading.evident().to_vec() };
        if let Some(known) = self.remembered.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(known);
        }
        let outcome = Arc::new(self.work_out(reading, approvals));
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).put(key, Arc::clone(&outcome));
        outcome
    }

    /// Every applicable agreement's answer to one reading, in order.
    fn answers<'s>(
        &'s self,
        reading: &'s Assignment,
        approvals: &'s [RoleId],
    ) -> impl Iterator<Item = Answer<'s>> + 's {
        let presumed = presume(&self.vocabulary, reading, &self.presume);
        self.agreements.iter().filter_map(move |agreement| {
            let applies = agreement.applies(&self.vocabulary, reading);
            let seen = match (agreement.role(), &presumed) {
                (Role::Grant, Some(presumed)) => presumed,
                _ => reading,
            };
            let local = || agreement.rule(&self.vocabulary, seen, approvals);
            (applies != Applies::No).then(|| Answer { agreement, applies, local: local() })
        })
    }

    fn work_out(&self, reading: &Assignment, approvals: &[RoleId]) -> Outcome {
        let answers: Vec<_> = self.answers(reading, approvals).collect();
        if let Some(failed) = failure(&answers) {
            return failed;
        }
        if !answers.iter().any(Answer::may_grant) {
            return Outcome::denied(Reason::NothingGoverns);
        }
        let presumed = || self.presumed(&answers, |fact| reading.is_silent(&self.vocabulary, fact));
        if answers.iter().all(|answer| answer.local.permitted(answer.agreement.role())) {
            let grounds = grounds(&answers, |local| &local.permits);
            return Outcome::by_clauses(Ruling::Permit, grounds).presuming(presumed());
        }
        if answers.iter().all(Answer::permitted_if_lifted) {
            let grounds = grounds(&answers, |local| &local.holds);
            let roles = missing_roles(&answers);
            return Outcome::by_clauses(Ruling::Hold { roles }, grounds).presuming(presumed());
        }
        denied(&answers).presuming(presumed())
    }
}

fn cells(vocabulary: &Vocabulary, agreements: &[Arc<Agreement>]) -> Cells {
    let mut cells = Cells::default();
    for agreement in agreements {
        agreement.policy_conditions().for_each(|condition| cells.add(condition));
        agreement.governs().iter().for_each(|(fact, _)| cells.add_exactly(*fact));
        if let Some(at) = vocabulary.fact("at") {
            cells.add_constant(at, agreement.window().effective.millis());
            agreement.window().until.iter().for_each(|until| cells.add_constant(at, until.millis()));
        }
    }
    cells
}

fn digest(vocabulary: &Vocabulary, agreements: &[Arc<Agreement>], presume: &Facts) -> Digest {
    let presume = presume.display(vocabulary).to_string();
    let vocabulary = vocabulary.digest();
    let agreements: Vec<Digest> = agreements.iter().map(|agreement| agreement.digest()).collect();
    let parts = [vocabulary.as_bytes().as_slice(), presume.as_bytes()];
    Digest::of_parts(parts.into_iter().chain(agreements.iter().map(|digest| digest.as_bytes().as_slice())))
}
