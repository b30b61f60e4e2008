//! Uses that can be read in too many ways to decide every reading.

use std::collections::BTreeSet;

use super::{
    Stack,
    outcome::{Outcome, clauses, roles},
};
use crate::{
    ClauseRef, Facts, Reason, RoleId, Ruling,
    agreement::{Agreement, Applies, Possible, Role},
    r#use::Possibilities,
};

impl Stack {
    /// Held for the roles that can lift a hold; denied if some reading may be denied.
    ///
    /// So adding evidence never turns a denial into a hold, and an approval that can't help is never
    /// asked for. Once every role has approved, nothing that any reading runs into is left.
    pub(super) fn unread(&self, possible: &Possibilities, approvals: &[RoleId]) -> Outcome {
        let answers: Vec<(&Agreement, Possible)> =
            self.possible(possible, approvals).filter(|(_, answer)| answer.applies != Applies::No).collect();
        let granting = |(agreement, answer): &(&Agreement, Possible)| {
            agreement.role() == Role::Grant && answer.applies == Applies::Yes
        };
        if !answers.iter().any(granting) {
            return Outcome::denied(Reason::NothingGoverns);
        }
        let cited = |which: fn(&Possible) -> &Vec<usize>| -> BTreeSet<ClauseRef> {
            answers.iter().flat_map(|(agreement, answer)| clauses(agreement, which(answer))).collect()
        };
        let reason = Reason::TooManyReadings;
        let asked = answers.iter().map(|(agreement, _)| *agreement);
        let presumed =
            self.presumed_by(asked, |fact| possible.holds_unspoken_silence(&self.vocabulary, fact));
        if answers.iter().any(|(_, answer)| !answer.granted || !answer.forbids.is_empty()) {
            let grounds = cited(|answer| &answer.forbids);
            return Outcome { ruling: Ruling::Deny, grounds, reason, presumed };
        }
        let holding: BTreeSet<RoleId> =
            answers.iter().flat_map(|(agreement, _)| agreement.holding_roles().cloned()).collect();
        let held = answers.iter().flat_map(|(agreement, answer)| roles(agreement, &answer.holds));
        let mut missing: BTreeSet<RoleId> = held.collect();
        if missing.is_empty() {
            missing = holding.iter().filter(|role| !approvals.contains(role)).cloned().collect();
        }
        let (ruling, grounds) = if holding.is_empty() {
            (Ruling::Deny, BTreeSet::new())
        } else if missing.is_empty() {
            (Ruling::Permit, cited(|answer| &answer.permits))
        } else {
            (Ruling::Hold { roles: missing.into_iter().collect() }, cited(|answer| &answer.holds))
        };
        Outcome { ruling, grounds, reason, presumed }
    }

    fn possible<'s>(
        &'s self,
        possible: &'s Possibilities,
        approvals: &'s [RoleId],
    ) -> impl Iterator<Item = (&'s Agreement, Possible)> + 's {
        let nothing = Facts::default();
        self.agreements.iter().map(move |agreement| {
            let presume = if agreement.role() == Role::Grant { &self.presume } else { &nothing };
            (&**agreement, agreement.rule_possibly(&self.vocabulary, possible, presume, approvals))
        })
    }
}
