//! Adopting terms: checked, signed, kept, and recorded before anything is decided by them.

use std::collections::{BTreeMap, BTreeSet};

use carveout_ledger::{
    Adopted, AdoptedRecord, Digest, Entry, Event, Ledger, Objects, ProgramDigest, SignatureRule,
    TermsAdopted, Timestamp, VerifierKey,
};
use carveout_terms::{Agreement, designation::Record};
use miette::{IntoDiagnostic, WrapErr, miette};

use super::{AgreementFile, Binding, Store, Workspace, keys::party_key, signatures::signed_by};
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

/// Keeps the texts that everything is decided by with the ledger, and records the adoption.
pub(crate) async fn adopt(
    workspace: &Workspace,
    bindings: &[Binding],
    store: &Store,
    ledger: &Ledger,
    signers: &Signers,
    at: Timestamp,
) -> miette::Result<()> {
    keep(workspace, bindings, store)?;
    for event in designations_adopted(store).into_iter().chain(terms_adopted(workspace, bindings, signers)) {
        ledger
            .append(Entry { at, event })
            .await
            .into_diagnostic()
            .wrap_err("the terms could not be recorded")?;
    }
    Ok(())
}

/// The entries that say which records count from now on.
pub(crate) fn designations_adopted(store: &Store) -> Vec<Event> {
    store.to_adopt().map(|stored| Event::DesignationAdopted(store.adoption(stored))).collect()
}

/// The entries that say what binds these programs from now on, one for each stack.
pub(crate) fn terms_adopted(workspace: &Workspace, bindings: &[Binding], signers: &Signers) -> Vec<Event> {
    let mut stacks: BTreeMap<[u8; 32], Vec<&Binding>> = BTreeMap::new();
    for binding in bindings {
        stacks.entry(*binding.stack.digest().as_bytes()).or_default().push(binding);
    }
    let event = |(stack, bound): ([u8; 32], Vec<&Binding>)| {
        let agreements = bound.first().map(|first| first.stack.agreements()).unwrap_or_default();
        Event::TermsAdopted(TermsAdopted {
            stack: Digest::from_bytes(stack),
            vocabulary: digest(workspace.vocabulary.digest()),
            agreements: agreements.iter().map(|agreement| adopted(agreement, signers)).collect(),
            programs: bound.into_iter().map(program_digest).collect(),
            signatures: match workspace.config.terms.signatures {
                Signatures::Required => SignatureRule::Required,
                Signatures::Optional => SignatureRule::Optional,
            },
        })
    };
    stacks.into_iter().map(event).collect()
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

fn program_digest(file: &Binding) -> ProgramDigest {
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
pub(crate) fn keep(workspace: &Workspace, bindings: &[Binding], store: &Store) -> miette::Result<()> {
    let objects = Objects::of_ledger(&workspace.ledger_directory());
    let agreements = bindings.iter().flat_map(|binding| binding.stack.agreements());
    let texts = agreements.map(|agreement| agreement.source().as_bytes());
    let programs = bindings.iter().map(|binding| binding.source.as_bytes());
    let records = store.to_adopt().map(|stored| stored.source().as_bytes());
    let vocabulary = workspace.vocabulary.to_object();
    let all: BTreeSet<&[u8]> = texts.chain(programs).chain(records).chain([vocabulary.as_slice()]).collect();
    for object in all {
        objects
            .put(object)
            .into_diagnostic()
            .wrap_err("the adopted terms could not be kept with the ledger")?;
    }
    Ok(())
}

/// The records that the ledger has adopted, from the texts that are kept with it.
pub(crate) fn adopted_records(
    workspace: &Workspace,
    adopted: &[AdoptedRecord],
) -> miette::Result<Vec<Record>> {
    let objects = Objects::of_ledger(&workspace.ledger_directory());
    let record = |one: &AdoptedRecord| {
        let lost = || {
            miette!(
                help = "the ledger's `objects` folder belongs to it: bring it back from the backup",
                "the text of the designation `{}` version {}, which was adopted, is not kept with the ledger",
                one.record,
                one.version
            )
        };
        let bytes = objects.get(&one.digest).into_diagnostic()?.ok_or_else(lost)?;
        Record::parse(&String::from_utf8(bytes).into_diagnostic()?).into_diagnostic()
    };
    adopted.iter().map(record).collect()
}

fn digest(digest: carveout_terms::Digest) -> Digest {
    Digest::from_bytes(*digest.as_bytes())
}
