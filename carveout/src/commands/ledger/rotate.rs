//! `ledger rotate`: a party's pinned key is succeeded by another, by the old key's word.

use carveout_ledger::{Entry, Event, KeyRotated, Timestamp};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use crate::{
    cli::{Global, LedgerRotate},
    commands::{now, runtime},
    output::{Exit, Printer},
    workspace::{Workspace, open_for_rotation, signing_key, verifier_key},
};

pub(super) fn run(global: &Global, arguments: &LedgerRotate, printer: &Printer) -> miette::Result<Exit> {
    let workspace = Workspace::load(&global.workspace)?;
    let old = signing_key(&arguments.old)?;
    let new = verifier_key(&arguments.new.display().to_string())?;
    let rotated = KeyRotated::signed(&arguments.party, &old, &new).into_diagnostic()?;
    runtime()?.block_on(async {
        let at = Timestamp::from_millis(now().millis());
        let open = open_for_rotation(&workspace, at).await?;
        let pinned = open.pinned.get(&arguments.party).map(ToString::to_string);
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
                arguments.party
            )),
            None => Err(miette!("no key is pinned for `{}`", arguments.party)),
        };
        open.ledger.close().await.into_diagnostic()?;
        let position = recorded?;
        if printer.json() {
            printer.document(
                "ledger rotate",
                &json!({ "party": arguments.party, "key": new.to_string(), "index": position.index }),
            )?;
        } else {
            printer
                .line(format_args!("entry {}: the key of {} is now {new}", position.index, arguments.party));
            printer.note(
                "name the new key under `[parties]` too, and have the party sign its agreements with it",
            );
        }
        Ok(Exit::Yes)
    })
}
