//! The words of an answer.

use super::{Confidence, EventKind, words::Word};
use crate::Timestamp;

/// What an instrument does to a situation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Status {
    /// On the date of knowledge nobody could know of it.
    NotKnown,
    /// It is not about this situation.
    OutOfReach,
    /// It was announced, and nothing more: it is warned about and not enforced.
    Announced,
    /// It will have effect.
    NotYet {
        /// From when.
        from: Timestamp,
    },
    /// What is there may go on being used for now.
    PhaseOut {
        /// The first instant at which it may not.
        until: Timestamp,
    },
    /// It bars.
    Barred,
    /// It would bar, and an exception or a waiver takes this out.
    Excepted,
    /// A court or its issuer has stopped it.
    Stopped,
    /// It is over: rescinded, run out, or superseded.
    Ended,
}

impl Status {
    /// The word for tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotKnown => "not known",
            Self::OutOfReach => "not reached",
            Self::Announced => "announced only",
            Self::NotYet { .. } => "not yet",
            Self::PhaseOut { .. } => "phase-out",
            Self::Barred => "barred",
            Self::Excepted => "excepted",
            Self::Stopped => "stopped",
            Self::Ended => "ended",
        }
    }
}

/// What became of one authority that an instrument rests on.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct AuthorityForce {
    /// The provision.
    pub authority: String,
    /// Whether the instrument still stands on it.
    pub stands: bool,
    /// What each forum has done, the last act of each.
    pub positions: Vec<Position>,
}

/// What a forum did last about an authority.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Position {
    /// The forum.
    pub forum: String,
    /// The event.
    pub event: String,
    /// What it did.
    pub kind: EventKind,
    /// How sure that is.
    pub confidence: Confidence,
}

impl Confidence {
    /// The less sure of two.
    pub(super) fn weaker(self, other: Self) -> Self {
        debug_assert!(Self::ALL.first() == Some(&Self::Unverified), "the least sure comes first");
        self.min(other)
    }
}
