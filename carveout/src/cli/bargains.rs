//! The commands that look for terms which both sides of a table can sign.

use std::path::PathBuf;

use carveout_terms::Timestamp;
use clap::Args;

use super::{CrossCheck, Limits};

#[derive(Args, Debug)]
pub(crate) struct Settle {
    /// The red lines of one party
    #[arg(value_name = "A")]
    pub(crate) first: PathBuf,
    /// The red lines of the other
    #[arg(value_name = "B")]
    pub(crate) second: PathBuf,
    /// Write the draft to this file, instead of below the report
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The draft's id
    #[arg(long, default_value = "common-ground", value_name = "ID")]
    pub(crate) id: String,
    /// From when the draft is to apply [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) effective: Option<Timestamp>,
    /// What the draft is to govern: `maker=…, model=…`; without it, every target
    #[arg(long, default_value = "", value_name = "FACTS", hide_default_value = true)]
    pub(crate) governs: String,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) cross_check: CrossCheck,
}

#[derive(Args, Debug)]
pub(crate) struct Counter {
    /// The other side's draft
    #[arg(value_name = "DRAFT")]
    pub(crate) draft: PathBuf,
    /// Your red lines. Nothing of this file is printed or written
    #[arg(long, value_name = "FILE")]
    pub(crate) redlines: PathBuf,
    /// Write the edited draft to this file, instead of below the report
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) cross_check: CrossCheck,
}

#[derive(Args, Debug)]
pub(crate) struct Compare {
    /// The agreements; each is looked at by itself, for the targets that it governs
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The rows: one `name: fact=member, …` a line; without it, every purpose of the vocabulary
    #[arg(long, value_name = "FILE")]
    pub(crate) uses: Option<PathBuf>,
    /// Show the rows too on which all agreements rule alike
    #[arg(long)]
    pub(crate) all: bool,
    /// Write a page that can be sent to somebody: one file, which shows in any browser
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) cross_check: CrossCheck,
}
