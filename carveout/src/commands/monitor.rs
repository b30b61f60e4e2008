//! `monitor`: agree, as a party, that a clause in force is only monitored for a time.

use std::fs;

use carveout_ledger::{StatementError, Suspension};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use crate::{
    cli::{Global, Monitor, MonitorSign},
    output::{Exit, Printer},
    workspace::{Workspace, note, pinned_keys, replace, signing_key, suspension, suspension_path},
};

pub(super) fn run(global: &Global, command: Monitor, printer: &Printer) -> miette::Result<Exit> {
    match command {
        Monitor::Sign(arguments) => sign(global, &arguments, printer),
    }
}

fn sign(global: &Global, arguments: &MonitorSign, printer: &Printer) -> miette::Result<Exit> {
    let workspace = Workspace::load(&global.workspace)?;
    let suspension = suspension(&workspace, &arguments.monitor)?;
    let key = signing_key(&arguments.key)?;
    let path = suspension_path(&workspace, &arguments.monitor);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .into_diagnostic()
            .wrap_err_with(|| format!("`{}` can't be made", folder.display()))?;
    }
    let before = note(&path)?;
    let signed = match suspension.sign(&key, before.as_deref()) {
        // It was of another clause, date or text: what was agreed then is not what is asked for now.
        Err(StatementError::Other { .. }) => suspension.sign(&key, None),
        Err(error) if Suspension::is_signed_already(&error) => {
            return Err(miette!("`{}` has signed this already: see `{}`", key.name(), path.display()));
        }
        signed => signed,
    };
    replace(&path, &signed.into_diagnostic()?)?;
    if !pinned_keys(&workspace)?.values().any(|pinned| *pinned == key.verifier()) {
        printer.note("no party in carveout.toml has this key: the gateway will not count the signature");
    }
    let Suspension { agreement, version, clause, until, .. } = &suspension;
    if printer.json() {
        let document = json!({
            "monitor": arguments.monitor, "agreement": agreement, "agreement_version": version, "clause": clause,
            "until": until.to_string(), "signer": key.name(), "note": path,
        });
        printer.document("monitor sign", &document)?;
    } else {
        printer.line(format_args!(
            "{} agrees that clause {clause} of {agreement} version {version} is only monitored until {until}",
            key.name()
        ));
        printer.note(format_args!(
            "it counts once every party has signed; the signatures are in {}",
            path.display()
        ));
    }
    Ok(Exit::Yes)
}
