//! Why a question has no proven answer.

use carveout_terms::ClauseRef;

/// Why a question was left undecided. Nothing is ever concluded from it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Undecided {
    /// The budget was spent first.
    #[error("the budget was spent before there was a proof; allow more time")]
    BudgetSpent,
    /// Something that is outside of what can be decided here.
    #[error("{what} can't be decided; {hint}")]
    Unsupported {
        /// What it is.
        what: String,
        /// What to do about it.
        hint: String,
    },
    /// The symbolic compiler refused a clause.
    #[error("clause {clause} can't be compiled for a proof: {message}")]
    Compiler {
        /// The clause.
        clause: ClauseRef,
        /// What the compiler said.
        message: String,
    },
    /// The vocabulary can't be compiled.
    #[error("the vocabulary can't be compiled for a proof: {0}")]
    Vocabulary(String),
    /// A clause whose policy may fail to evaluate, so that its effect may vanish.
    #[error("clause {clause} may fail to evaluate, so nothing can be proven about it")]
    MayFail {
        /// The clause.
        clause: ClauseRef,
    },
    /// A use that the proof found was ruled on otherwise by the authorizer. Nothing built on such a
    /// proof is shown.
    #[error("the proof and the authorizer disagree on the use `{use_}`; please report this as a defect")]
    Replay {
        /// The use, as a dictionary.
        use_: String,
    },
    /// The sides were read with different vocabularies.
    #[error("the two sides were read with different vocabularies; read both with one")]
    OtherVocabulary,
}

impl Undecided {
    pub(crate) fn unsupported(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into(), hint: hint.into() }
    }
}
