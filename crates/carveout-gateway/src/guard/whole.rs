//! A reply that is judged as a whole before any of it is released.

use std::{ops::Range, time::Duration};

use bytes::Bytes;
use carveout_dialects::{Dialect, Fates, Judged, ReadCall, ReplyReader, calls_of, refuse_in_reply};
use carveout_ledger::Outcome;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{
    Basis, Expected, Fault, Recording, Release, Reply, Told,
    calls::{self, Decided, OnHold},
    drafts::Reading,
    produced::Produced,
    watch::Watch,
    weigh::{Weighing, Weight, stop},
};
use crate::{
    admit::Matter,
    attest::Evidence,
    forward::{Answer, Arriving},
    judge::Said,
    settle::Attempt,
    tasks::Finished,
};

pub(super) async fn judge(
    basis: &Basis,
    expected: Expected,
    answer: Answer,
    mut attempt: Attempt,
) -> Result<Reply, Told> {
    let Answer { mut body, .. } = answer;
    let house = &basis.house;
    let mut reader = ReplyReader::new(expected.dialect, false, house.limits.reply());
    let read = read(&mut reader, &mut body, house.patience.idle, &mut attempt).await;
    attempt.summarised(reader.summary());
    let judged = match read {
        Ok(judged) => judged,
        Err(fault) => {
            attempt.settle(fault.outcome());
            return Err(fault.notice().into());
        }
    };
    basis.target.provider.put_back(body.into_connection());
    attempt.records_first(heard(basis, &judged).await);
    let dialect = expected.dialect;
    let (called, mut attempt) = if basis.may_keep() || basis.asked_of_drafts().is_some() {
        // Everything has been said. What of it is to be kept on hold is kept, also if the caller leaves meanwhile, and what
        // monitored terms say of it is recorded.
        let (basis, tasks) = (basis.clone(), basis.house.tasks.clone());
        Finished::new(async move { released(&basis, dialect, judged, attempt).await }, tasks).await?
    } else {
        released(basis, dialect, judged, attempt).await?
    };
    let released = called.given(basis, expected, &mut attempt).await;
    attempt.judged(released.len());
    Ok(Reply::whole(Release::judged(released), attempt))
}

/// Hears what a reply says, whether or not it is released. Nothing of it is, before it is remembered.
async fn heard(basis: &Basis, judged: &Judged) -> Option<Recording> {
    if let Some(mut produced) = Produced::of(basis) {
        judged.texts().for_each(|text| produced.hear(&text));
        if let Some(remembering) = produced.end(basis) {
            remembering.await;
        }
    }
    Reading::of(basis).and_then(|reading| reading.recording_whole(basis, judged.clone()))
}

/// Why nothing of a reply is released.
struct Withheld {
    outcome: Outcome,
    told: Told,
}

impl From<Fault> for Withheld {
    fn from(fault: Fault) -> Self {
        Self { outcome: fault.outcome(), told: fault.notice().into() }
    }
}

/// A reply that may go, but for those of its calls that are refused.
struct Called {
    judged: Judged,
    /// For each call what became of it, and those that are on hold.
    fates: calls::Fates,
    held: Vec<OnHold>,
}

impl Called {
    /// What the caller gets, who may wait for calls that are on hold.
    async fn given(mut self, basis: &Basis, expected: Expected, attempt: &mut Attempt) -> Bytes {
        let held = std::mem::take(&mut self.held);
        if let Some(patience) = expected.patience.filter(|_| !held.is_empty()) {
            let fates = calls::lifted(basis.clone(), held, patience).await;
            attempt.lifted(fates.iter().filter(|(_, refused)| refused.is_none()).count() as u64);
            self.fates.extend(fates);
        } else {
            self.held = held;
        }
        self.at_once(expected.dialect)
    }

    /// The reply, without waiting for anything.
    fn at_once(self, dialect: Dialect) -> Bytes {
        let mut fates = Fates::default();
        let held = self.held.into_iter().map(OnHold::refused);
        self.fates.into_iter().chain(held).for_each(|(slot, refused)| fates.insert(slot, refused));
        if fates.refuses_any() {
            return Bytes::from(refuse_in_reply(dialect, self.judged.bytes(), &fates));
        }
        self.judged.into_bytes()
    }
}

/// What may go of a reply that was read, with its attempt; if none of it may, that is settled.
async fn released(
    basis: &Basis,
    dialect: Dialect,
    judged: Judged,
    mut attempt: Attempt,
) -> Result<(Called, Attempt), Told> {
    match decided(basis, dialect, judged, &mut attempt).await {
        Ok(called) => Ok((called, attempt)),
        Err(Withheld { outcome, told }) => {
            attempt.settle(outcome);
            Err(told)
        }
    }
}

/// Its texts are weighed, and then each of its calls is decided.
async fn decided(
    basis: &Basis,
    dialect: Dialect,
    judged: Judged,
    attempt: &mut Attempt,
) -> Result<Called, Withheld> {
    let limits = &basis.house.limits;
    let mut found = Vec::new();
    if judged.events().any(carveout_dialects::JudgedEvent::touches_tools) {
        found = calls_of(dialect, judged.bytes(), &limits.call(), limits.calls).map_err(Fault::from)?;
    }
    let (mut evidence, mut said) = (basis.evidence(), Said::default());
    if basis.reads_answers() {
        let places: Vec<_> = found.iter().map(|call| call.place.clone()).collect();
        let watch = Watch::new(basis.house.measures.scanner(), evidence, basis.may_be_judged());
        let watch = watched(watch, &judged, places).await?;
        let mut weighing = Weighing::new(basis);
        let stops = match weighing.weigh(basis, watch.evidence())? {
            Weight::Fits => None,
            Weight::Waits => {
                let (weighing, stops) = weighing.judge(basis, watch.evidence(), &watch.words()).await?;
                said = weighing.said().clone();
                stops
            }
            Weight::Stops(weighed) => Some(*weighed),
        };
        if let Some(weighed) = stops {
            let withheld = if basis.keeps(&weighed) {
                // What is kept is what will be given: what is refused of it is out of it already.
                let seen = (watch.evidence().clone(), found);
                Matter::Reply(called(basis, judged, seen, attempt).await?.0.at_once(dialect))
            } else {
                Matter::Answer(judged.into_bytes())
            };
            let stop = stop(basis, dialect, &weighed, withheld).await?;
            attempt.withheld_by(stop.grounds);
            let told = Told { notice: stop.notice, ruled: Some(stop.ruled), held: stop.hold };
            return Err(Withheld { outcome: Outcome::Withheld, told });
        }
        evidence = watch.evidence().clone();
    }
    let (called, seen) = called(basis, judged, (evidence, found), attempt).await?;
    let recording = Reading::of(basis).and_then(|reading| reading.recording_seen(basis, seen, said));
    if recording.is_some() {
        attempt.records_first(recording);
    }
    Ok(called)
}

/// Decides the calls of a reply. Says also what the reply shows, with those of them that go.
async fn called(
    basis: &Basis,
    judged: Judged,
    (evidence, found): (Evidence, Vec<ReadCall>),
    attempt: &mut Attempt,
) -> Result<(Called, Evidence), Fault> {
    if found.is_empty() {
        return Ok((Called { judged, fates: Vec::new(), held: Vec::new() }, evidence));
    }
    let Decided { fates, held, calls, evidence } = calls::decide(basis.clone(), evidence, found).await?;
    attempt.called(calls);
    Ok((Called { judged, fates, held }, evidence))
}

/// Reads a whole answer, a long one on a thread of its own so that no other request waits for it.
async fn watched(mut watch: Watch, judged: &Judged, places: Vec<Range<usize>>) -> Result<Watch, Fault> {
    const AT_ONCE: usize = 64 << 10;
    if judged.bytes().len() <= AT_ONCE {
        watch.read_whole(judged, &places);
        return Ok(watch);
    }
    let judged = judged.clone();
    let reading = tokio::task::spawn_blocking(move || {
        watch.read_whole(&judged, &places);
        watch
    });
    reading.await.map_err(|error| Fault::unrecorded(&error))
}

async fn read(
    reader: &mut ReplyReader,
    body: &mut Arriving,
    patience: Duration,
    attempt: &mut Attempt,
) -> Result<Judged, Fault> {
    while let Some(data) = next(body, patience).await? {
        attempt.received(data.len());
        reader.push(&data)?;
    }
    Ok(reader.finish()?)
}

/// The next piece of a provider's body, `None` at its end.
pub(super) async fn next(body: &mut Arriving, patience: Duration) -> Result<Option<Bytes>, Fault> {
    loop {
        let frame = timeout(patience, body.frame()).await.map_err(|_elapsed| Fault::Stalled)?;
        match frame.transpose().map_err(|_broken| Fault::Cut)? {
            None => return Ok(None),
            // Trailers are dropped: nothing judges them.
            Some(frame) => match frame.into_data() {
                Ok(data) => return Ok(Some(data)),
                Err(_trailers) => {}
            },
        }
    }
}
