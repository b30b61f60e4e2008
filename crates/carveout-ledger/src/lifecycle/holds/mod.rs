//! What may follow what in the life of a hold:
//! `decided (hold) -> approved* -> decided (permit) | refused | expired -> erased`.
//!
//! A permit whose only attempt found no provider has sent nothing: the hold waits again, with its approvals.
//!
//! The rules stand here and nowhere else, so that the writer of a ledger and its auditor apply the same ones: an
//! approval is an appointed officer's, in a role that is missing, of exactly what was held, in time, not by who
//! asks, and it is used once.

mod error;
mod held;
mod rules;
mod step;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::error::HoldError;
pub(super) use self::step::HoldStep;
use self::{held::HeldUse, rules::Rules};
use super::roster::Roster;
use crate::{DecisionId, HoldId, PinnedKey, Timestamp};

/// A hold that waits, or has ended and is yet to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenHold {
    /// The hold.
    pub hold: HoldId,
    /// The index of the entry that opened it.
    pub index: u64,
    /// The indexes of its approvals.
    pub approvals: Vec<u64>,
    /// The index of the entry that ended it. A permit whose end was not recorded counts: it may have been sent.
    pub ended: Option<u64>,
}

/// The holds up to some size that are not erased yet, and who may answer them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holds {
    roster: Roster,
    held: BTreeMap<HoldId, HeldUse>,
    /// The holds that are being sent, by the permit.
    sending: BTreeMap<DecisionId, HoldId>,
}

/// What the earlier steps of a group have changed.
#[derive(Default)]
pub(super) struct Changed {
    roster: Option<Roster>,
    held: BTreeMap<HoldId, Option<HeldUse>>,
    sending: BTreeMap<DecisionId, Option<HoldId>>,
}

impl Holds {
    /// What is not erased yet.
    pub(crate) fn open(&self) -> Vec<OpenHold> {
        let open = |(hold, held): (&HoldId, &HeldUse)| OpenHold {
            hold: *hold,
            index: held.index,
            approvals: held.approvals.iter().map(|approval| approval.index).collect(),
            ended: held.ended.or(held.sending.map(|sending| sending.index)),
        };
        self.held.iter().map(open).collect()
    }

    /// Whether a step follows, after those that have changed something already.
    pub(super) fn check(
        &self,
        changed: &mut Changed,
        step: &HoldStep,
        at: Timestamp,
        index: u64,
        parties: &[PinnedKey],
    ) -> Result<(), HoldError> {
        let hold = match step {
            HoldStep::Appointed(appointed) => {
                let roster = changed.roster.as_ref().unwrap_or(&self.roster);
                changed.roster = Some(roster.next(appointed, at, parties)?);
                return Ok(());
            }
            HoldStep::Rests { parent, program, approvals } => {
                return self.rests(changed, parent.as_ref(), program, approvals);
            }
            HoldStep::Held(hold, _)
            | HoldStep::Decided { hold, .. }
            | HoldStep::Expired(hold)
            | HoldStep::Erased(hold) => *hold,
            HoldStep::Approved(approved) => approved.hold,
            HoldStep::Refused(refused) => refused.hold,
            HoldStep::Ended { decision, .. } => {
                let known = || self.sending.get(decision).copied();
                match changed.sending.get(decision).copied().unwrap_or_else(known) {
                    Some(hold) => hold,
                    None => return Ok(()),
                }
            }
        };
        let held = changed.held.get(&hold).map_or_else(|| self.held.get(&hold), Option::as_ref);
        let rules = Rules { roster: changed.roster.as_ref().unwrap_or(&self.roster), at, index };
        let next = rules.next(hold, held, step)?;
        changed.held.insert(hold, next);
        match step {
            HoldStep::Decided { decision, permits: true, given: false, .. } => {
                changed.sending.insert(*decision, Some(hold));
            }
            HoldStep::Ended { decision, .. } => {
                changed.sending.insert(*decision, None);
            }
            _ => {}
        }
        Ok(())
    }

    /// What is permitted by approvals, and collects no hold, is a part of the answer to a request that is under way by just
    /// these. It lets nothing go to a provider, and uses no approval up.
    fn rests(
        &self,
        changed: &Changed,
        parent: Option<&DecisionId>,
        program: &str,
        approvals: &[String],
    ) -> Result<(), HoldError> {
        let sending = parent.and_then(|parent| match changed.sending.get(parent) {
            Some(changed) => *changed,
            None => self.sending.get(parent).copied(),
        });
        let held = sending.and_then(|hold| match changed.held.get(&hold) {
            Some(changed) => changed.as_ref(),
            None => self.held.get(&hold),
        });
        // Nothing is sent before every role has approved it.
        match held.filter(|held| held.program == program) {
            Some(held) if held.roles == approvals => Ok(()),
            held => {
                let standing = held.map(|held| held.roles.join(", ")).unwrap_or_default();
                Err(HoldError::Approvals { found: approvals.join(", "), standing })
            }
        }
    }

    /// Takes over what was checked.
    pub(super) fn take(&mut self, changed: Changed) {
        if let Some(roster) = changed.roster {
            self.roster = roster;
        }
        for (hold, held) in changed.held {
            match held {
                Some(held) => drop(self.held.insert(hold, held)),
                None => drop(self.held.remove(&hold)),
            }
        }
        for (decision, hold) in changed.sending {
            match hold {
                Some(hold) => drop(self.sending.insert(decision, hold)),
                None => drop(self.sending.remove(&decision)),
            }
        }
    }
}
