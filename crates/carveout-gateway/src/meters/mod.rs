//! Meters: how many distinct persons a program's uses, and all uses under an agreement, have shown within a window.
//!
//! A use is judged with itself included: what the windows would hold is asked for, the use is decided by that, and what
//! it shows is taken in at once if it is permitted, so that two uses that together cross a limit can't both pass
//! below it. What is denied or held is metered apart, as an attempt.
//!
//! The counts are a projection of the ledger and of the evidence kept beside it. What a use shows is on the disk
//! before its decision is recorded, and the entry vouches for it. Nothing is permitted that could not be kept, and a
//! gateway that can't find what the ledger knows to have been kept doesn't start.

mod facts;
mod kept;
mod scopes;

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use carveout_ledger::{
    DecisionId, Entry, Event, EvidenceKept, EvidenceLog, EvidenceLost, Kept, Ledger, LedgerError,
};
use carveout_signals::{
    Canonical, Kind,
    meters::{MeterKey, Meters, Minute, Sight},
};
use carveout_terms::{Decision, Facts, Ruling, Stack, Timestamp, Use, Vocabulary};

use self::facts::Declared;
pub(crate) use self::scopes::Scopes;
use crate::{
    attest::{AttestError, Evidence},
    house::{Bound, House, Target},
    settings::{EvidenceSettings, SettingsError},
};

/// After so many records a snapshot is taken, so that a restart reads no more than these.
pub(crate) const RECORDS_PER_SNAPSHOT: u64 = 50_000;

/// The meters of one gateway.
pub(crate) struct Metering {
    facts: Declared,
    /// None if the vocabulary has no meter.
    state: Option<Mutex<State>>,
    key: Option<MeterKey>,
    /// What an answer showed could not be kept, so nothing more is decided.
    broken: AtomicBool,
}

struct State {
    /// By which what was kept under another key is known.
    key_mark: [u8; 16],
    meters: Meters,
    log: EvidenceLog,
    /// Records kept since the last snapshot.
    records: u64,
    /// What could not be found at the start, and from where on it is kept again.
    lost: Option<EvidenceLost>,
}

/// What of an exchange has been taken into meters already: the request, then its answer, piece by piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metered {
    identifiers: HashSet<(Kind, Canonical, bool)>,
    rows: usize,
}

/// A use that has been decided with its meters, and what is to be on the disk before that is recorded.
pub(crate) struct Judged {
    pub(crate) use_: Arc<Use>,
    pub(crate) decision: Decision,
    pub(crate) kept: Option<Kept>,
}

impl Metering {
    /// Makes the meters again from what was kept.
    pub(crate) fn open(
        vocabulary: &Vocabulary,
        settings: Option<EvidenceSettings>,
    ) -> Result<Self, SettingsError> {
        let facts = Declared::by(vocabulary);
        if facts.is_empty() {
            return Ok(Self { facts, state: None, key: None, broken: AtomicBool::new(false) });
        }
        let Some(settings) = settings else { return Err(SettingsError::NoEvidence) };
        let key = MeterKey::new(&settings.key);
        let state = kept::open(&settings, facts.windows(), &key)?;
        let state = Some(Mutex::new(state));
        Ok(Self { facts, state, key: Some(key), broken: AtomicBool::new(false) })
    }

    /// Whether the vocabulary counts persons over time.
    pub(crate) fn are_declared(&self) -> bool {
        !self.facts.is_empty()
    }

    /// Whether any clause of a stack tests a meter.
    pub(crate) fn are_read_by(&self, stack: &Stack) -> bool {
        self.facts.are_read_by(stack)
    }

    /// These facts without what meters say: what doesn't change while a use waits.
    pub(crate) fn without(&self, facts: &Facts) -> Facts {
        facts.filtered(|fact| !self.facts.has(fact))
    }

    /// Decides a use with what it would add to its meters. `assemble` makes the use from what the meters say.
    pub(crate) fn judge(
        &self,
        house: &House,
        bound: &Bound,
        (target, at): (&Target, Timestamp),
        (evidence, metered): (&Evidence, &mut Metered),
        assemble: impl FnOnce(&Facts) -> Result<Use, AttestError>,
    ) -> Result<Judged, AttestError> {
        let Some(state) = &self.state else {
            let use_ = Arc::new(assemble(&Facts::default())?);
            let decision = bound.decide(&use_);
            return Ok(Judged { use_, decision, kept: None });
        };
        if self.broken.load(Ordering::Relaxed) {
            return Err(AttestError::Unkept);
        }
        let now = minute(at);
        let fresh = metered.fresh(evidence);
        // Digests are worked out before anybody has to wait for the meters.
        let scopes = bound.scopes.seen(&fresh, &target.facts, &bound.stack);
        let mut state = lock(state);
        let facts = self.facts.measure(&house.vocabulary, &mut state.meters, &scopes, now)?;
        let use_ = Arc::new(assemble(&facts)?);
        let decision = bound.decide(&use_);
        let admitted = decision.ruling == Ruling::Permit;
        let kept = (!fresh.is_empty() && (admitted || self.facts.has_attempts()))
            .then(|| state.keep(&scopes, admitted, now, at));
        drop(state);
        if admitted {
            metered.add(fresh);
        }
        Ok(Judged { use_, decision, kept })
    }

    /// Records what had to be given up at the start, before anything is decided.
    pub(crate) async fn begin(&self, ledger: &Ledger, at: Timestamp) -> Result<(), SettingsError> {
        let Some(state) = &self.state else { return Ok(()) };
        let Some(lost) = lock(state).lost.take() else { return Ok(()) };
        tracing::warn!(found = %lost.found, reason = %lost.reason, "going on without lost evidence");
        let entry = Entry { at: recorded(at), event: Event::EvidenceLost(lost) };
        let failed = |problem: String| SettingsError::Evidence { problem };
        ledger.append(entry).await.map_err(|error| failed(error.to_string()))?;
        self.snapshot(0, ledger, at).await.map_err(failed)
    }

    /// Writes down what all that was kept has come to, if so many records were kept since the last time, so that the next
    /// start is a short one.
    pub(crate) async fn snapshot(&self, after: u64, ledger: &Ledger, at: Timestamp) -> Result<(), String> {
        let Some(state) = &self.state else { return Ok(()) };
        let kept = {
            let mut state = lock(state);
            if state.records < after {
                return Ok(());
            }
            state.records = 0;
            state.log.snapshot(kept::snapshot(&state.key_mark, &state.meters))
        };
        let mark = kept.durable().await.map_err(|error| error.to_string())?;
        let event = EvidenceKept { decision: None, snapshot: true, record: mark.record, digest: mark.digest };
        let entry = Entry { at: recorded(at), event: Event::EvidenceKept(event) };
        ledger.append(entry).await.map(drop).map_err(|error: LedgerError| error.to_string())
    }

    /// The scopes of a program, with their keys.
    pub(crate) fn scopes(&self, program: &str, agreements: &[Arc<carveout_terms::Agreement>]) -> Scopes {
        self.key.as_ref().map(|key| Scopes::of(key, program, agreements)).unwrap_or_default()
    }
}

impl State {
    /// Takes in what a use shows. It has its place in the order of records when this returns.
    fn keep(&mut self, scopes: &scopes::Seen<'_>, admitted: bool, now: Minute, at: Timestamp) -> Kept {
        let named: Vec<(&str, &Sight)> = scopes.named(admitted).collect();
        for (scope, sight) in &named {
            self.meters.take(scope, sight, now);
        }
        self.records += 1;
        self.log.keep(kept::record(&self.key_mark, at, &named))
    }
}

/// Takes a snapshot. If it fails the next start reads more records, and nothing else is lost.
pub(crate) async fn snapshot(house: Arc<House>) {
    if let Err(problem) = house.metering.snapshot(1, &house.ledger, house.clock.recording()).await {
        tracing::warn!(%problem, "no snapshot of the meters");
    }
}

/// Has an entry vouch for what an answer showed, once that is on the disk. Nobody waits for it: a crash forgets
/// what was shown in the milliseconds before it. If it can't be kept nothing more is decided.
pub(crate) async fn vouch(house: Arc<House>, decision: Option<DecisionId>, kept: Kept) {
    let recorded = async {
        let mark = kept.durable().await.map_err(|error| error.to_string())?;
        let entry = entry(self::recorded(house.clock.recording()), decision, mark);
        house.ledger.append_soon(&entry).map(drop).map_err(|error| error.to_string())
    };
    if let Err(problem) = recorded.await {
        tracing::error!(%problem, "what an answer showed could not be kept: nothing more is decided");
        house.metering.broken.store(true, Ordering::Relaxed);
    }
}

/// What an entry says of a record that is on the disk.
pub(crate) fn entry(
    at: carveout_ledger::Timestamp,
    decision: Option<DecisionId>,
    mark: carveout_ledger::EvidenceMark,
) -> Entry {
    let event = EvidenceKept { decision, snapshot: false, record: mark.record, digest: mark.digest };
    Entry { at, event: Event::EvidenceKept(event) }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn minute(at: Timestamp) -> Minute {
    Minute::try_from(at.millis().div_euclid(60_000).max(0)).unwrap_or(Minute::MAX)
}

fn recorded(at: Timestamp) -> carveout_ledger::Timestamp {
    carveout_ledger::Timestamp::from_millis(at.millis())
}

/// What is new since the last time that an exchange was judged.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    identifiers: Vec<(Kind, Canonical, bool)>,
    rows: usize,
}

impl Fresh {
    fn is_empty(&self) -> bool {
        self.identifiers.is_empty() && self.rows == 0
    }
}

impl Metered {
    /// What a request showed that was admitted.
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let mut metered = Self::default();
        metered.add(metered.fresh(evidence));
        metered
    }

    fn fresh(&self, evidence: &Evidence) -> Fresh {
        let count = evidence.count();
        let all = count.identifiers().map(|(kind, canonical, sure)| (kind, canonical.clone(), sure));
        Fresh {
            identifiers: all.filter(|one| !self.identifiers.contains(one)).collect(),
            rows: count.unidentified().saturating_sub(self.rows),
        }
    }

    fn add(&mut self, fresh: Fresh) {
        self.identifiers.extend(fresh.identifiers);
        self.rows += fresh.rows;
    }
}
