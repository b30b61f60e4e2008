//! What meters and contents are made from again: kept by the customer beside the ledger, which vouches for it.
//!
//! Records have the order in which they were taken in: whoever takes something in keeps it under the same lock, and
//! a snapshot is frozen under all of these locks. What a use shows to meters is on the disk before its decision is recorded. What its
//! content was, and what answers said, is written behind: nobody waits for it, and a crash forgets the last 50 ms.
//! If it can't be written, nothing more is decided.

mod records;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use carveout_ledger::{
    DecisionId, Entry, Event, EvidenceKept, EvidenceLog, EvidenceLost, EvidenceMark, Kept, Ledger,
    LedgerError,
};
use carveout_signals::{
    content::Claimed,
    meters::{MeterKey, Meters, Minute, Sight},
};
use carveout_terms::Timestamp;

use self::records::{Frozen, Restored};
use crate::{
    contents::Remembered,
    house::House,
    settings::{EvidenceSettings, SettingsError},
};

/// After so many records a snapshot is taken, so that a restart reads no more than these.
const RECORDS_PER_SNAPSHOT: u64 = 50_000;

/// The evidence of one gateway, on its way to the disk.
pub(crate) struct Keeper {
    /// By which what was kept under another key is known.
    key_mark: [u8; 16],
    log: EvidenceLog,
    /// Records kept since the last snapshot.
    records: AtomicU64,
    /// What could not be found at the start, and from where on it is kept again.
    lost: Mutex<Option<EvidenceLost>>,
    behind: Mutex<Behind>,
    /// Something could not be kept, so nothing more is decided.
    broken: AtomicBool,
}

/// What is written behind: its last record, which stands for those before it, and whether somebody sees to it.
#[derive(Default)]
struct Behind {
    last: Option<Kept>,
    attended: bool,
}

impl Keeper {
    /// Opens what was kept, and makes meters with these windows and contents from it again.
    pub(crate) fn open(
        settings: &EvidenceSettings,
        windows: &[Minute],
        key: &MeterKey,
    ) -> Result<(Arc<Self>, Meters, Remembered), SettingsError> {
        let failed = |problem: String| SettingsError::Evidence { problem };
        let key_mark = records::mark_of(key);
        let meters = || Meters::new(windows.to_vec(), settings.most);
        let fresh = || Restored { key_mark, meters: meters(), contents: Remembered::default() };
        let mut restored = fresh();
        let opened = EvidenceLog::open(&settings.directory, &settings.known, |piece| restored.take(piece));
        let (log, lost) = match (opened, &settings.accept_loss) {
            (Ok(log), _) => (log, None),
            (Err(error), None) => return Err(failed(error.to_string())),
            (Err(error), Some(reason)) => {
                restored = fresh();
                let salvaged =
                    EvidenceLog::salvage(&settings.directory, &settings.known, |piece| restored.take(piece));
                let (log, base) = salvaged.map_err(|error| failed(error.to_string()))?;
                (log, Some(EvidenceLost { base, found: error.to_string(), reason: reason.clone() }))
            }
        };
        let Restored { meters, contents, .. } = restored;
        let keeper = Self {
            key_mark,
            log,
            records: AtomicU64::new(0),
            lost: Mutex::new(lost),
            behind: Mutex::default(),
            broken: AtomicBool::new(false),
        };
        Ok((Arc::new(keeper), meters, contents))
    }

    /// Whether everything could be kept until now.
    pub(crate) fn is_sound(&self) -> bool {
        !self.broken.load(Ordering::Relaxed)
    }

    /// Keeps what meters took in. To be called by whoever holds them locked, as the two below by whoever holds contents.
    pub(crate) fn metered(&self, at: Timestamp, scopes: &[(&str, &Sight)]) -> Kept {
        self.counted().log.keep(records::metered(&self.key_mark, at, scopes))
    }

    /// Keeps that a call of a tool was given out.
    pub(crate) fn called(&self, call: u64, giving: u64) -> Kept {
        self.counted().log.keep_soon(records::called(&self.key_mark, call, giving))
    }

    /// Keeps under which claim texts were sent.
    pub(crate) fn sent(&self, texts: &[Claimed]) -> Kept {
        self.counted().log.keep_soon(records::sent(&self.key_mark, texts))
    }

    /// Keeps what an answer said.
    pub(crate) fn produced(&self, purpose: &str, fingerprints: &[u64]) -> Kept {
        self.counted().log.keep_soon(records::produced(&self.key_mark, purpose, fingerprints))
    }

    /// One record more is kept.
    fn counted(&self) -> &Self {
        self.records.fetch_add(1, Ordering::Relaxed);
        self
    }

    /// Records what had to be given up at the start, before anything is decided.
    async fn begin(&self, house: &House, at: Timestamp) -> Result<(), SettingsError> {
        let Some(lost) = lock(&self.lost).take() else { return Ok(()) };
        tracing::warn!(found = %lost.found, reason = %lost.reason, "going on without lost evidence");
        let failed = |problem: String| SettingsError::Evidence { problem };
        let entry = Entry { at: recorded(at), event: Event::EvidenceLost(lost) };
        house.ledger.append(entry).await.map_err(|error| failed(error.to_string()))?;
        self.snapshot(0, house, at).await.map_err(failed)
    }

    /// Writes down what all that was kept has come to, if so many records were kept since the last time, so that the next
    /// start is a short one. Nobody waits for it: what is written is how things stand now, and goes on changing meanwhile.
    async fn snapshot(&self, after: u64, house: &House, at: Timestamp) -> Result<(), String> {
        let Some((frozen, place)) = self.freeze(after, house) else { return Ok(()) };
        let key_mark = self.key_mark;
        let written = tokio::task::spawn_blocking(move || frozen.write(&key_mark));
        let place = place.durable().await.map_err(|error| error.to_string())?;
        let written = written.await.map_err(|panicked| panicked.to_string())?;
        let mark = self.log.snapshot(place, written).durable().await.map_err(|error| error.to_string())?;
        let entry = entry(recorded(at), None, (true, mark));
        self.append(&house.ledger, entry).await
    }

    /// Everything as it stands, and its place among the records, if so many were kept since the last time.
    fn freeze(&self, after: u64, house: &House) -> Option<(Frozen, Kept)> {
        house.contents.locked(|claims, derivations| {
            house.metering.locked(|meters| {
                if self.records.load(Ordering::Relaxed) < after {
                    return None;
                }
                self.records.store(0, Ordering::Relaxed);
                let meters = meters.map(Meters::frozen);
                let frozen = Frozen { meters, claims: claims.clone(), derivations: derivations.clone() };
                Some((frozen, self.log.place()))
            })
        })
    }

    async fn append(&self, ledger: &Ledger, entry: Entry) -> Result<(), String> {
        ledger.append(entry).await.map(drop).map_err(|error: LedgerError| error.to_string())
    }

    fn gives_up(&self, problem: &str) {
        tracing::error!(%problem, "evidence could not be kept: nothing more is decided");
        self.broken.store(true, Ordering::Relaxed);
    }
}

/// Records what had to be given up at the start.
pub(crate) async fn begin(house: &House, at: Timestamp) -> Result<(), SettingsError> {
    match &house.keeper {
        Some(keeper) => keeper.begin(house, at).await,
        None => Ok(()),
    }
}

/// Takes a snapshot at the end.
pub(crate) async fn end(house: &House) {
    snapshot(house, 1).await;
}

/// Takes a snapshot if one is due.
pub(crate) fn snapshot_if_due(house: &Arc<House>) {
    let records = house.keeper.as_ref().map(|keeper| keeper.records.load(Ordering::Relaxed));
    if records.is_some_and(|records| records >= RECORDS_PER_SNAPSHOT) {
        let house = house.clone();
        house.tasks.clone().spawn(async move { snapshot(&house, RECORDS_PER_SNAPSHOT).await });
    }
}

/// If it fails the next start reads more records, and nothing else is lost.
async fn snapshot(house: &House, after: u64) {
    let Some(keeper) = &house.keeper else { return };
    if let Err(problem) = keeper.snapshot(after, house, house.clock.recording()).await {
        tracing::warn!(%problem, "no snapshot of the evidence");
    }
}

/// Has an entry vouch for what an answer showed, once that is on the disk. Nobody waits for it.
pub(crate) fn vouch(house: &Arc<House>, decision: Option<DecisionId>, kept: Kept) {
    let house = house.clone();
    house.tasks.clone().spawn(async move {
        let Some(keeper) = &house.keeper else { return };
        if let Err(problem) = vouched(&house, decision, kept).await {
            keeper.gives_up(&problem);
        }
    });
}

/// Has an entry vouch for a record and all before it, once that is on the disk. What comes meanwhile waits and has one entry
/// together. Nobody waits for it.
pub(crate) fn vouch_behind(house: &Arc<House>, kept: Kept) {
    let Some(keeper) = &house.keeper else { return };
    let mut behind = lock(&keeper.behind);
    behind.last = Some(kept);
    if std::mem::replace(&mut behind.attended, true) {
        return;
    }
    drop(behind);
    let house = house.clone();
    house.tasks.clone().spawn(async move {
        let Some(keeper) = &house.keeper else { return };
        while let Some(kept) = keeper.next_behind() {
            if let Err(problem) = vouched(&house, None, kept).await {
                keeper.gives_up(&problem);
            }
        }
        snapshot_if_due(&house);
    });
}

impl Keeper {
    /// What waits to be vouched for. If nothing does, nobody attends any more.
    fn next_behind(&self) -> Option<Kept> {
        let mut behind = lock(&self.behind);
        let next = behind.last.take();
        behind.attended = next.is_some();
        next
    }
}

async fn vouched(house: &House, decision: Option<DecisionId>, kept: Kept) -> Result<(), String> {
    let mark = kept.durable().await.map_err(|error| error.to_string())?;
    let entry = entry(recorded(house.clock.recording()), decision, (false, mark));
    house.ledger.append_soon(&entry).map(drop).map_err(|error| error.to_string())
}

/// What an entry says of a record or a snapshot that is on the disk.
pub(crate) fn entry(
    at: carveout_ledger::Timestamp,
    decision: Option<DecisionId>,
    (snapshot, mark): (bool, EvidenceMark),
) -> Entry {
    let event = EvidenceKept { decision, snapshot, record: mark.record, digest: mark.digest };
    Entry { at, event: Event::EvidenceKept(event) }
}

fn lock<T>(one: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn minute(at: Timestamp) -> Minute {
    Minute::try_from(at.millis().div_euclid(60_000).max(0)).unwrap_or(Minute::MAX)
}

fn recorded(at: Timestamp) -> carveout_ledger::Timestamp {
    carveout_ledger::Timestamp::from_millis(at.millis())
}
