//! A clause in force that its parties have agreed to monitor only.

use std::{collections::BTreeMap, sync::Arc};

use carveout_gateway::MonitorTerms;
use carveout_ledger::{Digest, Monitor, MonitoredProgram, Suspended, Suspension, Timestamp, VerifierKey};
use carveout_terms::{Agreement, ClauseRef};
use miette::{IntoDiagnostic, miette};

use super::{Loaded, NamedClause, agreed::agreed, programs};
use crate::{
    config,
    workspace::{Binding, Workspace},
};

/// `None` if it has ended.
pub(super) fn load(
    workspace: &Workspace,
    bindings: &[Binding],
    monitor: &config::Monitor,
    named: &NamedClause<'_>,
    pinned: &BTreeMap<String, VerifierKey>,
    now: Timestamp,
) -> miette::Result<Option<Loaded>> {
    let agreement = agreement(workspace, named)?;
    let binds = |file: &Binding| file.program.agreements().iter().any(|id| id == agreement.id());
    let files = programs(bindings, monitor, binds)?;
    let clause = ClauseRef { agreement: named.agreement.to_owned(), clause: named.clause.to_owned() };
    files
        .iter()
        .try_for_each(|file| file.stack.without(std::slice::from_ref(&clause)).map(drop))
        .into_diagnostic()?;
    if named.until <= now {
        tracing::warn!(monitor = %monitor.id, until = %named.until, "the clause is enforced again: remove the monitor");
        return Ok(None);
    }
    let suspension = of(agreement, named);
    let parties = agreement.parties().iter().map(|party| (agreement.id(), party.id.as_str()));
    let statement =
        agreed(workspace, monitor, parties, pinned, |note, key| suspension.verify(note, key).map(drop))?;
    let until = Some(carveout_terms::Timestamp::from_millis(named.until.millis()));
    let terms: Vec<(String, MonitorTerms)> = files
        .into_iter()
        .map(|file| {
            let stack = Arc::clone(&file.stack);
            (file.program.id().to_owned(), MonitorTerms { monitor: monitor.id.clone(), until, stack })
        })
        .collect();
    let Suspension { agreement: id, version, digest, clause, until } = suspension;
    let monitor = Monitor {
        monitor: monitor.id.clone(),
        agreement: id,
        version,
        digest,
        suspended: Some(Suspended {
            clause,
            until,
            parties: agreement.parties().iter().map(|party| party.id.clone()).collect(),
            statement,
        }),
        programs: terms
            .iter()
            .map(|(program, terms)| MonitoredProgram {
                program: program.clone(),
                stack: Digest::from_bytes(*terms.stack.digest().as_bytes()),
            })
            .collect(),
    };
    Ok(Some(Loaded { monitor, terms, draft: None }))
}

/// What the parties sign for a monitor of the configuration.
pub(super) fn suspension(workspace: &Workspace, named: &NamedClause<'_>) -> miette::Result<Suspension> {
    let agreement = agreement(workspace, named)?;
    let clause = ClauseRef { agreement: named.agreement.to_owned(), clause: named.clause.to_owned() };
    let bound = workspace
        .programs
        .iter()
        .find(|file| file.program.agreements().iter().any(|agreement| agreement == named.agreement));
    if let Some(file) = bound {
        file.stack.without(&[clause]).map(drop).into_diagnostic()?;
    }
    Ok(of(agreement, named))
}

fn agreement<'w>(workspace: &'w Workspace, named: &NamedClause<'_>) -> miette::Result<&'w Agreement> {
    let found = workspace.in_force().find(|file| file.agreement.id() == named.agreement);
    found.map(|file| &*file.agreement).ok_or_else(|| {
        let ids: Vec<&str> = workspace.in_force().map(|file| file.agreement.id()).collect();
        miette!(
            help = format!("in force are: {}", ids.join(", ")),
            "no program is bound by `{}`",
            named.agreement
        )
    })
}

fn of(agreement: &Agreement, named: &NamedClause<'_>) -> Suspension {
    Suspension {
        agreement: agreement.id().to_owned(),
        version: agreement.version().to_owned(),
        digest: Digest::from_bytes(*agreement.digest().as_bytes()),
        clause: named.clause.to_owned(),
        until: named.until,
    }
}
