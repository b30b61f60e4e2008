//! No question leaves before the ledger says that it does.

use std::sync::Arc;

use carveout_ledger::{
    Commitment, CommittedPart, DecisionId, Entry, Event, JudgeAnswered, JudgeAsked, LedgerError, QuestionId,
    Timestamp,
};
use carveout_terms::ClauseRef;

use super::{Judge, NoVerdict, Question, Verdict};
use crate::{house::House, tasks::Finished};

/// The right to send one question to the judge, once.
///
/// It exists only after the question's entry is durable in the ledger. Nobody outside this module can make one, nobody can
/// copy one, and sending consumes it. However it ends, the ledger says how:
///
/// ```compile_fail,E0599
/// fn copies(asked: &carveout_gateway::Asked) -> carveout_gateway::Asked {
///     <carveout_gateway::Asked as Clone>::clone(asked)
/// }
/// ```
/// ```compile_fail,E0451
/// fn forges(asked: carveout_gateway::Asked) -> carveout_gateway::Asked {
///     carveout_gateway::Asked { ..asked }
/// }
/// ```
#[must_use = "a question that isn't sent stands in the ledger as one that may have been"]
pub struct Asked {
    house: Arc<House>,
    name: QuestionId,
    question: Question,
    /// The provider's own id of it, once that is known.
    provider_request: Option<String>,
    ended: bool,
}

/// Whose use is judged.
#[derive(Clone, Copy)]
pub(crate) struct Whose<'a> {
    pub(crate) program: &'a str,
    pub(crate) key: &'a str,
    /// The permitted decision whose answer is judged.
    pub(crate) parent: Option<DecisionId>,
}

/// Makes the question's entry durable. If its caller hangs up meanwhile the append goes on, and its end is recorded.
pub(super) async fn ask(
    house: &Arc<House>,
    judge: &Judge,
    whose: Whose<'_>,
    clause: &ClauseRef,
    question: Question,
) -> Result<Asked, NoVerdict> {
    let unrecorded = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "the judge is not asked");
        NoVerdict::Unrecorded
    };
    let name = QuestionId::generate().map_err(|error| unrecorded(&error))?;
    let at = Timestamp::from_millis(house.clock.recording().millis());
    let salt = house.openings.salt(at, &name.name(), CommittedPart::Question);
    let salt = salt.map_err(|error| unrecorded(&error))?;
    let body = question.body.as_bytes();
    let asked = JudgeAsked {
        question: name,
        program: whose.program.to_owned(),
        key: whose.key.to_owned(),
        agreement: clause.agreement.clone(),
        clause: clause.clause.clone(),
        provider: judge.provider().to_owned(),
        model: judge.model().to_owned(),
        body: Commitment::to(CommittedPart::Question, &salt, body),
        body_bytes: body.len() as u64,
        parent: whose.parent,
    };
    let entry = Entry { at, event: Event::JudgeAsked(asked) };
    let recording = record(house.clone(), entry, name, question);
    Finished::new(recording, house.tasks.clone()).await.map_err(|error| unrecorded(&error))
}

async fn record(
    house: Arc<House>,
    entry: Entry,
    name: QuestionId,
    question: Question,
) -> Result<Asked, LedgerError> {
    let appended = house.ledger.append(entry).await;
    let asked = |house| Asked { house, name, question, provider_request: None, ended: false };
    match appended {
        Ok(_position) => Ok(asked(house)),
        Err(error) => {
            // What was not durable in time may become so later. Then this says that it was never sent.
            if matches!(error, LedgerError::Deadline { .. }) {
                asked(house).ended(&Err(NoVerdict::Unrecorded));
            }
            Err(error)
        }
    }
}

impl Asked {
    /// What is sent.
    pub(super) fn question(&self) -> &Question {
        &self.question
    }

    /// The provider says what it calls it. The first word counts: heads come before bodies.
    pub(super) fn named(&mut self, by_provider: Option<String>) {
        self.provider_request = self.provider_request.take().or(by_provider);
    }

    /// Records how it ended, and returns its name.
    pub(super) fn ended(mut self, verdict: &Result<Verdict, NoVerdict>) -> QuestionId {
        self.record(match verdict {
            Ok(verdict) => JudgeAnswered {
                question: self.name,
                verdict: verdict.as_str().to_owned(),
                why: None,
                provider_request: None,
            },
            Err(none) => JudgeAnswered::without(self.name, none.to_string()),
        });
        self.name
    }

    /// Nobody waits for it: the decision that follows is synced with it, and a crash in between closes it without a verdict.
    fn record(&mut self, answered: JudgeAnswered) {
        self.ended = true;
        let at = Timestamp::from_millis(self.house.clock.recording().millis());
        let provider_request = self.provider_request.take();
        let answered = JudgeAnswered { provider_request, ..answered };
        let entry = Entry { at, event: Event::JudgeAnswered(answered) };
        if let Err(error) = self.house.ledger.append_soon(&entry) {
            tracing::error!(%error, question = %self.name, "the end of a question could not be recorded");
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.ended {
            let why = "nobody waited for its answer any more".to_owned();
            self.record(JudgeAnswered::without(self.name, why));
        }
    }
}
