//! What one agreement may say about a use that can be read in too many ways to try them all.
//!
//! The answer errs on the strict side only: whatever any reading runs into, this runs into.

use super::{Agreement, Applies, Effect, Role};
use crate::{
    Facts, RoleId, Value, Vocabulary,
    law::{Condition, Test},
    r#use::Possibilities,
};

/// What may come of a use under one agreement.
#[derive(Debug)]
pub(crate) struct Possible {
    pub(crate) applies: Applies,
    /// It grants the use however it is read. A limit has nothing to grant.
    pub(crate) granted: bool,
    /// The permits that match however the use is read.
    pub(crate) permits: Vec<usize>,
    /// The restrictions that may match.
    pub(crate) forbids: Vec<usize>,
    /// The holds that may match and that nobody lifted.
    pub(crate) holds: Vec<usize>,
}

impl Agreement {
    /// Rules on all readings at once, presuming what is presumed in place of mere silence.
    pub(crate) fn rule_possibly(
        &self,
        vocabulary: &Vocabulary,
        possibilities: &Possibilities,
        presume: &Facts,
        approvals: &[RoleId],
    ) -> Possible {
        let presumed = possibilities.presuming(vocabulary, &self.presume.overridden_by(presume));
        let may = |condition: &Condition| condition.could(&|test| presumed.answer(test));
        let mut possible = Possible {
            applies: self.may_apply(vocabulary, possibilities),
            granted: self.role == Role::Limit,
            permits: Vec::new(),
            forbids: Vec::new(),
            holds: Vec::new(),
        };
        for (position, policy) in self.policies.iter().enumerate() {
            match (policy.effect(), policy.hold(), may(policy.condition())) {
                (Effect::Permit, _, Some(true)) => possible.permits.push(position),
                (Effect::Permit, ..) | (Effect::Forbid, _, Some(false)) => {}
                (Effect::Forbid, None, _) => possible.forbids.push(position),
                (Effect::Forbid, Some(role), _) if !approvals.contains(role) => possible.holds.push(position),
                (Effect::Forbid, Some(_), _) => {}
            }
        }
        possible.granted |= !possible.permits.is_empty();
        possible
    }

    fn may_apply(&self, vocabulary: &Vocabulary, possibilities: &Possibilities) -> Applies {
        let governs = self.governs.iter().map(|(fact, members)| {
            let test = Test::OneOf { fact: *fact, members: members.clone() };
            match possibilities.answer(&test) {
                // `unknown` may be anybody.
                Some(false) if possibilities.holds_silence(vocabulary, *fact) => None,
                answer => answer,
            }
        });
        let in_force = possibilities
            .every(self.at, |value| matches!(value, Value::Datetime(at) if self.window.covers(*at)));
        let answers: Vec<Option<bool>> = governs.chain([in_force]).collect();
        if answers.contains(&Some(false)) {
            Applies::No
        } else if answers.contains(&None) {
            Applies::Perhaps
        } else {
            Applies::Yes
        }
    }
}
