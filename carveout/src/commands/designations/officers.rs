//! `designations officers`: who may record designations, by the configuration and by the ledger.

use carveout_ledger::{
    DesignationOfficers, DesignationSigner, Entry, Event, LedgerReader, NoteError, StatementError,
};
use miette::{IntoDiagnostic, miette};
use serde_json::json;

use crate::{
    cli::{DesignationOfficers as Arguments, Global},
    config,
    output::{Exit, Printer, Table},
    workspace::{
        Store, configured_officers, log_verifier_key, note, replace, replacing_path, same_officers,
        signing_key,
    },
};

pub(super) fn run(global: &Global, arguments: &Arguments, printer: &Printer) -> miette::Result<Exit> {
    let store = Store::load(&global.workspace)?;
    let officers = configured_officers(&store.officers);
    let pinned = pinned(global)?;
    let mut signers = Vec::new();
    if let Some(former) = pinned.as_deref().filter(|former| !same_officers(former, &officers)) {
        let path = replacing_path(&store.directory);
        // What was signed for other officers, or against others, is of no use.
        let kept =
            note(&path)?.filter(|note| signed_by(&officers, former, note).is_ok_and(|by| !by.is_empty()));
        let signed = sign(&officers, former, kept, arguments)?;
        if !arguments.key.is_empty()
            && let Some(signed) = &signed
        {
            store.prepare()?;
            replace(&path, signed)?;
        }
        signers = signed.map(|signed| signed_by(&officers, former, &signed)).transpose()?.unwrap_or_default();
    } else if !arguments.key.is_empty() {
        return Err(miette!(
            help = "change `[designations.officers]` first. Without a ledger nothing is pinned yet: the first start does that",
            "there is nothing to sign: nobody else is pinned"
        ));
    }
    let needed = pinned.as_deref().map_or(0, DesignationOfficers::needed);
    let agree = pinned.as_deref().is_none_or(|pinned| same_officers(pinned, &officers));
    let found = Found { officers, pinned, signers, needed, agree };
    found.tell(printer)?;
    Ok(if found.takes_effect() { Exit::Yes } else { Exit::No })
}

/// Who is pinned, from the ledger's published entries.
fn pinned(global: &Global) -> miette::Result<Option<Vec<DesignationSigner>>> {
    let config = config::load(&global.workspace)?;
    let directory = global.workspace.join(&config.ledger.directory);
    if !directory.join("checkpoint").exists() {
        return Ok(None);
    }
    let key = log_verifier_key(&global.workspace, &config)?;
    let reader = LedgerReader::open(&directory, &key).into_diagnostic()?;
    let mut pinned: Option<Vec<DesignationSigner>> = None;
    for read in reader.entries(0) {
        let (_, bytes) = read.into_diagnostic()?;
        match Entry::parse(&bytes).into_diagnostic()?.event {
            Event::DesignationOfficers(appointed) => pinned = Some(appointed.officers),
            Event::KeyRotated(rotated) => {
                let whose = DesignationOfficers::officer_of(&rotated.subject);
                let officers = pinned.iter_mut().flatten();
                officers
                    .filter(|one| Some(&*one.officer) == whose)
                    .for_each(|one| one.key.clone_from(&rotated.new));
            }
            _ => {}
        }
    }
    Ok(pinned)
}

fn sign(
    officers: &[DesignationSigner],
    former: &[DesignationSigner],
    mut note: Option<String>,
    arguments: &Arguments,
) -> miette::Result<Option<String>> {
    for path in &arguments.key {
        let key = signing_key(path)?;
        if !former.iter().any(|one| one.key == key.verifier().to_string()) {
            return Err(miette!("`{}` is not the key of an officer who is pinned", key.name()));
        }
        note = Some(match DesignationOfficers::sign(officers, former, &key, note.as_deref()) {
            Ok(signed) => signed,
            Err(StatementError::Note(NoteError::Repeated { name })) => {
                return Err(miette!("`{name}` has signed this already"));
            }
            Err(error) => return Err(error).into_diagnostic(),
        });
    }
    Ok(note)
}

fn signed_by(
    officers: &[DesignationSigner],
    former: &[DesignationSigner],
    note: &str,
) -> miette::Result<Vec<String>> {
    let signers = DesignationOfficers::signed_by(officers, former, note).into_diagnostic()?;
    Ok(signers.into_iter().map(str::to_owned).collect())
}

struct Found {
    officers: Vec<DesignationSigner>,
    pinned: Option<Vec<DesignationSigner>>,
    signers: Vec<String>,
    needed: usize,
    /// Whether the configuration and the ledger say the same, as far as the ledger says anything.
    agree: bool,
}

impl Found {
    fn takes_effect(&self) -> bool {
        self.agree || self.signers.len() >= self.needed
    }

    fn tell(&self, printer: &Printer) -> miette::Result<()> {
        if printer.json() {
            return printer.document(
                "designations officers",
                &json!({
                    "configured": self.officers, "pinned": self.pinned, "agree": self.agree,
                    "signers": self.signers, "signatures_needed": self.needed,
                }),
            );
        }
        let mut table = Table::new(["officer", "carveout.toml", "the ledger"]);
        let pinned = self.pinned.as_deref().unwrap_or_default();
        let mut ids: Vec<&str> = self.officers.iter().chain(pinned).map(|one| one.officer.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let key = |list: &[DesignationSigner]| {
                let own = list.iter().find(|one| one.officer == id);
                own.map_or_else(|| "-".to_owned(), |one| one.key.clone())
            };
            table.row([id.to_owned(), key(&self.officers), key(pinned)]);
        }
        printer.line(table);
        match (&self.pinned, self.agree, self.takes_effect()) {
            (None, ..) => printer.line("nobody is pinned yet: the next start pins those of carveout.toml"),
            (_, true, _) => printer.line("those of carveout.toml are pinned"),
            (_, _, true) => printer.line(format_args!(
                "signed by {}: the next start pins those of carveout.toml",
                self.signers.join(" and ")
            )),
            _ => printer.line(format_args!(
                "{} of {} signatures of those who are pinned: until then no gateway starts with those of carveout.toml",
                self.signers.len(),
                self.needed
            )),
        }
        Ok(())
    }
}
