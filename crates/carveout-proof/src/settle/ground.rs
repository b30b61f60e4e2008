//! What both parties want and rule out, as regions.

use std::sync::Arc;

use carveout_terms::{MemberSet, RoleId, Stack, Value};

use super::{
    Frame, SettleError,
    lines::{self, Compiled},
};
use crate::{
    Prover,
    symbolic::{Term, all, any, both, not},
};

/// All lines, and the regions they amount to.
pub(super) struct Ground {
    pub(super) wants: Vec<Compiled>,
    pub(super) nevers: Vec<Compiled>,
    /// Lines that a role's approval lifts.
    pub(super) held: Vec<Compiled>,
    /// The targets that the draft is to govern.
    pub(super) governed: Term,
    /// W, R and H(role).
    pub(super) wanted: Term,
    pub(super) ruled_out: Term,
    pub(super) holds: Vec<(RoleId, Term)>,
    /// Terms that forbid and hold what either party rules out, and nothing else.
    pub(super) red: Arc<Stack>,
}

impl Ground {
    pub(super) fn of(prover: &Prover, lines: Vec<Compiled>, frame: &Frame) -> Result<Self, SettleError> {
        let vocabulary = prover.vocabulary();
        let red = lines::together(vocabulary, lines.iter().filter(|line| !line.permits))
            .ok_or_else(|| SettleError::Unwritable("the red lines don't fit into one clause".to_owned()))?;
        let facts = prover.fact_terms();
        let governed = all(frame.governs.iter().filter_map(|(fact, value)| match value {
            Value::Member(member) => Some(facts.one_of(fact, &MemberSet::of([*member]))),
            _ => None,
        }));
        let (wants, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.permits);
        let (held, nevers): (Vec<_>, Vec<_>) = others.into_iter().partition(|line| line.line.hold.is_some());
        let matching = |lines: &[Compiled]| any(lines.iter().map(|line| line.matches.clone()));
        let mut roles: Vec<RoleId> = held.iter().filter_map(|line| line.line.hold.clone()).collect();
        roles.sort();
        roles.dedup();
        let asked = |role: &RoleId| {
            any(held
                .iter()
                .filter(|line| line.line.hold.as_ref() == Some(role))
                .map(|line| line.matches.clone()))
        };
        let holds = roles.into_iter().map(|role| (role.clone(), asked(&role))).collect();
        Ok(Self {
            wanted: both(governed.clone(), matching(&wants)),
            ruled_out: matching(&nevers),
            governed,
            wants,
            nevers,
            held,
            holds,
            red,
        })
    }

    /// What is granted, with or without approvals.
    pub(super) fn lifted(&self) -> Term {
        both(self.wanted.clone(), not(self.ruled_out.clone()))
    }

    pub(super) fn any_hold(&self) -> Term {
        any(self.holds.iter().map(|(_, held)| held.clone()))
    }

    pub(super) fn permitted(&self) -> Term {
        both(self.lifted(), not(self.any_hold()))
    }

    pub(super) fn held_for(&self, role: &RoleId) -> Term {
        let held = self.holds.iter().filter(|(known, _)| known == role).map(|(_, held)| held.clone());
        both(self.lifted(), any(held))
    }

    /// What a want asks for, of the targets that are governed.
    pub(super) fn asked(&self, want: &Compiled) -> Term {
        both(self.governed.clone(), want.matches.clone())
    }
}
