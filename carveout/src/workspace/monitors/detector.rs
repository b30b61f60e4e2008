//! A detector that the parties have agreed to monitor only.

use std::{collections::BTreeMap, sync::Arc};

use carveout_gateway::{Detector, DetectorTerms, MonitorTerms};
use carveout_ledger::{
    AgreedText, DetectorSuspension, Digest, MonitoredDetector, MonitoredProgram, Timestamp, VerifierKey,
};
use carveout_terms::Stack;
use miette::{IntoDiagnostic, WrapErr, miette};

use super::{agreed::agreed, programs};
use crate::{
    config,
    workspace::{Binding, Workspace},
};

/// A detector, as configured.
pub(super) struct NamedDetector {
    pub(super) detector: Detector,
    pub(super) until: Timestamp,
}

/// One monitor of a detector, with what comes of it for each program.
pub(super) struct Loaded {
    pub(super) monitor: MonitoredDetector,
    pub(super) terms: Vec<(String, MonitorTerms, DetectorTerms)>,
}

/// `None` if it has ended.
pub(super) fn load(
    workspace: &Workspace,
    bindings: &[Binding],
    monitor: &config::Monitor,
    named: &NamedDetector,
    pinned: &BTreeMap<String, VerifierKey>,
    now: Timestamp,
) -> miette::Result<Option<Loaded>> {
    let files = programs(bindings, monitor, |file: &Binding| named.detector.may_turn(&file.stack))?;
    if files.is_empty() {
        return Err(tests_nothing(named.detector));
    }
    for file in &files {
        let allowed = named.detector.may_be_monitored(&file.stack).into_diagnostic();
        allowed.wrap_err_with(|| format!("under the terms of the program `{}`", file.program.id()))?;
    }
    if named.until <= now {
        tracing::warn!(monitor = %monitor.id, until = %named.until, "the detector decides again: remove the monitor");
        return Ok(None);
    }
    let suspension = over(named, files.iter().map(|file| &*file.stack))?;
    let texts = suspension.agreements.iter();
    let parties = texts.flat_map(|text| text.parties.iter().map(|party| (&*text.agreement, &**party)));
    let statement =
        agreed(workspace, monitor, parties, pinned, |note, key| suspension.verify(note, key).map(drop))?;
    let until = carveout_terms::Timestamp::from_millis(named.until.millis());
    let DetectorSuspension { detector, agreements, .. } = suspension;
    let in_programs = files.iter().map(|file| MonitoredProgram {
        program: file.program.id().to_owned(),
        stack: Digest::from_bytes(*file.stack.digest().as_bytes()),
    });
    let monitored = MonitoredDetector {
        monitor: monitor.id.clone(),
        detector,
        until: named.until,
        agreements,
        statement,
        programs: in_programs.collect(),
    };
    let terms = files.into_iter().map(|file| {
        let stack = Arc::clone(&file.stack);
        let monitor = MonitorTerms { monitor: monitor.id.clone(), until: Some(until), stack };
        (file.program.id().to_owned(), monitor, DetectorTerms { detector: named.detector, until })
    });
    Ok(Some(Loaded { terms: terms.collect(), monitor: monitored }))
}

/// What the parties sign for a monitor of the configuration.
pub(super) fn suspension(
    workspace: &Workspace,
    monitor: &config::Monitor,
    named: &NamedDetector,
) -> miette::Result<DetectorSuspension> {
    let meant = |id: &str| monitor.programs.as_ref().is_none_or(|named| named.iter().any(|one| one == id));
    let stacks = workspace.programs.iter().filter(|file| meant(file.program.id())).map(|file| &*file.stack);
    let stacks: Vec<&Stack> = stacks.filter(|stack| named.detector.may_turn(stack)).collect();
    if stacks.is_empty() {
        return Err(tests_nothing(named.detector));
    }
    stacks.iter().try_for_each(|stack| named.detector.may_be_monitored(stack)).into_diagnostic()?;
    over(named, stacks)
}

fn tests_nothing(detector: Detector) -> miette::Report {
    miette!(
        help = "put a clause that tests it into a draft, and monitor that",
        "no terms of these programs test what `{detector}` finds, so it decides nothing"
    )
}

/// Every text of these terms, but for designations: what one party loosens the others live with, in whichever text it is.
fn over<'s>(
    named: &NamedDetector,
    stacks: impl IntoIterator<Item = &'s Stack>,
) -> miette::Result<DetectorSuspension> {
    let mut agreements = BTreeMap::new();
    for stack in stacks {
        let facts = named.detector.facts(stack.vocabulary());
        for agreement in stack.agreements().iter().filter(|one| !one.is_compiled_from_a_designation()) {
            let tests = agreement.tested_facts().iter().any(|fact| facts.contains(fact));
            match (agreement.parties().is_empty(), tests) {
                (true, false) => continue,
                (true, true) => {
                    return Err(miette!(
                        "`{}` tests what `{}` finds, and names no party that could agree",
                        agreement.id(),
                        named.detector
                    ));
                }
                (false, _) => {}
            }
            let text = AgreedText {
                agreement: agreement.id().to_owned(),
                version: agreement.version().to_owned(),
                digest: Digest::from_bytes(*agreement.digest().as_bytes()),
                parties: agreement.parties().iter().map(|party| party.id.clone()).collect(),
            };
            agreements.insert(text.agreement.clone(), text);
        }
    }
    let agreements = agreements.into_values().collect();
    Ok(DetectorSuspension { detector: named.detector.to_string(), until: named.until, agreements })
}
