//! Officers, as the configuration appoints them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use carveout_gateway::OfficerSettings;
use carveout_ledger::{
    Appointed, Appointment, Digest, Entry, Event, Ledger, OfficersAppointed, SealedBodies, SignatureRule,
    Timestamp, VerifierKey,
};
use miette::{IntoDiagnostic, WrapErr, miette};

use super::{Workspace, note};
use crate::config::{Config, Officer, Signatures};

/// Every officer of the configuration, checked against the agreements and programs of the workspace.
pub(crate) fn verified_officers(workspace: &Workspace) -> miette::Result<Vec<OfficerSettings>> {
    let (mut ids, mut keys) = (BTreeSet::new(), BTreeSet::new());
    let officers = workspace.config.officers.iter().map(|officer| {
        let checked = checked(workspace, officer)
            .wrap_err_with(|| format!("the officer `{}` can't be appointed", officer.id))?;
        if !ids.insert(checked.appointed.officer.clone()) || !keys.insert(checked.appointed.key.clone()) {
            return Err(miette!(
                help = "one officer has one id and one key: a second one would be a second person",
                "the officer `{}`, or his key, is given twice",
                officer.id
            ));
        }
        Ok(checked)
    });
    officers.collect()
}

fn checked(workspace: &Workspace, officer: &Officer) -> miette::Result<OfficerSettings> {
    let parties = workspace.agreements.iter().flat_map(|file| file.agreement.parties());
    let known: BTreeSet<&str> =
        parties.flat_map(|party| &party.roles).map(carveout_terms::RoleId::as_str).collect();
    let help = || format!("the parties have these roles: {}", listed(known.iter().copied()));
    if officer.roles.is_empty() {
        return Err(miette!(help = help(), "he has no role"));
    }
    if let Some(stranger) = officer.roles.iter().find(|role| !known.contains(role.as_str())) {
        return Err(miette!(help = help(), "no party has the role `{stranger}`"));
    }
    officer.programs.iter().try_for_each(|program| workspace.program(program).map(drop))?;
    let text = officer.key.fetch(&workspace.root)?;
    let key: VerifierKey = text
        .parse()
        .into_diagnostic()
        .wrap_err_with(|| format!("`{}` is not a public key of `carveout keygen`", officer.key))?;
    let token = officer.token_sha256.as_ref().map(|text| sha256(text)).transpose()?;
    let appointed = Appointed {
        officer: officer.id.clone(),
        roles: officer.roles.clone(),
        key: key.to_string(),
        programs: officer.programs.clone(),
    };
    Ok(OfficerSettings { appointed, token })
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The digest of a token, as the configuration has it.
pub(super) fn sha256(text: &str) -> miette::Result<[u8; 32]> {
    let digest = format!("sha256:{text}").parse::<Digest>();
    let digest = digest.map_err(|_malformed| {
        let help =
            "it is SHA-256 of the token in 64 hexadecimal digits, as `carveout keygen --officer ID` prints it, and never the token";
        miette!(help = help, "`token_sha256` is not a digest")
    })?;
    Ok(*digest.as_bytes())
}

/// The officers of the configuration as an entry, yet without signatures.
pub(crate) fn roster(workspace: &Workspace) -> miette::Result<OfficersAppointed> {
    Ok(OfficersAppointed {
        officers: verified_officers(workspace)?.into_iter().map(|officer| officer.appointed).collect(),
        two_person: workspace.config.holds.two_person,
        appointments: Vec::new(),
        signatures: Some(match workspace.config.terms.signatures {
            Signatures::Required => SignatureRule::Required,
            Signatures::Optional => SignatureRule::Optional,
        }),
    })
}

/// Where a party's signature over its officers stands.
pub(crate) fn appointment_path(workspace: &Workspace, party: &str) -> PathBuf {
    workspace.root.join(&workspace.config.holds.appointments).join(format!("{party}.sig"))
}

/// The officers with the signatures of their parties, by the pinned keys. In `enforce` mode nobody speaks in a role of a
/// party that has not signed.
pub(crate) fn appointed(
    workspace: &Workspace,
    pinned: &BTreeMap<String, VerifierKey>,
) -> miette::Result<OfficersAppointed> {
    let mut roster = roster(workspace)?;
    let speaking: BTreeSet<String> = roster.parties().into_iter().map(str::to_owned).collect();
    for party in pinned.keys().chain(speaking.iter()).collect::<BTreeSet<_>>() {
        let path = appointment_path(workspace, party);
        match signed(&roster, party, &path, pinned.get(party)) {
            Ok(Some(appointment)) => roster.appointments.push(appointment),
            Ok(None) if !speaking.contains(party) => {}
            Ok(None) => unsigned(&roster, party, &format!("`{}` does not exist", path.display()))?,
            Err(why) => unsigned(&roster, party, &why)?,
        }
    }
    Ok(roster)
}

fn signed(
    roster: &OfficersAppointed,
    party: &str,
    path: &Path,
    pinned: Option<&VerifierKey>,
) -> Result<Option<Appointment>, String> {
    let Some(note) = note(path).map_err(|error| error.to_string())? else { return Ok(None) };
    let key =
        pinned.ok_or_else(|| format!("no key is pinned for it; name one under `[parties]` as `{party}`"))?;
    let appointment = Appointment::read(party, note).map_err(|error| error.to_string())?;
    roster.verify(&appointment, key).map_err(|error| error.to_string())?;
    Ok(Some(appointment))
}

fn unsigned(roster: &OfficersAppointed, party: &str, why: &str) -> miette::Result<()> {
    if roster.signatures != Some(SignatureRule::Required) {
        tracing::warn!(party, why, "officers whom their party has not validly appointed may answer holds");
        return Ok(());
    }
    Err(miette!(
        help = "the party reads the officers in carveout.toml and signs with `carveout holds appoint --key FILE`",
        "`{party}` has not appointed the officers who speak in its roles: {why}"
    ))
}

/// Records who may answer holds from now on. Where nobody ever could, nothing is recorded.
pub(crate) async fn appoint(
    appointed: OfficersAppointed,
    ledger: &Ledger,
    held: bool,
    at: Timestamp,
) -> miette::Result<()> {
    if appointed.officers.is_empty() && appointed.appointments.is_empty() && !held {
        return Ok(());
    }
    let recorded = ledger.append(Entry { at, event: Event::OfficersAppointed(appointed) }).await;
    recorded.map(drop).into_diagnostic().wrap_err("the officers could not be recorded")
}

/// Where the openings are.
pub(crate) fn openings_directory(root: &Path, config: &Config) -> PathBuf {
    root.join(&config.ledger.openings)
}

/// The bodies on hold.
pub(crate) fn sealed_bodies(root: &Path, config: &Config) -> miette::Result<SealedBodies> {
    let key = match &config.holds.key {
        Some(key) => root.join(key),
        None => openings_directory(root, config).join("held.key"),
    };
    SealedBodies::keep(&root.join(&config.holds.directory), &key)
        .into_diagnostic()
        .wrap_err("the bodies on hold can't be kept")
}
