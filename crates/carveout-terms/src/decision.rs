//! What a decision says.

use std::fmt;

use crate::{Digest, Timestamp};

/// A role that can lift a hold, as `party/role`, for example `customer/release-authority`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RoleId(String);

impl RoleId {
    /// Names a role. Whether an agreement has it is for the agreement to say.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text, `party/role`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A clause of an agreement, by number. Shown as `sample-terms 4.2`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ClauseRef {
    /// The agreement's id.
    pub agreement: String,
    /// The clause's number.
    pub clause: String,
}

impl fmt::Display for ClauseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.agreement, self.clause)
    }
}

/// The answer to a use.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ruling {
    /// The use may go ahead.
    Permit,
    /// The use is denied unless every one of these roles approves it.
    Hold {
        /// The roles whose approval is missing, sorted.
        roles: Vec<RoleId>,
    },
    /// The use is denied.
    Deny,
}

impl Ruling {
    /// `permit`, `hold` or `deny`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Hold { .. } => "hold",
            Self::Deny => "deny",
        }
    }

    /// How strict the ruling is: a higher number rules more out.
    pub(crate) const fn strictness(&self) -> u8 {
        match self {
            Self::Permit => 0,
            Self::Hold { .. } => 1,
            Self::Deny => 2,
        }
    }
}

impl fmt::Display for Ruling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why the ruling is what it is, where the clauses alone don't say it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// The grounds say it: clauses that permit, hold or forbid.
    Clauses,
    /// No clause of these applicable grants permits the use, and what isn't granted is denied.
    NotGranted {
        /// The agreements that grant nothing here.
        agreements: Vec<String>,
    },
    /// No grant of the stack governs the target at this time.
    NothingGoverns,
    /// A policy failed to evaluate, so nothing can be permitted.
    EvaluationFailed {
        /// The clause whose policy failed.
        clause: ClauseRef,
        /// What the evaluator said.
        message: String,
    },
    /// The claims and the evidence can be read in more ways than are decided one by one.
    TooManyReadings,
    /// The use was assembled with another vocabulary than the stack's.
    OtherVocabulary,
    /// The stack's vocabulary has no word for a fact of the use, so such a use is refused at the door.
    NotExpressible,
}

/// A presumption that filled in for silence.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Presumption {
    /// The agreement that presumes it. None: the program's registration does.
    pub agreement: Option<String>,
    /// The fact as it is presumed, for example `volume=targeted`.
    pub fact: String,
}

/// The ruling on a use, with everything needed to check it again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// Permit, hold or deny.
    pub ruling: Ruling,
    /// The clauses that the ruling rests on, sorted.
    pub grounds: Vec<ClauseRef>,
    /// Why, where the grounds alone don't say it.
    pub reason: Reason,
    /// The presumptions that the ruling rests on: they stand where nobody had spoken, and a clause of an agreement
    /// that applies asks for the fact. Sorted.
    pub presumed: Vec<Presumption>,
    /// The digest of the stack of agreements.
    pub terms: Digest,
    /// The digest of the use's facts.
    pub facts: Digest,
    /// The time of the decision, the fact `at` of the use.
    pub at: Timestamp,
}
