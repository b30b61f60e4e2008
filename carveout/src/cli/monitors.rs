//! What can be typed about monitoring.

use std::path::PathBuf;

use carveout_terms::Timestamp;
use clap::{Args, Subcommand};

use super::LedgerAt;

#[derive(Subcommand, Debug)]
pub(crate) enum Monitor {
    /// Sign, as a party, that the clause or the detector a monitor names is only monitored until its date
    Sign(MonitorSign),
}

#[derive(Args, Debug)]
pub(crate) struct MonitorSign {
    /// The monitor's id in carveout.toml
    #[arg(value_name = "ID")]
    pub(crate) monitor: String,
    /// The party's private key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) at: LedgerAt,
    /// Only decisions from this moment on: `2026-03-05`, or with a time
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Timestamp>,
    /// Only decisions before this moment
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<Timestamp>,
    /// Only decisions of this program
    #[arg(long, value_name = "ID")]
    pub(crate) program: Option<String>,
    /// Write a page that stands alone
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}
