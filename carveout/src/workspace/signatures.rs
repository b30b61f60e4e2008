//! The parties' signatures, which stand beside the file they sign.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use carveout_ledger::{Digest, Domain, Statement, VerifierKey, verify_statement};
use carveout_terms::Agreement;

use super::read;

/// Which parties have signed an agreement, by the keys that were pinned for them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// The parties whose signatures verify.
    pub(crate) by: Vec<String>,
    /// The parties whose signatures are missing or wrong, and why.
    pub(crate) missing: Vec<(String, String)>,
}

/// Where the signatures of a file are: `agreement.md.sig`.
pub(crate) fn note_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// The signatures in a file, if it is there.
pub(crate) fn note(path: &Path) -> miette::Result<Option<String>> {
    if path.exists() { read(path).map(Some) } else { Ok(None) }
}

/// What a party signs of an agreement.
pub(crate) fn statement(agreement: &Agreement) -> Statement {
    Statement {
        id: agreement.id().to_owned(),
        version: agreement.version().to_owned(),
        digest: Digest::from_bytes(*agreement.digest().as_bytes()),
    }
}

/// Checks the signatures beside an agreement's file against the pinned keys.
pub(crate) fn signed_by(
    file: &Path,
    agreement: &Agreement,
    pinned: &BTreeMap<String, VerifierKey>,
) -> miette::Result<Signed> {
    let path = note_path(file);
    let note = note(&path)?;
    let mut signed = Signed::default();
    for party in agreement.parties() {
        let verified = match (&note, pinned.get(&party.id)) {
            (_, None) => {
                Err(format!("no key is pinned for it; name one under `[parties]` as `{}`", party.id))
            }
            (None, _) => Err(format!("`{}` does not exist", path.display())),
            (Some(note), Some(key)) => verify_statement(Domain::Agreement, note, key, &statement(agreement))
                .map_err(|error| error.to_string()),
        };
        match verified {
            Ok(()) => signed.by.push(party.id.clone()),
            Err(why) => signed.missing.push((party.id.clone(), why)),
        }
    }
    Ok(signed)
}
