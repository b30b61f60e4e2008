//! `sign`: a party puts its name to an agreement.

use std::{fs, io, str::FromStr};

use carveout_ledger::{Domain, SigningKey, cosign_statement, sign_statement};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use crate::{
    cli::{Global, Sign},
    output::{Exit, Printer},
    workspace::{self, note_path, statement},
};

pub(super) fn run(global: &Global, arguments: &Sign, printer: &Printer) -> miette::Result<Exit> {
    let vocabulary = super::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?;
    let agreement = workspace::agreement(&arguments.file, &vocabulary)?;
    let failed =
        agreement.run_examples(&vocabulary).into_iter().filter(|outcome| outcome.failure.is_some()).count();
    if failed > 0 {
        return Err(miette!(
            help = format!("run `carveout check {}`", arguments.file.display()),
            "{failed} of its examples contradict the agreement; it is not signed"
        ));
    }
    let key = signing_key(&arguments.key)?;
    let path = note_path(&arguments.file);
    let statement = statement(&agreement);
    let (note, others) = match fs::read_to_string(&path) {
        Ok(note) => match cosign_statement(Domain::Agreement, &key, &note, &statement) {
            Ok(cosigned) => (cosigned, true),
            // The file changed since: what was signed was another agreement.
            Err(carveout_ledger::StatementError::Other { .. }) => {
                printer.note(format_args!(
                    "the file has changed since it was signed; its old signatures in {} are dropped",
                    path.display()
                ));
                (sign_statement(Domain::Agreement, &key, &statement).into_diagnostic()?, false)
            }
            Err(error) => {
                return Err(error).into_diagnostic().wrap_err_with(|| format!("`{}`", path.display()));
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (sign_statement(Domain::Agreement, &key, &statement).into_diagnostic()?, false)
        }
        Err(error) => {
            return Err(error).into_diagnostic().wrap_err_with(|| format!("can't read `{}`", path.display()));
        }
    };
    let staged = path.with_extension("sig.new");
    fs::write(&staged, note).and_then(|()| fs::rename(&staged, &path)).into_diagnostic()?;
    if printer.json() {
        let signed = json!({ "statement": statement.to_string(), "signer": key.name(), "note": path, "beside_others": others });
        printer.document("sign", &signed)?;
    } else {
        printer.line(format_args!("{} signed {statement}", key.name()));
        printer.note(format_args!("the signature is in {}", path.display()));
    }
    Ok(Exit::Yes)
}

/// Reads a private key from its file.
pub(super) fn signing_key(path: &std::path::Path) -> miette::Result<SigningKey> {
    let text = workspace::read(path)?;
    SigningKey::from_str(text.trim())
        .into_diagnostic()
        .wrap_err_with(|| format!("`{}` is not a private key of `carveout keygen`", path.display()))
}
