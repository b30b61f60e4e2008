//! `completions`: a completion script for a shell.

use clap::CommandFactory;

use crate::{
    cli::{Cli, Completions},
    output::Exit,
};

pub(super) fn run(arguments: &Completions) -> miette::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "carveout", &mut script);
    // A reader that closed the pipe has seen enough.
    let _ = std::io::Write::write_all(&mut std::io::stdout().lock(), &script);
    Ok(Exit::Yes)
}
