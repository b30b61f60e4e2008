//! `completions`: a completion script for a shell.

use clap::CommandFactory;

use crate::{
    cli::{Cli, Completions},
    output::{Exit, Printer},
};

pub(super) fn run(arguments: &Completions, printer: &Printer) -> miette::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "carveout", &mut script);
    printer.bytes(&script);
    Ok(Exit::Yes)
}
