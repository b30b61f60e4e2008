//! A reply that is judged as a whole before any of it is released.

use std::time::Duration;

use bytes::Bytes;
use carveout_dialects::{Notice, ReplyReader};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{Expected, Fault, Release, Reply};
use crate::{
    forward::{Answer, Arriving},
    house::{House, Target},
    settle::Attempt,
};

pub(super) async fn judge(
    house: &House,
    target: &Target,
    expected: Expected,
    answer: Answer,
    mut attempt: Attempt,
) -> Result<Reply, Box<Notice>> {
    let Answer { mut body, .. } = answer;
    let mut reader = ReplyReader::new(expected.dialect, false, house.limits.reply());
    let read = read(&mut reader, &mut body, house.patience.idle, &mut attempt).await;
    attempt.summarised(reader.summary());
    match read {
        Ok(judged) => {
            target.provider.put_back(body.into_connection());
            Ok(Reply::whole(Release::judged(judged), attempt))
        }
        Err(fault) => {
            attempt.settle(fault.outcome());
            Err(Box::new(fault.notice()))
        }
    }
}

async fn read(
    reader: &mut ReplyReader,
    body: &mut Arriving,
    patience: Duration,
    attempt: &mut Attempt,
) -> Result<Bytes, Fault> {
    while let Some(data) = next(body, patience).await? {
        attempt.received(data.len());
        reader.push(&data)?;
    }
    Ok(reader.finish()?.into_bytes())
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
