//! The commands that prove something for every use there is.

use std::{path::PathBuf, time::Duration};

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// The terms as they were: a file, a folder of agreements that apply together, or `program:ID`
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// The terms as they would be
    #[arg(value_name = "NEW")]
    pub(crate) new: String,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
    /// The vocabulary of OLD, where it is another one
    #[arg(long, value_name = "PATH")]
    pub(crate) old_vocabulary: Option<PathBuf>,
    /// Take the dates of the agreements into account, instead of comparing what they say while in force
    #[arg(long)]
    pub(crate) dates: bool,
    /// Write a page that can be sent to somebody: one file, which shows in any browser
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Say only in which direction the terms change: the fastest answer
    #[arg(long, conflicts_with = "html")]
    pub(crate) verdict_only: bool,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) cross_check: CrossCheck,
}

#[derive(Args, Debug)]
pub(crate) struct RedLines {
    /// The agreements, which apply together; a folder or `program:ID` also stands for some
    #[arg(value_name = "AGREEMENT", required = true)]
    pub(crate) agreements: Vec<String>,
    /// Whose red lines: a file, or ID for `redlines/ID.md` or `ID.redlines.md` in the workspace
    #[arg(long, value_name = "FILE|ID")]
    pub(crate) party: PathBuf,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
    /// Take the dates of the agreements into account, instead of asking what they say while in force
    #[arg(long)]
    pub(crate) dates: bool,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) cross_check: CrossCheck,
}

#[derive(Args, Debug)]
pub(crate) struct WhatIf {
    /// The agreement; without an edit its conditions are listed with their numbers
    #[arg(value_name = "AGREEMENT")]
    pub(crate) agreement: PathBuf,
    #[command(flatten)]
    pub(crate) edit: EditArguments,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) cross_check: CrossCheck,
}

#[derive(Args, Debug)]
#[group(required = false, multiple = false)]
pub(crate) struct EditArguments {
    /// Suppose that this clause were not there
    #[arg(long, value_name = "CLAUSE")]
    pub(crate) drop: Option<String>,
    /// Suppose that one condition of a clause were not there: `3.3#1`
    #[arg(long, value_name = "CLAUSE#N")]
    pub(crate) drop_condition: Option<String>,
    /// Suppose that one condition read otherwise: `3.3#1=context.volume == Volume::"bulk"`
    #[arg(long, value_name = "CLAUSE#N=CEDAR")]
    pub(crate) replace: Option<String>,
    /// Drop every clause and every condition in turn, and say what each is worth
    #[arg(long)]
    pub(crate) each: bool,
}

/// Whether another solver is asked too.
#[derive(Args, Debug, Clone)]
pub(crate) struct CrossCheck {
    /// Ask the solver cvc5 everything again, and conclude nothing unless it agrees
    #[arg(long)]
    cross_check: bool,
    /// The program that --cross-check runs
    #[arg(long, env = "CVC5", default_value = "cvc5", value_name = "PROGRAM")]
    cvc5: PathBuf,
}

impl CrossCheck {
    /// The program to ask, if one is to be asked.
    pub(crate) fn program(&self) -> Option<PathBuf> {
        self.cross_check.then(|| self.cvc5.clone())
    }
}

/// How much an analysis may take.
#[derive(Args, Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// List at most so many cubes of one region [default: 2000]
    #[arg(long, value_name = "N")]
    pub(crate) cubes: Option<std::num::NonZeroUsize>,
    /// Stop after so many seconds; what is proven by then is shown
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("`{text}` is no number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|_| format!("`{text}` seconds can't be waited"))
}
