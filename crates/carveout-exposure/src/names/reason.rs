//! Why two names got their score.

use std::fmt;

/// One thing that speaks for or against two names being one organisation's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// Letter by letter the same after folding and without their legal forms.
    SameName,
    /// The same words, divided into words in another way.
    Respaced,
    /// The same words in another order.
    Reordered,
    /// Two words that differ in a few letters.
    Edited(String, String),
    /// A word that only one of the names has.
    Extra(String),
    /// Words that stand against each other.
    Against(String, String),
    /// One name is the initials of the other.
    Initials(String),
    /// The names count differently: another fund, brigade or series.
    OtherNumber(String, String),
    /// Legal forms that one company can't both have.
    OtherForm,
    /// All that they share are words that many names have.
    CommonWordsOnly,
    /// A name without any letter or digit.
    NothingToCompare,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameName => f.write_str("the same name"),
            Self::Respaced => f.write_str("the same letters, spaced otherwise"),
            Self::Reordered => f.write_str("the same words in another order"),
            Self::Edited(one, other) => write!(f, "`{one}` is nearly `{other}`"),
            Self::Extra(word) => write!(f, "only one has `{word}`"),
            Self::Against(one, other) => write!(f, "`{one}` stands against `{other}`"),
            Self::Initials(word) => write!(f, "`{word}` are the initials of the other"),
            Self::OtherNumber(one, other) => write!(f, "number `{one}` stands against `{other}`"),
            Self::OtherForm => f.write_str("legal forms of different kinds"),
            Self::CommonWordsOnly => f.write_str("they share only words that many names have"),
            Self::NothingToCompare => f.write_str("no letter or digit to compare"),
        }
    }
}

impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
