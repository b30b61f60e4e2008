//! What every request of a running gateway shares.

mod build;
mod terms;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use carveout_dialects::Dialect;
use carveout_ledger::{Ledger, Openings};
use carveout_terms::{Program, Timestamp, Tool, Vocabulary};
use http::HeaderValue;
use tokio::sync::Semaphore;

use self::terms::Terms;
pub(crate) use self::terms::{Admitting, Bound, InForce};
use crate::{
    attest::Measures,
    claim::RecentClaims,
    clock::DecisionClock,
    contents::Contents,
    door::TurnedAway,
    forward::Provider,
    holds::Holds,
    judge::Judge,
    kept::Keeper,
    limits::{Limits, Patience},
    meters::Metering,
    metrics::Metrics,
    phase_outs::PhaseOuts,
    settings::{Moves, Settings, SettingsError},
    tasks::Tasks,
};

/// The gateway's state. Nothing in it changes after the start except the terms in force, the clock's last value, the
/// pools, and memos that could be thrown away.
pub(crate) struct House {
    pub(crate) vocabulary: Arc<Vocabulary>,
    pub(crate) terms: Terms,
    pub(crate) phase_outs: PhaseOuts,
    pub(crate) metrics: Metrics,
    pub(crate) keys: HashMap<String, Arc<KnownKey>>,
    pub(crate) routes: HashMap<String, Arc<Route>>,
    /// The routes' names, in the order of the settings, for the list of models.
    pub(crate) aliases: Vec<String>,
    pub(crate) measures: Measures,
    /// What meters and contents are made from again; none if the vocabulary has neither.
    pub(crate) keeper: Option<Arc<Keeper>>,
    pub(crate) metering: Metering,
    pub(crate) contents: Contents,
    /// The tools that are registered for every program.
    pub(crate) tools: Vec<Tool>,
    pub(crate) judge: Option<Judge>,
    pub(crate) ledger: Ledger,
    pub(crate) openings: Openings,
    pub(crate) holds: Option<Holds>,
    pub(crate) clock: DecisionClock,
    pub(crate) limits: Limits,
    pub(crate) patience: Patience,
    pub(crate) tasks: Tasks,
    /// Searches of the record for receipts: one at a time, whatever callers ask for.
    pub(crate) searches: Semaphore,
    /// Readings of what is on hold for officers: one at a time too.
    pub(crate) readings: Arc<Semaphore>,
    pub(crate) turned_away: TurnedAway,
    pub(crate) draining: AtomicBool,
}

/// A key, and the program it speaks for.
pub(crate) struct KnownKey {
    pub(crate) id: String,
    pub(crate) sha256: [u8; 32],
    pub(crate) expires: Option<Timestamp>,
    pub(crate) claims: RecentClaims,
    pub(crate) program: Arc<Program>,
}

/// A name for a model.
pub(crate) struct Route {
    pub(crate) alias: String,
    pub(crate) dialect: Dialect,
    pub(crate) targets: Vec<Arc<Target>>,
    pub(crate) moves: Moves,
    pub(crate) created: Timestamp,
}

/// One model at one provider.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) provider: Arc<Provider>,
    /// What the ledger says of it.
    pub(crate) recorded: Arc<carveout_ledger::Target>,
    /// What a caller is told of it.
    pub(crate) told: Option<HeaderValue>,
    /// What the terms are told of it.
    pub(crate) facts: carveout_terms::Facts,
}

impl House {
    pub(crate) fn build(settings: Settings) -> Result<Self, SettingsError> {
        build::build(settings)
    }

    /// The registrations of a tool: the program's own, and the house's.
    pub(crate) fn tools_called<'h>(
        &'h self,
        program: &'h Program,
        name: &'h str,
    ) -> impl Iterator<Item = &'h Tool> {
        program.tools().iter().chain(&self.tools).filter(move |tool| tool.name() == name)
    }

    /// The members under which results of a program's tools say how many rows they are about.
    pub(crate) fn reports(&self, program: &Program) -> Vec<String> {
        let tools = program.tools().iter().chain(&self.tools);
        tools.filter_map(Tool::reports_rows).map(str::to_owned).collect()
    }

    /// Whether a request can be decided, recorded and forwarded now.
    pub(crate) fn is_ready(&self) -> bool {
        !self.draining.load(Ordering::Relaxed) && self.ledger.healthy() && self.clock.now().is_ok()
    }
}
