//! Keys and signatures.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Keygen {
    /// The key's name, which stands in every signature: `agency.example` or `agency.example/ledger`
    #[arg(long, required_unless_present_any = ["program", "officer"], conflicts_with_all = ["program", "officer"])]
    pub(crate) name: Option<String>,
    /// Where to write the private key, such as `vendor.key`; the public one goes beside it, as `vendor.pub`
    #[arg(long, value_name = "FILE", required_unless_present_any = ["program", "officer"], conflicts_with_all = ["program", "officer"])]
    pub(crate) out: Option<PathBuf>,
    /// Make a key for a program's callers instead, with this id
    #[arg(long, value_name = "KEY-ID")]
    pub(crate) program: Option<String>,
    /// Make a token for an officer instead, with the officer's id
    #[arg(long, value_name = "ID", conflicts_with = "program")]
    pub(crate) officer: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Sign {
    /// The agreement
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The party's private key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
}
