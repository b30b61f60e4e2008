//! The stack: every agreement that binds a program, decided one by one and combined.
//!
//! With P for "permits as it is" and N for "would permit were its hold-forbids lifted", a stack
//! permits on all P, holds on all N but not all P, and denies otherwise. Agreements are never
//! concatenated into one policy set: that would let one party's permit stand in for another's.

mod unread;

use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;

use crate::{
    Agreement, Clause, ClauseRef, Decision, Digest, FactId, Facts, Reason, RoleId, Ruling, Use, Vocabulary,
    agreement::{Applies, Assignment, Local, Role, presume},
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
        if let Some(other) = agreements.iter().find(|agreement| agreement.vocabulary() != vocabulary.digest()) {
            return Err(StackError::OtherVocabulary(other.id().to_owned()));
        }
        let cells = cells(&vocabulary, &agreements);
        let digest = digest(&vocabulary, &agreements, &presume);
        let remembered = Mutex::new(LruCache::new(REMEMBERED));
        Ok(Self { vocabulary, agreements, presume, cells, digest, remembered })
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

    /// The clause that a decision refers to.
    #[must_use]
    pub fn clause(&self, clause: &ClauseRef) -> Option<&Clause> {
        self.agreements.iter().find(|agreement| agreement.id() == clause.agreement)?.clause(&clause.clause)
    }

    /// Decides a use. Total and pure: every use has exactly one decision, the same each time.
    #[must_use]
    pub fn decide(&self, use_: &Use) -> Decision {
        let outcome = self.outcome_of(use_);
        Decision {
            ruling: outcome.ruling.clone(),
            grounds: outcome.grounds.iter().cloned().collect(),
            reason: outcome.reason.clone(),
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
        let strictest = outcomes.reduce(|first, second| {
            if first == second { first } else { Arc::new(strictest(&first, &second)) }
        });
        strictest.unwrap_or_else(|| Arc::new(Outcome::denied(Reason::TooManyReadings)))
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
        if answers.iter().all(|answer| answer.local.permitted(answer.agreement.role())) {
            let grounds = grounds(&answers, |local| &local.permits);
            return Outcome { ruling: Ruling::Permit, grounds, reason: Reason::Clauses };
        }
        if answers.iter().all(Answer::permitted_if_lifted) {
            let grounds = grounds(&answers, |local| &local.holds);
            let roles = missing_roles(&answers);
            return Outcome { ruling: Ruling::Hold { roles }, grounds, reason: Reason::Clauses };
        }
        denied(&answers)
    }
}

/// The ruling on one reading.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Outcome {
    ruling: Ruling,
    grounds: BTreeSet<ClauseRef>,
    reason: Reason,
}

impl Outcome {
    const fn denied(reason: Reason) -> Self {
        Self { ruling: Ruling::Deny, grounds: BTreeSet::new(), reason }
    }
}

/// What one agreement says about one reading.
struct Answer<'s> {
    agreement: &'s Agreement,
    applies: Applies,
    local: Local,
}

impl Answer<'_> {
    /// Only a grant that surely governs the target can grant anything.
    fn may_grant(&self) -> bool {
        self.agreement.role() == Role::Grant && self.applies == Applies::Yes
    }

    fn permitted_if_lifted(&self) -> bool {
        self.local.permitted_if_lifted(self.agreement.role())
    }
}

fn cells(vocabulary: &Vocabulary, agreements: &[Arc<Agreement>]) -> Cells {
    let mut cells = Cells::default();
    for agreement in agreements {
        agreement.conditions().for_each(|condition| cells.add(condition));
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

fn grounds<'l>(
    answers: &'l [Answer<'_>],
    which: impl Fn(&'l Local) -> &'l Vec<usize>,
) -> BTreeSet<ClauseRef> {
    answers.iter().flat_map(|answer| clauses(answer.agreement, which(&answer.local))).collect()
}

/// The clauses of these policies.
fn clauses<'a>(agreement: &'a Agreement, policies: &'a [usize]) -> impl Iterator<Item = ClauseRef> + 'a {
    policies.iter().filter_map(|policy| {
        let clause = agreement.policies().get(*policy)?.clause().to_owned();
        Some(ClauseRef { agreement: agreement.id().to_owned(), clause })
    })
}

/// The roles that these policies hold for.
fn roles<'a>(agreement: &'a Agreement, policies: &'a [usize]) -> impl Iterator<Item = RoleId> + 'a {
    policies.iter().filter_map(|policy| agreement.policies().get(*policy)?.hold().cloned())
}

fn missing_roles(answers: &[Answer<'_>]) -> Vec<RoleId> {
    let missing: BTreeSet<RoleId> =
        answers.iter().flat_map(|answer| roles(answer.agreement, &answer.local.holds)).collect();
    missing.into_iter().collect()
}

fn failure(answers: &[Answer<'_>]) -> Option<Outcome> {
    let (agreement, (clause, message)) =
        answers.iter().find_map(|answer| Some((answer.agreement, answer.local.failed.clone()?)))?;
    let clause = ClauseRef { agreement: agreement.id().to_owned(), clause };
    Some(Outcome {
        ruling: Ruling::Deny,
        grounds: BTreeSet::from([clause.clone()]),
        reason: Reason::EvaluationFailed { clause, message },
    })
}

/// Grounded in the clauses that forbid; where none does, in nothing having been granted.
fn denied(answers: &[Answer<'_>]) -> Outcome {
    let grounds = grounds(answers, |local| &local.forbids);
    let reason = if grounds.is_empty() {
        let silent = answers.iter().filter(|answer| !answer.permitted_if_lifted());
        Reason::NotGranted { agreements: silent.map(|answer| answer.agreement.id().to_owned()).collect() }
    } else {
        Reason::Clauses
    };
    Outcome { ruling: Ruling::Deny, grounds, reason }
}

/// The stricter of two outcomes; of equally strict ones, what both say.
fn strictest(first: &Outcome, second: &Outcome) -> Outcome {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match first.ruling.strictness().cmp(&second.ruling.strictness()) {
        Greater => first.clone(),
        Less => second.clone(),
        Equal => Outcome {
            ruling: merged(&first.ruling, &second.ruling),
            grounds: first.grounds.union(&second.grounds).cloned().collect(),
            reason: if first.grounds.is_empty() { second.reason.clone() } else { first.reason.clone() },
        },
    }
}

fn merged(first: &Ruling, second: &Ruling) -> Ruling {
    match (first, second) {
        (Ruling::Hold { roles }, Ruling::Hold { roles: more }) => {
            let roles: BTreeSet<RoleId> = roles.iter().chain(more).cloned().collect();
            Ruling::Hold { roles: roles.into_iter().collect() }
        }
        (ruling, _) => ruling.clone(),
    }
}
