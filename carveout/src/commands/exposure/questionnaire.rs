//! `exposure questionnaire`: a supplier is asked, answers under its key, and the answer becomes relations.

use std::path::Path;

use carveout_exposure::questionnaire::{self, Asking, Stated, links};
use carveout_ledger::{
    Digest, Domain, NoteError, Statement, StatementError, cosign_statement, sign_statement, verify_statement,
};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use super::instrument::today;
use crate::{
    cli::{Questionnaire, QuestionnaireFile, QuestionnaireImport, QuestionnaireNew, QuestionnaireSign},
    output::{Exit, Printer, coloured},
    workspace::{Readers, create, note, note_path, read, replace, signing_key, verifier_key},
};

pub(super) fn run(command: &Questionnaire, printer: &Printer) -> miette::Result<Exit> {
    match command {
        Questionnaire::New(arguments) => new(arguments, printer),
        Questionnaire::Check(arguments) => check(arguments, printer),
        Questionnaire::Sign(arguments) => sign(arguments, printer),
        Questionnaire::Import(arguments) => import(arguments, printer),
    }
}

fn new(arguments: &QuestionnaireNew, printer: &Printer) -> miette::Result<Exit> {
    let text = questionnaire::template(&Asking {
        id: &arguments.id,
        asked_by: &arguments.asked_by,
        asked: today()?,
        supplier: &arguments.supplier,
        identifiers: &arguments.identifier,
        products: &arguments.product,
        about: &arguments.about,
        used_by: &arguments.used_by,
    });
    // What can't be read back would only fail at the supplier's.
    questionnaire::Questionnaire::parse(&text).into_diagnostic()?;
    create(&arguments.out, &text, Readers::Everybody)?;
    if printer.json() {
        let document = json!({ "questionnaire": arguments.id, "file": arguments.out });
        printer.document("exposure questionnaire new", &document)?;
    } else {
        printer.line(format_args!("{} is in {}", arguments.id, arguments.out.display()));
    }
    Ok(Exit::Yes)
}

/// A questionnaire and the text that it was read from.
fn parsed(path: &Path) -> miette::Result<(questionnaire::Questionnaire, String)> {
    let text = read(path)?;
    let parsed = questionnaire::Questionnaire::parse(&text).into_diagnostic();
    Ok((parsed.wrap_err_with(|| format!("can't use `{}`", path.display()))?, text))
}

fn check(arguments: &QuestionnaireFile, printer: &Printer) -> miette::Result<Exit> {
    let (questionnaire, _) = parsed(&arguments.file)?;
    let open = questionnaire.open();
    if printer.json() {
        let document = json!({
            "questionnaire": questionnaire.id(),
            "supplier": questionnaire.supplier(),
            "complete": open.is_empty(),
            "open": open,
        });
        printer.document("exposure questionnaire check", &document)?;
    } else {
        for open in open {
            printer.line(format_args!("{}: {open}", coloured("hold", "open")));
        }
        if open.is_empty() {
            printer.line(format_args!("{} is answered", questionnaire.id()));
        }
    }
    Ok(if open.is_empty() { Exit::Yes } else { Exit::No })
}

/// What a supplier signs: the bytes of its answer.
fn statement(questionnaire: &questionnaire::Questionnaire, text: &str) -> miette::Result<Statement> {
    let unanswered = || {
        let help = format!("it is open: {}", questionnaire.open().join("; "));
        miette!(help = help, "the questionnaire `{}` is not answered", questionnaire.id())
    };
    let answered =
        questionnaire.answered().filter(|_| questionnaire.open().is_empty()).ok_or_else(unanswered)?;
    Ok(Statement {
        id: questionnaire.id().to_owned(),
        version: answered.to_string(),
        digest: Digest::of(text.as_bytes()),
    })
}

fn sign(arguments: &QuestionnaireSign, printer: &Printer) -> miette::Result<Exit> {
    let (questionnaire, text) = parsed(&arguments.file)?;
    let statement = statement(&questionnaire, &text)?;
    let key = signing_key(&arguments.key)?;
    let path = note_path(&arguments.file);
    let signed = match note(&path)? {
        None => sign_statement(Domain::Questionnaire, &key, &statement),
        Some(note) => match cosign_statement(Domain::Questionnaire, &key, &note, &statement) {
            // The answer changed since: what was signed was another one.
            Err(StatementError::Other { .. }) => sign_statement(Domain::Questionnaire, &key, &statement),
            other => other,
        },
    };
    let signed = match signed {
        Err(StatementError::Note(NoteError::Repeated { name })) => {
            return Err(miette!(
                "`{name}` has signed this already: its signature is in `{}`",
                path.display()
            ));
        }
        other => other.into_diagnostic()?,
    };
    replace(&path, &signed)?;
    if printer.json() {
        let document = json!({ "statement": statement.to_string(), "signer": key.name(), "note": path });
        printer.document("exposure questionnaire sign", &document)?;
    } else {
        printer.line(format_args!("{} signed the answer {statement}", key.name()));
        printer.note(format_args!("send {} and {}", arguments.file.display(), path.display()));
    }
    Ok(Exit::Yes)
}

fn import(arguments: &QuestionnaireImport, printer: &Printer) -> miette::Result<Exit> {
    let (questionnaire, text) = parsed(&arguments.file)?;
    let statement = statement(&questionnaire, &text)?;
    let key = verifier_key(&arguments.key).wrap_err("the supplier's key can't be used")?;
    let path = note_path(&arguments.file);
    let note = note(&path)?.ok_or_else(|| {
        let help = "the supplier signs with `carveout exposure questionnaire sign`, and sends both files";
        miette!(help = help, "the answer is not signed: there is no `{}`", path.display())
    })?;
    verify_statement(Domain::Questionnaire, &note, &key, &statement)
        .into_diagnostic()
        .wrap_err("the supplier's signature does not hold, so nothing was taken over")?;
    let stated = links(&questionnaire);
    replace(&arguments.links, &table(&stated)?)?;
    if printer.json() {
        let document = json!({
            "questionnaire": questionnaire.id(),
            "supplier": questionnaire.supplier(),
            "answered": questionnaire.answered().map(|day| day.to_string()),
            "answered_by": questionnaire.answered_by(),
            "signer": key.name(),
            "relations": stated.rows.len(),
            "denied": stated.denied,
            "not_known": stated.not_known,
            "file": arguments.links,
        });
        printer.document("exposure questionnaire import", &document)?;
    } else {
        shown(printer, arguments, &questionnaire, &stated);
    }
    Ok(if stated.not_known.is_empty() { Exit::Yes } else { Exit::No })
}

fn shown(
    printer: &Printer,
    arguments: &QuestionnaireImport,
    questionnaire: &questionnaire::Questionnaire,
    stated: &Stated,
) {
    let (by, whom) = (questionnaire.answered_by().unwrap_or_default(), questionnaire.supplier());
    printer.line(format_args!(
        "{} relations are declared by {whom} ({by}), in {}",
        stated.rows.len(),
        arguments.links.display()
    ));
    for product in &stated.denied {
        printer.line(format_args!("{product}: uses no models, it says"));
    }
    for product in &stated.not_known {
        printer.line(format_args!("{}: the supplier doesn't know", coloured("hold", product)));
    }
}

fn table(stated: &Stated) -> miette::Result<String> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["from", "relation", "to", "since", "until", "evidence"]).into_diagnostic()?;
    for row in &stated.rows {
        table.write_record(row).into_diagnostic()?;
    }
    let bytes = table.into_inner().into_diagnostic()?;
    String::from_utf8(bytes).into_diagnostic()
}
