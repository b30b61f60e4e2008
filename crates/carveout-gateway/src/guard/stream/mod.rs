//! A reply that is judged and released event by event.
//!
//! The caller's connection pulls: nothing is read from the provider until the caller has room for it, so a slow
//! caller slows the provider down and no buffer grows in between.

mod deciding;

use std::{
    future::poll_fn,
    pin::Pin,
    sync::atomic::Ordering,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use carveout_dialects::{Dialect, Judged, Notice, ReplyError, ReplyReader};
use carveout_ledger::Outcome;
use http_body::Body;
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::{
    Basis, Expected, Fault, Release, Reply,
    basis::Weighed,
    calls::{self, Decided, OnHold},
    desk::Desk,
    drafts::Reading,
    produced::Produced,
    reply::BrokenOff,
    watch::Watch,
    weigh::{Stop, Weighing},
};
use crate::{
    forward::{Answer, Arriving},
    settle::Attempt,
};

/// How long a provider may keep the connection open after its stream's last event.
const LINGER: Duration = Duration::from_secs(1);

/// How often an answer that nobody takes any more looks whether the gateway is told to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// A stream on its way. Dropped before its end, it closes the provider's connection and settles as `caller_left`.
pub(super) struct Stream {
    dialect: Dialect,
    basis: Basis,
    reader: ReplyReader,
    desk: Desk,
    weighing: Option<Weighing>,
    /// What it says, if that is to be known again.
    produced: Option<Produced>,
    /// What it shows, if monitored terms are to be asked about it.
    read_for_drafts: Option<Reading>,
    /// What it is on hold for: nothing more of it goes to the caller, and it is kept when it is whole.
    held: Option<Box<Weighed>>,
    /// What it comes to as a whole, if it could be kept.
    whole: Option<BytesMut>,
    /// How much of that went to the caller before the rest was on hold.
    given: usize,
    /// It is being recorded as on hold.
    keeping: bool,
    /// Calls that officers may lift until it ends, if the caller waits.
    on_hold: Vec<OnHold>,
    /// How long the caller waits for officers; `None` if it doesn't.
    patience_for_officers: Option<Duration>,
    /// Only officers are waited for, and what they are asked is recorded.
    waiting: bool,
    /// Nobody takes it any more.
    left: bool,
    body: Arriving,
    attempt: Option<Attempt>,
    patience: Duration,
    last_piece: Instant,
    quiet: Pin<Box<Sleep>>,
    state: State,
    /// What is judged and may go.
    ready: Option<Release>,
    /// How the provider's reply ended, once it has.
    ended: Option<Result<(), Fault>>,
}

enum State {
    Flowing,
    /// A part of the answer is being decided: nothing is released meanwhile, and nothing more is read.
    Deciding(Deciding),
    /// The reply can't go on: the caller is still to be told.
    Telling(Outcome, Box<Notice>),
    /// Told; once that is written, the connection is closed.
    Flushing,
    Breaking,
    Over,
}

type Deciding = Pin<Box<dyn Future<Output = Result<Part, Fault>> + Send>>;

/// A part of the answer that was decided and recorded.
enum Part {
    Calls(Decided),
    /// What became of the calls on hold.
    Lifted(calls::Fates),
    /// The judge has been asked about the exchange, and the answer may go.
    Judged(Weighing),
    /// The judge has been asked, and the answer is on hold.
    Held(Weighing, Box<Weighed>),
    /// The answer is withheld from here on.
    Stop(Stop),
    /// It was on hold, and this is left of it to be given.
    Given(Option<Release>),
    /// It is on hold still, or for good.
    NotGiven(Box<Notice>),
}

pub(super) fn judge(basis: Basis, expected: Expected, answer: Answer, attempt: Attempt) -> Reply {
    let Answer { body, .. } = answer;
    let house = &basis.house;
    let patience = house.patience.idle;
    let watch = basis
        .reads_answers()
        .then(|| Watch::new(house.measures.scanner(), basis.evidence(), basis.may_be_judged()));
    Reply::stream(Stream {
        dialect: expected.dialect,
        reader: ReplyReader::new(expected.dialect, true, house.limits.reply()),
        desk: Desk::new(expected.dialect, &house.limits, watch),
        weighing: None,
        produced: Produced::of(&basis),
        read_for_drafts: Reading::of(&basis),
        held: None,
        whole: basis.may_keep().then(BytesMut::new),
        given: 0,
        keeping: false,
        on_hold: Vec::new(),
        patience_for_officers: expected.patience,
        waiting: false,
        left: false,
        basis,
        body,
        attempt: Some(attempt),
        patience,
        last_piece: Instant::now(),
        quiet: Box::pin(sleep(patience)),
        state: State::Flowing,
        ready: None,
        ended: None,
    })
}

impl Stream {
    /// The next bytes that may go to the caller.
    pub(super) fn poll_release(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Release, BrokenOff>>> {
        loop {
            if let Some(release) = self.ready.take() {
                if self.left {
                    // It isn't on hold, so nobody wants it any more.
                    self.settle(Outcome::CallerLeft);
                    return Poll::Ready(None);
                }
                if let Some(attempt) = &mut self.attempt {
                    attempt.released(release.bytes());
                }
                if matches!(self.state, State::Over) {
                    self.complete();
                }
                return Poll::Ready(Some(Ok(release)));
            }
            match std::mem::replace(&mut self.state, State::Over) {
                State::Flowing => {
                    self.state = State::Flowing;
                    let piece = std::task::ready!(self.poll_piece(context));
                    self.judge(piece);
                }
                State::Deciding(mut deciding) => match deciding.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = State::Deciding(deciding);
                        return Poll::Pending;
                    }
                    Poll::Ready(part) => {
                        self.state = State::Flowing;
                        self.decided(part);
                    }
                },
                State::Telling(outcome, notice) => {
                    // The rest of the reply is of no use: the provider need not go on.
                    self.body.close();
                    self.settle(outcome);
                    self.state = State::Flushing;
                    return Poll::Ready(Some(Ok(Release::own(notice.event(self.dialect)))));
                }
                // The connection flushes when a body has nothing more for the moment, and forgets what it has not
                // flushed when a body fails: so first the one, then the other.
                State::Flushing => {
                    self.state = State::Breaking;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                State::Breaking => return Poll::Ready(Some(Err(BrokenOff))),
                State::Over => {
                    self.complete();
                    return Poll::Ready(None);
                }
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

    /// Judges one piece.
    fn judge(&mut self, piece: Result<Option<Bytes>, Fault>) {
        let read = match piece {
            Err(fault) => {
                self.ended = Some(Err(fault));
                Ok(Judged::default())
            }
            Ok(Some(data)) => {
                if let Some(attempt) = &mut self.attempt {
                    attempt.received(data.len());
                }
                self.reader.push(&data)
            }
            Ok(None) => {
                self.ended = Some(Ok(()));
                self.reader.finish()
            }
        };
        let judged = read.unwrap_or_else(|ReplyError { judged, fault }| {
            self.ended = Some(Err(Fault::from(fault)));
            judged
        });
        if let Some(produced) = &mut self.produced {
            judged.texts().for_each(|text| produced.hear(&text));
        }
        if let Some(reading) = &mut self.read_for_drafts {
            reading.hear(&judged);
        }
        let passed = self.desk.take(judged).unwrap_or_else(|fault| {
            self.ended = Some(Err(fault));
            Bytes::new()
        });
        match self.ended {
            None => {}
            Some(Ok(())) => self.ended = Some(self.desk.end()),
            Some(Err(_)) => self.desk.break_off(),
        }
        self.make_ready(passed);
        self.go_on();
    }

    /// Whether it goes on although its caller has left: from when a clause has held it, or when the provider has said
    /// everything and it is being decided, until it is recorded.
    pub(super) fn goes_on_alone(&self) -> bool {
        let decided = matches!(self.state, State::Deciding(_)) && matches!(self.ended, Some(Ok(())));
        let to_be_kept = self.held.is_some() || self.keeping || (decided && self.whole.is_some());
        to_be_kept && !self.waiting && self.attempt.is_some()
    }

    /// Goes on as a task of the gateway.
    pub(super) fn go_on_alone(mut self: Box<Self>) {
        (self.left, self.ready) = (true, None);
        let tasks = self.basis.house.tasks.clone();
        tasks.spawn(async move {
            let arriving = |stream: &Self| matches!(stream.state, State::Flowing);
            // A gateway that is told to stop doesn't wait for a provider for nobody's sake.
            while !(arriving(&self) && self.basis.house.draining.load(Ordering::Relaxed)) {
                let next = poll_fn(|context| self.poll_release(context));
                if matches!(timeout(LOOK_AGAIN, next).await, Ok(None | Some(Err(BrokenOff)))) {
                    break;
                }
            }
        });
    }

    /// These bytes have been judged. Of an answer on hold they are kept, and go nowhere.
    fn make_ready(&mut self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        if let Some(whole) = &mut self.whole {
            whole.extend_from_slice(&bytes);
            // A longer answer is cut short like one that nobody could lift.
            self.whole = self.whole.take().filter(|whole| whole.len() <= self.basis.house.limits.reply);
        }
        if self.held.is_some() {
            return;
        }
        if let Some(attempt) = &mut self.attempt {
            attempt.judged(bytes.len());
        }
        self.ready = Some(match self.ready.take() {
            None => Release::judged(bytes),
            Some(before) => Release::judged([before.bytes(), &bytes].concat().into()),
        });
    }

    fn complete(&mut self) {
        if self.attempt.is_some() {
            self.basis.target.provider.put_back(self.body.take_connection());
            self.settle(if self.left { Outcome::CallerLeft } else { Outcome::Completed });
        }
    }

    fn settle(&mut self, outcome: Outcome) {
        if let Some(produced) = self.produced.take() {
            // The caller has it all by now, so nothing is gained by having it wait.
            let remembering = produced.end(&self.basis);
            remembering.into_iter().for_each(|remembering| self.basis.house.tasks.spawn(remembering));
        }
        let recording = self.read_for_drafts.take().map(|reading| {
            let said = self.weighing.as_ref().map(|weighing| weighing.said().clone()).unwrap_or_default();
            reading.recording(&self.basis, self.desk.watch.as_ref(), said)
        });
        if let Some(mut attempt) = self.attempt.take() {
            attempt.summarised(self.reader.summary());
            attempt.records_first(recording);
            attempt.settle(outcome);
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.settle(Outcome::CallerLeft);
    }
}
