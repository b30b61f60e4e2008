//! What is only monitored: drafts, and clauses in force and detectors by the word of every party.

mod agreed;
mod clause;
mod detector;
mod draft;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use carveout_gateway::{Detector, Masks, MonitorTerms, Monitoring, RelaxedTerms};
use carveout_ledger::{
    Cited, DetectorSuspension, Entry, Event, Ledger, Monitor, MonitorsSet, Objects, Relaxed, SigningKey,
    StatementError, Suspension, Timestamp, VerifierKey,
};
use carveout_terms::ClauseRef;
use miette::{IntoDiagnostic, WrapErr, miette};

use self::detector::NamedDetector;
use super::{Binding, Workspace};
use crate::config;

/// What is monitored, ready to be recorded and to be decided by.
#[derive(Debug, Default)]
pub(crate) struct Monitors {
    set: MonitorsSet,
    programs: BTreeMap<String, Monitoring>,
    /// The texts of the drafts, from which an auditor makes their terms again.
    drafts: Vec<String>,
    /// Whether something that is configured could not be used.
    incomplete: bool,
}

/// Whether the gateway is being started, or runs and adopts designations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// What can't be used stops the start.
    Starting,
    /// No monitor may keep a designation from counting.
    Running,
}

/// What the parties sign for a monitor.
pub(crate) enum ToSign {
    /// That a clause is only monitored.
    Clause(Suspension),
    /// That a detector is.
    Detector(DetectorSuspension),
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
        bindings: &[Binding],
        pinned: &BTreeMap<String, VerifierKey>,
        (when, now): (When, Timestamp),
    ) -> miette::Result<Self> {
        let (mut monitors, mut left, mut ids) = (Self::default(), Left::new(), BTreeSet::new());
        for configured in &workspace.config.monitors {
            if !ids.insert(&configured.id) {
                return Err(miette!("the monitor `{}` is given twice: rename or remove one", configured.id));
            }
            let loaded = what(configured).and_then(|what| match what {
                What::Draft(path) => draft::load(workspace, bindings, configured, path).map(One::Terms),
                What::Clause(named) => {
                    let loaded = clause::load(workspace, bindings, configured, &named, pinned, now);
                    loaded.map(|loaded| loaded.map_or(One::Ended, One::Terms))
                }
                What::Detector(named) => {
                    let loaded = detector::load(workspace, bindings, configured, &named, pinned, now);
                    loaded.map(|loaded| loaded.map_or(One::Ended, One::Detector))
                }
            });
            match loaded.wrap_err_with(|| cant(configured)) {
                Ok(One::Terms(loaded)) => monitors.take(loaded, &mut left),
                Ok(One::Detector(loaded)) => monitors.take_detector(loaded),
                Ok(One::Ended) => {}
                Err(error) if when == When::Running => monitors.leave_out(&error),
                Err(error) => return Err(error),
            }
        }
        if let Err(error) = monitors.look_for_the_same() {
            if when == When::Starting {
                return Err(error);
            }
            monitors.leave_out(&error);
            monitors.enforce_detectors();
        }
        let relaxed = left.iter().try_for_each(|(program, clauses)| {
            bound(bindings, program).and_then(|program| monitors.relax(program, clauses))
        });
        if let Err(error) = relaxed {
            if when == When::Starting {
                return Err(error);
            }
            monitors.leave_out(&error);
            monitors.enforce_clauses();
        }
        Ok(monitors)
    }

    /// What is monitored of a program's uses.
    pub(crate) fn of(&self, program: &str) -> Monitoring {
        self.programs.get(program).cloned().unwrap_or_default()
    }

    /// Keeps the drafts with the ledger and records what is monitored. Where nothing is, nothing is recorded.
    pub(crate) async fn record(
        &self,
        workspace: &Workspace,
        ledger: &Ledger,
        at: Timestamp,
    ) -> miette::Result<()> {
        let Some(event) = self.keep(workspace)? else { return Ok(()) };
        let recorded = ledger.append(Entry { at, event }).await;
        recorded.map(drop).into_diagnostic().wrap_err("what is monitored could not be recorded")
    }

    /// Keeps the drafts with the ledger, and says what is to be recorded: nothing where nothing is to be monitored. What can't be
    /// used any more is to be missing from the record.
    pub(crate) fn keep(&self, workspace: &Workspace) -> miette::Result<Option<Event>> {
        if self.set.monitors.is_empty() && self.set.detectors.is_empty() && !self.incomplete {
            return Ok(None);
        }
        let objects = Objects::of_ledger(&workspace.ledger_directory());
        let kept = self.drafts.iter().try_for_each(|draft| objects.put(draft.as_bytes()).map(drop));
        kept.into_diagnostic().wrap_err("the monitored drafts could not be kept with the ledger")?;
        Ok(Some(Event::MonitorsSet(self.set.clone())))
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

    fn take_detector(&mut self, detector::Loaded { monitor, terms }: detector::Loaded) {
        for (program, terms, detector) in terms {
            let monitoring = self.programs.entry(program).or_default();
            monitoring.monitors.push(terms);
            monitoring.detectors.push(detector);
        }
        self.set.detectors.push(monitor);
    }

    /// What a monitor suspended is enforced again, rather than that a designation doesn't count.
    fn leave_out(&mut self, error: &miette::Report) {
        self.incomplete = true;
        let why = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
        tracing::error!(why, "a monitor is left out: what it suspended is enforced");
    }

    /// All clauses decide again.
    fn enforce_clauses(&mut self) {
        let enforced: Vec<Monitor> =
            self.set.monitors.extract_if(.., |monitor| monitor.suspended.is_some()).collect();
        self.set.relaxed.clear();
        for monitoring in self.programs.values_mut() {
            monitoring.relaxed.clear();
            monitoring.monitors.retain(|terms| enforced.iter().all(|one| one.monitor != terms.monitor));
        }
    }

    /// All detectors decide again.
    fn enforce_detectors(&mut self) {
        let enforced = std::mem::take(&mut self.set.detectors);
        for monitoring in self.programs.values_mut() {
            monitoring.detectors.clear();
            monitoring.monitors.retain(|terms| enforced.iter().all(|one| one.monitor != terms.monitor));
        }
    }

    /// Texts are read once more as if some identifiers weren't looked for: once, so that must be the same ones for everybody.
    fn look_for_the_same(&self) -> miette::Result<()> {
        let identifiers = self.programs.values().filter_map(|monitoring| {
            let kinds = monitoring.detectors.iter();
            let kinds = kinds.filter(|one| matches!(one.detector, Detector::Identifiers(_)));
            let ends: BTreeSet<_> = kinds.clone().map(|one| one.until).collect();
            (!ends.is_empty()).then(|| (Masks::of(kinds.map(|one| one.detector)), ends))
        });
        let all: Vec<_> = identifiers.collect();
        let one = all.iter().all(|(_, ends)| ends.len() == 1)
            && all.windows(2).all(|two| two.first() == two.last());
        match one {
            true => Ok(()),
            false => Err(miette!(
                help = "give all monitors of `identifiers` the same `until` and the same `programs`",
                "kinds of identifiers are monitored together, and these are for different programs or dates"
            )),
        }
    }

    /// Makes the terms that decide a program's uses until the first suspension ends, then until the next, and so on.
    fn relax(&mut self, program: &Binding, clauses: &[(ClauseRef, Timestamp)]) -> miette::Result<()> {
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

/// What one monitor comes to.
enum One {
    Terms(Loaded),
    Detector(detector::Loaded),
    /// Its time is up.
    Ended,
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
    Detector(NamedDetector),
}

/// What the parties sign for a monitor of the configuration.
pub(crate) fn to_sign(workspace: &Workspace, id: &str) -> miette::Result<ToSign> {
    let known = || {
        let ids: Vec<&str> = workspace.config.monitors.iter().map(|monitor| monitor.id.as_str()).collect();
        format!(
            "carveout.toml has these monitors: {}",
            if ids.is_empty() { "none".into() } else { ids.join(", ") }
        )
    };
    let monitor = workspace.config.monitors.iter().find(|monitor| monitor.id == id);
    let monitor = monitor.ok_or_else(|| miette!(help = known(), "there is no monitor `{id}`"))?;
    match what(monitor)? {
        What::Draft(_) => Err(miette!("`{id}` monitors a draft, which needs nobody's signature")),
        What::Clause(named) => clause::suspension(workspace, &named).map(ToSign::Clause),
        What::Detector(named) => detector::suspension(workspace, monitor, &named).map(ToSign::Detector),
    }
}

impl ToSign {
    /// Signs as a party, beside those who have signed the same before.
    pub(crate) fn sign(&self, key: &SigningKey, note: Option<&str>) -> Result<String, StatementError> {
        match self {
            Self::Clause(suspension) => suspension.sign(key, note),
            Self::Detector(suspension) => suspension.sign(key, note),
        }
    }
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
    let until = monitor.until.as_ref().map(date).transpose()?;
    match (&monitor.draft, &monitor.agreement, &monitor.clause, &monitor.detector, until) {
        (Some(draft), None, None, None, None) => Ok(What::Draft(draft)),
        (None, Some(agreement), Some(clause), None, Some(until)) => {
            Ok(What::Clause(NamedClause { agreement, clause, until }))
        }
        (None, None, None, Some(detector), Some(until)) => {
            let detector = detector.parse().into_diagnostic()?;
            Ok(What::Detector(NamedDetector { detector, until }))
        }
        (None, Some(_), Some(_), None, None) => Err(miette!(
            help = "write `until = 2027-01-31T00:00:00Z`: from then on the clause is enforced again",
            "a clause in force is only monitored until a date, and it names none"
        )),
        (None, None, None, Some(_), None) => Err(miette!(
            help = "write `until = 2027-01-31T00:00:00Z`: from then on what it finds decides again",
            "a detector is only monitored until a date, and it names none"
        )),
        _ => Err(miette!(
            help = "write `draft = \"FILE\"` for a draft, `agreement`, `clause` and `until` for a clause in force, or `detector` and `until`",
            "it must name either a draft, a clause in force or a detector"
        )),
    }
}

fn date(until: &toml::value::Datetime) -> miette::Result<Timestamp> {
    let until: carveout_terms::Timestamp = until.to_string().parse().into_diagnostic()?;
    Ok(Timestamp::from_millis(until.millis()))
}

/// A program with what binds it.
fn bound<'b>(bindings: &'b [Binding], program: &str) -> miette::Result<&'b Binding> {
    bindings.iter().find(|binding| binding.program.id() == program).ok_or_else(|| {
        let known: Vec<&str> = bindings.iter().map(|binding| binding.program.id()).collect();
        miette!(help = format!("this workspace has: {}", known.join(", ")), "there is no program `{program}`")
    })
}

/// The programs that a monitor names, or all that `is_bound` is true of.
fn programs<'b>(
    bindings: &'b [Binding],
    monitor: &config::Monitor,
    is_bound: impl Fn(&Binding) -> bool,
) -> miette::Result<Vec<&'b Binding>> {
    match &monitor.programs {
        None => Ok(bindings.iter().filter(|binding| is_bound(binding)).collect()),
        Some(named) => {
            let named = named.iter().map(|id| {
                let file = bound(bindings, id)?;
                match is_bound(file) {
                    true => Ok(file),
                    false => Err(miette!("the program `{id}` is not bound by that agreement")),
                }
            });
            named.collect()
        }
    }
}
