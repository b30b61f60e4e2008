//! Reading an agreement, and deciding by some.

use std::path::PathBuf;

use clap::Args;

use super::{designations, proofs};

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The agreements to read; without any, those of the workspace
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
    /// Print the lowered Cedar policies too: what is evaluated
    #[arg(long)]
    pub(crate) lowered: bool,
    /// Leave out what takes a proof: grades, idle clauses and conditions
    #[arg(long)]
    pub(crate) without_proofs: bool,
    /// Stop proving one agreement after so many seconds, and say that it is undecided
    #[arg(long, value_name = "SECONDS", value_parser = proofs::seconds)]
    pub(crate) timeout: Option<std::time::Duration>,
}

#[derive(Args, Debug)]
pub(crate) struct Decide {
    /// The agreements that apply together; without any, those in force in the workspace
    #[arg(value_name = "FILE", conflicts_with = "program")]
    pub(crate) files: Vec<PathBuf>,
    /// Decide as this program of the workspace: its agreements, facts and presumptions, and the recorded designations
    #[arg(long, value_name = "ID")]
    pub(crate) program: Option<String>,
    /// Decide for this route's first target; else for the workspace's first route
    #[arg(long, value_name = "ALIAS", conflicts_with = "files")]
    pub(crate) route: Option<String>,
    /// The facts: `purpose=logistics.supply, subject=us_person`. What is left out is unknown
    #[arg(long = "use", value_name = "FACTS")]
    pub(crate) use_: String,
    /// At this time: `2026-09-02T17:01:00-04:00`; a date stands for its end in UTC. Else now
    #[arg(long, value_name = "DATE", value_parser = designations::when)]
    pub(crate) at: Option<carveout_terms::designation::When>,
    /// Other evidence about the same use; may be given several times
    #[arg(long, value_name = "FACTS")]
    pub(crate) evidence: Vec<String>,
    /// Suppose that this role approved the use; may be given several times
    #[arg(long, value_name = "PARTY/ROLE")]
    pub(crate) approve: Vec<String>,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
    /// The text of the request, or a request; `-` is standard input. What it shows is measured as the gateway would
    #[arg(long, value_name = "FILE")]
    pub(crate) text: Option<PathBuf>,
    /// Show every clause, which facts turned it, and with `--text` why the text trips the wire
    #[arg(long)]
    pub(crate) explain: bool,
}
