//! Carveout makes the terms under which an AI model may be used enforceable, comparable and provable.

mod cli;
mod commands;
mod config;
mod output;
mod packs;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::{cli::Cli, output::Printer};

fn main() -> ExitCode {
    let cli = Cli::parse();
    output::install(cli.command.log_level(), cli.global.verbose);
    let printer = Printer::new(cli.global.json);
    match commands::run(cli, &printer) {
        Ok(exit) => exit.into(),
        Err(report) => {
            printer.failure(&report);
            output::Exit::Failure.into()
        }
    }
}
