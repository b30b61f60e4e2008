//! `holds appoint`: a party puts its name to the officers who speak in its roles.

use std::fs;

use carveout_ledger::{Appointed, OfficersAppointed, Timestamp};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use crate::{
    cli::{Global, HoldsAppoint},
    commands::now,
    output::{Exit, Printer},
    workspace::{Workspace, appointment_path, pinned_keys, replace, roster, signing_key},
};

pub(super) fn run(global: &Global, arguments: &HoldsAppoint, printer: &Printer) -> miette::Result<Exit> {
    let workspace = Workspace::load(&global.workspace)?;
    let key = signing_key(&arguments.key)?;
    let parties = pinned_keys(&workspace)?;
    let party = parties.iter().find(|(_, pinned)| **pinned == key.verifier()).map(|(party, _)| party);
    let help = "a party's public key stands in carveout.toml under `[parties]`";
    let party = party.ok_or_else(|| miette!(help = help, "`{}` is no party's key", key.name()))?;
    let roster = roster(&workspace)?;
    let since = Timestamp::from_millis(now().millis());
    let appointment = roster.sign(party, since, &key).into_diagnostic()?;
    let path = appointment_path(&workspace, party);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .into_diagnostic()
            .wrap_err_with(|| format!("`{}` can't be made", folder.display()))?;
    }
    replace(&path, &appointment.statement)?;
    let own = own(&roster, party);
    if printer.json() {
        let officers: Vec<_> = own
            .iter()
            .map(|(officer, roles)| {
                json!({
                    "officer": officer.officer, "roles": roles, "key": officer.key, "programs": officer.programs,
                })
            })
            .collect();
        let document = json!({
            "party": party, "since": since.to_string(), "two_person": roster.two_person,
            "officers": officers, "note": path,
        });
        printer.document("holds appoint", &document)?;
        return Ok(Exit::Yes);
    }
    let rule = if roster.two_person { "with" } else { "without" };
    printer.line(format_args!("{} appoints as `{party}`, {rule} the two-person rule:", key.name()));
    if own.is_empty() {
        printer.line("  nobody");
    }
    for (officer, roles) in own {
        printer.line(format_args!("  {} as {}, key {}", officer.officer, roles.join(", "), officer.key));
        if !officer.programs.is_empty() {
            printer.line(format_args!("    who asks himself for {}", officer.programs.join(", ")));
        }
    }
    printer.note(format_args!("the signature is in {}; it counts from the next start on", path.display()));
    Ok(Exit::Yes)
}

/// The officers who speak in a party's roles, and in which.
fn own<'r>(roster: &'r OfficersAppointed, party: &str) -> Vec<(&'r Appointed, Vec<&'r str>)> {
    let of = |officer: &'r Appointed| {
        let own = |role: &&str| role.split('/').next() == Some(party);
        let roles: Vec<&str> = officer.roles.iter().map(String::as_str).filter(own).collect();
        (!roles.is_empty()).then_some((officer, roles))
    };
    roster.officers.iter().filter_map(of).collect()
}
