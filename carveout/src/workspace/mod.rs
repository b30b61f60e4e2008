//! A workspace: `carveout.toml` and the files it names, read together.

mod adopt;
mod designations;
mod durable;
mod files;
mod keys;
mod ledger;
mod monitors;
mod officers;
mod settings;
mod side;
mod signatures;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use carveout_terms::{Agreement, Facts, Program, Stack, Vocabulary};
use miette::{IntoDiagnostic, WrapErr, miette};

pub(crate) use self::{
    adopt::{
        Signers, adopt, adopted_records, designations_adopted, examine, keep, pinned_keys, terms_adopted,
    },
    designations::{
        Binding, Store, Stored, Trust, bind, configured as configured_officers, file_name,
        pin as pin_officers, replacing_path, same as same_officers, statement as designation_statement,
    },
    durable::{Readers, create, replace},
    files::{Faults, agreement, listed, read, vocabulary},
    keys::{log_signing_key, log_verifier_key, public_half, signing_key, verifier_key},
    ledger::{OpenLedger, open_for_rotation, open_ledger},
    monitors::{Monitors, ToSign, When, suspension_path, to_sign},
    officers::{
        appoint, appointed, appointment_path, openings_directory, roster, sealed_bodies, verified_officers,
    },
    settings::{judge, limits, region, settings},
    side::{Side, draft},
    signatures::{note, note_path, statement},
};
use crate::config::{self, Config};

/// Everything a gateway decides by.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) config: Config,
    pub(crate) vocabulary: Arc<Vocabulary>,
    pub(crate) agreements: Vec<AgreementFile>,
    pub(crate) programs: Vec<ProgramFile>,
}

/// An agreement and where it was read.
#[derive(Debug)]
pub(crate) struct AgreementFile {
    pub(crate) path: PathBuf,
    pub(crate) agreement: Arc<Agreement>,
}

/// A program, its text, and the stack that binds it.
#[derive(Debug)]
pub(crate) struct ProgramFile {
    pub(crate) program: Arc<Program>,
    pub(crate) source: String,
    pub(crate) stack: Arc<Stack>,
}

impl Workspace {
    /// Reads a workspace, or says everything that is wrong with its files.
    pub(crate) fn load(root: &Path) -> miette::Result<Self> {
        let config = config::load(root)?;
        let vocabulary = Arc::new(vocabulary(&root.join(&config.terms.vocabulary))?);
        let mut faults = Faults::default();
        let mut agreements = Vec::new();
        for path in files::listed(&root.join(&config.terms.agreements), "md")? {
            let source = read(&path)?;
            match Agreement::parse(&source, &vocabulary) {
                Ok(agreement) => agreements.push(AgreementFile { path, agreement: Arc::new(agreement) }),
                Err(problems) => faults.add(&path, problems),
            }
        }
        let mut read_programs = Vec::new();
        for path in files::listed(&root.join(&config.terms.programs), "toml")? {
            let source = read(&path)?;
            match Program::parse(&source, &vocabulary) {
                Ok(program) => read_programs.push((path, source, Arc::new(program))),
                Err(problems) => faults.add(&path, problems),
            }
        }
        faults.into_result()?;
        distinct(
            "agreement",
            agreements.iter().map(|file| (file.path.as_path(), file.agreement.id())),
            "move the older one out of the folder",
        )?;
        distinct(
            "program",
            read_programs.iter().map(|(path, _, program)| (path.as_path(), program.id())),
            "give one of them another id: the record tells programs apart by it",
        )?;
        let programs = read_programs
            .into_iter()
            .map(|(path, source, program)| {
                let stack = stack(&vocabulary, &agreements, &program)
                    .wrap_err_with(|| format!("`{}` can't be used", path.display()))?;
                Ok(ProgramFile { program, source, stack: Arc::new(stack) })
            })
            .collect::<miette::Result<Vec<_>>>()?;
        Ok(Self { root: root.to_owned(), config, vocabulary, agreements, programs })
    }

    /// The program with an id.
    pub(crate) fn program(&self, id: &str) -> miette::Result<&ProgramFile> {
        self.programs.iter().find(|file| file.program.id() == id).ok_or_else(|| {
            let known: Vec<&str> = self.programs.iter().map(|file| file.program.id()).collect();
            miette!(help = format!("this workspace has: {}", known.join(", ")), "there is no program `{id}`")
        })
    }

    /// The facts of a route's first target; of the first route if none is named.
    pub(crate) fn target(&self, alias: Option<&str>) -> miette::Result<Option<Facts>> {
        let routes = &self.config.routes;
        let route = match alias {
            None => routes.first(),
            Some(alias) => {
                let known: Vec<&str> = routes.iter().map(|route| route.alias.as_str()).collect();
                let help = format!("this workspace has: {}", known.join(", "));
                let found = routes.iter().find(|route| route.alias == alias);
                Some(found.ok_or_else(|| miette!(help = help, "there is no route `{alias}`"))?)
            }
        };
        let Some(target) = route.and_then(|route| route.targets.first()) else { return Ok(None) };
        let mut facts = Facts::default();
        for (fact, member) in [
            ("maker", &target.maker),
            ("host", &target.host),
            ("operator", &target.operator),
            ("deployment", &target.deployment),
            ("model", target.line.as_ref().unwrap_or(&target.model)),
        ] {
            facts.set_member(&self.vocabulary, fact, member).into_diagnostic()?;
        }
        Ok(Some(facts))
    }

    /// The agreements that some program is bound by.
    pub(crate) fn in_force(&self) -> impl Iterator<Item = &AgreementFile> {
        self.agreements.iter().filter(|file| {
            self.programs
                .iter()
                .any(|program| program.program.agreements().iter().any(|id| id == file.agreement.id()))
        })
    }

    /// The ledger's folder.
    pub(crate) fn ledger_directory(&self) -> PathBuf {
        self.root.join(&self.config.ledger.directory)
    }
}

/// Refuses two files that claim one id.
fn distinct<'f>(
    what: &str,
    files: impl Iterator<Item = (&'f Path, &'f str)>,
    help: &'static str,
) -> miette::Result<()> {
    let mut seen = BTreeMap::new();
    for (path, id) in files {
        if let Some(other) = seen.insert(id, path) {
            let (other, path) = (other.display(), path.display());
            return Err(miette!(help = help, "`{other}` and `{path}` are both the {what} `{id}`"));
        }
    }
    Ok(())
}

fn stack(
    vocabulary: &Arc<Vocabulary>,
    agreements: &[AgreementFile],
    program: &Program,
) -> miette::Result<Stack> {
    let bound = program
        .agreements()
        .iter()
        .map(|id| {
            let found = agreements.iter().find(|file| file.agreement.id() == id);
            found.map(|file| Arc::clone(&file.agreement)).ok_or_else(|| {
                miette!(
                    help = "put the agreement into the agreements folder, or name one that is there",
                    "the program `{}` is bound by `{id}`, which is not there",
                    program.id()
                )
            })
        })
        .collect::<miette::Result<Vec<_>>>()?;
    Stack::new(Arc::clone(vocabulary), bound, program.presume().clone()).into_diagnostic()
}
