//! What entries do to holds, read off them.

use super::{error::HoldError, held::HeldUse};
use crate::{
    Approved, Decided, DecisionId, Digest, Entry, Event, HoldId, OfficersAppointed, Outcome, Refused, Ruling,
    leaf_hash,
};

/// What an entry does to holds.
#[derive(Debug, Clone)]
pub(in crate::lifecycle) enum HoldStep {
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

impl HoldStep {
    /// Reads off what an entry does to holds. Signatures are checked here, off the path that orders entries.
    pub(in crate::lifecycle) fn of(entry: &Entry) -> Result<Option<Self>, HoldError> {
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
