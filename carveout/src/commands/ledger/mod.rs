//! `ledger`: verify and read the record, as either party or an auditor would.

mod evidence;
mod receipt;
mod reconcile;
mod redecide;
mod rotate;
mod show;
mod usage;
mod verify;

use std::path::{Path, PathBuf};

use carveout_ledger::{LedgerReader, VerifierKey};
use miette::{IntoDiagnostic, WrapErr, miette};

use crate::{
    cli::{Global, Ledger, LedgerAt},
    config,
    output::{Exit, Printer},
    workspace::{log_verifier_key, verifier_key},
};

pub(super) fn run(global: &Global, command: Ledger, printer: &Printer) -> miette::Result<Exit> {
    match command {
        Ledger::Verify(arguments) => verify::run(global, &arguments, printer),
        Ledger::Show(arguments) => show::run(global, &arguments, printer),
        Ledger::Receipt(arguments) => receipt::run(global, &arguments, printer),
        Ledger::Reconcile(arguments) => reconcile::run(global, &arguments, printer),
        Ledger::Rotate(arguments) => rotate::run(global, &arguments, printer),
    }
}

/// A ledger's folder and the key that its checkpoints are verified with.
pub(super) struct Place {
    directory: PathBuf,
    log_key: VerifierKey,
}

/// Where the ledger is: as named, or the workspace's. An auditor has a folder and a key, and no workspace.
pub(super) fn place(global: &Global, at: &LedgerAt) -> miette::Result<Place> {
    let configured = || {
        config::load(&global.workspace).map_err(|error| match at.dir {
            Some(_) => error.wrap_err("without a workspace, name the log's key with `--log-key`"),
            None => error,
        })
    };
    let log_key = match &at.log_key {
        Some(text) => verifier_key(text).wrap_err("the log's key can't be used")?,
        None => log_verifier_key(&global.workspace, &configured()?)?,
    };
    let directory = match &at.dir {
        Some(directory) => directory.clone(),
        None => global.workspace.join(configured()?.ledger.directory),
    };
    exists(&directory, "name the ledger's folder with `--dir`; the gateway founds it when it first starts")?;
    Ok(Place { directory, log_key })
}

/// That there is no ledger says nothing about the record; that a part of one is missing does.
pub(super) fn exists(directory: &Path, help: &str) -> miette::Result<()> {
    match ["checkpoint", "tile"].iter().any(|part| directory.join(part).exists()) {
        true => Ok(()),
        false => Err(miette!(help = help, "there is no ledger in `{}`", directory.display())),
    }
}

impl Place {
    /// The published entries, verified one by one against the tree.
    pub(super) fn reader(&self) -> miette::Result<LedgerReader> {
        LedgerReader::open(&self.directory, &self.log_key)
            .into_diagnostic()
            .wrap_err_with(|| format!("the ledger in `{}` can't be read", self.directory.display()))
    }
}
