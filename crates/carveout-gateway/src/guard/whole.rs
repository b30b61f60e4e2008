//! A reply that is judged as a whole before any of it is released.

use std::{ops::Range, time::Duration};

use bytes::Bytes;
use carveout_dialects::{Dialect, Fates, Judged, ReadCall, ReplyReader, calls_of, refuse_in_reply};
use carveout_ledger::Outcome;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{
    Basis, Expected, Fault, Recording, Release, Reply, Told, calls,
    produced::Produced,
    watch::Watch,
    weigh::{Weighing, Weight, stop},
};
use crate::{
    admit::Matter,
    attest::Evidence,
    forward::{Answer, Arriving},
    settle::Attempt,
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
        Ok(judged) => {
            basis.target.provider.put_back(body.into_connection());
            attempt.records_first(heard(basis, &judged));
            released(basis, expected, judged, &mut attempt).await
        }
        Err(fault) => Err(Withheld::from(fault)),
    };
    match judged {
        Ok(released) => {
            attempt.judged(released.len());
            Ok(Reply::whole(Release::judged(released), attempt))
        }
        Err(Withheld { outcome, told }) => {
            attempt.settle(outcome);
            Err(told)
        }
    }
}

/// Hears what a reply says, whether or not it is released.
fn heard(basis: &Basis, judged: &Judged) -> Option<Recording> {
    let mut produced = Produced::of(basis)?;
    judged.texts().for_each(|text| produced.hear(&text));
    produced.end(basis)
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

/// What may go of a reply that was read: its texts are weighed, and then each of its calls is decided.
async fn released(
    basis: &Basis,
    expected: Expected,
    judged: Judged,
    attempt: &mut Attempt,
) -> Result<Bytes, Withheld> {
    let (dialect, limits) = (expected.dialect, &basis.house.limits);
    let mut found = Vec::new();
    if judged.events().any(carveout_dialects::JudgedEvent::touches_tools) {
        found = calls_of(dialect, judged.bytes(), &limits.call(), limits.calls).map_err(Fault::from)?;
    }
    let mut evidence = basis.evidence();
    if basis.reads_answers() {
        let places: Vec<_> = found.iter().map(|call| call.place.clone()).collect();
        let watch = Watch::new(basis.house.measures.scanner(), evidence, basis.may_be_judged());
        let watch = watched(watch, &judged, places).await?;
        let mut weighing = Weighing::new(basis);
        let stops = match weighing.weigh(basis, watch.evidence())? {
            Weight::Fits => None,
            Weight::Waits => weighing.judge(basis, watch.evidence(), &watch.words()).await?.1,
            Weight::Stops(weighed) => Some(*weighed),
        };
        if let Some(weighed) = stops {
            let withheld = if basis.keeps(&weighed) {
                // What is kept is what will be given: what is refused of it is out of it already.
                Matter::Reply(
                    decided(basis, dialect, judged, (watch.evidence().clone(), found), attempt).await?,
                )
            } else {
                Matter::Answer(judged.into_bytes())
            };
            let stop = stop(basis, dialect, &weighed, withheld).await?;
            attempt.withheld_by(stop.grounds);
            let told = Told { notice: stop.notice, ruled: Some(stop.ruled) };
            return Err(Withheld { outcome: Outcome::Withheld, told });
        }
        evidence = watch.evidence().clone();
    }
    Ok(decided(basis, dialect, judged, (evidence, found), attempt).await?)
}

/// The reply without those of its calls that are refused.
async fn decided(
    basis: &Basis,
    dialect: Dialect,
    judged: Judged,
    (evidence, found): (Evidence, Vec<ReadCall>),
    attempt: &mut Attempt,
) -> Result<Bytes, Fault> {
    if found.is_empty() {
        return Ok(judged.into_bytes());
    }
    let decided = calls::decide(basis.clone(), evidence, found).await?;
    attempt.called(decided.calls);
    let mut fates = Fates::default();
    decided.fates.into_iter().for_each(|(slot, refused)| fates.insert(slot, refused));
    if fates.refuses_any() {
        return Ok(Bytes::from(refuse_in_reply(dialect, judged.bytes(), &fates)));
    }
    Ok(judged.into_bytes())
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
