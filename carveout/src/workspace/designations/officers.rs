//! Whose signatures on records of designations count: pinned in the ledger, and replaced by their own word only.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use carveout_ledger::{DesignationOfficers, DesignationSigner, Event, VerifierKey};
use miette::{IntoDiagnostic, miette};

use super::super::note;

/// The file with the signatures under which officers replace others.
pub(crate) fn replacing_path(directory: &Path) -> PathBuf {
    directory.join("officers.sig")
}

/// The officers of the configuration, as the ledger would hold them.
pub(crate) fn configured(officers: &BTreeMap<String, VerifierKey>) -> Vec<DesignationSigner> {
    let signer = |(officer, key): (&String, &VerifierKey)| DesignationSigner {
        officer: officer.clone(),
        key: key.to_string(),
    };
    officers.iter().map(signer).collect()
}

/// Whether two lists name the same officers with the same keys.
pub(crate) fn same(one: &[DesignationSigner], other: &[DesignationSigner]) -> bool {
    one.len() == other.len() && one.iter().all(|officer| other.contains(officer))
}

/// What the ledger is to say of the officers of the configuration: nothing if they are those that are pinned.
pub(crate) fn pin(
    officers: &BTreeMap<String, VerifierKey>,
    pinned: Option<&[DesignationSigner]>,
    directory: &Path,
) -> miette::Result<Option<Event>> {
    let officers = configured(officers);
    let event = match pinned {
        None if officers.is_empty() => return Ok(None),
        Some(pinned) if same(pinned, &officers) => return Ok(None),
        None => DesignationOfficers { officers, statement: None },
        Some(pinned) => {
            let event = DesignationOfficers { officers, statement: note(&replacing_path(directory))? };
            let replaced = event.replaces(pinned);
            replaced.map_err(|error| {
                miette!(
                    help = "one whose key is new rotates it with `carveout ledger rotate --officer ID`; to name other officers, those who \
                            are pinned sign with `carveout designations officers --key FILE`",
                    "the officers under `[designations.officers]` are not those that are pinned in the ledger: {error}"
                )
            })?;
            event
        }
    };
    event.verify().into_diagnostic()?;
    Ok(Some(Event::DesignationOfficers(event)))
}
