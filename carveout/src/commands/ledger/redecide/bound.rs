//! The terms that programs were bound by, rebuilt from the sources kept with the ledger.

use std::{collections::HashMap, sync::Arc};

use carveout_gateway::{Detector, Masks};
use carveout_ledger::{
    AgreedText, Digest, Monitor, MonitoredDetector, MonitorsSet, Objects, ProgramDigest, TermsAdopted,
    Timestamp,
};
use carveout_terms::{Agreement, ClauseRef, Program, Stack, Use, Vocabulary, drafted};
use miette::{IntoDiagnostic, miette};

/// A program with the terms that were adopted for it last, and what was monitored since.
#[derive(Clone)]
pub(super) struct Bound {
    pub(super) program: Program,
    pub(super) stack: Arc<Stack>,
    /// The terms without the clauses that were only monitored, and until when they may decide.
    pub(super) relaxed: Vec<(Timestamp, Arc<Stack>)>,
    /// The terms of each monitor.
    pub(super) monitors: HashMap<String, Arc<Stack>>,
    /// The detectors that were only monitored, by the names of their monitors, and until when.
    pub(super) detectors: Vec<(String, Detector, Timestamp)>,
}

impl Bound {
    /// The terms that a use may be decided by: those that were adopted, or, for a time and never where it may kill, those
    /// without what was only monitored.
    pub(super) fn terms(&self, recorded: &Digest, use_: &Use) -> Option<&Arc<Stack>> {
        let is = |stack: &Stack| stack.digest().as_bytes() == recorded.as_bytes();
        if is(&self.stack) {
            return Some(&self.stack);
        }
        let relaxed = self.relaxed.iter().find(|(_, stack)| is(stack));
        let (until, stack) = relaxed?;
        let in_time = use_.at().millis() < until.millis();
        (in_time && !use_.may_be_lethal(self.stack.vocabulary())).then_some(stack)
    }

    /// Makes the terms of a set of monitors again, as far as they concern this program.
    pub(super) fn monitor(&mut self, objects: &Objects, set: &MonitorsSet) -> miette::Result<()> {
        (self.relaxed, self.monitors, self.detectors) = (Vec::new(), HashMap::new(), Vec::new());
        let id = self.program.id().to_owned();
        for relaxed in set.relaxed.iter().filter(|relaxed| relaxed.program == id) {
            let clauses: Vec<ClauseRef> = relaxed
                .without
                .iter()
                .map(|cited| ClauseRef { agreement: cited.agreement.clone(), clause: cited.clause.clone() })
                .collect();
            let stack = self.stack.without(&clauses).into_diagnostic()?;
            self.relaxed.push((relaxed.until, Arc::new(same(stack, &relaxed.stack, &id)?)));
        }
        for monitor in &set.monitors {
            let Some(bound) = monitor.programs.iter().find(|bound| bound.program == id) else { continue };
            let stack = match &monitor.suspended {
                Some(suspended) => {
                    self.all_agreed(monitor, &suspended.parties)?;
                    Arc::clone(&self.stack)
                }
                None => Arc::new(self.drafted(objects, monitor)?),
            };
            let found = Digest::from_bytes(*stack.digest().as_bytes());
            if found != bound.stack {
                return Err(other(&monitor.monitor, &found, &bound.stack));
            }
            self.monitors.insert(monitor.monitor.clone(), stack);
        }
        for monitor in &set.detectors {
            let Some(bound) = monitor.programs.iter().find(|bound| bound.program == id) else { continue };
            let found = Digest::from_bytes(*self.stack.digest().as_bytes());
            if found != bound.stack {
                return Err(other(&monitor.monitor, &found, &bound.stack));
            }
            let detector = self.detector(monitor)?;
            self.detectors.push((monitor.monitor.clone(), detector, monitor.until));
            self.monitors.insert(monitor.monitor.clone(), Arc::clone(&self.stack));
        }
        Ok(())
    }

    /// The detectors that did not decide a use, of which this is everything that was found.
    pub(super) fn masks(&self, found: &Use) -> (Masks, Vec<&str>) {
        let lethal = found.may_be_lethal(self.stack.vocabulary());
        let in_time = |until: &Timestamp| found.at().millis() < until.millis();
        let live = self.detectors.iter().filter(|(_, _, until)| !lethal && in_time(until));
        (Masks::of(live.clone().map(|(_, one, _)| *one)), live.map(|(name, _, _)| name.as_str()).collect())
    }

    /// A detector that may be only monitored under these terms, as the parties of all their texts have agreed. That those who
    /// are named have signed is among the ledger's own rules.
    fn detector(&self, monitor: &MonitoredDetector) -> miette::Result<Detector> {
        let detector: Detector = monitor.detector.parse().into_diagnostic()?;
        detector.may_be_monitored(&self.stack).into_diagnostic()?;
        let facts = detector.facts(self.stack.vocabulary());
        let needs = |agreement: &&Arc<Agreement>| {
            let tests = agreement.tested_facts().iter().any(|fact| facts.contains(fact));
            !agreement.is_compiled_from_a_designation() && (tests || !agreement.parties().is_empty())
        };
        let agreed = |agreement: &Arc<Agreement>| {
            let of_it = |text: &&AgreedText| {
                text.agreement == agreement.id() && text.digest.as_bytes() == agreement.digest().as_bytes()
            };
            let text = monitor.agreements.iter().find(of_it);
            let signs = |text: &AgreedText| {
                let all = agreement.parties().iter().all(|party| text.parties.contains(&party.id));
                all && !agreement.parties().is_empty()
            };
            text.is_some_and(signs)
        };
        match self.stack.agreements().iter().filter(needs).find(|one| !agreed(one)) {
            None => Ok(detector),
            Some(agreement) => Err(miette!(
                "the monitor `{}` keeps the detector `{detector}` from deciding without the word of every party of `{}`",
                monitor.monitor,
                agreement.id()
            )),
        }
    }

    fn drafted(&self, objects: &Objects, monitor: &Monitor) -> miette::Result<Stack> {
        let vocabulary = self.stack.vocabulary();
        let draft = Agreement::draft(&text(objects, &monitor.digest)?, vocabulary).into_diagnostic()?;
        let agreements = drafted(self.stack.agreements(), &Arc::new(draft.as_if_in_force()));
        Stack::new(Arc::clone(vocabulary), agreements, self.stack.presume().clone()).into_diagnostic()
    }

    /// That the parties named have signed is among the ledger's own rules; that they are all of them is seen here.
    fn all_agreed(&self, monitor: &Monitor, named: &[String]) -> miette::Result<()> {
        let agreement = self.stack.agreements().iter().find(|agreement| {
            agreement.id() == monitor.agreement && agreement.digest().as_bytes() == monitor.digest.as_bytes()
        });
        let all = agreement
            .is_some_and(|agreement| agreement.parties().iter().all(|party| named.contains(&party.id)));
        match all {
            true => Ok(()),
            false => Err(miette!(
                "the monitor `{}` suspends a clause without the word of every party of the agreement in force",
                monitor.monitor
            )),
        }
    }
}

fn same(stack: Stack, recorded: &Digest, of: &str) -> miette::Result<Stack> {
    let found = Digest::from_bytes(*stack.digest().as_bytes());
    if found == *recorded { Ok(stack) } else { Err(other(of, &found, recorded)) }
}

fn other(of: &str, found: &Digest, recorded: &Digest) -> miette::Report {
    miette!("the kept sources make {found} for `{of}`, but {recorded} was recorded")
}

/// The programs and their stack as adopted, from the sources kept with the ledger.
pub(super) fn rebuild(objects: &Objects, adopted: &TermsAdopted) -> miette::Result<Vec<(String, Bound)>> {
    let vocabulary = Vocabulary::from_object(&object(objects, &adopted.vocabulary)?).into_diagnostic()?;
    let agreements = adopted
        .agreements
        .iter()
        .map(|adopted| {
            Ok(Arc::new(Agreement::parse(&text(objects, &adopted.digest)?, &vocabulary).into_diagnostic()?))
        })
        .collect::<miette::Result<Vec<_>>>()?;
    let vocabulary = Arc::new(vocabulary);
    let bind = |named: &ProgramDigest| {
        let program = Program::parse(&text(objects, &named.digest)?, &vocabulary).into_diagnostic()?;
        let presume = program.presume().clone();
        let stack = Stack::new(Arc::clone(&vocabulary), agreements.clone(), presume).into_diagnostic()?;
        let digest = Digest::from_bytes(*stack.digest().as_bytes());
        if digest != adopted.stack || digest != named.stack || program.id() != named.program {
            return Err(miette!(
                "the kept sources make the program `{}` and the stack {digest}, but `{}` and {} were recorded",
                program.id(),
                named.program,
                adopted.stack
            ));
        }
        Ok((
            named.program.clone(),
            Bound {
                program,
                stack: Arc::new(stack),
                relaxed: Vec::new(),
                monitors: HashMap::new(),
                detectors: Vec::new(),
            },
        ))
    };
    adopted.programs.iter().map(bind).collect()
}

fn object(objects: &Objects, digest: &Digest) -> miette::Result<Vec<u8>> {
    objects.get(digest).into_diagnostic()?.ok_or_else(|| {
        miette!(
            help = "the ledger's `objects` folder belongs to it: copy it too",
            "{digest} is not kept with the ledger"
        )
    })
}

pub(super) fn text(objects: &Objects, digest: &Digest) -> miette::Result<String> {
    String::from_utf8(object(objects, digest)?).into_diagnostic()
}
