//! Coming back for a hold: once it is approved, the use is decided again with its approvals, and the body that was
//! held is sent, once.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use carveout_dialects::{Asked, CitedClause, Dialect, Endpoint, Notice, ToolCall};
use carveout_ledger::{Commitment, CommittedPart, HoldId, Outcome, Timestamp};
use carveout_terms::{ClauseRef, Facts, Known, RoleId};
use http::Response;

use super::{
    Holds, call,
    queue::{End, Held},
    reply,
};
use crate::{
    admit::{Case, Matter},
    attest::Evidence,
    forward::Unanswered,
    guard::{Expected, Reply},
    house::{Bound, House, KnownKey, Route, Target},
    judge::judged_facts,
    meters::{Judged, Metered},
    notices::Refusal,
    read,
    request::{Tried, proceed, unattested},
};

/// The same words for a hold of another program and for one that doesn't exist.
pub(super) const NO_SUCH_HOLD: &str = "no such hold among this program's; ask again for a new one";
pub(super) const CHANGED: &str = "what was put on hold is no longer what would be sent: the terms, the program or the target changed; ask again";

/// The hold that a use is decided again for.
pub(crate) struct Collecting {
    pub(crate) hold: HoldId,
    /// The commitment that was made when it was held: the record shows that the same body is sent.
    pub(crate) body: Commitment,
}

/// Answers whoever comes back for a hold. `asked_again` is the request that was sent along, if one was: it must be the
/// one on hold. `patience` is for officers, should its answer be put on hold.
pub(super) async fn collect(
    house: &Arc<House>,
    key: &Arc<KnownKey>,
    hold: HoldId,
    asked_again: Option<&Asked>,
    patience: Option<Duration>,
) -> Result<Response<Reply>, Refusal> {
    let found = house.holds.as_ref().and_then(|holds| Some((holds, holds.queue.get(hold)?)));
    let Some((holds, held)) = found.filter(|(_, held)| held.decided.program == key.program.id()) else {
        return Err(Refusal::new(Dialect::OpenAi, Notice::not_found(NO_SUCH_HOLD)));
    };
    let dialect = dialect(&held);
    let refuse = |notice: Notice| Refusal::new(dialect, notice);
    let admitting = house.terms.admitting().await;
    let bound =
        admitting.bound(key.program.id()).cloned().ok_or_else(|| refuse(Notice::forbidden(CHANGED)))?;
    let now = house.clock.now().map_err(|error| {
        tracing::error!(%error, "nothing is decided");
        refuse(Notice::unavailable("the time can't be trusted, so nothing was decided"))
    })?;
    let at = Timestamp::from_millis(now.millis());
    if let Some(notice) = over(&held, at) {
        return Err(refuse(notice));
    }
    let approvals = holds.standing(&held, at);
    if approvals.len() < held.decided.roles.len() {
        return Err(refuse(waiting(&bound, &held)));
    }
    if held.decided.parent.is_some() {
        return match asked_again {
            None => {
                let body = unsealed(house, holds, &held).await.map_err(refuse)?;
                let (by, when) = ((key, &bound), (now, approvals));
                match ToolCall::from_document(&body, &house.limits.call()) {
                    Some(call) => call::collect(house, by, &held, when, (body, call)).await,
                    None => reply::collect(house, by, &held, when, body).await,
                }
            }
            Some(_) => Err(refuse(Notice::bad_request(
                format!(
                    "{hold} is an answer or a part of one: collect it with `POST /carveout/v1/holds/{hold}/collect`"
                ),
                Some("Carveout-Hold"),
            ))),
        };
    }
    let body = unsealed(house, holds, &held).await.map_err(refuse)?;
    let asked = read::read(dialect, &body, &house.limits).map_err(|notice| Refusal::new(dialect, notice))?;
    let asked = Arc::new(asked);
    let (route, target) = still_there(house, &held).ok_or_else(|| refuse(Notice::forbidden(CHANGED)))?;
    if asked_again.is_some_and(|again| again.canonical(&target.recorded.model).as_bytes() != body) {
        let told =
            "this is not the request that is on hold: send that one again, or leave `Carveout-Hold` out";
        return Err(refuse(Notice::bad_request(told, Some("Carveout-Hold"))));
    }
    let evidence = house
        .measures
        .look(&asked, house.reports(&key.program))
        .await
        .map_err(|error| refuse(unattested(&error)))?;
    let known = again(house, (key, &bound), &held, target, (&asked, &evidence), now, approvals)
        .ok_or_else(|| refuse(Notice::forbidden(CHANGED)))?;
    let carried = house.contents.look(&asked).await.map_err(|error| refuse(unattested(&error)))?;
    let assemble = |content: &Facts, metered: &Facts| {
        let gateway = known.gateway.overridden_by(metered).overridden_by(content);
        let found = Known { gateway, ..known.clone() };
        let (vocabulary, measures) = (&house.vocabulary, &house.measures);
        bound.decided_of(found.assemble(vocabulary)?, |masks| {
            let Some(without) = evidence.without(masks) else { return Ok(None) };
            let mut decides = found.clone();
            measures.state(vocabulary, &without, &mut decides.gateway)?;
            if masks.judge {
                decides.gateway =
                    decides.gateway.filtered(|fact| judged_facts(vocabulary).all(|one| one != fact));
            }
            decides.evidence = measures.contradictions(vocabulary, &found.caller, &without)?;
            Ok(Some(decides.assemble(vocabulary)?))
        })
    };
    let mut metered = Metered::default();
    let under = (key.program.id(), &*bound);
    let judged = house.contents.judge(house, under, (&known.caller, &carried), |content| {
        let (seen, assemble) = ((&evidence, &mut metered), |metered: &Facts| assemble(content, metered));
        house.metering.judge(house, &bound, (target, now), seen, assemble, |_, _| false)
    });
    let Judged { uses, decision, kept } = judged.map_err(|error| refuse(unattested(&error)))?;
    let effects = bound.effects(&house.vocabulary, &uses.decides, &decision);
    let collecting = Collecting { hold, body: held.decided.body };
    let case = Case {
        key,
        bound: &bound,
        route,
        endpoint: endpoint(dialect),
        target,
        uses: &uses,
        asked: Some(&asked),
        evidence: &evidence,
        contradictable: true,
        decision: &decision,
        effects: &effects,
        matter: Matter::Request(asked.canonical(&target.recorded.model)),
        judged: &[],
        parent: None,
        collecting: Some(&collecting),
        kept,
    };
    let expected = Expected { dialect, stream: asked.stream(), patience };
    match proceed(house, expected, case, admitting).await? {
        Tried::Answered(response) => Ok(response),
        Tried::Unreachable(attempt, ruled) => {
            attempt.settle(Outcome::ProviderUnreachable);
            let notice = Notice::provider_failed(format!(
                "{}, so nothing was sent; what was approved still waits: come back with {hold}",
                Unanswered::Unreachable
            ));
            Err(Refusal { ruled: Some(ruled), ..refuse(notice) })
        }
    }
}

pub(super) fn dialect(held: &Held) -> Dialect {
    if held.decided.endpoint == Endpoint::Messages.as_str() { Dialect::Anthropic } else { Dialect::OpenAi }
}

pub(super) fn endpoint(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenAi => Endpoint::ChatCompletions.as_str(),
        Dialect::Anthropic => Endpoint::Messages.as_str(),
    }
}

/// What is said of a hold that has ended, or whose time is up.
fn over(held: &Held, at: Timestamp) -> Option<Notice> {
    let hold = held.id;
    match held.end {
        None if at < held.until => None,
        None | Some(End::Expired) => Some(Notice::forbidden(format!(
            "{hold} has expired: nobody approved it in time, so it is denied"
        ))),
        Some(End::Refused) => Some(Notice::forbidden(format!("{hold} has been refused, so it is denied"))),
        Some(End::Collected) => {
            Some(Notice::forbidden(format!("{hold} has been collected already: an approval is used once")))
        }
    }
}

/// The notice that the hold was opened with, again.
fn waiting(bound: &Bound, held: &Held) -> Notice {
    let clauses = held.decided.grounds.iter().map(|cited| {
        let (agreement, clause) = (cited.agreement.clone(), cited.clause.clone());
        let found = bound.stack.clause(&ClauseRef { agreement, clause });
        CitedClause {
            agreement: cited.agreement.clone(),
            clause: cited.clause.clone(),
            heading: found.map(|clause| clause.heading().to_owned()).unwrap_or_default(),
            sentence: found.map(|clause| clause.sentence().to_owned()).unwrap_or_default(),
        }
    });
    Notice::held(held.id.to_string(), held.decided.roles.clone(), clauses.collect())
        .with_request_id(held.decided.decision.to_string())
}

/// The body, which must be what the recorded commitment is to.
pub(super) async fn unsealed(house: &Arc<House>, holds: &Holds, held: &Held) -> Result<Bytes, Notice> {
    let failed = |why: &dyn std::fmt::Display| {
        tracing::error!(hold = %held.id, why = %why, "a held body can't be sent");
        Notice::unavailable("the body on hold can't be read, so nothing was forwarded")
    };
    let (bodies, hold, commitment) = (holds.bodies.clone(), held.id, held.decided.body);
    let opened = tokio::task::spawn_blocking(move || bodies.open(hold, &commitment)).await;
    let body = opened.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    let salt = house.openings.salt(held.at, &held.decided.decision, CommittedPart::Request);
    let salt = salt.map_err(|error| failed(&error))?;
    if !commitment.opens(CommittedPart::Request, &salt, &body) {
        return Err(failed(&"it is not what was committed to"));
    }
    Ok(body.into())
}

/// The route and the target that were decided on, if they are still configured.
pub(super) fn still_there<'h>(house: &'h House, held: &Held) -> Option<(&'h Arc<Route>, &'h Arc<Target>)> {
    let route = house.routes.get(&held.decided.route)?;
    let target = route.targets.iter().find(|target| target.recorded == held.decided.target)?;
    (route.dialect == dialect(held)).then_some((route, target))
}

/// What is known of the use as it was held, at this moment and with the approvals; `None` if anything about it has
/// changed. What meters say is not about it, nor whether its content came back meanwhile: it is decided by what is known now.
fn again(
    house: &House,
    (key, bound): (&Arc<KnownKey>, &Bound),
    held: &Held,
    target: &Target,
    (asked, evidence): (&Asked, &Evidence),
    now: carveout_terms::Timestamp,
    approvals: Vec<String>,
) -> Option<Known> {
    let (vocabulary, facts) = (&house.vocabulary, &held.decided.facts);
    let (gateway, found) = held.found();
    let read = Known::read(vocabulary, &facts.caller, &facts.program, gateway, found);
    let mut known = read.ok()?;
    known.gateway = house.contents.without(&house.metering.without(&known.gateway));
    known.gateway.set_datetime(vocabulary, "at", now).ok()?;
    let measures = &house.measures;
    let mut measured = measures.take(vocabulary, &target.facts, asked, evidence, now).ok()?;
    // What the judge said when it was held stands; it isn't asked again.
    for fact in judged_facts(vocabulary) {
        if let Some(said) = known.gateway.get(fact) {
            measured.state(vocabulary, fact, said.clone()).ok()?;
        }
    }
    let same = known.gateway == measured
        && known.evidence == measures.contradictions(vocabulary, &known.caller, evidence).ok()?
        && known.program == *key.program.facts()
        && bound.may_decide(&held.decided.terms, now)
        && key.program.admits(&known.caller, vocabulary).is_ok();
    known.approvals = approvals.into_iter().map(RoleId::new).collect();
    same.then_some(known)
}

impl Holds {
    /// The body and the opening of its commitment, for an officer who may lift the hold.
    pub(super) async fn shown(&self, house: &Arc<House>, held: &Held) -> Result<(Bytes, String), Notice> {
        let body = unsealed(house, self, held).await?;
        let salt = house.openings.salt(held.at, &held.decided.decision, CommittedPart::Request);
        let salt = salt.map_err(|_unreadable| Notice::unavailable("the opening can't be read"))?;
        Ok((body, salt.to_hex()))
    }
}
