//! The stack: every agreement that binds a program, decided one by one and combined.
//!
//! With P for "permits as it is" and N for "would permit were its hold-forbids lifted", a stack
//! permits on all P, holds on all N but not all P, and denies otherwise. Agreements are never
//! concatenated into one policy set: that would let one party's permit stand in for another's.

use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;

use crate::{
    Agreement, Clause, ClauseRef, Decision, Digest, FactId, Facts, Reason, RoleId, Ruling, Use, Vocabulary,
    agreement::{Assignment, Local, Role, presume},
    law::{Cell, Cells},
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
}

/// The exact key of a remembered outcome: everything that a ruling depends on but the approvals,
/// which are never remembered.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Key {
    cell: Cell,
    evident: Vec<FactId>,
}

/// The ruling on one reading.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Outcome {
    ruling: Ruling,
    grounds: BTreeSet<ClauseRef>,
    reason: Reason,
}

impl Stack {
    /// Forms a stack. `presume` is what the program's own registration presumes; it serves grants
    /// only, because a limit was not agreed with the program's parties.
    ///
    /// # Errors
    /// If there is no agreement, or one twice.
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
        let outcome = match use_.readings() {
            Some(readings) => readings
                .iter()
                .map(|reading| self.outcome(reading, use_.approvals()))
                .reduce(|first, second| Arc::new(strictest(&first, &second))),
            None => Some(Arc::new(self.too_many_readings())),
        };
        let outcome = outcome.unwrap_or_else(|| Arc::new(self.too_many_readings()));
        Decision {
            ruling: outcome.ruling.clone(),
            grounds: outcome.grounds.iter().cloned().collect(),
            reason: outcome.reason.clone(),
            terms: self.digest,
            facts: use_.digest(),
            at: use_.at(),
        }
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
    pub(crate) fn locals<'s>(
        &'s self,
        reading: &'s Assignment,
        approvals: &'s [RoleId],
    ) -> impl Iterator<Item = (&'s Agreement, Local)> + 's {
        let presumed = presume(&self.vocabulary, reading, &self.presume);
        let applicable =
            self.agreements.iter().map(Arc::as_ref).filter(|agreement| agreement.applies(reading));
        applicable.map(move |agreement| {
            let seen = match (agreement.role(), &presumed) {
                (Role::Grant, Some(presumed)) => presumed,
                _ => reading,
            };
            (agreement, agreement.rule(&self.vocabulary, seen, approvals))
        })
    }

    fn work_out(&self, reading: &Assignment, approvals: &[RoleId]) -> Outcome {
        let locals: Vec<_> = self.locals(reading, approvals).collect();
        if let Some(failed) = failure(&locals) {
            return failed;
        }
        if !locals.iter().any(|(agreement, _)| agreement.role() == Role::Grant) {
            return Outcome {
                ruling: Ruling::Deny,
                grounds: BTreeSet::new(),
                reason: Reason::NothingGoverns,
            };
        }
        if locals.iter().all(|(agreement, local)| local.permitted(agreement.role())) {
            let grounds = grounds(&locals, |local| &local.permits);
            return Outcome { ruling: Ruling::Permit, grounds, reason: Reason::Clauses };
        }
        if locals.iter().all(|(agreement, local)| local.permitted_if_lifted(agreement.role())) {
            let grounds = grounds(&locals, |local| &local.holds);
            return Outcome {
                ruling: Ruling::Hold { roles: missing_roles(&locals) },
                grounds,
                reason: Reason::Clauses,
            };
        }
        denied(&locals)
    }

    /// Held for every role that any clause of the stack can hold for: who could lift it isn't known.
    fn too_many_readings(&self) -> Outcome {
        let roles: BTreeSet<RoleId> =
            self.agreements.iter().flat_map(|agreement| agreement.holding_roles().cloned()).collect();
        let ruling =
            if roles.is_empty() { Ruling::Deny } else { Ruling::Hold { roles: roles.into_iter().collect() } };
        Outcome { ruling, grounds: BTreeSet::new(), reason: Reason::TooManyReadings }
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
    locals: &'l [(&Agreement, Local)],
    which: impl Fn(&'l Local) -> &'l Vec<usize>,
) -> BTreeSet<ClauseRef> {
    locals
        .iter()
        .flat_map(|(agreement, local)| {
            which(local).iter().filter_map(|policy| {
                let clause = agreement.policies().get(*policy)?.clause().to_owned();
                Some(ClauseRef { agreement: agreement.id().to_owned(), clause })
            })
        })
        .collect()
}

fn missing_roles(locals: &[(&Agreement, Local)]) -> Vec<RoleId> {
    let roles: BTreeSet<RoleId> = locals
        .iter()
        .flat_map(|(agreement, local)| {
            local.holds.iter().filter_map(|policy| agreement.policies().get(*policy)?.hold().cloned())
        })
        .collect();
    roles.into_iter().collect()
}

fn failure(locals: &[(&Agreement, Local)]) -> Option<Outcome> {
    let (agreement, (clause, message)) =
        locals.iter().find_map(|(agreement, local)| Some((agreement, local.failed.clone()?)))?;
    let clause = ClauseRef { agreement: agreement.id().to_owned(), clause };
    Some(Outcome {
        ruling: Ruling::Deny,
        grounds: BTreeSet::from([clause.clone()]),
        reason: Reason::EvaluationFailed { clause, message },
    })
}

/// Grounded in the clauses that forbid; where none does, in nothing having been granted.
fn denied(locals: &[(&Agreement, Local)]) -> Outcome {
    let grounds = grounds(locals, |local| &local.forbids);
    let reason = if grounds.is_empty() {
        let silent = locals.iter().filter(|(agreement, local)| !local.permitted_if_lifted(agreement.role()));
        Reason::NotGranted { agreements: silent.map(|(agreement, _)| agreement.id().to_owned()).collect() }
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
