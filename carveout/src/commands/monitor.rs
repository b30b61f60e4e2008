//! `monitor`: agree, as a party, that a clause in force, or a detector, is only monitored for a time.

use std::fs;

use carveout_ledger::{DetectorSuspension, StatementError, Suspension};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::{Value as Json, json};

use crate::{
    cli::{Global, Monitor, MonitorSign},
    output::{Exit, Printer},
    workspace::{ToSign, Workspace, note, pinned_keys, replace, signing_key, suspension_path, to_sign},
};

pub(super) fn run(global: &Global, command: Monitor, printer: &Printer) -> miette::Result<Exit> {
    match command {
        Monitor::Sign(arguments) => sign(global, &arguments, printer),
    }
}

fn sign(global: &Global, arguments: &MonitorSign, printer: &Printer) -> miette::Result<Exit> {
    let workspace = Workspace::load(&global.workspace)?;
    let suspension = to_sign(&workspace, &arguments.monitor)?;
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
    if printer.json() {
        let mut document = document(&suspension);
        if let Some(members) = document.as_object_mut() {
            members.insert("monitor".to_owned(), json!(arguments.monitor));
            members.insert("signer".to_owned(), json!(key.name()));
            members.insert("note".to_owned(), json!(path));
        }
        printer.document("monitor sign", &document)?;
    } else {
        printer.line(format_args!("{} agrees that {}", key.name(), said(&suspension)));
        printer.note(format_args!(
            "it counts once every party has signed; the signatures are in {}",
            path.display()
        ));
    }
    Ok(Exit::Yes)
}

fn said(signed: &ToSign) -> String {
    match signed {
        ToSign::Clause(Suspension { agreement, version, clause, until, .. }) => {
            format!("clause {clause} of {agreement} version {version} is only monitored until {until}")
        }
        ToSign::Detector(DetectorSuspension { detector, until, agreements }) => {
            let texts: Vec<String> = agreements
                .iter()
                .map(|text| format!("{} version {}", text.agreement, text.version))
                .collect();
            format!("under {}, the detector {detector} is only monitored until {until}", texts.join(" and "))
        }
    }
}

fn document(signed: &ToSign) -> Json {
    match signed {
        ToSign::Clause(Suspension { agreement, version, clause, until, .. }) => json!({
            "agreement": agreement, "agreement_version": version, "clause": clause, "until": until.to_string(),
        }),
        ToSign::Detector(DetectorSuspension { detector, until, agreements }) => {
            let texts = agreements.iter().map(|text| {
                let (digest, parties) = (text.digest.to_string(), &text.parties);
                json!({
                    "agreement": text.agreement, "agreement_version": text.version, "digest": digest,
                    "parties": parties,
                })
            });
            json!({
                "detector": detector, "until": until.to_string(), "agreements": texts.collect::<Vec<_>>(),
            })
        }
    }
}
