//! What is decided while an answer comes: whether it may go on, what becomes of its calls, and where it ends.

use bytes::BytesMut;
use carveout_ledger::Outcome;

use super::{Part, State, Stream};
use crate::{
    admit::Matter,
    guard::{
        Fault,
        basis::Weighed,
        calls::{self, OnHold},
        weigh::{Stop, Weighing, Weight, stop},
    },
    holds::collected,
};

impl Stream {
    /// Decides what has come up, and releases what may go. Sets the state.
    pub(super) fn go_on(&mut self) {
        match self.weigh() {
            Ok(Weight::Fits) => {}
            Ok(Weight::Waits) if self.held.is_none() => return self.wait_for_the_judge(),
            // Officers decide instead.
            Ok(Weight::Waits) => {}
            Ok(Weight::Stops(weighed)) if self.whole.is_some() && self.basis.keeps(&weighed) => {
                self.hold(weighed);
            }
            Ok(Weight::Stops(weighed)) => return self.stop(weighed, Matter::Answer(self.desk.withheld())),
            Err(fault) => {
                self.state = State::Telling(fault.outcome(), Box::new(fault.notice()));
                return;
            }
        }
        let calls = self.desk.complete_calls();
        if !calls.is_empty() {
            let evidence = self.desk.watch.as_ref().map(|watch| watch.evidence().clone());
            let evidence = evidence.unwrap_or_else(|| self.basis.evidence());
            let decided = calls::decide(self.basis.clone(), evidence, calls);
            self.state = State::Deciding(Box::pin(async { decided.await.map(Part::Calls) }));
            return;
        }
        if self.waits_for_calls() {
            return;
        }
        let released = self.desk.release();
        self.make_ready(released);
        match self.ended.take() {
            None => {}
            Some(Ok(())) => match (self.held.take(), self.whole.take()) {
                (None, _) => self.state = State::Over,
                (Some(weighed), Some(whole)) => {
                    self.keeping = true;
                    self.stop(weighed, Matter::Reply(whole.freeze()));
                }
                (Some(weighed), None) => self.stop(weighed, Matter::Answer(self.desk.withheld())),
            },
            Some(Err(fault)) => self.state = State::Telling(fault.outcome(), Box::new(fault.notice())),
        }
    }

    /// From here on nothing more of it goes to the caller, and it is kept when it is whole.
    fn hold(&mut self, weighed: Box<Weighed>) {
        self.given = self.whole.as_ref().map_or(0, BytesMut::len);
        self.held = Some(weighed);
    }

    /// Once the provider has said everything, waits for the calls that are on hold, if the caller does. Whose answer is on hold
    /// itself gets none of them with it.
    fn waits_for_calls(&mut self) -> bool {
        let Some(ended) = self.ended.as_ref().filter(|_| !self.on_hold.is_empty()) else { return false };
        let on_hold = std::mem::take(&mut self.on_hold);
        match self.patience_for_officers.filter(|_| ended.is_ok() && self.held.is_none() && !self.left) {
            Some(patience) => {
                self.waiting = true;
                let lifted = calls::lifted(self.basis.clone(), on_hold, patience);
                self.state = State::Deciding(Box::pin(async { Ok(Part::Lifted(lifted.await)) }));
                true
            }
            None => {
                let refused = on_hold.into_iter().map(OnHold::refused);
                refused.for_each(|(slot, refused)| self.desk.decided(slot, refused));
                false
            }
        }
    }

    /// The answer ends here for the caller: that is recorded, and then told.
    fn stop(&mut self, weighed: Box<Weighed>, withheld: Matter) {
        let (basis, dialect) = (self.basis.clone(), self.dialect);
        self.state = State::Deciding(Box::pin(async move {
            stop(&basis, dialect, &weighed, withheld).await.map(Part::Stop)
        }));
    }

    /// If the answer shows more than when it was last decided, it is decided again.
    fn weigh(&mut self) -> Result<Weight, Fault> {
        let Some(watch) = &mut self.desk.watch else { return Ok(Weight::Fits) };
        let has_read = watch.has_read();
        let weighing = match &mut self.weighing {
            Some(weighing) if has_read || weighing.waits() => weighing,
            Some(_) => return Ok(Weight::Fits),
            None => self.weighing.insert(Weighing::new(&self.basis)),
        };
        weighing.weigh(&self.basis, watch.evidence())
    }

    /// Nothing goes until the answer is whole; then the judge is asked. One that broke off is not shown.
    fn wait_for_the_judge(&mut self) {
        match self.ended.take() {
            None => {}
            Some(Err(fault)) => self.state = State::Telling(fault.outcome(), Box::new(fault.notice())),
            Some(Ok(())) => {
                self.ended = Some(Ok(()));
                let (Some(weighing), Some(watch)) = (self.weighing.take(), &self.desk.watch) else { return };
                let (evidence, words) = (watch.evidence().clone(), watch.words());
                let (basis, dialect, withheld) = (self.basis.clone(), self.dialect, self.desk.withheld());
                let whole = self.whole.is_some();
                self.state = State::Deciding(Box::pin(async move {
                    match weighing.judge(&basis, &evidence, &words).await? {
                        (weighing, None) => Ok(Part::Judged(weighing)),
                        (weighing, Some(weighed)) if whole && basis.keeps(&weighed) => {
                            Ok(Part::Held(weighing, Box::new(weighed)))
                        }
                        (_, Some(weighed)) => {
                            let withheld = Matter::Answer(withheld);
                            stop(&basis, dialect, &weighed, withheld).await.map(Part::Stop)
                        }
                    }
                }));
            }
        }
    }

    pub(super) fn decided(&mut self, part: Result<Part, Fault>) {
        match part {
            Ok(Part::Calls(decided)) => {
                if let Some(attempt) = &mut self.attempt {
                    attempt.called(decided.calls);
                }
                for (slot, refused) in decided.fates {
                    self.desk.decided(slot, refused);
                }
                if self.patience_for_officers.is_some() {
                    self.on_hold.extend(decided.held);
                } else {
                    let refused = decided.held.into_iter().map(OnHold::refused);
                    refused.for_each(|(slot, refused)| self.desk.decided(slot, refused));
                }
                if let Some(watch) = &mut self.desk.watch {
                    watch.take(decided.evidence);
                }
                self.go_on();
            }
            Ok(Part::Judged(weighing)) => {
                self.weighing = Some(weighing);
                self.go_on();
            }
            Ok(Part::Held(weighing, weighed)) => {
                self.weighing = Some(weighing);
                self.hold(weighed);
                self.go_on();
            }
            Ok(Part::Lifted(fates)) => {
                self.waiting = false;
                if let Some(attempt) = &mut self.attempt {
                    attempt.lifted(fates.iter().filter(|(_, refused)| refused.is_none()).count() as u64);
                }
                fates.into_iter().for_each(|(slot, refused)| self.desk.decided(slot, refused));
                self.go_on();
            }
            Ok(Part::Stop(stop)) => self.stopped(stop),
            Ok(Part::Given(rest)) => (self.state, self.ready) = (State::Over, rest),
            Ok(Part::NotGiven(notice)) => self.state = State::Telling(Outcome::Withheld, notice),
            Err(fault) => self.state = State::Telling(fault.outcome(), Box::new(fault.notice())),
        }
    }

    /// It is recorded that the answer ends here. Who waits for officers is told when they have answered.
    fn stopped(&mut self, stop: Stop) {
        let Stop { grounds, notice, hold, .. } = stop;
        self.keeping = false;
        if let Some(attempt) = &mut self.attempt {
            attempt.withheld_by(grounds);
        }
        let (Some(hold), Some(patience)) = (hold, self.patience_for_officers.filter(|_| !self.left)) else {
            self.state = State::Telling(Outcome::Withheld, notice);
            return;
        };
        // What the provider has said is over, whatever becomes of it.
        self.basis.target.provider.put_back(self.body.take_connection());
        self.settle(Outcome::Withheld);
        let given = self.given;
        let answer = collected(self.basis.house.clone(), self.basis.key.clone(), hold, patience);
        self.state = State::Deciding(Box::pin(async move {
            Ok(match answer.await {
                Ok(response) => Part::Given(response.into_body().rest(given)),
                Err(refusal) => Part::NotGiven(refusal.notice),
            })
        }));
    }
}
