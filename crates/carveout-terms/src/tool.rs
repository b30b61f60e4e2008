//! A tool as it is registered: what calling it brings about, and which data it reaches.

use crate::{Attester, FactError, FactErrors, Facts, Vocabulary};

/// A registered tool. Its effect and the labels of its data are read as evidence about every use that calls it: they
/// are a further reading beside what the caller claims, so they can tighten a ruling and never loosen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    name: String,
    facts: Facts,
    rows: u64,
    reports: Option<String>,
}

/// Why a tool can't be registered.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// The name is none.
    #[error("the name of a tool can't be empty; write it as the model calls it")]
    Nameless,
    /// The same tool twice.
    #[error("the tool `{0}` is registered twice; register it once")]
    Twice(String),
    /// The effect.
    #[error("the tool `{tool}`: {problem}")]
    Effect {
        /// The tool.
        tool: String,
        /// What the vocabulary says.
        problem: FactError,
    },
    /// A label that the vocabulary can't read.
    #[error("the tool `{tool}`: the label `{label}` can't be read: {problem}; write it as `fact=member`")]
    Label {
        /// The tool.
        tool: String,
        /// The label.
        label: String,
        /// What the vocabulary says.
        problem: FactErrors,
    },
    /// Two labels about one fact, or a label about the effect.
    #[error("the tool `{tool}`: `{label}` states again what is stated already; state each fact once")]
    Again {
        /// The tool.
        tool: String,
        /// The label.
        label: String,
    },
    /// The member is none.
    #[error(
        "the tool `{tool}`: `reports_rows` names the member of its results that holds a number, such as `row_count`, in at most {LONGEST_MEMBER} bytes"
    )]
    Reports {
        /// The tool.
        tool: String,
    },
    /// More rows than can be recorded.
    #[error("the tool `{tool}`: {rows} rows are more than can be written; state at most {MOST_ROWS}")]
    Rows {
        /// The tool.
        tool: String,
        /// The rows.
        rows: u64,
    },
}

/// What a member's name may be at most, in bytes.
const LONGEST_MEMBER: usize = 128;

/// The largest number that RFC 9651 section 3.3.1 can write.
const MOST_ROWS: u64 = 999_999_999_999_999;

impl Tool {
    /// Registers a tool. Labels are facts about its data, such as `volume=bulk` or `subject=us_person`, of those that a
    /// program may register.
    ///
    /// # Errors
    /// A fact or member that the vocabulary doesn't have, or a fact that is not for a registration to state.
    pub fn register(
        vocabulary: &Vocabulary,
        name: &str,
        effect: Option<&str>,
        labels: &[String],
        rows: Option<u64>,
    ) -> Result<Self, ToolError> {
        if name.is_empty() {
            return Err(ToolError::Nameless);
        }
        let tool = || name.to_owned();
        let mut facts = Facts::default();
        if let Some(effect) = effect {
            let stated = facts.set_member(vocabulary, "effect", effect);
            stated.map_err(|problem| ToolError::Effect { tool: tool(), problem })?;
        }
        for label in labels {
            let read = Facts::parse(vocabulary, label, Attester::Program);
            let read =
                read.map_err(|problem| ToolError::Label { tool: tool(), label: label.clone(), problem })?;
            if read.iter().any(|(fact, _)| facts.get(fact).is_some()) {
                return Err(ToolError::Again { tool: tool(), label: label.clone() });
            }
            facts = facts.overridden_by(&read);
        }
        match rows.unwrap_or_default() {
            rows if rows > MOST_ROWS => Err(ToolError::Rows { tool: tool(), rows }),
            rows => Ok(Self { name: tool(), facts, rows, reports: None }),
        }
    }

    /// The same, whose results say under this member of a JSON object how many rows they are about.
    ///
    /// # Errors
    /// [`ToolError::Reports`].
    pub fn reporting(self, member: Option<&str>) -> Result<Self, ToolError> {
        match member {
            Some(member) if member.is_empty() || member.len() > LONGEST_MEMBER => {
                Err(ToolError::Reports { tool: self.name })
            }
            member => Ok(Self { reports: member.map(str::to_owned), ..self }),
        }
    }

    /// As the model calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its effect, if it is registered, and the labels of its data.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The member of its results that says how many rows they are about. It is the tool's word, and can only raise a count.
    #[must_use]
    pub fn reports_rows(&self) -> Option<&str> {
        self.reports.as_deref()
    }

    /// Rows of data that it reaches.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }
}
