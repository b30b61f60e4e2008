//! Why facts are refused.

use std::fmt;

use crate::Attester;

/// Why a dictionary of facts was refused. Nothing of it is used then.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FactError {
    /// The text is not a dictionary.
    #[error(
        "not a dictionary of facts: {0}; write `fact=member, fact=(member member)` (RFC 9651 section 3.2)"
    )]
    Syntax(String),
    /// A fact that the vocabulary doesn't have.
    #[error("unknown fact `{fact}`{}", hinted(hint))]
    UnknownFact {
        /// The name as written.
        fact: String,
        /// The nearest name.
        hint: Option<String>,
    },
    /// A fact stated twice. RFC 9651 would let the last one win; here nothing wins.
    #[error("the fact `{0}` is stated twice; state it once")]
    Duplicate(String),
    /// A value of the wrong type, or a member that the enumeration doesn't have.
    #[error("`{fact}` can't be {written}{}", hinted(hint))]
    BadValue {
        /// The fact.
        fact: String,
        /// What was written.
        written: String,
        /// The nearest member, or the expected shape.
        hint: Option<String>,
    },
    /// A fact that somebody else has to vouch for.
    #[error("`{fact}` is attested by {attester}, it can't be stated by {speaker}")]
    NotYours {
        /// The fact.
        fact: String,
        /// Who attests it.
        attester: Attester,
        /// Who tried to state it.
        speaker: Attester,
    },
    /// Parameters, which no fact has.
    #[error("`{0}` has parameters; a fact has none, write only `{0}=value`")]
    Parameters(String),
    /// A presumption about what is always measured.
    #[error("`{0}` is measured by the gateway, so it can't be presumed")]
    Measured(String),
    /// A presumption that presumes nothing.
    #[error("`{0}` is presumed `unknown`, which is what silence means anyway")]
    Silent(String),
    /// A record that leaves numbers out was made with a vocabulary that has others.
    #[error(
        "the numbers that the record doesn't name are those of another vocabulary (`{mark}`, and here `{own}`); read it with the \
         one that was adopted then"
    )]
    OtherNumbers {
        /// The mark of its numbers.
        mark: String,
        /// The mark of this vocabulary's.
        own: String,
    },
    /// More is wrong than is worth listing.
    #[error("and more")]
    More,
}

impl FactError {
    /// Whether the name of the fact is what is wrong, and not its value.
    pub(crate) const fn is_of_the_name(&self) -> bool {
        matches!(self, Self::UnknownFact { .. } | Self::NotYours { .. } | Self::Measured(_))
    }

    /// The hint, which is then no longer part of the message.
    pub(crate) fn take_hint(&mut self) -> Option<String> {
        match self {
            Self::UnknownFact { hint, .. } | Self::BadValue { hint, .. } => hint.take(),
            _ => None,
        }
    }
}

/// Every reason why a dictionary of facts was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FactErrors(pub(crate) Vec<FactError>);

impl FactErrors {
    /// The reasons, in the order of the text.
    #[must_use]
    pub fn list(&self) -> &[FactError] {
        &self.0
    }
}

impl fmt::Display for FactErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for FactErrors {}

fn hinted(hint: &Option<String>) -> String {
    hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default()
}
