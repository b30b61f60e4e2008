//! What follows a hold, and what does not.

use super::{
    error::HoldError,
    held::{HeldUse, Sending, Standing},
    step::HoldStep,
};
use crate::{Approved, Digest, HoldId, Refused, Timestamp, lifecycle::roster::Roster};

/// What a step is judged by.
pub(super) struct Rules<'a> {
    pub(super) roster: &'a Roster,
    pub(super) at: Timestamp,
    pub(super) index: u64,
}

/// The part of an approval and of a refusal that is judged alike.
struct Answered<'a> {
    held: Digest,
    officer: &'a str,
    key: &'a str,
    roles: &'a [String],
}

impl Rules<'_> {
    pub(super) fn next(
        &self,
        hold: HoldId,
        held: Option<&HeldUse>,
        step: &HoldStep,
    ) -> Result<Option<HeldUse>, HoldError> {
        let index = self.index;
        let waiting = || {
            let waits = held.filter(|held| held.ended.is_none() && held.sending.is_none());
            waits.cloned().ok_or(HoldError::NotWaiting(hold))
        };
        Ok(Some(match step {
            HoldStep::Held(_, opened) => match held {
                None => HeldUse { index, ..(**opened).clone() },
                Some(_) => return Err(HoldError::NotEnded(hold)),
            },
            HoldStep::Approved(approved) => {
                let mut held = self.in_time(hold, waiting()?)?;
                let Approved { officer, key, roles, until, .. } = (**approved).clone();
                self.answered(
                    hold,
                    &held,
                    &Answered { held: approved.held, officer: &officer, key: &key, roles: &roles },
                )?;
                // Whose approval has run out may approve again.
                if held.approvals.iter().any(|one| one.officer == officer && one.until > self.at) {
                    return Err(HoldError::Repeated { officer, hold });
                }
                if until <= self.at || until > held.until {
                    return Err(HoldError::Term { hold, until: held.until, at: self.at });
                }
                held.approvals.push(Standing { index, officer, key, roles, until });
                held
            }
            HoldStep::Refused(refused) => {
                let held = self.in_time(hold, waiting()?)?;
                let Refused { officer, key, roles, .. } = &**refused;
                self.answered(hold, &held, &Answered { held: refused.held, officer, key, roles })?;
                HeldUse { ended: Some(index), ..held }
            }
            HoldStep::Decided { decision, what, approvals, permits, given, .. } => {
                let held = self.in_time(hold, waiting()?)?;
                self.decided(hold, &held, *what, approvals)?;
                if *permits && *given {
                    return Ok(Some(HeldUse { ended: Some(index), ..held }));
                }
                HeldUse { sending: permits.then_some(Sending { decision: *decision, index }), ..held }
            }
            // Only what was not sent, by the record itself, waits again.
            HoldStep::Ended { unsent, .. } => {
                let held = held.cloned().ok_or(HoldError::NotWaiting(hold))?;
                let sent = held.sending.filter(|_| !unsent).map(|sending| sending.index);
                HeldUse { sending: None, ended: sent, ..held }
            }
            HoldStep::Expired(_) => {
                let held = waiting()?;
                if self.at < held.until {
                    return Err(HoldError::Early { hold, until: held.until, at: self.at });
                }
                HeldUse { ended: Some(index), ..held }
            }
            HoldStep::Erased(_) => match held {
                Some(held) if held.ended.is_some() => return Ok(None),
                Some(_) => return Err(HoldError::NotEnded(hold)),
                None => return Err(HoldError::NotWaiting(hold)),
            },
            // They name no hold, and were judged before.
            HoldStep::Appointed(_) | HoldStep::Rests { .. } => return Ok(held.cloned()),
        }))
    }

    fn in_time(&self, hold: HoldId, held: HeldUse) -> Result<HeldUse, HoldError> {
        if self.at < held.until {
            Ok(held)
        } else {
            Err(HoldError::Late { hold, until: held.until, at: self.at })
        }
    }

    fn answered(&self, hold: HoldId, held: &HeldUse, answer: &Answered<'_>) -> Result<(), HoldError> {
        let named = answer.officer.to_owned();
        let officer = self
            .roster
            .officer(answer.officer, answer.key)
            .ok_or_else(|| HoldError::Officer(named.clone()))?;
        if answer.held != held.leaf {
            return Err(HoldError::OtherUse(hold));
        }
        let has = |role: &&String| officer.roles.contains(role) && held.roles.contains(role);
        let stranger = answer.roles.iter().find(|role| !has(role)).cloned();
        if answer.roles.is_empty() || stranger.is_some() {
            return Err(HoldError::Role { officer: named, hold, role: stranger.unwrap_or_default() });
        }
        if self.roster.asks_himself(officer, &held.program) {
            return Err(HoldError::Requester { officer: named, program: held.program.clone() });
        }
        Ok(())
    }

    /// A decision with approvals: on the very use, and by the approvals that stand now, all of them.
    fn decided(
        &self,
        hold: HoldId,
        held: &HeldUse,
        what: Digest,
        approvals: &[String],
    ) -> Result<(), HoldError> {
        if what != held.what {
            return Err(HoldError::OtherDecided(hold));
        }
        let stands = |role: &&String| {
            held.approvals.iter().any(|one| {
                let officer = self.roster.officer(&one.officer, &one.key);
                one.until > self.at
                    && one.roles.contains(role)
                    && officer.is_some_and(|officer| {
                        officer.roles.contains(role) && !self.roster.asks_himself(officer, &held.program)
                    })
            })
        };
        let standing: Vec<&String> = held.roles.iter().filter(stands).collect();
        let complete = standing.len() == held.roles.len();
        if !complete || !approvals.iter().eq(standing.iter().copied()) {
            let standing: Vec<&str> = standing.iter().map(|role| role.as_str()).collect();
            return Err(HoldError::Approvals { found: approvals.join(", "), standing: standing.join(", ") });
        }
        Ok(())
    }
}
