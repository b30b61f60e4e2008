//! A reply that is judged and released event by event.
//!
//! The caller's connection pulls: nothing is read from the provider until the caller has room for it, so a slow
//! caller slows the provider down and no buffer grows in between.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use carveout_dialects::{Dialect, ReplyError, ReplyReader};
use carveout_ledger::Outcome;
use http_body::Body;
use tokio::time::{Instant, Sleep, sleep};

use super::{Expected, Fault, Release, Reply, reply::BrokenOff};
use crate::{
    forward::{Answer, Arriving},
    house::{House, Target},
    settle::Attempt,
};

/// How long a provider may keep the connection open after its stream's last event.
const LINGER: Duration = Duration::from_secs(1);

/// A stream on its way. Dropped before its end, it closes the provider's connection and settles as `caller_left`.
pub(super) struct Stream {
    dialect: Dialect,
    target: Arc<Target>,
    reader: ReplyReader,
    body: Arriving,
    attempt: Option<Attempt>,
    patience: Duration,
    last_piece: Instant,
    quiet: Pin<Box<Sleep>>,
    state: State,
}

enum State {
    Flowing,
    /// The provider failed: the caller is still to be told.
    Telling(Fault),
    /// Told; once that is written, the connection is closed.
    Flushing,
    Breaking,
    Over,
}

pub(super) fn judge(
    house: &House,
    target: &Arc<Target>,
    expected: Expected,
    answer: Answer,
    attempt: Attempt,
) -> Reply {
    let Answer { body, .. } = answer;
    let patience = house.patience.idle;
    Reply::stream(Stream {
        dialect: expected.dialect,
        target: target.clone(),
        reader: ReplyReader::new(expected.dialect, true, house.limits.reply()),
        body,
        attempt: Some(attempt),
        patience,
        last_piece: Instant::now(),
        quiet: Box::pin(sleep(patience)),
        state: State::Flowing,
    })
}

impl Stream {
    /// The next bytes that may go to the caller.
    pub(super) fn poll_release(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Release, BrokenOff>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Flowing => {
                    self.state = State::Flowing;
                    let piece = std::task::ready!(self.poll_piece(context));
                    if let Some(judged) = self.judge(piece) {
                        return Poll::Ready(Some(Ok(judged)));
                    }
                }
                State::Telling(fault) => {
                    self.settle(fault.outcome());
                    self.state = State::Flushing;
                    return Poll::Ready(Some(Ok(Release::own(fault.notice().event(self.dialect)))));
                }
                // The connection flushes when a body has nothing more for the moment, and forgets what it has not
                // flushed when a body fails: so first the one, then the other.
                State::Flushing => {
                    self.state = State::Breaking;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                State::Breaking => return Poll::Ready(Some(Err(BrokenOff))),
                State::Over => return Poll::Ready(None),
            }
        }
    }

    /// What the provider sent next: bytes, its end, or a fault.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Fault>> {
        loop {
            match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers are dropped: nothing judges them.
                    let Ok(data) = frame.into_data() else { continue };
                    self.last_piece = Instant::now();
                    return Poll::Ready(Ok(Some(data)));
                }
                Poll::Ready(Some(Err(_broken))) => return Poll::Ready(Err(Fault::Cut)),
                Poll::Ready(None) => return Poll::Ready(Ok(None)),
                Poll::Pending => return self.poll_quiet(context),
            }
        }
    }

    /// The timer is wound up again only when it runs down, not for every piece.
    fn poll_quiet(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Fault>> {
        let ended = self.reader.has_ended();
        let until = self.last_piece + if ended { LINGER.min(self.patience) } else { self.patience };
        if ended && self.quiet.deadline() > until {
            self.quiet.as_mut().reset(until);
        }
        loop {
            std::task::ready!(self.quiet.as_mut().poll(context));
            if Instant::now() >= until {
                // A provider that has said everything and doesn't hang up is not reused.
                if ended {
                    self.body.close();
                }
                return Poll::Ready(if ended { Ok(None) } else { Err(Fault::Stalled) });
            }
            self.quiet.as_mut().reset(until);
        }
    }

    /// Judges one piece. Sets the state when the stream is over or broken.
    fn judge(&mut self, piece: Result<Option<Bytes>, Fault>) -> Option<Release> {
        let judged = match piece {
            Err(fault) => {
                self.state = State::Telling(fault);
                return None;
            }
            Ok(Some(data)) => {
                if let Some(attempt) = &mut self.attempt {
                    attempt.received(data.len());
                }
                self.reader.push(&data)
            }
            Ok(None) => {
                self.state = State::Over;
                self.reader.finish()
            }
        };
        let judged = judged.unwrap_or_else(|ReplyError { judged, fault }| {
            self.state = State::Telling(Fault::from(fault));
            judged
        });
        if matches!(self.state, State::Over) {
            self.complete();
        }
        if judged.is_empty() {
            return None;
        }
        let release = Release::judged(judged.into_bytes());
        if let Some(attempt) = &mut self.attempt {
            attempt.released(release.bytes());
        }
        Some(release)
    }

    fn complete(&mut self) {
        self.target.provider.put_back(self.body.take_connection());
        self.settle(Outcome::Completed);
    }

    fn settle(&mut self, outcome: Outcome) {
        if let Some(mut attempt) = self.attempt.take() {
            attempt.summarised(self.reader.summary());
            attempt.settle(outcome);
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.settle(Outcome::CallerLeft);
    }
}
