//! What may follow what in the life of a hold:
//! `decided (hold) -> approved* -> decided (permit) | refused | expired -> erased`.
//!
//! A permit whose only attempt found no provider has sent nothing: the hold waits again, with its approvals.
//!
//! The rules stand here and nowhere else, so that the writer of a ledger and its auditor apply the same ones: an
//! approval is an appointed officer's, in a role that is missing, of exactly what was held, in time, not by who
//! asks, and it is used once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::roster::Roster;
use crate::{
    AnswerError, Approved, Decided, DecisionId, Digest, Entry, Event, HoldId, OfficersAppointed, Outcome,
    PinnedKey, Refused, Ruling, Timestamp, leaf_hash,
};

/// Why an entry does not follow in the life of a hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HoldError {
    /// There is no such hold, or it has ended.
    #[error(
        "`{0}` does not wait for anything: there is no such hold, or it has been collected, refused or expired"
    )]
    NotWaiting(HoldId),
    /// A hold that has not ended can't be erased, and one that waits can't be opened again.
    #[error("`{0}` has not ended")]
    NotEnded(HoldId),
    /// Too late.
    #[error("`{hold}` waited until {until}, and it is {at}")]
    Late {
        /// The hold.
        hold: HoldId,
        /// Until when it waited.
        until: Timestamp,
        /// The time of the entry.
        at: Timestamp,
    },
    /// Too soon.
    #[error("`{hold}` waits until {until}, so it can't expire at {at}")]
    Early {
        /// The hold.
        hold: HoldId,
        /// Until when it waits.
        until: Timestamp,
        /// The time of the entry.
        at: Timestamp,
    },
    /// An approval that outlives its hold, or is over before it begins.
    #[error("an approval of `{hold}` must end after {at} and not after {until}")]
    Term {
        /// The hold.
        hold: HoldId,
        /// Until when it waits.
        until: Timestamp,
        /// The time of the entry.
        at: Timestamp,
    },
    /// Nobody appointed this officer with this key.
    #[error("`{0}` is not an officer with that key: see `[[officer]]` in the configuration")]
    Officer(String),
    /// A role that the officer does not have, or that the hold does not wait for.
    #[error(
        "`{officer}` can't answer `{hold}` as `{role}`: the officer must have the role, and the hold must wait for it"
    )]
    Role {
        /// The officer.
        officer: String,
        /// The hold.
        hold: HoldId,
        /// The role.
        role: String,
    },
    /// The two-person rule.
    #[error("`{officer}` asks for `{program}` himself: by the two-person rule somebody else must answer")]
    Requester {
        /// The officer.
        officer: String,
        /// The program.
        program: String,
    },
    /// An answer is given once.
    #[error("`{officer}` has approved `{hold}` already")]
    Repeated {
        /// The officer.
        officer: String,
        /// The hold.
        hold: HoldId,
    },
    /// The answer is about another use.
    #[error("the answer is not about what `{0}` holds: its digest is another one")]
    OtherUse(HoldId),
    /// The use that is decided is not the one that was held.
    #[error(
        "what is decided is not what `{0}` holds: program, claims, terms, target and body must be the same"
    )]
    OtherDecided(HoldId),
    /// The approvals that a decision rests on are not those that stand.
    #[error("a decision rests on the approvals `{found}`, and those that stand are `{standing}`")]
    Approvals {
        /// The roles in the decision.
        found: String,
        /// The roles whose approval is recorded and in time.
        standing: String,
    },
    /// A party has not signed for its officers.
    #[error("`{party}` has not appointed these officers: {why}")]
    Unappointed {
        /// The party.
        party: String,
        /// What is wrong with its signature.
        why: String,
    },
    /// The signature.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

/// What an entry does to holds.
#[derive(Debug, Clone)]
pub(super) enum HoldStep {
    Appointed(OfficersAppointed),
    Held(HoldId, Box<HeldUse>),
    Decided {
        hold: HoldId,
        decision: DecisionId,
        what: Digest,
        approvals: Vec<String>,
        permits: bool,
        /// It is a part of an answer, which goes from the gateway to the caller. No settlement follows.
        given: bool,
    },
    /// The end of any permitted decision, of a hold or not.
    Ended {
        decision: DecisionId,
        unsent: bool,
    },
    /// It is permitted by approvals that it doesn't use up itself: those of the request in whose answer it came up.
    Rests {
        parent: Option<DecisionId>,
        program: String,
        approvals: Vec<String>,
    },
    Approved(Box<Approved>),
    Refused(Box<Refused>),
    Expired(HoldId),
    Erased(HoldId),
}

/// A use on hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeldUse {
    index: u64,
    leaf: Digest,
    program: String,
    roles: Vec<String>,
    until: Timestamp,
    /// Over everything that must be the same when the use is decided again.
    what: Digest,
    approvals: Vec<Standing>,
    /// The permit under which it is being sent.
    sending: Option<Sending>,
    /// The index of the entry that ended it.
    ended: Option<u64>,
}

/// A permit whose end is not recorded yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sending {
    decision: DecisionId,
    index: u64,
}

/// An approval that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Standing {
    index: u64,
    officer: String,
    key: String,
    roles: Vec<String>,
    until: Timestamp,
}

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

impl HoldStep {
    /// Reads off what an entry does to holds. Signatures are checked here, off the path that orders entries.
    pub(super) fn of(entry: &Entry) -> Result<Option<Self>, HoldError> {
        Ok(Some(match &entry.event {
            Event::Decided(decided) => return Ok(Self::of_decided(entry, decided)),
            Event::OfficersAppointed(appointed) => Self::Appointed(appointed.clone()),
            Event::Approved(approved) => {
                approved.verify()?;
                Self::Approved(Box::new(approved.clone()))
            }
            Event::Refused(refused) => {
                refused.verify()?;
                Self::Refused(Box::new(refused.clone()))
            }
            Event::Expired(expired) => Self::Expired(expired.hold),
            Event::Erased(erased) => Self::Erased(erased.hold),
            Event::Settled(settled) => Self::Ended {
                decision: settled.decision,
                unsent: settled.outcome == Outcome::ProviderUnreachable && settled.attempt <= 1,
            },
            Event::Interrupted(interrupted) => Self::Ended { decision: interrupted.decision, unsent: false },
            _ => return Ok(None),
        }))
    }

    fn of_decided(entry: &Entry, decided: &Decided) -> Option<Self> {
        let own = HoldId::of(decided.decision);
        match (decided.hold, decided.hold_until) {
            (Some(hold), Some(until)) if hold == own && decided.ruling == Ruling::Hold => {
                let held = HeldUse {
                    index: 0,
                    leaf: leaf_hash(&entry.encode().ok()?),
                    program: decided.program.clone(),
                    roles: decided.roles.clone(),
                    until,
                    what: what(decided),
                    approvals: Vec::new(),
                    sending: None,
                    ended: None,
                };
                Some(Self::Held(hold, Box::new(held)))
            }
            (Some(hold), _) if hold != own => Some(Self::Decided {
                hold,
                decision: decided.decision,
                what: what(decided),
                approvals: decided.facts.approvals.clone(),
                permits: decided.ruling == Ruling::Permit,
                given: decided.parent.is_some(),
            }),
            _ if decided.ruling == Ruling::Permit && !decided.facts.approvals.is_empty() => {
                let (parent, program) = (decided.parent, decided.program.clone());
                Some(Self::Rests { parent, program, approvals: decided.facts.approvals.clone() })
            }
            _ => None,
        }
    }
}

/// Everything of a decision that must be the same when its use is decided again: all but the names, the key, the time
/// and what follows from them.
fn what(decided: &Decided) -> Digest {
    let (facts, target) = (&decided.facts, &decided.target);
    // What detectors that are only monitored found was found, whether or not it decided by then.
    let evidence = decided.found.as_ref().map_or(&facts.evidence, |found| &found.evidence);
    let parts = (
        (&decided.program, &decided.route, &decided.endpoint),
        target,
        (&facts.caller, &facts.program, evidence),
        (&decided.terms, &decided.body, decided.body_bytes),
    );
    // Strings and digests can't fail to be written.
    Digest::of(&serde_json::to_vec(&parts).unwrap_or_default())
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

/// What a step is judged by.
struct Rules<'a> {
    roster: &'a Roster,
    at: Timestamp,
    index: u64,
}

/// The part of an approval and of a refusal that is judged alike.
struct Answered<'a> {
    held: Digest,
    officer: &'a str,
    key: &'a str,
    roles: &'a [String],
}

impl Rules<'_> {
    fn next(
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

#[cfg(test)]
mod tests;
