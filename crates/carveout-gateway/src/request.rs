//! The way of a request through the house.

use std::{sync::Arc, time::Duration};

use carveout_dialects::{Asked, Dialect, Endpoint, Notice, endpoint};
use carveout_ledger::{HoldId, Outcome};
use carveout_terms::{Facts, Ruling, Use, UseLayers};
use http::{Request, Response, header::AUTHORIZATION, request::Parts};
use hyper::body::Incoming;

use crate::{
    admit::{self, Admission, Case, Matter, NotAdmitted},
    attest::{AttestError, Evidence},
    claim::ClaimError,
    contents::Carried,
    door::{self, CARVEOUT_HOLD},
    forward::{self, ANTHROPIC_VERSION, Unanswered},
    guard::{self, Reply},
    health, holds,
    house::{Admitting, Bound, House, KnownKey, Route, Target},
    judge::{Said, View, Whose, texts},
    meters::{Judged, Metered},
    models,
    monitor::Uses,
    notices::{Denied, Refusal, Ruled},
    read, receipts,
    settings::Moves,
    settle::Attempt,
};

/// Answers one request. Every way out is a [`Reply`], whose bytes only the guard can release.
pub(crate) async fn answer(house: Arc<House>, request: Request<Incoming>) -> Response<Reply> {
    let (head, body) = request.into_parts();
    if let Some(answer) = health::answer(&house, &head) {
        return answer;
    }
    match enter(&house, head, body).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.into_response(),
    }
}

/// Lets the caller in and finds what it wants.
async fn enter(house: &Arc<House>, mut head: Parts, body: Incoming) -> Result<Response<Reply>, Refusal> {
    let dialect = likely_dialect(&head);
    if holds::is_officers(head.uri.path()) {
        return holds::officer(house, &mut head, body).await;
    }
    let key = door::enter(house, &mut head).map_err(|notice| Refusal::new(dialect, notice))?;
    if let Some(answer) = holds::program(house, &key, &head, dialect).await {
        return answer;
    }
    if let Some(answer) = receipts::answer(house, &key, &head, dialect).await {
        return answer;
    }
    let endpoint = endpoint(head.method.as_str(), head.uri.path(), head.uri.query())
        .map_err(|error| Refusal::new(dialect, Notice::not_found(error.to_string())))?;
    match &endpoint {
        Endpoint::Models => Ok(models::list(house, dialect)),
        Endpoint::Model(alias) => models::one(house, dialect, alias),
        Endpoint::ChatCompletions | Endpoint::Messages => ask(house, &key, &endpoint, head, body).await,
    }
}

/// The dialect to answer in before the endpoint says it.
fn likely_dialect(head: &Parts) -> Dialect {
    let headers = &head.headers;
    let anthropic = head.uri.path().starts_with("/v1/messages")
        || headers.contains_key(ANTHROPIC_VERSION)
        || (headers.contains_key("x-api-key") && !headers.contains_key(AUTHORIZATION));
    if anthropic { Dialect::Anthropic } else { Dialect::OpenAi }
}

/// Stops two to eight, for one request to a model.
async fn ask(
    house: &Arc<House>,
    key: &Arc<KnownKey>,
    endpoint: &Endpoint,
    head: Parts,
    body: Incoming,
) -> Result<Response<Reply>, Refusal> {
    let dialect = endpoint.dialect(false);
    let refuse = |notice: Box<Notice>| Refusal::new(dialect, notice);
    let body = door::take_body(house, &head.headers, body).await.map_err(refuse)?;
    let asked = Arc::new(read::read(dialect, &body, &house.limits).map_err(refuse)?);
    // What was read is forwarded in its canonical form: the bytes as they came are of no more use.
    drop(body);
    let patience = holds::asked_to_wait(house, &head.headers);
    if let Some(hold) = coming_back(&head).map_err(refuse)? {
        return holds::come_back(house, key, hold, Some(&asked), patience).await;
    }
    let program = &key.program;
    let claim = key
        .claims
        .read(&head.headers, &house.vocabulary, program)
        .map_err(|error| refuse(said(&error).into()))?;
    let route = route(house, &asked, dialect).map_err(refuse)?;
    let evidence = house
        .measures
        .look(&asked, house.reports(program))
        .await
        .map_err(|error| refuse(unattested(&error).into()))?;
    let carried = house.contents.look(&asked).await.map_err(|error| refuse(unattested(&error).into()))?;
    let endpoint = endpoint.as_str();
    let asking = Asking {
        house,
        key,
        endpoint,
        dialect,
        asked: &asked,
        evidence: &evidence,
        carried: &carried,
        claim: &claim,
        route,
        patience,
    };
    let answer = asking.each_target().await;
    drop((asked, evidence, carried));
    holds::patiently(house, key, answer, patience).await
}

/// The hold that a caller comes back for, by the `Carveout-Hold` header.
fn coming_back(head: &Parts) -> Result<Option<HoldId>, Box<Notice>> {
    let Some(value) = head.headers.get(CARVEOUT_HOLD) else { return Ok(None) };
    let hold = value.to_str().ok().and_then(|text| text.parse().ok());
    let told = "`Carveout-Hold` must be the id that the hold was opened with";
    hold.map(Some).ok_or_else(|| Box::new(Notice::bad_request(told, Some("Carveout-Hold"))))
}

fn said(error: &ClaimError) -> Notice {
    match error {
        ClaimError::Purpose(_) => Notice::forbidden(error.to_string()),
        ClaimError::SeveralLines | ClaimError::NotAscii | ClaimError::Facts(_) => {
            Notice::bad_request(error.to_string(), Some("Carveout-Use"))
        }
    }
}

fn route<'a>(house: &'a House, asked: &Asked, dialect: Dialect) -> Result<&'a Arc<Route>, Box<Notice>> {
    match house.routes.get(asked.model()) {
        Some(route) if route.dialect == dialect => Ok(route),
        Some(route) => Err(Box::new(Notice::not_found(format!(
            "the model `{}` speaks the dialect `{}`: call it at that dialect's endpoint",
            route.alias, route.dialect
        )))),
        None => Err(Box::new(Notice::not_found(
            "no such model; `GET /v1/models` lists those that can be asked for",
        ))),
    }
}

/// A request that has been read and claimed, and waits to be decided for a target.
struct Asking<'a> {
    house: &'a Arc<House>,
    key: &'a Arc<KnownKey>,
    endpoint: &'static str,
    dialect: Dialect,
    asked: &'a Asked,
    evidence: &'a Evidence,
    carried: &'a Carried,
    claim: &'a Facts,
    route: &'a Arc<Route>,
    /// For officers, should its answer be put on hold.
    patience: Option<Duration>,
}

/// What one target made of it.
pub(crate) enum Tried {
    Answered(Response<Reply>),
    /// Nothing was sent, so the next target may be tried.
    Unreachable(Attempt, Box<Ruled>),
}

impl Asking<'_> {
    /// Tries the route's targets in their order. A target that can't be connected to passes the request on, and so does
    /// one that is barred, as the route says. The next one is attested, decided and admitted anew: its maker, host and
    /// operator are other facts, and the terms may be others by then.
    async fn each_target(&self) -> Result<Response<Reply>, Refusal> {
        let mut last = None;
        for target in &self.route.targets {
            match self.one_target(target).await {
                Ok(Tried::Answered(response)) => return Ok(response),
                Ok(Tried::Unreachable(attempt, ruled)) => {
                    attempt.settle(Outcome::ProviderUnreachable);
                    let notice = Box::new(Notice::provider_failed(Unanswered::Unreachable.to_string()));
                    last = Some(Refusal { ruled: Some(ruled), ..self.refuse(notice) });
                }
                Err(refusal) if self.moves_on(&refusal) => last = Some(refusal),
                Err(refusal) => return Err(refusal),
            }
        }
        Err(last.unwrap_or_else(|| self.refuse(Notice::provider_failed(Unanswered::Unreachable.to_string()))))
    }

    /// Whether a refusal at one target passes the request on.
    fn moves_on(&self, refusal: &Refusal) -> bool {
        match (self.route.moves, refusal.denied) {
            (_, None) | (Moves::Never, _) => false,
            (Moves::WhenDenied, Some(_)) => true,
            (Moves::WhenBarred, Some(denied)) => denied == Denied::ByDesignations,
        }
    }

    async fn one_target(&self, target: &Arc<Target>) -> Result<Tried, Refusal> {
        let mut admitting = self.house.terms.admitting().await;
        let mut bound = self.bound(&admitting)?;
        let mut said = Said::default();
        let mut judged = self.judge(target, &bound, &said)?;
        // A model is asked only where its word can change the ruling; then the use is decided again with it. That takes
        // its time: whoever replaces the terms doesn't wait for it, and it is decided by those in force after it.
        loop {
            let (stack, decision) = bound.to_be_judged(&judged.uses, &judged.decision);
            let Some(turning) = said.turning(self.house, stack, (target, &decision)) else { break };
            drop(admitting);
            let request = texts(self.asked);
            let view = View { request: &request, response: None };
            said.ask(self.house, turning, self.whose(), (stack, view)).await;
            admitting = self.house.terms.admitting().await;
            let before = std::mem::replace(&mut bound, self.bound(&admitting)?);
            if !Arc::ptr_eq(&before, &bound) {
                said.forget();
            }
            judged = self.judge(target, &bound, &said)?;
        }
        let Judged { uses, decision, kept } = judged;
        let effects = bound.effects(&self.house.vocabulary, &uses.decides, &decision);
        let case = Case {
            key: self.key,
            bound: &bound,
            route: self.route,
            endpoint: self.endpoint,
            target,
            uses: &uses,
            asked: Some(self.asked),
            evidence: self.evidence,
            contradictable: self.house.measures.may_contradict(self.claim),
            decision: &decision,
            effects: &effects,
            matter: Matter::Request(self.asked.canonical(&target.recorded.model)),
            judged: said.judged(),
            parent: None,
            collecting: None,
            kept,
        };
        let (dialect, stream) = (self.dialect, self.asked.stream());
        let expected = guard::Expected { dialect, stream, patience: self.patience };
        proceed(self.house, expected, case, admitting).await
    }

    /// What binds the program. Terms are replaced for all programs or for none, so it is there.
    fn bound(&self, admitting: &Admitting) -> Result<Arc<Bound>, Refusal> {
        admitting.bound(self.key.program.id()).cloned().ok_or_else(|| {
            tracing::error!(
                program = self.key.program.id(),
                "nothing binds a program, so nothing is decided"
            );
            self.refuse(Notice::unavailable("no terms are in force, so nothing was decided"))
        })
    }

    /// Puts together what is known about this use of that target, and decides it.
    fn judge(&self, target: &Target, bound: &Bound, said: &Said) -> Result<Judged, Refusal> {
        let house = self.house;
        let at = house.clock.now().map_err(|error| {
            tracing::error!(%error, "nothing is decided");
            self.refuse(Notice::unavailable("the time can't be trusted, so nothing was decided"))
        })?;
        let (measures, vocabulary) = (&house.measures, &house.vocabulary);
        let seen = |evidence: &Evidence, judged: bool, further: [&Facts; 2]| -> Result<Use, AttestError> {
            let mut gateway = measures.take(vocabulary, &target.facts, self.asked, evidence, at)?;
            if judged {
                said.state(vocabulary, &mut gateway)?;
            }
            let layers = UseLayers {
                caller: Some(self.claim),
                program: Some(self.key.program.facts()),
                gateway: Some(&further.into_iter().fold(gateway, |facts, more| facts.overridden_by(more))),
                evidence: &measures.contradictions(vocabulary, self.claim, evidence)?,
                ..UseLayers::default()
            };
            Ok(Use::assemble(vocabulary, &layers)?)
        };
        let assemble = |content: &Facts, metered: &Facts| {
            let further = [metered, content];
            bound.decided_of(seen(self.evidence, true, further)?, |masks| {
                let without = self.evidence.without(masks);
                without.map(|evidence| seen(&evidence, !masks.judge, further)).transpose()
            })
        };
        let mut metered = Metered::default();
        let provisional = |uses: &Uses, decision: &_| {
            let (stack, decision) = bound.to_be_judged(uses, decision);
            said.turning(house, stack, (target, &decision)).is_some()
        };
        let judged = house.contents.judge(
            house,
            (self.key.program.id(), bound),
            (self.claim, self.carried),
            |content| {
                let (seen, assemble) =
                    ((self.evidence, &mut metered), |metered: &Facts| assemble(content, metered));
                house.metering.judge(house, bound, (target, at), seen, assemble, provisional)
            },
        );
        judged.map_err(|error: AttestError| self.refuse(unattested(&error)))
    }

    fn whose(&self) -> Whose<'_> {
        Whose { program: self.key.program.id(), key: &self.key.id, parent: None }
    }

    fn refuse(&self, notice: impl Into<Box<Notice>>) -> Refusal {
        Refusal::new(self.dialect, notice)
    }
}

/// What a caller is told whose use could not be attested.
pub(crate) fn unattested(error: &AttestError) -> Notice {
    match error {
        AttestError::Unseen(unseen) => Notice::bad_request(unseen.to_string(), unseen.place()),
        AttestError::Fact(_) | AttestError::Use(_) | AttestError::Unread | AttestError::Unkept => {
            tracing::error!(%error, "nothing is decided");
            Notice::unavailable("the use can't be attested, so nothing was decided")
        }
    }
}

/// Stops six to eight, for a use that has been decided.
pub(crate) async fn proceed(
    house: &Arc<House>,
    expected: guard::Expected,
    case: Case<'_>,
    admitting: Admitting,
) -> Result<Tried, Refusal> {
    let dialect = expected.dialect;
    let (decision, target, effects) = (case.decision, case.target, case.effects);
    let at = carveout_ledger::Timestamp::from_millis(decision.at.millis());
    let denied = match decision.ruling {
        Ruling::Deny if case.bound.barred(decision) => Some(Denied::ByDesignations),
        Ruling::Deny => Some(Denied::ByAgreements),
        Ruling::Permit | Ruling::Hold { .. } => None,
    };
    house.phase_outs.tell(case.key.program.id(), effects, at);
    let basis = guard::Basis::of(house, &case);
    let refuse = |notice: Notice| Refusal::new(dialect, notice);
    let admission = admit::admit(house, case, admitting).await.map_err(|error| {
        tracing::error!(%error, "nothing is forwarded");
        house.metrics.not_admitted(&error);
        refuse(match (&error, error.of_a_hold()) {
            // Somebody else was faster: the ledger lets a hold be collected once.
            (_, Some(broken)) => Notice::forbidden(broken),
            (NotAdmitted::TooManyHeld, _) => Notice::unavailable(error.to_string()),
            (NotAdmitted::Evidence(_), _) => {
                Notice::unavailable("what the use shows could not be kept, so nothing was forwarded")
            }
            _ => Notice::unavailable("the decision could not be recorded, so nothing was forwarded"),
        })
    })?;
    match admission {
        Admission::Refused(recorded, notice) => Err(Refusal {
            ruled: Some(Ruled::of(dialect, decision, &recorded)),
            held: recorded.hold,
            denied,
            ..Refusal::new(dialect, notice)
        }),
        Admission::Admitted(recorded, passage, attempt) => {
            let ruled = Ruled::of(dialect, decision, &recorded).permitted(target, at, effects);
            match forward::send(passage).await {
                Ok(answer) => {
                    let basis = basis.admitted_as(recorded.decision);
                    Ok(Tried::Answered(guard::pass(basis, expected, answer, attempt, ruled).await?))
                }
                Err(Unanswered::Unreachable) => Ok(Tried::Unreachable(attempt, ruled)),
                Err(unanswered) => {
                    let notice = settle_unanswered(attempt, unanswered);
                    Err(Refusal { ruled: Some(ruled), ..refuse(notice) })
                }
            }
        }
    }
}

fn settle_unanswered(attempt: Attempt, unanswered: Unanswered) -> Notice {
    let (outcome, notice) = match unanswered {
        Unanswered::Unreachable => {
            (Outcome::ProviderUnreachable, Notice::provider_failed(unanswered.to_string()))
        }
        Unanswered::Silent => (Outcome::ProviderSilent, Notice::provider_timed_out(unanswered.to_string())),
        Unanswered::Cut => (Outcome::ProviderCut, Notice::provider_failed(unanswered.to_string())),
    };
    attempt.settle(outcome);
    notice
}
