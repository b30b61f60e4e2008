//! Keys as files: a private half for its owner, a public half beside it for everybody else.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use carveout_ledger::{SigningKey, VerifierKey};
use miette::{IntoDiagnostic, WrapErr, miette};

use super::{Workspace, read};
use crate::config::{Config, Reference};

/// Where the public half of a private key is: `vendor.pub` beside `vendor.key`.
pub(crate) fn public_half(private: &Path) -> PathBuf {
    if private.extension().is_some_and(|extension| extension == "key") {
        return private.with_extension("pub");
    }
    let mut name = private.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Reads a private key from its file.
pub(crate) fn signing_key(path: &Path) -> miette::Result<SigningKey> {
    private(read(path)?.trim(), &path.display())
}

/// A private key from its text, of which errors repeat nothing.
fn private(text: &str, place: &dyn std::fmt::Display) -> miette::Result<SigningKey> {
    SigningKey::from_str(text).into_diagnostic().wrap_err_with(|| match VerifierKey::from_str(text) {
        Ok(_) => format!("`{place}` holds a public key, and this takes the private one"),
        Err(_) => format!("`{place}` is not a private key of `carveout keygen`"),
    })
}

/// A public key, as text or as the name of a file that holds it.
pub(crate) fn verifier_key(text: &str) -> miette::Result<VerifierKey> {
    let path = Path::new(text);
    if path.exists() {
        return public(read(path)?.trim(), &text);
    }
    VerifierKey::from_str(text.trim()).map_err(|error| {
        miette!(
            help =
                "name the file that `carveout keygen` wrote beside the private key, or paste what is in it",
            "neither a file nor a public key: {error}"
        )
    })
}

/// A public key from its text, which is not repeated: it may be the private one.
fn public(text: &str, place: &dyn std::fmt::Display) -> miette::Result<VerifierKey> {
    VerifierKey::from_str(text).into_diagnostic().wrap_err_with(|| {
        if text.starts_with("PRIVATE+KEY+") {
            format!("`{place}` holds a PRIVATE key: give nobody that file, and name its public half")
        } else {
            format!("`{place}` is not a public key of `carveout keygen`")
        }
    })
}

/// The key that signs the ledger.
pub(crate) fn log_signing_key(workspace: &Workspace) -> miette::Result<SigningKey> {
    let reference = &workspace.config.ledger.key;
    private(&reference.fetch(&workspace.root)?, reference)
}

/// The key that verifies the ledger: the public half if it is there, so that a copy of the workspace without
/// secrets is enough for an auditor.
pub(crate) fn log_verifier_key(root: &Path, config: &Config) -> miette::Result<VerifierKey> {
    let reference = &config.ledger.key;
    if let Reference::File(file) = reference {
        let public = public_half(&root.join(file));
        if public.exists() {
            return verifier_key(&public.display().to_string());
        }
    }
    let cant =
        "the log's key can't be read, neither its public half nor the private one: name it with `--log-key`";
    Ok(private(&reference.fetch(root).wrap_err(cant)?, reference)?.verifier())
}

/// The public key that the configuration names for a party.
pub(super) fn party_key(root: &Path, party: &str, reference: &Reference) -> miette::Result<VerifierKey> {
    if let Reference::File(file) = reference
        && !root.join(file).exists()
    {
        let place = root.join(file);
        return Err(miette!(
            help = format!(
                "the {party} makes a key with `carveout keygen --name NAME --out {party}.key` and sends you \
                 `{party}.pub`, never `{party}.key`; check over a second channel that it is theirs, and put it there. \
                 It is pinned in the ledger's first entry"
            ),
            "the public key of the party `{party}` is missing: `{}`",
            place.display()
        ));
    }
    public(&reference.fetch(root)?, reference).wrap_err_with(|| format!("the key of the party `{party}`"))
}
