//! What is counted for those who watch the gateway.
//!
//! Labels are names from the configuration, from recorded designations, and words of ours: what a caller sends is in none of
//! them, so there are never more series than programs, designations and words make.

mod shown;
mod watching;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use carveout_ledger::{DesignationEffect, Outcome, Timestamp};
use carveout_terms::{Decision, Ruling};
use prometheus_client::metrics::{counter::Counter, family::Family};

pub(crate) use self::watching::Watching;
use crate::{
    admit::{Case, NotAdmitted},
    house::{Bound, KnownKey},
};

/// One name for each of these things.
type Labels<const N: usize> = [(&'static str, String); N];

/// Counters for each of these things.
type Counters<const N: usize> = Family<Labels<N>, Counter>;

/// Everything that is counted while the gateway runs.
#[derive(Default)]
pub(crate) struct Metrics {
    /// By program, so that counting a ruling builds no names.
    by_program: HashMap<String, Rulings>,
    rulings: Counters<2>,
    barred: Counters<2>,
    phase_out_uses: Counters<2>,
    announced_uses: Counters<2>,
    ends: Counters<1>,
    not_admitted: Counters<1>,
    adoptions: Counter,
    /// For each program and designation, the first instant at which a use that was seen is barred.
    phase_outs: Mutex<BTreeMap<(String, String), Timestamp>>,
}

struct Rulings {
    permit: Counter,
    hold: Counter,
    deny: Counter,
}

/// What is counted of one decision, once it is recorded.
pub(crate) struct Tally {
    key: Arc<KnownKey>,
    ruling: carveout_ledger::Ruling,
    barred: Vec<String>,
    effects: Vec<DesignationEffect>,
}

impl Tally {
    pub(crate) fn of(case: &Case<'_>) -> Self {
        Self {
            key: case.key.clone(),
            ruling: match case.decision.ruling {
                Ruling::Permit => carveout_ledger::Ruling::Permit,
                Ruling::Hold { .. } => carveout_ledger::Ruling::Hold,
                Ruling::Deny => carveout_ledger::Ruling::Deny,
            },
            barred: barred(case.bound, case.decision),
            effects: case.effects.to_vec(),
        }
    }
}

/// The designations that deny a use, each once.
fn barred(bound: &Bound, decision: &Decision) -> Vec<String> {
    let mut barred = Vec::new();
    for ground in &decision.grounds {
        let denies = decision.ruling == Ruling::Deny && bound.is_designation(&ground.agreement);
        if denies && !barred.contains(&ground.agreement) {
            barred.push(ground.agreement.clone());
        }
    }
    barred
}

impl Metrics {
    /// For these programs.
    pub(crate) fn of<'p>(programs: impl Iterator<Item = &'p str>) -> Self {
        let mut metrics = Self::default();
        for program in programs {
            let ruling =
                |word: &str| one(&metrics.rulings, [("program", program.into()), ("ruling", word.into())]);
            let rulings = Rulings { permit: ruling("permit"), hold: ruling("hold"), deny: ruling("deny") };
            metrics.by_program.insert(program.to_owned(), rulings);
        }
        metrics
    }

    /// A decision was recorded.
    pub(crate) fn recorded(&self, tally: Tally) {
        let program = tally.key.program.id();
        if let Some(rulings) = self.by_program.get(program) {
            match tally.ruling {
                carveout_ledger::Ruling::Permit => rulings.permit.inc(),
                carveout_ledger::Ruling::Hold => rulings.hold.inc(),
                carveout_ledger::Ruling::Deny => rulings.deny.inc(),
            };
        }
        let count = |family: &Counters<2>, designation: String| {
            one(family, [("program", program.to_owned()), ("designation", designation)]).inc();
        };
        for designation in tally.barred {
            count(&self.barred, designation);
        }
        for DesignationEffect { designation, until, .. } in tally.effects {
            match until {
                Some(until) => {
                    self.phasing_out(program, &designation, until);
                    count(&self.phase_out_uses, designation);
                }
                None => count(&self.announced_uses, designation),
            }
        }
    }

    fn phasing_out(&self, program: &str, designation: &str, until: Timestamp) {
        let mut seen = self.phase_outs.lock().unwrap_or_else(PoisonError::into_inner);
        let soonest = seen.entry((program.to_owned(), designation.to_owned())).or_insert(until);
        *soonest = until.min(*soonest);
    }

    /// A decision could not be recorded, so nothing was forwarded.
    pub(crate) fn not_admitted(&self, error: &NotAdmitted) {
        one(&self.not_admitted, [("why", error.word().to_owned())]).inc();
    }

    /// An attempt ended.
    pub(crate) fn ended(&self, outcome: Outcome) {
        one(&self.ends, [("outcome", word(outcome).to_owned())]).inc();
    }

    /// Terms were replaced while the gateway runs. When their phase-outs end is for them to say.
    pub(crate) fn adopted(&self) {
        self.adoptions.inc();
        self.phase_outs.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn one<const N: usize>(family: &Counters<N>, labels: Labels<N>) -> Counter {
    family.get_or_create_owned(&labels)
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "completed",
        Outcome::ProviderRefused => "provider_refused",
        Outcome::ProviderUnreachable => "provider_unreachable",
        Outcome::ProviderSilent => "provider_silent",
        Outcome::ProviderCut => "provider_cut",
        Outcome::ProviderGarbage => "provider_garbage",
        Outcome::CallerLeft => "caller_left",
        Outcome::Withheld => "withheld",
    }
}
