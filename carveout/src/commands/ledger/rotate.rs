//! `ledger rotate`: the pinned key of a party, or of an officer for designations, is succeeded by another, by the old
//! key's word.

use carveout_ledger::{DesignationOfficers, Entry, Event, KeyRotated, Timestamp};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use crate::{
    cli::{Global, LedgerRotate},
    commands::{now, runtime},
    output::{Exit, Printer},
    workspace::{OpenLedger, Workspace, open_for_rotation, signing_key, verifier_key},
};

pub(super) fn run(global: &Global, arguments: &LedgerRotate, printer: &Printer) -> miette::Result<Exit> {
    let workspace = Workspace::load(&global.workspace)?;
    let old = signing_key(&arguments.old)?;
    let new = verifier_key(&arguments.new.display().to_string())?;
    let whose = Whose::of(arguments)?;
    let rotated = KeyRotated::signed(&whose.subject(), &old, &new).into_diagnostic()?;
    runtime()?.block_on(async {
        let at = Timestamp::from_millis(now().millis());
        let open = open_for_rotation(&workspace, at).await?;
        let pinned = whose.pinned(&open);
        let recorded = match pinned {
            Some(key) if key == rotated.old => {
                let entry = Entry { at: open.last_at, event: Event::KeyRotated(rotated) };
                open.ledger
                    .append(entry)
                    .await
                    .into_diagnostic()
                    .wrap_err("the rotation could not be recorded")
            }
            Some(_) => Err(miette!(
                "`{}` is not the key that is pinned for `{}`",
                arguments.old.display(),
                whose.id()
            )),
            None => Err(miette!("no key is pinned for `{}`", whose.id())),
        };
        open.ledger.close().await.into_diagnostic()?;
        let position = recorded?;
        if printer.json() {
            printer.document(
                "ledger rotate",
                &json!({ "party": arguments.party, "officer": arguments.officer, "key": new.to_string(), "index": position.index }),
            )?;
        } else {
            printer
                .line(format_args!("entry {}: the key of {} is now {new}", position.index, whose.id()));
            printer.note(whose.afterwards());
        }
        Ok(Exit::Yes)
    })
}

/// Whose key it is.
enum Whose<'a> {
    Party(&'a str),
    Officer(&'a str),
}

impl<'a> Whose<'a> {
    fn of(arguments: &'a LedgerRotate) -> miette::Result<Self> {
        match (&arguments.party, &arguments.officer) {
            (Some(party), None) => Ok(Self::Party(party)),
            (None, Some(officer)) => Ok(Self::Officer(officer)),
            _ => Err(miette!("name either a party or an officer")),
        }
    }

    const fn id(&self) -> &'a str {
        match self {
            Self::Party(id) | Self::Officer(id) => id,
        }
    }

    fn subject(&self) -> String {
        match self {
            Self::Party(party) => (*party).to_owned(),
            Self::Officer(officer) => DesignationOfficers::subject(officer),
        }
    }

    fn pinned(&self, open: &OpenLedger) -> Option<String> {
        match self {
            Self::Party(party) => open.pinned.get(*party).map(ToString::to_string),
            Self::Officer(officer) => {
                let mut officers = open.designation_officers.iter().flatten();
                officers.find(|one| one.officer == *officer).map(|one| one.key.clone())
            }
        }
    }

    const fn afterwards(&self) -> &'static str {
        match self {
            Self::Party(_) => {
                "name the new key under `[parties]` too, and have the party sign its agreements with it"
            }
            Self::Officer(_) => "name the new key under `[designations.officers]` too",
        }
    }
}
