//! How the answers of several agreements, and of several readings, become one ruling.

use std::collections::BTreeSet;

use crate::{
    Agreement, ClauseRef, Presumption, Reason, RoleId, Ruling,
    agreement::{Applies, Local, Role},
};

/// The ruling on one reading.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outcome {
    pub(super) ruling: Ruling,
    pub(super) grounds: BTreeSet<ClauseRef>,
    pub(super) reason: Reason,
    pub(super) presumed: BTreeSet<Presumption>,
}

impl Outcome {
    pub(super) const fn denied(reason: Reason) -> Self {
        Self { ruling: Ruling::Deny, grounds: BTreeSet::new(), reason, presumed: BTreeSet::new() }
    }

    pub(super) const fn by_clauses(ruling: Ruling, grounds: BTreeSet<ClauseRef>) -> Self {
        Self { ruling, grounds, reason: Reason::Clauses, presumed: BTreeSet::new() }
    }

    pub(super) fn presuming(self, presumed: BTreeSet<Presumption>) -> Self {
        Self { presumed, ..self }
    }
}

/// What one agreement says about one reading.
pub(super) struct Answer<'s> {
    pub(super) agreement: &'s Agreement,
    pub(super) applies: Applies,
    pub(super) local: Local,
}

impl Answer<'_> {
    /// Only a grant that surely governs the target can grant anything.
    pub(super) fn may_grant(&self) -> bool {
        self.agreement.role() == Role::Grant && self.applies == Applies::Yes
    }

    pub(super) fn permitted_if_lifted(&self) -> bool {
        self.local.permitted_if_lifted(self.agreement.role())
    }
}

pub(super) fn grounds<'l>(
    answers: &'l [Answer<'_>],
    which: impl Fn(&'l Local) -> &'l Vec<usize>,
) -> BTreeSet<ClauseRef> {
    answers.iter().flat_map(|answer| clauses(answer.agreement, which(&answer.local))).collect()
}

/// The clauses of these policies.
pub(super) fn clauses<'a>(
    agreement: &'a Agreement,
    policies: &'a [usize],
) -> impl Iterator<Item = ClauseRef> + 'a {
    policies.iter().filter_map(|policy| {
        let clause = agreement.policies().get(*policy)?.clause().to_owned();
        Some(ClauseRef { agreement: agreement.id().to_owned(), clause })
    })
}

/// The roles that these policies hold for.
pub(super) fn roles<'a>(
    agreement: &'a Agreement,
    policies: &'a [usize],
) -> impl Iterator<Item = RoleId> + 'a {
    policies.iter().filter_map(|policy| agreement.policies().get(*policy)?.hold().cloned())
}

pub(super) fn missing_roles(answers: &[Answer<'_>]) -> Vec<RoleId> {
    let missing: BTreeSet<RoleId> =
        answers.iter().flat_map(|answer| roles(answer.agreement, &answer.local.holds)).collect();
    missing.into_iter().collect()
}

pub(super) fn failure(answers: &[Answer<'_>]) -> Option<Outcome> {
    let (agreement, (clause, message)) =
        answers.iter().find_map(|answer| Some((answer.agreement, answer.local.failed.clone()?)))?;
    let clause = ClauseRef { agreement: agreement.id().to_owned(), clause };
    let grounds = BTreeSet::from([clause.clone()]);
    Some(Outcome { grounds, ..Outcome::denied(Reason::EvaluationFailed { clause, message }) })
}

/// Grounded in the clauses that forbid; where none does, in nothing having been granted.
pub(super) fn denied(answers: &[Answer<'_>]) -> Outcome {
    let grounds = grounds(answers, |local| &local.forbids);
    let reason = if grounds.is_empty() {
        let silent = answers.iter().filter(|answer| !answer.permitted_if_lifted());
        Reason::NotGranted { agreements: silent.map(|answer| answer.agreement.id().to_owned()).collect() }
    } else {
        Reason::Clauses
    };
    Outcome { grounds, ..Outcome::denied(reason) }
}

/// The stricter of two outcomes; of equally strict ones, what both say.
pub(super) fn strictest(first: &Outcome, second: &Outcome) -> Outcome {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match first.ruling.strictness().cmp(&second.ruling.strictness()) {
        Greater => first.clone(),
        Less => second.clone(),
        Equal => Outcome {
            ruling: merged(&first.ruling, &second.ruling),
            grounds: first.grounds.union(&second.grounds).cloned().collect(),
            reason: if first.grounds.is_empty() { second.reason.clone() } else { first.reason.clone() },
            presumed: first.presumed.union(&second.presumed).cloned().collect(),
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
