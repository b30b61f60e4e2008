//! Sixth stop: the decision is made durable, and only then is a [`Passage`] minted.

use std::sync::Arc;

use bytes::Bytes;
use carveout_dialects::{Asked, CanonicalBody, CitedClause, Notice};
use carveout_ledger::{
    Attempted, Cited, Commitment, CommittedPart, Decided, DecisionId, DesignationEffect, Entry, Event,
    EvidenceError, Found, HoldId, Judged, Kept, LedgerError, LifecycleError, OpeningsError, Outcome,
    Position, Presumed, RecordedFacts, Salt, SealedError, Timestamp,
};
use carveout_terms::{Decision, Ruling};

use crate::{
    attest::Evidence,
    holds::Collecting,
    house::{Admitting, Bound, House, KnownKey, Route, Target},
    kept,
    metrics::Tally,
    monitor::Uses,
    settle::Attempt,
    tasks::Finished,
};

/// The right to send one body to one target, once.
///
/// It exists only after the decision and the attempt are durable in the ledger. Nobody outside this module can make
/// one, nobody can copy one, and forwarding consumes it:
///
/// ```
/// fn holds(_: &carveout_gateway::Passage) {}
/// ```
/// ```compile_fail,E0599
/// fn copies(passage: &carveout_gateway::Passage) -> carveout_gateway::Passage {
///     <carveout_gateway::Passage as Clone>::clone(passage)
/// }
/// ```
/// ```compile_fail,E0451
/// fn forges(passage: carveout_gateway::Passage) -> carveout_gateway::Passage {
///     carveout_gateway::Passage { ..passage }
/// }
/// ```
#[derive(Debug)]
#[must_use = "a passage that isn't spent leaves an attempt in the ledger that was never made"]
pub struct Passage {
    decision: DecisionId,
    entry: Position,
    target: Arc<Target>,
    body: CanonicalBody,
}

impl Passage {
    /// Gives up the passage for what it lets through.
    pub(crate) fn spend(self) -> (Arc<Target>, CanonicalBody) {
        tracing::debug!(decision = %self.decision, index = self.entry.index, provider = %self.target.provider.id, "forwarding");
        (self.target, self.body)
    }
}

/// What a use is decided about.
pub(crate) enum Matter {
    /// A request, which a passage lets through.
    Request(CanonicalBody),
    /// A tool call in the answer to an admitted request: the document of the call. It is never forwarded to a provider.
    Call(Bytes),
    /// The part of an answer in which it shows what it may not.
    Answer(Bytes),
    /// An answer as a whole, which is kept until somebody has ruled on it.
    Reply(Bytes),
}

impl Matter {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Request(body) => body.as_bytes(),
            Self::Call(bytes) | Self::Answer(bytes) | Self::Reply(bytes) => bytes,
        }
    }
}

/// A use that has been decided, and everything that the ledger is to say of it.
pub(crate) struct Case<'a> {
    pub(crate) key: &'a Arc<KnownKey>,
    /// What it was decided by.
    pub(crate) bound: &'a Arc<Bound>,
    pub(crate) route: &'a Arc<Route>,
    pub(crate) endpoint: &'static str,
    pub(crate) target: &'a Arc<Target>,
    pub(crate) uses: &'a Uses,
    /// The request as it was read; none where there is none but a call.
    pub(crate) asked: Option<&'a Asked>,
    /// What the texts of the request show.
    pub(crate) evidence: &'a Evidence,
    /// Whether what the answer shows could contradict the claim.
    pub(crate) contradictable: bool,
    pub(crate) decision: &'a Decision,
    /// What designations that don't bar it have to do with it.
    pub(crate) effects: &'a [DesignationEffect],
    pub(crate) matter: Matter,
    /// What the judge was asked about it.
    pub(crate) judged: &'a [Judged],
    /// The decision in whose answer it came up.
    pub(crate) parent: Option<DecisionId>,
    /// The hold that this use is decided again for, with its approvals.
    pub(crate) collecting: Option<&'a Collecting>,
    /// What meters took in of it, on its way to the disk.
    pub(crate) kept: Option<Kept>,
}

impl Case<'_> {
    /// The hold that the decision opens, or is made again for.
    fn hold(&self, names: &Names) -> Option<HoldId> {
        // Of an answer that is cut short there is nothing that could be collected.
        let can_wait = !matches!(self.matter, Matter::Answer(_));
        let opened = (can_wait && matches!(self.decision.ruling, Ruling::Hold { .. })).then(|| names.hold());
        self.collecting.map(|collecting| collecting.hold).or(opened)
    }
}

/// Where a decision stands in the ledger, for the reply's head.
pub(crate) struct Recorded {
    pub(crate) decision: DecisionId,
    pub(crate) position: Position,
    /// The hold that was opened, if its body is kept.
    pub(crate) hold: Option<HoldId>,
}

/// What became of a decided use.
#[expect(
    clippy::large_enum_variant,
    reason = "most uses are admitted, and a box would cost each an allocation"
)]
pub(crate) enum Admission {
    /// It may go.
    Admitted(Recorded, Passage, Attempt),
    /// It may not go, or not yet.
    Refused(Recorded, Box<Notice>),
}

/// Why nothing was admitted, whatever the ruling was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotAdmitted {
    #[error("the decision could not be recorded: {0}")]
    Ledger(#[from] LedgerError),
    #[error("the ledger recorded the decision without saying where")]
    Nowhere,
    #[error("what opens the commitments could not be kept: {0}")]
    Openings(#[from] OpeningsError),
    #[error("too many requests of this program are on hold: have some of them answered first")]
    TooManyHeld,
    #[error("the body to hold could not be kept: {0}")]
    Sealed(#[from] SealedError),
    #[error("what the use shows could not be kept for the meters: {0}")]
    Evidence(#[from] EvidenceError),
    #[error("the system has no randomness to give")]
    Randomness,
}

impl NotAdmitted {
    /// The rule of a hold's life that was broken, if one was: somebody else was faster, and a hold is collected once.
    pub(crate) fn of_a_hold(&self) -> Option<String> {
        match self {
            Self::Ledger(LedgerError::Order(LifecycleError::Hold(broken))) => Some(broken.to_string()),
            _ => None,
        }
    }

    /// A word for what failed.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Ledger(LedgerError::Order(_)) => "order",
            Self::Ledger(LedgerError::Deadline { .. }) => "late",
            Self::Ledger(_) | Self::Nowhere => "ledger",
            Self::Openings(_) => "openings",
            Self::TooManyHeld => "too_many_held",
            Self::Sealed(_) => "held_body",
            Self::Evidence(_) => "evidence",
            Self::Randomness => "randomness",
        }
    }
}

/// Appends the decision and, if it permits, the attempt, in one durable step. If the caller hangs up meanwhile the
/// append goes on, and its attempt is settled.
///
/// `admitting` was taken before the decision: until the entry has its place in the ledger the terms stay what they are.
pub(crate) async fn admit(
    house: &Arc<House>,
    mut case: Case<'_>,
    admitting: Admitting,
) -> Result<Admission, NotAdmitted> {
    const FIRST: u32 = 1;
    let names = Names::draw(house, case.decision.at)?;
    let permitted = case.decision.ruling == Ruling::Permit;
    let attempt = permitted.then_some(FIRST);
    let hold = keep(house, &case, &names).await?;
    let entries = entries(&case, &names, attempt, hold.map(|(_, until)| until));
    let tally = Tally::of(&case);
    let recording = record(house.clone(), entries, (names, tally), attempt, (case.kept.take(), admitting));
    let (position, attempt) = Finished::new(recording, house.tasks.clone()).await?;
    let recorded = Recorded { decision: names.decision, position, hold: hold.map(|(hold, _)| hold) };
    tracing::debug!(
        decision = %names.decision,
        index = recorded.position.index,
        program = case.key.program.id(),
        key = %case.key.id,
        route = %case.route.alias,
        provider = %case.target.provider.id,
        ruling = case.decision.ruling.as_str(),
        "decided"
    );
    let attempt = attempt.ok_or_else(|| refusal(&case, &names));
    Ok(match (attempt, case.matter) {
        (Err(notice), _) => Admission::Refused(recorded, Box::new(notice)),
        (Ok(attempt), Matter::Request(body)) => {
            let passage = Passage {
                decision: names.decision,
                entry: recorded.position,
                target: case.target.clone(),
                body,
            };
            Admission::Admitted(recorded, passage, attempt)
        }
        // Parts of an answer are admitted below; one that comes this way is not forwarded.
        (Ok(attempt), Matter::Call(_) | Matter::Answer(_) | Matter::Reply(_)) => {
            attempt.settle(Outcome::Withheld);
            return Err(NotAdmitted::Nowhere);
        }
    })
}

/// What was recorded about a part of an answer, and what its caller is told if it isn't permitted.
pub(crate) struct Part {
    pub(crate) recorded: Recorded,
    pub(crate) notice: Notice,
}

/// Makes decisions on parts of an answer durable, all of them or none. Nothing of them may be released before.
pub(crate) async fn admit_parts(house: &Arc<House>, cases: &[Case<'_>]) -> Result<Vec<Part>, NotAdmitted> {
    let mut parts = Vec::with_capacity(cases.len());
    let mut entries = Vec::with_capacity(cases.len());
    for case in cases {
        let names = Names::draw(house, case.decision.at)?;
        let hold = keep(house, case, &names).await?;
        entries.extend(self::entries(case, &names, None, hold.map(|(_, until)| until)));
        parts.push((names, hold.map(|(hold, _)| hold)));
    }
    let tallies: Vec<Tally> = cases.iter().map(Tally::of).collect();
    let (recorder, owner) = (house.clone(), house.tasks.clone());
    let recording = async move {
        let positions = append(recorder.clone(), entries).await?;
        tallies.into_iter().for_each(|tally| recorder.metrics.recorded(tally));
        Ok::<_, LedgerError>(positions)
    };
    let positions = Finished::new(recording, owner).await.map_err(NotAdmitted::from);
    let positions = positions.inspect_err(|error| house.metrics.not_admitted(error))?;
    if positions.len() != cases.len() {
        return Err(NotAdmitted::Nowhere);
    }
    let recorded = parts.into_iter().zip(positions).zip(cases);
    Ok(recorded
        .map(|(((names, hold), position), case)| Part {
            recorded: Recorded { decision: names.decision, position, hold },
            notice: refusal(case, &names),
        })
        .collect())
}

/// Before a use is held its body is kept, so that what is in the queue can be sent.
async fn keep(
    house: &Arc<House>,
    case: &Case<'_>,
    names: &Names,
) -> Result<Option<(HoldId, Timestamp)>, NotAdmitted> {
    let held = case.collecting.is_none() && case.hold(names).is_some();
    let Some(holds) = house.holds.as_ref().filter(|_| held) else { return Ok(None) };
    let Some(until) = holds.until(case.decision.at) else { return Ok(None) };
    if !holds.has_room(case.key.program.id()) {
        return Err(NotAdmitted::TooManyHeld);
    }
    let commitment = Commitment::to(CommittedPart::Request, &names.request, case.matter.bytes());
    holds.keep(names.hold(), commitment, case.matter.bytes()).await?;
    Ok(Some((names.hold(), until)))
}

/// Runs to its end whoever waits for it; an attempt that nobody waits for any more settles itself.
async fn record(
    house: Arc<House>,
    mut entries: Vec<Entry>,
    (names, tally): (Names, Tally),
    attempt: Option<u32>,
    (kept, admitting): (Option<Kept>, Admitting),
) -> Result<(Position, Option<Attempt>), NotAdmitted> {
    let begin = |number| Attempt::begin(house.clone(), names.decision, number, &names.response);
    // What meters count by is on the disk first: an entry that vouches for it must never be alone.
    if let (Some(kept), Some(decided)) = (kept, entries.first()) {
        let at = decided.at;
        let mark = kept.durable().await?;
        entries.push(kept::entry(at, Some(names.decision), (false, mark)));
        kept::snapshot_if_due(&house);
    }
    let appended = append(house.clone(), entries).await;
    drop(admitting);
    match appended {
        Ok(positions) => {
            house.metrics.recorded(tally);
            let attempt = attempt.map(begin);
            let position = positions.into_iter().next().ok_or(NotAdmitted::Nowhere)?;
            Ok((position, attempt))
        }
        Err(error) => {
            // What was not durable in time may become so later. Then this says that it was never used.
            if matches!(error, LedgerError::Deadline { .. }) {
                attempt.map(begin).into_iter().for_each(|attempt| attempt.settle(Outcome::Withheld));
            }
            Err(error.into())
        }
    }
}

/// Appends entries, and lets the queue of holds take over what they say of one: it is a projection of the entries.
async fn append(house: Arc<House>, entries: Vec<Entry>) -> Result<Vec<Position>, LedgerError> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let pending = house.ledger.begin(&entries)?;
    let about_a_hold =
        |entry: &Entry| matches!(&entry.event, Event::Decided(decided) if decided.hold.is_some());
    let is_about_one = house.holds.is_some() && entries.iter().any(about_a_hold);
    let entries = if is_about_one { entries } else { Vec::new() };
    let positions = pending.durable().await?;
    for (entry, position) in entries.iter().zip(&positions).filter(|(entry, _)| about_a_hold(entry)) {
        if let Some(holds) = &house.holds {
            holds.project(entry, *position);
        }
    }
    Ok(positions)
}

/// A decision's random name, and the salts of its commitments, which follow from it and from what is kept.
#[derive(Clone, Copy)]
struct Names {
    decision: DecisionId,
    request: Salt,
    response: Salt,
}

impl Names {
    fn draw(house: &House, at: carveout_terms::Timestamp) -> Result<Self, NotAdmitted> {
        let decision = DecisionId::generate().map_err(|_unavailable| NotAdmitted::Randomness)?;
        let at = Timestamp::from_millis(at.millis());
        let salt = |part| house.openings.salt(at, &decision, part);
        let (request, response) = (salt(CommittedPart::Request)?, salt(CommittedPart::Response)?);
        Ok(Self { decision, request, response })
    }

    fn hold(&self) -> HoldId {
        HoldId::of(self.decision)
    }
}

fn entries(
    case: &Case<'_>,
    names: &Names,
    attempt: Option<u32>,
    hold_until: Option<Timestamp>,
) -> Vec<Entry> {
    let at = Timestamp::from_millis(case.decision.at.millis());
    let decided = Entry { at, event: Event::Decided(Decided { hold_until, ..decided(case, names) }) };
    let attempted = attempt.map(|attempt| {
        let target = case.target.recorded.clone();
        Entry { at, event: Event::Attempted(Attempted { decision: names.decision, attempt, target }) }
    });
    std::iter::once(decided).chain(attempted).collect()
}

fn decided(case: &Case<'_>, names: &Names) -> Decided {
    let (decision, use_) = (case.decision, &case.uses.decides);
    let found = case.uses.found.as_ref();
    let (ruling, roles) = match &decision.ruling {
        Ruling::Permit => (carveout_ledger::Ruling::Permit, Vec::new()),
        Ruling::Hold { roles } => {
            (carveout_ledger::Ruling::Hold, roles.iter().map(ToString::to_string).collect())
        }
        Ruling::Deny => (carveout_ledger::Ruling::Deny, Vec::new()),
    };
    let (grounds, presumed) = (decision.grounds.iter(), decision.presumed.iter());
    Decided {
        decision: names.decision,
        program: case.key.program.id().to_owned(),
        key: case.key.id.clone(),
        route: case.route.alias.clone(),
        endpoint: case.endpoint.to_owned(),
        target: case.target.recorded.clone(),
        facts: RecordedFacts {
            caller: use_.claimed().to_owned(),
            program: use_.registered().to_owned(),
            gateway: use_.measured().to_owned(),
            evidence: use_.evidence().to_vec(),
            approvals: use_.approvals().iter().map(ToString::to_string).collect(),
        },
        presumed: presumed
            .map(|one| Presumed { agreement: one.agreement.clone(), fact: one.fact.clone() })
            .collect(),
        ruling,
        roles,
        grounds: grounds
            .map(|ground| Cited { agreement: ground.agreement.clone(), clause: ground.clause.clone() })
            .collect(),
        terms: carveout_ledger::Digest::from_bytes(*decision.terms.as_bytes()),
        facts_digest: carveout_ledger::Digest::from_bytes(*decision.facts.as_bytes()),
        // What is sent after a hold is shown by the very commitment that was made when it was held.
        body: case.collecting.map_or_else(
            || Commitment::to(CommittedPart::Request, &names.request, case.matter.bytes()),
            |collecting| collecting.body,
        ),
        body_bytes: case.matter.bytes().len() as u64,
        hold: case.hold(names),
        hold_until: None,
        monitored: case.bound.monitored(case.uses.all_found()),
        designations: case.effects.to_vec(),
        parent: case.parent,
        judged: case.judged.to_vec(),
        found: found
            .map(|found| Found { gateway: found.measured().to_owned(), evidence: found.evidence().to_vec() }),
    }
}

/// What a caller is told that may not go on: the clauses in their own words, and nothing about what would pass.
fn refusal(case: &Case<'_>, names: &Names) -> Notice {
    let (decision, stack) = (case.decision, &case.bound.stack);
    let clauses = decision.grounds.iter().map(|ground| {
        let clause = stack.clause(ground);
        CitedClause {
            agreement: ground.agreement.clone(),
            clause: ground.clause.clone(),
            heading: clause.map(|clause| clause.heading().to_owned()).unwrap_or_default(),
            sentence: clause.map(|clause| clause.sentence().to_owned()).unwrap_or_default(),
        }
    });
    let notice = match &decision.ruling {
        Ruling::Hold { roles } if !matches!(case.matter, Matter::Answer(_)) => {
            let hold = case.hold(names).unwrap_or_else(|| names.hold());
            Notice::held(hold.to_string(), roles.iter().map(ToString::to_string).collect(), clauses.collect())
        }
        _ => match case.matter {
            Matter::Answer(_) => Notice::withheld(clauses.collect()),
            Matter::Request(_) | Matter::Call(_) | Matter::Reply(_) => Notice::denied(clauses.collect()),
        },
    };
    notice.with_request_id(names.decision.to_string())
}
