//! What can be typed about a judge.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand, Debug)]
pub(crate) enum JudgeCommand {
    /// Ask the configured judge about labelled examples, and write its recall and false alarms where `check` reads them
    Calibrate(JudgeCalibrate),
}

#[derive(Args, Debug)]
pub(crate) struct JudgeCalibrate {
    /// One JSON object a line: `agreement`, `clause`, `request`, `violates`, and perhaps `response`
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}
