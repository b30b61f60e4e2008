//! Ready-made agreements.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand, Debug)]
pub(crate) enum Packs {
    /// Name them, with their role and how much of each is enforced
    List,
    /// Print one
    Show(PackNamed),
    /// Write one into a workspace's agreements; nothing is overwritten
    Add(PacksAdd),
}

#[derive(Args, Debug)]
pub(crate) struct PackNamed {
    /// The pack, as `packs list` names it
    #[arg(value_name = "NAME", hide_possible_values = true)]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(crate::packs::names()))]
    pub(crate) name: String,
}

#[derive(Args, Debug)]
pub(crate) struct PacksAdd {
    #[command(flatten)]
    pub(crate) pack: PackNamed,
    /// The workspace to write into, instead of the one of `-C`
    #[arg(long, value_name = "WORKSPACE")]
    pub(crate) into: Option<PathBuf>,
}
