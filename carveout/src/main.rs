//! Carveout makes the terms under which an AI model may be used enforceable, comparable and provable.

mod cli;
mod commands;
mod config;
mod output;
mod packs;
mod proving;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    cli::Cli,
    output::{Exit, Printer},
};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(mistyped) => return misunderstood(&mistyped),
    };
    output::install(cli.command.log_level(), cli.global.verbose);
    let printer = Printer::new(cli.global.json);
    let exit = commands::run(cli, &printer).unwrap_or_else(|report| {
        printer.failure(&report);
        Exit::Failure
    });
    printer.end(exit).into()
}

/// Help and the version, which were asked for, or what is wrong with what was typed. Who asked for JSON gets
/// JSON then too.
fn misunderstood(mistyped: &clap::Error) -> ExitCode {
    let printer = Printer::new(std::env::args_os().any(|argument| argument == "--json"));
    if mistyped.use_stderr() && printer.json() {
        let said = mistyped.to_string();
        let said = said.trim().trim_start_matches("error: ");
        let _ = printer.document("error", &serde_json::json!({ "error": said }));
    }
    let _ = mistyped.print();
    printer.end(if mistyped.use_stderr() { Exit::Failure } else { Exit::Yes }).into()
}
