//! `check`: read an agreement as its counterparty would.

mod document;
mod proven;
mod shown;

use std::{path::PathBuf, sync::Arc};

use carveout_terms::Agreement;
use miette::miette;
use serde_json::json;

use self::document::{document, unreadable};

use super::judge::measured::Measurements;
use crate::{
    cli::{Check, Global},
    config,
    output::{Exit, Printer},
    workspace::{Faults, listed, read},
};

pub(super) fn run(global: &Global, arguments: &Check, printer: &Printer) -> miette::Result<Exit> {
    let vocabulary = Arc::new(super::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?);
    let mut exit = Exit::Yes;
    let mut documents = Vec::new();
    for path in &files(global, arguments)? {
        let source = read(path)?;
        let checked = match Agreement::parse(&source, &vocabulary) {
            Ok(agreement) => agreement,
            Err(problems) => {
                exit = Exit::No;
                documents.push(unreadable(path, &problems));
                if !printer.json() {
                    printer.note(format_args!("{:?}", Faults::report(path, problems)));
                }
                continue;
            }
        };
        let outcomes = checked.run_examples(&vocabulary);
        if outcomes.iter().any(|outcome| outcome.failure.is_some()) {
            exit = Exit::No;
        }
        let proofs = match arguments.without_proofs {
            true => None,
            false => {
                let proofs = proven::prove(&checked, &vocabulary, arguments.timeout)?;
                Some(proofs.with(&Measurements::read(&global.workspace)?, &checked, &vocabulary))
            }
        };
        if printer.json() {
            documents.push(document(path, &checked, &outcomes, &vocabulary, proofs.as_ref()));
        } else {
            shown::print(printer, &checked, &outcomes, &vocabulary, proofs.as_ref(), arguments.lowered);
        }
    }
    if printer.json() {
        printer.document("check", &json!({ "ok": exit == Exit::Yes, "agreements": documents }))?;
    }
    Ok(exit)
}

/// The files that were named, or the agreements of the workspace.
fn files(global: &Global, arguments: &Check) -> miette::Result<Vec<PathBuf>> {
    if !arguments.files.is_empty() {
        return Ok(arguments.files.clone());
    }
    let folder = global.workspace.join(config::load(&global.workspace)?.terms.agreements);
    let files = listed(&folder, "md")?;
    if files.is_empty() {
        let help = "write one there, or name a file";
        return Err(miette!(help = help, "there is no agreement in `{}`", folder.display()));
    }
    Ok(files)
}
