//! What texts show.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Scan {
    /// Text, CSV, JSON, or JSONL of chat requests; standard input if there are none, or for `-`
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// How to read them
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ScanFormat,
    /// The country whose telephone numbers are written without a country code, such as US, GB or DE
    #[arg(long, default_value = "US", value_name = "COUNTRY")]
    pub(crate) region: carveout_signals::Region,
    /// Find also what is kept for documentation and fiction: example.com, 555-0143, test cards
    #[arg(long)]
    pub(crate) samples: bool,
    /// Show every finding
    #[arg(long)]
    pub(crate) all: bool,
    /// Say also which texts look like mass surveillance, targeting or profiling, and why
    #[arg(long)]
    pub(crate) tripwire: bool,
}

/// How a file is read.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum ScanFormat {
    /// As requests if it is some, else as text
    #[default]
    Auto,
    /// As one text, whatever it holds; tables are seen in it
    Text,
    /// As bodies of chat requests, one a line
    Requests,
}
