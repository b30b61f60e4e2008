//! What can be typed about holds.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand, Debug)]
pub(crate) enum Holds {
    /// Print what is on hold
    List(HoldsAt),
    /// Print one hold: who asks, for what, by which clause, and the very request
    Show(HoldNamed),
    /// Approve exactly what is on hold, with your key
    Approve(HoldsApprove),
    /// Refuse it, with your key; that ends the hold
    Refuse(HoldsRefuse),
    /// Appoint, as a party, the officers that carveout.toml names in your roles
    Appoint(HoldsAppoint),
}

#[derive(Args, Debug)]
pub(crate) struct HoldsAt {
    /// The gateway that runs: `https://gateway.example`; else the workspace is read, or written while no gateway runs
    #[arg(long, env = "CARVEOUT_GATEWAY", value_name = "URL", requires = "token")]
    pub(crate) gateway: Option<String>,
    /// Your token for the gateway, by reference: `env:NAME` or `file:PATH`
    #[arg(long, value_name = "REF")]
    pub(crate) token: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct HoldNamed {
    /// The hold's id
    #[arg(value_name = "HOLD")]
    pub(crate) hold: String,
    #[command(flatten)]
    pub(crate) at: HoldsAt,
}

#[derive(Args, Debug)]
pub(crate) struct HoldsApprove {
    #[command(flatten)]
    pub(crate) named: HoldNamed,
    /// Your private key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The approval is of no use after so many minutes
    #[arg(long, default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) minutes: u32,
    /// Speak for this role only; may be given several times. Otherwise for all that you have and that are missing
    #[arg(long = "as", value_name = "PARTY/ROLE")]
    pub(crate) roles: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct HoldsRefuse {
    #[command(flatten)]
    pub(crate) named: HoldNamed,
    /// Your private key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct HoldsAppoint {
    /// The party's private key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
}
