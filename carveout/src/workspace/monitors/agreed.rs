//! The word of every party, without which nothing that is in force is only monitored.

use std::collections::BTreeMap;

use carveout_ledger::{StatementError, VerifierKey};
use miette::miette;

use super::suspension_path;
use crate::{
    config,
    workspace::{Workspace, note},
};

/// The note that every party of every text has signed; `verify` reads it with a party's key. There is no mode in which one may be
/// missing. `parties` are those of each text, by the text's name.
pub(super) fn agreed<'t>(
    workspace: &Workspace,
    monitor: &config::Monitor,
    parties: impl IntoIterator<Item = (&'t str, &'t str)>,
    pinned: &BTreeMap<String, VerifierKey>,
    verify: impl Fn(&str, &VerifierKey) -> Result<(), StatementError>,
) -> miette::Result<String> {
    let path = suspension_path(workspace, &monitor.id);
    let help = || format!("each party signs with `carveout monitor sign {} --key FILE`", monitor.id);
    let note = note(&path)?.ok_or_else(|| {
        miette!(help = help(), "no party has agreed to it: `{}` does not exist", path.display())
    })?;
    for (text, party) in parties {
        let key = pinned.get(party).ok_or_else(|| {
            miette!(
                help = format!("name its key under `[parties]` as `{party}`"),
                "no key is pinned for `{party}`, a party of `{text}`"
            )
        })?;
        if let Err(error) = verify(&note, key) {
            return Err(miette!(
                help = help(),
                "`{party}`, a party of `{text}`, has not agreed to it: {error}"
            ));
        }
    }
    Ok(note)
}
