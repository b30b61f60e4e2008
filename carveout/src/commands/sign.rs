//! `sign`: a party puts its name to an agreement.

use std::path::Path;

use carveout_ledger::{
    Domain, NoteError, SigningKey, Statement, StatementError, cosign_statement, sign_statement,
};
use carveout_terms::{Agreement, Vocabulary};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use crate::{
    cli::{Global, Sign},
    config,
    output::{Exit, Printer},
    workspace::{self, note, note_path, replace, signing_key, statement, verifier_key},
};

pub(super) fn run(global: &Global, arguments: &Sign, printer: &Printer) -> miette::Result<Exit> {
    let vocabulary = super::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?;
    let agreement = workspace::agreement(&arguments.file, &vocabulary)?;
    examples_hold(&arguments.file, &agreement, &vocabulary)?;
    let key = signing_key(&arguments.key)?;
    let path = note_path(&arguments.file);
    let statement = statement(&agreement);
    let signed = signed(&path, &key, &statement)?;
    replace(&path, &signed.note)?;
    if signed.dropped {
        printer.note(format_args!(
            "the file has changed since it was signed; its old signatures in {} are dropped",
            path.display()
        ));
    }
    if !is_of_a_party(&global.workspace, &key) {
        printer.note("no party in carveout.toml has this key: the gateway will not count the signature");
    }
    if printer.json() {
        return printer
            .document(
                "sign",
                &json!({
                    "statement": statement.to_string(), "signer": key.name(), "note": path,
                    "beside_others": signed.beside_others, "dropped_others": signed.dropped,
                }),
            )
            .map(|()| Exit::Yes);
    }
    printer.line(format_args!("{} signed {statement}", key.name()));
    printer.note(format_args!("the signature is in {}", path.display()));
    Ok(Exit::Yes)
}

fn examples_hold(file: &Path, agreement: &Agreement, vocabulary: &Vocabulary) -> miette::Result<()> {
    let outcomes = agreement.run_examples(vocabulary);
    match outcomes.iter().filter(|outcome| outcome.failure.is_some()).count() {
        0 => Ok(()),
        failed => Err(miette!(
            help = format!("run `carveout check {}`", file.display()),
            "the agreement contradicts its own examples ({failed} of {}); it is not signed",
            outcomes.len()
        )),
    }
}

/// A note that a party has just signed.
struct Signed {
    note: String,
    /// Whether others have signed the same text.
    beside_others: bool,
    /// Whether signatures were dropped that others had put under another text.
    dropped: bool,
}

fn signed(path: &Path, key: &SigningKey, statement: &Statement) -> miette::Result<Signed> {
    let alone = || sign_statement(Domain::Agreement, key, statement).into_diagnostic();
    let Some(note) = note(path)? else {
        return Ok(Signed { note: alone()?, beside_others: false, dropped: false });
    };
    match cosign_statement(Domain::Agreement, key, &note, statement) {
        Ok(note) => Ok(Signed { note, beside_others: true, dropped: false }),
        // The file changed since: what was signed was another agreement.
        Err(StatementError::Other { .. }) => {
            Ok(Signed { note: alone()?, beside_others: false, dropped: true })
        }
        Err(StatementError::Note(NoteError::Repeated { name })) => {
            Err(miette!("`{name}` has signed this already: its signature is in `{}`", path.display()))
        }
        Err(error) => Err(error).into_diagnostic().wrap_err_with(|| {
            format!("`{}` does not hold signatures: restore it, or remove it and sign anew", path.display())
        }),
    }
}

/// Whether a workspace, if there is one, names this key as a party's.
fn is_of_a_party(root: &Path, key: &SigningKey) -> bool {
    let Ok(config) = config::load(root) else { return true };
    config.parties.values().any(|reference| {
        let party = reference.fetch(root).ok().and_then(|text| verifier_key(&text).ok());
        party.is_some_and(|party| party == key.verifier())
    })
}
