//! `packs`: ready-made agreements.

use std::path::{Path, PathBuf};

use carveout_terms::{Agreement, Role, Vocabulary};
use miette::miette;
use serde_json::{Value as Json, json};

use crate::{
    cli::{Global, PackNamed, Packs, PacksAdd},
    config,
    output::{Exit, Printer, Table},
    packs::{PACKS, Pack},
    workspace::{self, Faults, Readers, create, listed, read},
};

pub(super) fn run(global: &Global, arguments: &Packs, printer: &Printer) -> miette::Result<Exit> {
    match arguments {
        Packs::List => list(printer),
        Packs::Show(named) => show(named, printer),
        Packs::Add(arguments) => add(global, arguments, printer),
    }
}

fn list(printer: &Printer) -> miette::Result<Exit> {
    let vocabulary = super::builtin_vocabulary()?;
    let mut table = Table::new(["pack", "role", "enforced", "after"]);
    let mut documents = Vec::new();
    for pack in &PACKS {
        let agreement = parsed(pack, &vocabulary)?;
        let counts = Counts::of(&agreement);
        table.row([
            pack.name.to_owned(),
            role(&agreement).to_owned(),
            format!("{} of {}", counts.enforced, counts.clauses),
            pack.after.to_owned(),
        ]);
        documents.push(described(pack, &agreement, &counts));
    }
    if printer.json() {
        printer.document("packs", &json!({ "packs": documents }))?;
    } else {
        printer.line(table);
        printer.note("each is an illustration of what it is written after, and not the instrument itself");
        printer.note(
            "`carveout packs show NAME` prints one, `carveout packs add NAME` takes it into a workspace",
        );
    }
    Ok(Exit::Yes)
}

fn show(named: &PackNamed, printer: &Printer) -> miette::Result<Exit> {
    let pack = found(&named.name)?;
    if printer.json() {
        let agreement = parsed(pack, &super::builtin_vocabulary()?)?;
        let mut document = described(pack, &agreement, &Counts::of(&agreement));
        if let Some(fields) = document.as_object_mut() {
            fields.insert("text".to_owned(), pack.text.into());
        }
        printer.document("packs", &document)?;
    } else {
        printer.bytes(pack.text.as_bytes());
    }
    Ok(Exit::Yes)
}

fn add(global: &Global, arguments: &PacksAdd, printer: &Printer) -> miette::Result<Exit> {
    let pack = found(&arguments.pack.name)?;
    let root = arguments.into.as_ref().unwrap_or(&global.workspace);
    let terms = config::load(root)?.terms;
    let vocabulary = workspace::vocabulary(&root.join(&terms.vocabulary))?;
    let agreement = parsed(pack, &vocabulary)?;
    let folder = root.join(&terms.agreements);
    if let Some(other) = same_agreement(&folder, agreement.id(), &vocabulary)? {
        return Err(miette!(
            help = "a workspace holds one version of an agreement: move that file out of the folder first",
            "`{}` is the agreement `{}` already",
            other.display(),
            agreement.id()
        ));
    }
    let path = folder.join(format!("{}.md", agreement.id()));
    create(&path, pack.text, Readers::Everybody)?;
    if printer.json() {
        let document = json!({ "name": pack.name, "agreement": agreement.id(), "file": path });
        printer.document("packs", &document)?;
    } else {
        printer.line(format_args!("{} is in {}", pack.name, path.display()));
        printer.note("it is an illustration: read it, and change what is not yours before anybody signs it");
        printer.note(format_args!(
            "a program is bound by it when its file says `agreements = [\"{}\"]`",
            agreement.id()
        ));
    }
    Ok(Exit::Yes)
}

/// A file of the folder that holds the agreement under whatever name. Files that can't be read are not asked.
fn same_agreement(folder: &Path, id: &str, vocabulary: &Vocabulary) -> miette::Result<Option<PathBuf>> {
    let holds = |path: &PathBuf| {
        read(path).is_ok_and(|source| {
            Agreement::parse(&source, vocabulary).is_ok_and(|agreement| agreement.id() == id)
        })
    };
    Ok(listed(folder, "md")?.into_iter().find(holds))
}

fn found(name: &str) -> miette::Result<&'static Pack> {
    let pack = PACKS.iter().find(|pack| pack.name == name);
    pack.ok_or_else(|| miette!(help = "`carveout packs list` names them", "there is no pack `{name}`"))
}

/// A pack's agreement. A workspace's vocabulary may lack what the pack speaks of.
fn parsed(pack: &Pack, vocabulary: &Vocabulary) -> miette::Result<Agreement> {
    let file = PathBuf::from(format!("{}.md", pack.name));
    Agreement::parse(pack.text, vocabulary).map_err(|problems| Faults::report(&file, problems))
}

/// How many clauses there are below the headings of sections, and how many of them something is enforced by.
struct Counts {
    clauses: usize,
    enforced: usize,
}

impl Counts {
    fn of(agreement: &Agreement) -> Self {
        let clauses: Vec<_> =
            agreement.clauses().iter().filter(|clause| clause.number().contains('.')).collect();
        let enforced = clauses.iter().filter(|clause| agreement.policies_of(clause).next().is_some()).count();
        Self { clauses: clauses.len(), enforced }
    }
}

fn described(pack: &Pack, agreement: &Agreement, counts: &Counts) -> Json {
    json!({
        "name": pack.name,
        "after": pack.after,
        "title": agreement.title(),
        "agreement": agreement.id(),
        "agreement_version": agreement.version(),
        "role": agreement.role(),
        "effective": agreement.window().effective.to_string(),
        "clauses": counts.clauses,
        "enforced": counts.enforced,
    })
}

fn role(agreement: &Agreement) -> &'static str {
    match agreement.role() {
        Role::Grant => "grant",
        Role::Limit => "limit",
    }
}
