//! `ledger receipt`: proof that one entry is in the log, and of what its body was.

mod body;

use std::path::Path;

use carveout_ledger::{Receipt, VerifierKey};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::{Value as Json, json};

use super::place;
use crate::{
    cli::{Global, LedgerReceipt},
    output::{Exit, Printer},
};

pub(super) fn run(global: &Global, arguments: &LedgerReceipt, printer: &Printer) -> miette::Result<Exit> {
    match (arguments.index, &arguments.check) {
        (Some(index), _) => {
            let receipt = place(global, &arguments.at)?
                .reader()?
                .receipt(index)
                .into_diagnostic()
                .wrap_err_with(|| format!("there is no receipt for entry {index}"))?;
            if let Some(file) = &arguments.body {
                return body::check(global, arguments, &receipt, file, printer);
            }
            let receipt = receipt.to_json();
            if printer.json() {
                let receipt: Json = serde_json::from_str(&receipt).into_diagnostic()?;
                printer.document("ledger receipt", &json!({ "receipt": receipt }))?;
            } else {
                printer.line(receipt);
            }
            Ok(Exit::Yes)
        }
        (None, Some(path)) => check(global, arguments, path, printer),
        (None, None) => Err(miette!("name an entry's index, or a receipt file with `--check`")),
    }
}

fn check(global: &Global, arguments: &LedgerReceipt, path: &Path, printer: &Printer) -> miette::Result<Exit> {
    let log_key: VerifierKey = match &arguments.at.log_key {
        Some(key) => crate::workspace::verifier_key(key)?,
        None => place(global, &arguments.at)?.log_key,
    };
    let text = bare(crate::workspace::read(path)?);
    let verified = Receipt::from_json(text.trim().as_bytes())
        .and_then(|receipt| receipt.verify_own(&log_key).map(|checkpoint| (receipt, checkpoint)));
    let (document, said, exit) = match verified {
        Ok((receipt, checkpoint)) => {
            if let Some(file) = &arguments.body {
                return body::check(global, arguments, &receipt, file, printer);
            }
            (
                json!({ "verified": true, "index": receipt.index(), "leaf": receipt.leaf().to_string(), "size": checkpoint.size() }),
                format!(
                    "verified: entry {} is in `{}` as of its checkpoint of {} entries\n{}",
                    receipt.index(),
                    checkpoint.origin(),
                    checkpoint.size(),
                    String::from_utf8_lossy(receipt.entry())
                ),
                Exit::Yes,
            )
        }
        Err(error) => (
            json!({ "verified": false, "why": error.to_string() }),
            format!("not verified: {error}"),
            Exit::No,
        ),
    };
    if printer.json() {
        printer.document("ledger receipt", &document)?;
    } else {
        printer.line(said);
    }
    Ok(exit)
}

/// The receipt in a file, which may also be the document that `--json` prints.
fn bare(text: String) -> String {
    let document: Option<Json> = serde_json::from_str(&text).ok();
    document.as_ref().and_then(|document| document.get("receipt")).map_or(text, Json::to_string)
}
