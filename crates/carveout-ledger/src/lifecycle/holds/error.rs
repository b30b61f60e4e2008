//! Why an entry does not follow in the life of a hold.

use crate::{AnswerError, HoldId, Timestamp};

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
