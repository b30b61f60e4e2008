//! `keygen`: keys for parties, ledgers and programs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use carveout_ledger::{Digest, SigningKey, VerifierKey};
use miette::{IntoDiagnostic, miette};
use serde_json::json;

use crate::{
    cli::Keygen,
    output::{Exit, Printer},
    workspace::{Readers, create, public_half},
};

pub(super) fn run(arguments: &Keygen, printer: &Printer) -> miette::Result<Exit> {
    if let Some(id) = &arguments.officer {
        return officer(id, printer);
    }
    match (&arguments.program, &arguments.name, &arguments.out) {
        (Some(id), _, _) => program(id, printer),
        (None, Some(name), Some(out)) => party(name, out, printer),
        _ => Err(miette!("name the key with `--name` and its file with `--out`")),
    }
}

fn party(name: &str, out: &Path, printer: &Printer) -> miette::Result<Exit> {
    let (verifier, public) = write_key(name, out)?;
    if printer.json() {
        printer
            .document("keygen", &json!({ "private": out, "public": public, "key": verifier.to_string() }))?;
    } else {
        printer.line(&verifier);
        printer.note(format_args!("the private key is in {}: keep it secret and backed up", out.display()));
        printer.note(format_args!("the public key is in {}: give it to the other party", public.display()));
    }
    Ok(Exit::Yes)
}

fn program(id: &str, printer: &Printer) -> miette::Result<Exit> {
    let key = ProgramKeyText::generate(id)?;
    if printer.json() {
        printer.document("keygen", &json!({ "id": id, "key": key.text, "sha256": key.sha256 }))?;
    } else {
        printer.line(&key.text);
        printer.note("give the key above to the program's developers; it can't be shown again");
        printer.note(format_args!("and add to the program's file:\n\n{}", key.registration(None)));
    }
    Ok(Exit::Yes)
}

fn officer(id: &str, printer: &Printer) -> miette::Result<Exit> {
    let token = ProgramKeyText::drawn("cvt", id)?;
    if printer.json() {
        let document = json!({ "officer": id, "token": token.text, "token_sha256": token.sha256 });
        printer.document("keygen", &document)?;
    } else {
        printer.line(&token.text);
        printer.note("give the token above to the officer; it can't be shown again");
        printer.note(format_args!(
            "and add to his `[[officer]]` in carveout.toml:\n\ntoken_sha256 = \"{}\"",
            token.sha256
        ));
    }
    Ok(Exit::Yes)
}

/// Makes a signing key and writes both halves: FILE for its owner only, and the public one beside it.
pub(super) fn write_key(name: &str, out: &Path) -> miette::Result<(VerifierKey, PathBuf)> {
    let key = SigningKey::generate(name).into_diagnostic()?;
    if out.extension().is_some_and(|extension| extension == "pub") {
        return Err(miette!(
            help = "name it `.key`",
            "`{}` is a name for a public half, and this is the private one",
            out.display()
        ));
    }
    let public = public_half(out);
    // First, because it is the one that can be made again if the other can't be written.
    create(&public, &format!("{}\n", key.verifier()), Readers::Everybody)?;
    if let Err(error) = create(out, &format!("{}\n", *key.encode()), Readers::Owner) {
        let _ = fs::remove_file(&public);
        return Err(error);
    }
    Ok((key.verifier(), public))
}

/// A program key's text, and the digest that the program's file keeps of it.
pub(super) struct ProgramKeyText {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) sha256: String,
}

impl ProgramKeyText {
    pub(super) fn generate(id: &str) -> miette::Result<Self> {
        Self::drawn("cvo", id)
    }

    fn drawn(prefix: &str, id: &str) -> miette::Result<Self> {
        let well_formed =
            id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if id.is_empty() || !well_formed {
            return Err(miette!("`{id}` can't be a key's id: use lowercase letters, digits and hyphens"));
        }
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| miette!("the system has no randomness to give: {error}"))?;
        let text = format!("{prefix}_{id}_{}", URL_SAFE_NO_PAD.encode(secret));
        let digest = Digest::of(text.as_bytes()).to_string();
        let sha256 = digest.trim_start_matches("sha256:").to_owned();
        Ok(Self { id: id.to_owned(), text, sha256 })
    }

    /// The lines that register the key in a program's file.
    pub(super) fn registration(&self, claim: Option<&str>) -> String {
        let claim = claim.map(|claim| format!("claim = '{claim}'\n")).unwrap_or_default();
        format!("[[key]]\nid = \"{}\"\nsha256 = \"{}\"\n{claim}", self.id, self.sha256)
    }
}
