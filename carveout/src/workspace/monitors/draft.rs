//! A draft: decided by and recorded, though nobody has adopted it.

use std::{path::Path, sync::Arc};

use carveout_gateway::MonitorTerms;
use carveout_ledger::{Digest, Monitor, MonitoredProgram};
use carveout_terms::{Agreement, Stack};
use miette::{IntoDiagnostic, WrapErr};

use super::{Loaded, programs};
use crate::{
    config,
    workspace::{ProgramFile, Workspace, draft},
};

pub(super) fn load(workspace: &Workspace, monitor: &config::Monitor, path: &Path) -> miette::Result<Loaded> {
    let drafted = draft(&workspace.root.join(path), &workspace.vocabulary)?;
    let source = drafted.source().to_string();
    // What it says counts, whatever its dates: it is not in force yet.
    let drafted = Arc::new(drafted.as_if_in_force());
    // A new version concerns the programs that the old one binds; a new agreement, every program.
    let replaces = |file: &ProgramFile| file.program.agreements().iter().any(|id| id == drafted.id());
    let known = workspace.programs.iter().any(replaces);
    let bound = |file: &ProgramFile| monitor.programs.is_some() || !known || replaces(file);
    let mut terms = Vec::new();
    for file in programs(workspace, monitor, bound)? {
        let stack = with(&drafted, file).wrap_err_with(|| {
            format!("it can't stand beside the other terms of the program `{}`", file.program.id())
        })?;
        let stack = Arc::new(stack);
        terms.push((
            file.program.id().to_owned(),
            MonitorTerms { monitor: monitor.id.clone(), until: None, stack },
        ));
    }
    let monitor = Monitor {
        monitor: monitor.id.clone(),
        agreement: drafted.id().to_owned(),
        version: drafted.version().to_owned(),
        digest: Digest::of(source.as_bytes()),
        suspended: None,
        programs: terms
            .iter()
            .map(|(program, terms)| MonitoredProgram {
                program: program.clone(),
                stack: Digest::from_bytes(*terms.stack.digest().as_bytes()),
            })
            .collect(),
    };
    Ok(Loaded { monitor, terms, draft: Some(source) })
}

/// A program's terms with the draft in the place of the agreement of its name, or beside the others.
fn with(drafted: &Arc<Agreement>, file: &ProgramFile) -> miette::Result<Stack> {
    let agreements = carveout_terms::drafted(file.stack.agreements(), drafted);
    let (vocabulary, presume) = (Arc::clone(file.stack.vocabulary()), file.stack.presume().clone());
    Stack::new(vocabulary, agreements, presume).into_diagnostic()
}
