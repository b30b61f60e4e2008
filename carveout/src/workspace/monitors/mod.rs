//! What is only monitored: drafts, and clauses in force by the word of every party.

mod clause;
mod draft;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use carveout_gateway::{MonitorTerms, Monitoring, RelaxedTerms};
use carveout_ledger::{
    Cited, Entry, Event, Ledger, Monitor, MonitorsSet, Objects, Relaxed, Timestamp, VerifierKey,
};
use carveout_terms::ClauseRef;
use miette::{IntoDiagnostic, WrapErr, miette};

pub(crate) use self::clause::suspension;
use super::{ProgramFile, Workspace};
use crate::config;

/// What is monitored, ready to be recorded and to be decided by.
#[derive(Debug, Default)]
pub(crate) struct Monitors {
    set: MonitorsSet,
    programs: BTreeMap<String, Monitoring>,
    /// The texts of the drafts, from which an auditor makes their terms again.
    drafts: Vec<String>,
}

/// A clause in force that is only monitored for a program, until a moment.
type Left = BTreeMap<String, Vec<(ClauseRef, Timestamp)>>;

/// Where the signatures of the parties stand under which a clause is only monitored.
pub(crate) fn suspension_path(workspace: &Workspace, monitor: &str) -> PathBuf {
    workspace.root.join("monitors").join(format!("{monitor}.sig"))
}

impl Monitors {
    /// Everything under `[[monitor]]`, checked. What has ended by then is left out.
    pub(crate) fn load(
        workspace: &Workspace,
        pinned: &BTreeMap<String, VerifierKey>,
        now: Timestamp,
    ) -> miette::Result<Self> {
        let (mut monitors, mut left, mut ids) = (Self::default(), Left::new(), BTreeSet::new());
        for configured in &workspace.config.monitors {
            if !ids.insert(&configured.id) {
                return Err(miette!("the monitor `{}` is given twice: rename or remove one", configured.id));
            }
            let loaded = match what(configured).wrap_err_with(|| cant(configured))? {
                What::Draft(path) => draft::load(workspace, configured, path).map(Some),
                What::Clause(named) => clause::load(workspace, configured, &named, pinned, now),
            };
            if let Some(loaded) = loaded.wrap_err_with(|| cant(configured))? {
                monitors.take(loaded, &mut left);
            }
        }
        for (program, clauses) in &left {
            monitors.relax(workspace.program(program)?, clauses)?;
        }
        Ok(monitors)
    }

    /// What is monitored of a program's uses.
    pub(crate) fn of(&self, program: &str) -> Monitoring {
        self.programs.get(program).cloned().unwrap_or_default()
    }

    /// Keeps the drafts with the ledger and records what is monitored. Where nothing is, nothing is recorded.
    pub(crate) async fn record(
        self,
        workspace: &Workspace,
        ledger: &Ledger,
        at: Timestamp,
    ) -> miette::Result<()> {
        if self.set.monitors.is_empty() {
            return Ok(());
        }
        let objects = Objects::of_ledger(&workspace.ledger_directory());
        let kept = self.drafts.iter().try_for_each(|draft| objects.put(draft.as_bytes()).map(drop));
        kept.into_diagnostic().wrap_err("the monitored drafts could not be kept with the ledger")?;
        let recorded = ledger.append(Entry { at, event: Event::MonitorsSet(self.set) }).await;
        recorded.map(drop).into_diagnostic().wrap_err("what is monitored could not be recorded")
    }

    fn take(&mut self, loaded: Loaded, left: &mut Left) {
        let Loaded { monitor, terms, draft } = loaded;
        for (program, terms) in terms {
            if let Some(suspended) = &monitor.suspended {
                let (agreement, clause) = (monitor.agreement.clone(), suspended.clause.clone());
                let clauses = left.entry(program.clone()).or_default();
                clauses.push((ClauseRef { agreement, clause }, suspended.until));
            }
            self.programs.entry(program).or_default().monitors.push(terms);
        }
        self.drafts.extend(draft);
        self.set.monitors.push(monitor);
    }

    /// Makes the terms that decide a program's uses until the first suspension ends, then until the next, and so on.
    fn relax(&mut self, program: &ProgramFile, clauses: &[(ClauseRef, Timestamp)]) -> miette::Result<()> {
        let ends: BTreeSet<Timestamp> = clauses.iter().map(|(_, until)| *until).collect();
        for until in ends {
            let without: Vec<ClauseRef> =
                clauses.iter().filter(|(_, end)| *end >= until).map(|(clause, _)| clause.clone()).collect();
            let stack = program.stack.without(&without).into_diagnostic()?;
            self.set.relaxed.push(Relaxed {
                program: program.program.id().to_owned(),
                until,
                without: without
                    .into_iter()
                    .map(|clause| Cited { agreement: clause.agreement, clause: clause.clause })
                    .collect(),
                stack: carveout_ledger::Digest::from_bytes(*stack.digest().as_bytes()),
            });
            let monitoring = self.programs.entry(program.program.id().to_owned()).or_default();
            let until = carveout_terms::Timestamp::from_millis(until.millis());
            monitoring.relaxed.push(RelaxedTerms { until, stack: stack.into() });
        }
        Ok(())
    }
}

/// One monitor, with the terms for each program.
struct Loaded {
    monitor: Monitor,
    terms: Vec<(String, MonitorTerms)>,
    draft: Option<String>,
}

/// A clause in force, as configured.
struct NamedClause<'c> {
    agreement: &'c str,
    clause: &'c str,
    until: Timestamp,
}

enum What<'c> {
    Draft(&'c PathBuf),
    Clause(NamedClause<'c>),
}

fn cant(monitor: &config::Monitor) -> String {
    format!("the monitor `{}` can't be used", monitor.id)
}

fn what(monitor: &config::Monitor) -> miette::Result<What<'_>> {
    let named =
        monitor.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if monitor.id.is_empty() || !named {
        return Err(miette!("its id must be of lowercase letters, digits and hyphens"));
    }
    match (&monitor.draft, &monitor.agreement, &monitor.clause, &monitor.until) {
        (Some(draft), None, None, None) => Ok(What::Draft(draft)),
        (None, Some(agreement), Some(clause), Some(until)) => {
            let until: carveout_terms::Timestamp = until.to_string().parse().into_diagnostic()?;
            let until = Timestamp::from_millis(until.millis());
            Ok(What::Clause(NamedClause { agreement, clause, until }))
        }
        (None, Some(_), Some(_), None) => Err(miette!(
            help = "write `until = 2027-01-31T00:00:00Z`: from then on the clause is enforced again",
            "a clause in force is only monitored until a date, and it names none"
        )),
        _ => Err(miette!(
            help = "write `draft = \"FILE\"` for a draft, or `agreement`, `clause` and `until` for a clause in force",
            "it must name either a draft or a clause in force"
        )),
    }
}

/// The programs that a monitor names, or all that `bound` is true of.
fn programs<'w>(
    workspace: &'w Workspace,
    monitor: &config::Monitor,
    bound: impl Fn(&ProgramFile) -> bool,
) -> miette::Result<Vec<&'w ProgramFile>> {
    match &monitor.programs {
        None => Ok(workspace.programs.iter().filter(|file| bound(file)).collect()),
        Some(named) => {
            let named = named.iter().map(|id| {
                let file = workspace.program(id)?;
                match bound(file) {
                    true => Ok(file),
                    false => Err(miette!("the program `{id}` is not bound by that agreement")),
                }
            });
            named.collect()
        }
    }
}
