//! One file for each verb.

mod check;
mod compare;
mod completions;
mod counter;
mod decide;
mod demo;
mod designations;
mod diff;
mod exposure;
mod holds;
mod init;
mod judge;
mod keygen;
mod ledger;
mod monitor;
mod packs;
mod redlines;
mod report;
mod sample_provider;
mod scan;
mod serve;
mod settle;
mod sign;
mod what_if;

use std::path::{Path, PathBuf};

use carveout_terms::{Timestamp, Vocabulary};
use miette::{IntoDiagnostic, WrapErr};

use crate::{
    cli::{Cli, Command},
    config,
    output::{Exit, Printer},
    workspace,
};

/// Runs what was typed.
pub(crate) fn run(cli: Cli, printer: &Printer) -> miette::Result<Exit> {
    let global = cli.global;
    match cli.command {
        Command::Demo(arguments) => demo::run(&arguments, printer),
        Command::Init(arguments) => init::run(&arguments, printer),
        Command::Serve(arguments) => serve::run(&global, &arguments, printer),
        Command::Check(arguments) => check::run(&global, &arguments, printer),
        Command::Decide(arguments) => decide::run(&global, &arguments, printer),
        Command::Diff(arguments) => diff::run(&global, &arguments, printer),
        Command::RedLines(arguments) => redlines::run(&global, &arguments, printer),
        Command::WhatIf(arguments) => what_if::run(&global, &arguments, printer),
        Command::Counter(arguments) => counter::run(&global, &arguments, printer),
        Command::Settle(arguments) => settle::run(&global, &arguments, printer),
        Command::Compare(arguments) => compare::run(&global, &arguments, printer),
        Command::Scan(arguments) => scan::run(&arguments, printer),
        Command::Keygen(arguments) => keygen::run(&arguments, printer),
        Command::Sign(arguments) => sign::run(&global, &arguments, printer),
        Command::Holds(arguments) => holds::run(&global, arguments, printer),
        Command::Monitor(command) => monitor::run(&global, command, printer),
        Command::Report(arguments) => report::run(&global, &arguments, printer),
        Command::Judge(command) => judge::run(&global, &command, printer),
        Command::Ledger(arguments) => ledger::run(&global, arguments, printer),
        Command::Packs(arguments) => packs::run(&global, &arguments, printer),
        Command::Designations(arguments) => designations::run(&global, &arguments, printer),
        Command::Exposure(command) => exposure::run(&global, &command, printer),
        Command::SampleProvider(arguments) => sample_provider::run(&arguments, printer),
        Command::Completions(arguments) => completions::run(&arguments, printer),
    }
}

/// The vocabulary that was named, or the workspace's, or the built-in one.
fn vocabulary(named: Option<&PathBuf>, root: &Path) -> miette::Result<Vocabulary> {
    if let Some(path) = named {
        return workspace::vocabulary(path);
    }
    if root.join(config::FILE).exists() {
        return workspace::vocabulary(&root.join(&config::load(root)?.terms.vocabulary));
    }
    builtin_vocabulary()
}

/// The vocabulary that the binary carries with it.
fn builtin_vocabulary() -> miette::Result<Vocabulary> {
    Vocabulary::parse(crate::packs::DEFENSE_SCHEMA, crate::packs::DEFENSE_TAXONOMY)
        .into_diagnostic()
        .wrap_err("the built-in vocabulary can't be read")
}

/// The time of the machine.
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A runtime for the commands that talk to the network or write the ledger. One core is left to the ledger's
/// own threads: with a worker on every core each sync waits for a worker to give way.
fn runtime() -> miette::Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    // A single worker needs none of what lets several share their tasks.
    let mut runtime = match cores.saturating_sub(1) {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        workers => {
            let mut several = tokio::runtime::Builder::new_multi_thread();
            several.worker_threads(workers);
            several
        }
    };
    runtime.enable_all().build().into_diagnostic().wrap_err("the runtime could not be started")
}
