//! The record.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand, Debug)]
pub(crate) enum Ledger {
    /// Check every entry, tile, checkpoint and signature
    Verify(LedgerVerify),
    /// Print entries
    Show(LedgerShow),
    /// Fetch the receipt of an entry, or check one
    Receipt(LedgerReceipt),
    /// Hold a provider's usage export against the entries
    Reconcile(LedgerReconcile),
    /// Replace a party's pinned key, by its old key's word; the gateway must be stopped
    Rotate(LedgerRotate),
}

#[derive(Args, Debug)]
pub(crate) struct LedgerAt {
    /// The ledger's folder; else the workspace's
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// The log's public key, as text or a file; else the workspace's
    #[arg(long, value_name = "KEY")]
    pub(crate) log_key: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerVerify {
    #[command(flatten)]
    pub(crate) at: LedgerAt,
    /// Recompute every ruling from the recorded facts and the adopted terms
    #[arg(long)]
    pub(crate) redecide: bool,
    /// Where the evidence segments are; else where the workspace keeps them, or beside the ledger's folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) evidence: Option<PathBuf>,
    /// Demand that the ledger still extends this earlier checkpoint
    #[arg(long, value_name = "FILE")]
    pub(crate) since: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerShow {
    #[command(flatten)]
    pub(crate) at: LedgerAt,
    /// The first entry
    #[arg(long, default_value_t = 0, value_name = "INDEX")]
    pub(crate) from: u64,
    /// At most this many entries
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(crate) limit: u64,
    /// Only entries of this program
    #[arg(long, value_name = "ID")]
    pub(crate) program: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerReceipt {
    #[command(flatten)]
    pub(crate) at: LedgerAt,
    /// The entry's index, to print its receipt
    #[arg(value_name = "INDEX", required_unless_present = "check", conflicts_with = "check")]
    pub(crate) index: Option<u64>,
    /// Check this receipt file instead
    #[arg(long, value_name = "FILE")]
    pub(crate) check: Option<PathBuf>,
    /// Check whether this is the body that the entry commits to: a request's, or a reply's if it is a settlement
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// The opening that the customer gave away for this one body; else it is looked for in the workspace
    #[arg(long, value_name = "HEX", requires = "body")]
    pub(crate) salt: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerReconcile {
    #[command(flatten)]
    pub(crate) at: LedgerAt,
    /// The provider's usage export: CSV with a header
    #[arg(value_name = "USAGE.CSV")]
    pub(crate) file: PathBuf,
    /// The column that holds the provider's request ids
    #[arg(long, default_value = "request_id", value_name = "NAME")]
    pub(crate) column: String,
    /// Only attempts at this provider
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerRotate {
    /// The party
    #[arg(long, value_name = "ID", required_unless_present = "officer", conflicts_with = "officer")]
    pub(crate) party: Option<String>,
    /// Or an officer who may record designations
    #[arg(long, value_name = "ID")]
    pub(crate) officer: Option<String>,
    /// The private key until now
    #[arg(long, value_name = "FILE")]
    pub(crate) old: PathBuf,
    /// The public key from now on
    #[arg(long, value_name = "FILE")]
    pub(crate) new: PathBuf,
}
