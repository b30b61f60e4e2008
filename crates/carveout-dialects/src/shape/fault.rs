//! Why a well-formed JSON document is not of the dialect.

use thiserror::Error;

use crate::json::{IntegerFault, View};

/// A document that is not of the dialect: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{place}` {problem} (at byte {offset})")]
pub struct ShapeError {
    /// JSON pointer to the member (empty: the whole document).
    pub place: String,
    /// Bytes before it in the body as received.
    pub offset: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a member. Reads on after its place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// A known name in other letters: readers disagree whether that is the same member.
    #[error("is another spelling of `{known}`; spell it exactly so")]
    CaseVariant {
        /// The name as the dialect spells it.
        known: &'static str,
    },
    /// Not the JSON type the dialect has there.
    #[error("is of the wrong type; send {expected}")]
    WrongType {
        /// What it should be.
        expected: &'static str,
    },
    /// Not an integer that every reader reads alike.
    #[error("{0}")]
    Integer(#[from] IntegerFault),
    /// An integer outside what the member may hold.
    #[error("is out of range; send {expected}")]
    OutOfRange {
        /// What it should be.
        expected: &'static str,
    },
    /// A required member is absent.
    #[error("lacks the member `{name}`; add it")]
    Missing {
        /// The member's name.
        name: &'static str,
    },
    /// A kind of message, part, tool or event that isn't on the dialect's list: it can't be judged.
    #[error("is of an unknown kind of {what}, `{found}`; only listed kinds are accepted")]
    UnknownKind {
        /// What it is a kind of.
        what: &'static str,
        /// The kind that was sent, canonically escaped and cut to 64 characters.
        found: String,
    },
}

/// A problem at a node; becomes a [`ShapeError`] once the document is at hand.
#[derive(Debug)]
pub(crate) struct Fault {
    node: u32,
    problem: Problem,
}

impl Fault {
    pub(crate) fn new(at: View<'_>, problem: Problem) -> Self {
        Self { node: at.index(), problem }
    }

    pub(crate) fn wrong_type(at: View<'_>, expected: &'static str) -> Self {
        Self::new(at, Problem::WrongType { expected })
    }

    pub(crate) fn unknown_kind(at: View<'_>, what: &'static str, found: View<'_>) -> Self {
        let found = found.canonical().chars().take(64).collect();
        Self::new(at, Problem::UnknownKind { what, found })
    }

    /// `root` is any view of the document the fault was found in.
    pub(crate) fn locate(self, root: View<'_>) -> ShapeError {
        let at = root.at(self.node);
        ShapeError { place: at.pointer(), offset: at.source_offset(), problem: self.problem }
    }
}
