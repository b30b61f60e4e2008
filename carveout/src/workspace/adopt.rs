//! Adopting terms: checked, signed, kept, and recorded before anything is decided by them.

use std::collections::{BTreeMap, BTreeSet};

use carveout_ledger::{
    Adopted, Digest, Entry, Event, Ledger, Objects, ProgramDigest, SignatureRule, TermsAdopted, Timestamp,
    VerifierKey,
};
use carveout_terms::Agreement;
use miette::{IntoDiagnostic, WrapErr, miette};

use super::{AgreementFile, ProgramFile, Workspace, keys::party_key, signatures::signed_by};
use crate::config::Signatures;

/// The parties' keys as the configuration names them.
pub(crate) fn pinned_keys(workspace: &Workspace) -> miette::Result<BTreeMap<String, VerifierKey>> {
    let parties = workspace.config.parties.iter();
    parties
        .map(|(party, reference)| Ok((party.clone(), party_key(&workspace.root, party, reference)?)))
        .collect()
}

/// For each agreement in force, the parties whose signatures were verified.
pub(crate) type Signers = BTreeMap<String, Vec<String>>;

/// Checks every agreement in force: its examples come out as agreed, and its parties have signed it.
pub(crate) fn examine(
    workspace: &Workspace,
    pinned: &BTreeMap<String, VerifierKey>,
) -> miette::Result<Signers> {
    let mut signers = Signers::new();
    for file in workspace.in_force() {
        examples_hold(workspace, file)?;
        signers.insert(file.agreement.id().to_owned(), signatures(workspace, file, pinned)?);
    }
    Ok(signers)
}

/// Keeps the texts of the agreements in force with the ledger, and records the adoption.
pub(crate) async fn adopt(
    workspace: &Workspace,
    ledger: &Ledger,
    signers: &Signers,
    at: Timestamp,
) -> miette::Result<()> {
    keep(workspace)?;
    let stacks: BTreeSet<[u8; 32]> =
        workspace.programs.iter().map(|file| *file.stack.digest().as_bytes()).collect();
    for stack in stacks {
        let programs: Vec<&ProgramFile> =
            workspace.programs.iter().filter(|file| *file.stack.digest().as_bytes() == stack).collect();
        let Some(first) = programs.first() else { continue };
        let event = Event::TermsAdopted(TermsAdopted {
            stack: Digest::from_bytes(stack),
            vocabulary: digest(workspace.vocabulary.digest()),
            agreements: first
                .stack
                .agreements()
                .iter()
                .map(|agreement| adopted(agreement, signers))
                .collect(),
            programs: programs.into_iter().map(program_digest).collect(),
            signatures: match workspace.config.terms.signatures {
                Signatures::Required => SignatureRule::Required,
                Signatures::Optional => SignatureRule::Optional,
            },
        });
        ledger
            .append(Entry { at, event })
            .await
            .into_diagnostic()
            .wrap_err("the terms could not be recorded")?;
    }
    Ok(())
}

fn adopted(agreement: &Agreement, signers: &Signers) -> Adopted {
    Adopted {
        agreement: agreement.id().to_owned(),
        version: agreement.version().to_owned(),
        role: match agreement.role() {
            carveout_terms::Role::Grant => "grant".to_owned(),
            carveout_terms::Role::Limit => "limit".to_owned(),
        },
        digest: digest(agreement.digest()),
        signers: signers.get(agreement.id()).cloned().unwrap_or_default(),
    }
}

fn program_digest(file: &ProgramFile) -> ProgramDigest {
    ProgramDigest {
        program: file.program.id().to_owned(),
        digest: Digest::of(file.source.as_bytes()),
        stack: digest(file.stack.digest()),
    }
}

/// The parties agreed on the examples too: terms that contradict them are not what was agreed.
fn examples_hold(workspace: &Workspace, file: &AgreementFile) -> miette::Result<()> {
    let failed = file.agreement.run_examples(&workspace.vocabulary).into_iter().find_map(|outcome| {
        outcome.failure.map(|failure| {
            format!("clause {}: `{}`: {failure}", outcome.example.clause(), outcome.example.text())
        })
    });
    match failed {
        None => Ok(()),
        Some(failed) => Err(miette!(
            help = format!("run `carveout check {}`", file.path.display()),
            "the agreement `{}` contradicts its own examples: {failed}",
            file.agreement.id()
        )),
    }
}

fn signatures(
    workspace: &Workspace,
    file: &AgreementFile,
    pinned: &BTreeMap<String, VerifierKey>,
) -> miette::Result<Vec<String>> {
    let signed = signed_by(&file.path, &file.agreement, pinned)?;
    if signed.missing.is_empty() || workspace.config.terms.signatures == Signatures::Optional {
        for (party, why) in &signed.missing {
            tracing::warn!(
                agreement = file.agreement.id(),
                party,
                why,
                "terms without a valid signature are in force"
            );
        }
        return Ok(signed.by);
    }
    let missing: Vec<String> = signed.missing.iter().map(|(party, why)| format!("{party}: {why}")).collect();
    Err(miette!(
        help = format!("each party signs with `carveout sign {} --key FILE`", file.path.display()),
        "the agreement `{}` lacks a valid signature ({})",
        file.agreement.id(),
        missing.join("; ")
    ))
}

/// Keeps everything that a decision can be recomputed from, under its digest.
fn keep(workspace: &Workspace) -> miette::Result<()> {
    let objects = Objects::of_ledger(&workspace.ledger_directory());
    let agreements = workspace.in_force().map(|file| file.agreement.source().as_bytes());
    let programs = workspace.programs.iter().map(|file| file.source.as_bytes());
    let vocabulary = workspace.vocabulary.to_object();
    for object in agreements.chain(programs).chain([vocabulary.as_slice()]) {
        objects
            .put(object)
            .into_diagnostic()
            .wrap_err("the adopted terms could not be kept with the ledger")?;
    }
    Ok(())
}

fn digest(digest: carveout_terms::Digest) -> Digest {
    Digest::from_bytes(*digest.as_bytes())
}
