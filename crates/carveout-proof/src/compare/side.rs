//! One agreement of a comparison, as the regions that it permits, holds and denies.

use std::{collections::BTreeMap, sync::Arc};

use carveout_terms::{Agreement, ClauseRef, FactId, MemberSet, Role, RoleId, Stack};

use super::{differ, stack_of};
use crate::{
    Constraint, Cube, Law, Prover, Undecided,
    symbolic::{Term, all, any, both, not},
};

/// An agreement, its targets and its dates left aside.
pub(super) struct Compared {
    pub(super) stack: Arc<Stack>,
    /// The targets that it governs.
    pub(super) targets: Cube,
    pub(super) granted: Term,
    pub(super) forbidden: Term,
    pub(super) holds: BTreeMap<RoleId, Term>,
    /// What each of its clauses does, by kind: it grants, it forbids, it holds for a role.
    pub(super) clauses: Vec<(ClauseRef, Does, Term)>,
}

/// What a clause does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Does {
    Grant,
    Forbid,
    Hold(RoleId),
}

impl Compared {
    pub(super) fn of(prover: &mut Prover, agreement: &Agreement) -> Result<Self, Undecided> {
        let stack = stack_of(prover, agreement)?;
        let law = prover.law(&stack)?;
        let clauses = clauses(&law, agreement);
        let matching = |kind: &Does| {
            any(clauses.iter().filter(|(_, does, _)| does == kind).map(|(_, _, matches)| matches.clone()))
        };
        let granted = match agreement.role() {
            Role::Grant => matching(&Does::Grant),
            Role::Limit => Term::from(true),
        };
        let holds = agreement.holding_roles().map(|role| (role.clone(), matching(&Does::Hold(role.clone()))));
        let holds = holds.collect();
        let target = |targets: Cube, (fact, members): &(FactId, MemberSet)| {
            targets.constrained(prover.vocabulary(), *fact, &Constraint::OneOf(members.clone()))
        };
        Ok(Self {
            stack,
            targets: agreement.governs().iter().fold(Cube::default(), target),
            granted,
            forbidden: matching(&Does::Forbid),
            holds,
            clauses,
        })
    }

    /// Permitted were every hold lifted.
    pub(super) fn lifted(&self) -> Term {
        both(self.granted.clone(), not(self.forbidden.clone()))
    }

    pub(super) fn permitted(&self) -> Term {
        both(self.lifted(), all(self.holds.values().map(|held| not(held.clone()))))
    }

    pub(super) fn held_for(&self, role: &RoleId) -> Term {
        let held = self.holds.get(role).cloned().unwrap_or_else(|| Term::from(false));
        both(self.lifted(), held)
    }

    /// The uses that two agreements rule on differently.
    pub(super) fn differs_from(&self, other: &Self) -> Term {
        let roles = self.holds.keys().chain(other.holds.keys());
        let held = roles.map(|role| differ(&self.held_for(role), &other.held_for(role)));
        any(held.chain([differ(&self.permitted(), &other.permitted())]))
    }
}

fn clauses(law: &Law, agreement: &Agreement) -> Vec<(ClauseRef, Does, Term)> {
    let mut clauses: Vec<(ClauseRef, Does, Term)> = Vec::new();
    for policy in law.policies.iter().filter(|policy| policy.clause.agreement == agreement.id()) {
        let does = match (policy.permits, &policy.hold) {
            (true, _) => Does::Grant,
            (false, None) => Does::Forbid,
            (false, Some(role)) => Does::Hold(role.clone()),
        };
        let known = clauses.iter_mut().find(|(clause, known, _)| *clause == policy.clause && *known == does);
        match known {
            Some((_, _, matches)) => *matches = any([matches.clone(), policy.matches.clone()]),
            None => clauses.push((policy.clause.clone(), does, policy.matches.clone())),
        }
    }
    clauses
}
