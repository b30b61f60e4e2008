//! `designations add`: a record under the name of an officer.

use std::path::Path;

use carveout_ledger::{Domain, NoteError, SigningKey, StatementError, cosign_statement, sign_statement};
use carveout_terms::designation::Record;
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use crate::{
    cli::{DesignationAdd, Global},
    output::{Exit, Printer},
    workspace::{
        Readers, Store, Trust, create, designation_statement as statement, file_name, note, note_path, read,
        replace, signing_key,
    },
};

pub(super) fn run(global: &Global, arguments: &DesignationAdd, printer: &Printer) -> miette::Result<Exit> {
    let record = super::record(&arguments.file, printer)?;
    let source = read(&arguments.file)?;
    let store = Store::load(&global.workspace)?;
    let path = store.directory.join(file_name(&record, source.trim_start().starts_with('{')));
    let known = not_another(&store, &record, &path, &source)?;
    let beside = note_path(if known { &path } else { &arguments.file });
    let signed = sign(&store, &record, note(&beside)?, &arguments.key)?;
    store.prepare()?;
    // Signatures first: without its record a signature says nothing, and a record without its signature nobody's word.
    if let Some(note) = &signed {
        replace(&note_path(&path), note)?;
    }
    if !known {
        create(&path, &source, Readers::Everybody)?;
    }
    let trust = store.trust(&record, signed.as_deref());
    tell(&record, &path, &trust, printer)?;
    Ok(if trust.counts { Exit::Yes } else { Exit::No })
}

/// Whether the very record is there already, to be signed by another officer; another one by its name is refused.
fn not_another(store: &Store, record: &Record, path: &Path, source: &str) -> miette::Result<bool> {
    if path.exists() {
        return match read(path)? == source {
            true => Ok(true),
            false => Err(miette!(
                help = "a correction is a new version: count `version` up",
                "`{}` holds another text already",
                path.display()
            )),
        };
    }
    let Record::Designation(designation) = record else { return Ok(false) };
    let (id, version) = (&designation.instrument().id, designation.instrument().version);
    let newest = store.stored.iter().filter_map(|stored| match &stored.record {
        Record::Designation(other) if other.instrument().id == *id => Some(other.instrument().version),
        _ => None,
    });
    match newest.max() {
        Some(newest) if newest >= version => Err(miette!(
            help = format!("write `version = {}`", newest + 1),
            "`{id}` is recorded in version {newest} already"
        )),
        _ => Ok(false),
    }
}

/// The note with the signatures that are there and those of the keys.
fn sign(
    store: &Store,
    record: &Record,
    mut note: Option<String>,
    keys: &[std::path::PathBuf],
) -> miette::Result<Option<String>> {
    let statement = statement(record);
    for path in keys {
        let key: SigningKey = signing_key(path)?;
        if !store.officers.values().any(|officer| *officer == key.verifier()) {
            return Err(miette!(
                help = "name its public half in carveout.toml, under `[designations.officers]`",
                "`{}` is not the key of an officer who may record designations",
                key.name()
            ));
        }
        let signed = match &note {
            None => sign_statement(Domain::Designation, &key, &statement),
            Some(note) => cosign_statement(Domain::Designation, &key, note, &statement),
        };
        note = Some(match signed {
            Ok(signed) => signed,
            Err(StatementError::Note(NoteError::Repeated { name })) => {
                return Err(miette!("`{name}` has signed this already"));
            }
            Err(error) => {
                let cant = "the signatures beside it can't be added to: remove them and sign anew";
                return Err(error).into_diagnostic().wrap_err(cant);
            }
        });
    }
    Ok(note)
}

fn tell(record: &Record, path: &Path, trust: &Trust, printer: &Printer) -> miette::Result<()> {
    let statement = statement(record).to_string();
    let Trust { signers, needed, loosens, counts, .. } = trust;
    if printer.json() {
        return printer.document(
            "designations add",
            &json!({
                "statement": statement, "file": path, "signers": signers, "signatures_needed": needed,
                "loosens": loosens, "counts": counts,
            }),
        );
    }
    printer.line(format_args!("{statement} is in {}", path.display()));
    for way in loosens {
        printer.line(format_args!("  it takes two signatures: {way}"));
    }
    if *counts {
        printer.line(format_args!(
            "  it counts, signed by {}",
            if signers.is_empty() { "nobody".to_owned() } else { signers.join(" and ") }
        ));
    } else {
        printer
            .line(format_args!("  it does not count yet: it has {} of {needed} signatures", signers.len()));
        printer.note(format_args!(
            "an officer signs with `carveout designations add {} --key FILE`",
            path.display()
        ));
    }
    Ok(())
}
