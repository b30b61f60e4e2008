//! A judge, and what is only monitored.

use std::path::PathBuf;

use serde::Deserialize;

/// A model that judges, at one of the providers. It must speak OpenAI's dialect.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Judge {
    /// The id of a `[[provider]]`.
    pub(crate) provider: String,
    /// The model's name there.
    pub(crate) model: String,
    /// How long an answer may take.
    #[serde(default = "judge_seconds")]
    pub(crate) seconds: u64,
    /// Questions in a minute.
    #[serde(default = "judge_per_minute")]
    pub(crate) per_minute: usize,
    /// Questions at once.
    #[serde(default = "judge_at_once")]
    pub(crate) at_once: usize,
    /// Clauses that one request may ask about.
    #[serde(default = "judge_per_request")]
    pub(crate) per_request: usize,
    /// Verdicts that are remembered while the gateway runs.
    #[serde(default = "judge_remembers")]
    pub(crate) remembers: usize,
    /// Allows addresses of private networks and of this machine.
    #[serde(default)]
    pub(crate) private: bool,
}

const fn judge_seconds() -> u64 {
    20
}

const fn judge_per_minute() -> usize {
    120
}

const fn judge_at_once() -> usize {
    8
}

const fn judge_per_request() -> usize {
    3
}

const fn judge_remembers() -> usize {
    10_000
}

/// A draft, a clause in force or a detector, whose effect is recorded and not enforced.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Monitor {
    pub(crate) id: String,
    /// The file of a draft.
    pub(crate) draft: Option<PathBuf>,
    /// The agreement in force, the number of its clause, and from when on the clause is enforced again.
    pub(crate) agreement: Option<String>,
    pub(crate) clause: Option<String>,
    /// A detector: `identifiers.plate`, `tripwire.targeting`, `judge`.
    pub(crate) detector: Option<String>,
    pub(crate) until: Option<toml::value::Datetime>,
    /// The programs; all that it can concern if left out.
    pub(crate) programs: Option<Vec<String>>,
}
