//! The counts.

use std::collections::{BTreeMap, BTreeSet};

use carveout_ledger::{
    Cited, Decided, Entry, Event, HoldId, Monitor, Monitored, MonitoredDetector, Ruling, Timestamp,
};

/// From when until before when; open where nothing is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
}

impl Period {
    fn holds(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

/// Why a monitor may not be in use, and what that means.
pub(super) const OUT_OF_USE: &str = "it was removed, has ended, or could not be used with the terms adopted there; what it suspended is enforced";

/// What the record says about monitored terms.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) period: Period,
    pub(super) program: Option<String>,
    /// Decisions in the period. Coming back for a hold is no second use.
    pub(super) decisions: u64,
    /// The first and the last of them.
    pub(super) span: Option<(Timestamp, Timestamp)>,
    pub(super) monitors: BTreeMap<String, Watched>,
    /// What each monitor is of, as recorded last.
    known: BTreeMap<String, About>,
    /// Those that are in use.
    in_use: BTreeSet<String>,
    /// The entry from which on one is not.
    out_of_use: BTreeMap<String, u64>,
}

/// What a monitor is of.
#[derive(Debug, Clone)]
pub(super) enum About {
    /// A draft, or a clause.
    Terms(Monitor),
    /// A detector.
    Detector(MonitoredDetector),
}

/// One monitor.
#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) about: Option<About>,
    pub(super) programs: BTreeMap<String, Counts>,
    /// By the clauses that a stricter ruling would have rested on.
    pub(super) clauses: BTreeMap<(String, String), Counts>,
    /// The uses that would have been decided otherwise, in their order.
    pub(super) changes: Vec<Change>,
}

/// How many uses would have been decided how.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) decided: u64,
    /// Denied, and were not.
    pub(super) denied: u64,
    /// Held, and were not.
    pub(super) held: u64,
    /// Permitted, and were not.
    pub(super) permitted: u64,
}

/// A use that would have been decided otherwise.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) index: u64,
    pub(super) at: Timestamp,
    pub(super) program: String,
    pub(super) claim: String,
    pub(super) was: Ruling,
    pub(super) would: Ruling,
    pub(super) grounds: Vec<Cited>,
}

impl Counts {
    fn add(&mut self, was: Ruling, would: Ruling) {
        self.decided += 1;
        if was != would {
            *match would {
                Ruling::Deny => &mut self.denied,
                Ruling::Hold => &mut self.held,
                Ruling::Permit => &mut self.permitted,
            } += 1;
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            decided: self.decided + other.decided,
            denied: self.denied + other.denied,
            held: self.held + other.held,
            permitted: self.permitted + other.permitted,
        }
    }

    /// Uses that would have been decided otherwise.
    pub(super) const fn changed(self) -> u64 {
        self.denied + self.held + self.permitted
    }
}

impl Change {
    /// Whether less would have been allowed.
    pub(super) fn is_stricter(&self) -> bool {
        strictness(self.would) > strictness(self.was)
    }
}

const fn strictness(ruling: Ruling) -> u8 {
    match ruling {
        Ruling::Permit => 0,
        Ruling::Hold => 1,
        Ruling::Deny => 2,
    }
}

/// A ruling as a word.
pub(super) const fn word(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Permit => "permit",
        Ruling::Hold => "hold",
        Ruling::Deny => "deny",
    }
}

impl Watched {
    pub(super) fn total(&self) -> Counts {
        self.programs.values().copied().fold(Counts::default(), Counts::plus)
    }

    /// The entries of the uses that a clause would have denied or held.
    pub(super) fn entries_of(&self, clause: &(String, String)) -> Vec<u64> {
        let cites = |change: &&Change| {
            change.is_stricter()
                && change
                    .grounds
                    .iter()
                    .any(|cited| (&cited.agreement, &cited.clause) == (&clause.0, &clause.1))
        };
        self.changes.iter().filter(cites).map(|change| change.index).collect()
    }

    /// What is monitored, in words.
    pub(super) fn subject(&self) -> String {
        match &self.about {
            None => "terms whose record lies before this ledger's part".to_owned(),
            Some(About::Detector(monitor)) => {
                let texts: Vec<String> = monitor
                    .agreements
                    .iter()
                    .map(|text| format!("{} version {}", text.agreement, text.version))
                    .collect();
                format!(
                    "the detector {}, which is only monitored until {} by the word of all parties of {}",
                    monitor.detector,
                    monitor.until,
                    texts.join(" and ")
                )
            }
            Some(About::Terms(monitor)) => match &monitor.suspended {
                None => format!("the draft {} version {}", monitor.agreement, monitor.version),
                Some(suspended) => format!(
                    "clause {} of {} version {}, which is only monitored until {} by the word of {}",
                    suspended.clause,
                    monitor.agreement,
                    monitor.version,
                    suspended.until,
                    suspended.parties.join(" and ")
                ),
            },
        }
    }
}

impl Gathered {
    pub(super) fn new(period: Period, program: Option<String>) -> Self {
        let (monitors, known) = (BTreeMap::new(), BTreeMap::new());
        let (in_use, out_of_use) = (BTreeSet::new(), BTreeMap::new());
        Self { period, program, decisions: 0, span: None, monitors, known, in_use, out_of_use }
    }

    /// The entry from which on a monitor is not in use any more, if it isn't.
    pub(super) fn out_of_use(&self, monitor: &str) -> Option<u64> {
        self.out_of_use.get(monitor).copied()
    }

    pub(super) fn take(&mut self, index: u64, entry: Entry) {
        match entry.event {
            // What is monitored beside new terms follows them.
            Event::TermsAdopted(_) => self.use_only(index, BTreeSet::new()),
            Event::MonitorsSet(set) => {
                let names = set.monitors.iter().map(|one| &one.monitor);
                let names = names.chain(set.detectors.iter().map(|one| &one.monitor)).cloned();
                self.use_only(index, names.collect());
                let terms = set.monitors.into_iter().map(|one| (one.monitor.clone(), About::Terms(one)));
                let detectors = set.detectors.into_iter();
                let detectors = detectors.map(|one| (one.monitor.clone(), About::Detector(one)));
                self.known.extend(terms.chain(detectors));
            }
            Event::Decided(decided) if self.counts(&decided, entry.at) => {
                self.decisions += 1;
                let first = self.span.map_or(entry.at, |(first, _)| first);
                self.span = Some((first, entry.at));
                for monitored in &decided.monitored {
                    self.watched(index, entry.at, &decided, monitored);
                }
            }
            _ => {}
        }
    }

    fn use_only(&mut self, index: u64, in_use: BTreeSet<String>) {
        for gone in self.in_use.difference(&in_use) {
            self.out_of_use.insert(gone.clone(), index);
        }
        self.out_of_use.retain(|monitor, _| !in_use.contains(monitor));
        self.in_use = in_use;
    }

    fn counts(&self, decided: &Decided, at: Timestamp) -> bool {
        let again = decided.hold.is_some_and(|hold| hold != HoldId::of(decided.decision));
        let asked = self.program.as_ref().is_none_or(|program| *program == decided.program);
        !again && asked && self.period.holds(at)
    }

    fn watched(&mut self, index: u64, at: Timestamp, decided: &Decided, monitored: &Monitored) {
        let watched = self.monitors.entry(monitored.monitor.clone()).or_default();
        watched.about = self.known.get(&monitored.monitor).cloned();
        let (was, would) = (decided.ruling, monitored.ruling);
        watched.programs.entry(decided.program.clone()).or_default().add(was, would);
        if was == would {
            return;
        }
        let change = Change {
            index,
            at,
            program: decided.program.clone(),
            claim: decided.facts.caller.clone(),
            was,
            would,
            grounds: monitored.grounds.clone(),
        };
        if change.is_stricter() {
            for cited in &monitored.grounds {
                let clause = (cited.agreement.clone(), cited.clause.clone());
                watched.clauses.entry(clause).or_default().add(was, would);
            }
        }
        watched.changes.push(change);
    }
}
