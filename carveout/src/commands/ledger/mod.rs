//! `ledger`: verify and read the record, as either party or an auditor would.

mod receipt;
mod reconcile;
mod redecide;
mod rotate;
mod show;
mod verify;

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use carveout_ledger::{SigningKey, VerifierKey};
use miette::{IntoDiagnostic, WrapErr};

use crate::{
    cli::{Global, Ledger, LedgerAt},
    config,
    output::{Exit, Printer},
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
struct Place {
    directory: PathBuf,
    log_key: VerifierKey,
}

/// Where the ledger is: as named, or the workspace's. An auditor has a folder and a key, and no workspace.
fn place(global: &Global, at: &LedgerAt) -> miette::Result<Place> {
    let config = match (&at.dir, &at.log_key) {
        (Some(_), Some(_)) => None,
        _ => Some(config::load(&global.workspace)?),
    };
    let directory = match (&at.dir, &config) {
        (Some(directory), _) => directory.clone(),
        (None, Some(config)) => global.workspace.join(&config.ledger.directory),
        (None, None) => global.workspace.clone(),
    };
    let log_key = match (&at.log_key, &config) {
        (Some(text), _) => verifier(text)?,
        (None, Some(config)) => {
            let text = config.ledger.key.fetch(&global.workspace)?;
            SigningKey::from_str(&text)
                .into_diagnostic()
                .wrap_err_with(|| {
                    format!("`{}` is not a private key of `carveout keygen`", config.ledger.key)
                })?
                .verifier()
        }
        (None, None) => return Err(miette::miette!("name the log's key with `--log-key`")),
    };
    Ok(Place { directory, log_key })
}

/// A verifier key, as text or as the name of a file that holds it.
fn verifier(text: &str) -> miette::Result<VerifierKey> {
    let text =
        if Path::new(text).is_file() { crate::workspace::read(Path::new(text))? } else { text.to_owned() };
    VerifierKey::from_str(text.trim()).into_diagnostic().wrap_err("the log's key can't be used")
}
