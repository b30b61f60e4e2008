//! What an answer is judged by: the use that was admitted, and the terms that admitted it.

mod called;

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use carveout_dialects::ToolCall;
use carveout_ledger::{Cited, DecisionId, Monitored};
use carveout_terms::{
    ClauseRef, Decision, Facts, Known, RoleId, Ruling, Timestamp, Tool, Use, UseError, UseLayers,
};

use crate::{
    admit::{Case, Matter, NotAdmitted, Part, admit_parts},
    attest::{AttestError, Evidence, Mark},
    holds::Holds,
    house::{Bound, House, KnownKey, Route, Target},
    judge::{Said, View, Whose, judged_facts, texts},
    kept,
    meters::{Judged, Metered},
    monitor::Uses,
};

/// An admitted use, kept for as long as its answer comes.
#[derive(Clone)]
pub(crate) struct Basis {
    pub(super) house: Arc<House>,
    pub(super) key: Arc<KnownKey>,
    /// What admitted it: also what is decided of its answer is decided by that.
    bound: Arc<Bound>,
    route: Arc<Route>,
    endpoint: &'static str,
    pub(super) target: Arc<Target>,
    uses: Uses,
    /// The clauses that held the request, if it rests on approvals: what those lift.
    lifted: Vec<ClauseRef>,
    evidence: Evidence,
    /// Whether the terms say anything about what the answer shows.
    reads: bool,
    /// What had been seen of the request, if monitored terms say anything about what the answer shows.
    drafts: Option<Evidence>,
    /// What of the exchange meters have taken in.
    metered: Arc<Mutex<Metered>>,
    /// The texts of the request, where a judge may be asked about the exchange.
    request: Option<Arc<str>>,
    parent: Option<DecisionId>,
}

/// A part of an answer that has been decided.
pub(super) struct Weighed {
    pub(super) uses: Uses,
    pub(super) decision: Decision,
    /// What the judge was asked about it.
    pub(super) judged: Vec<carveout_ledger::Judged>,
}

/// What detectors that are only monitored found of a request.
#[derive(Debug, Default)]
pub(super) struct Beyond {
    gateway: Facts,
    evidence: Vec<Facts>,
}

/// Why a part of an answer could not be decided.
#[derive(Debug, thiserror::Error)]
pub(super) enum Undecided {
    #[error("the time can't be trusted: {0}")]
    Time(#[from] crate::clock::ClockUntrusted),
    #[error("the recorded facts can't be read: {0}")]
    Facts(#[from] carveout_terms::FactErrors),
    #[error(transparent)]
    Fact(#[from] carveout_terms::FactError),
    #[error(transparent)]
    Attest(#[from] AttestError),
    #[error(transparent)]
    Use(#[from] UseError),
}

impl Basis {
    /// Keeps what a case says, before it is admitted.
    pub(crate) fn of(house: &Arc<House>, case: &Case<'_>) -> Self {
        // Where no clause would read it, nothing looks at the answer.
        let (bound, contradictable) = (case.bound, case.contradictable);
        let judges = house.judge.is_some() && bound.reads_verdicts;
        let reads = bound.reads_answers || judges || (contradictable && bound.reads_subject);
        let drafts = bound.drafts_read_answers || (contradictable && bound.drafts_read_subject);
        Self {
            house: house.clone(),
            key: case.key.clone(),
            bound: case.bound.clone(),
            route: case.route.clone(),
            endpoint: case.endpoint,
            target: case.target.clone(),
            uses: case.uses.clone(),
            lifted: lifted(house, case),
            evidence: if !reads {
                Evidence::default()
            } else if case.bound.reads_wire {
                case.evidence.clone()
            } else {
                case.evidence.clone().unwired()
            },
            reads,
            drafts: drafts.then(|| case.evidence.clone()),
            metered: Arc::new(Mutex::new(if reads {
                Metered::of(case.evidence)
            } else {
                Metered::default()
            })),
            request: case.asked.filter(|_| judges).map(|asked| texts(asked).into()),
            parent: None,
        }
    }

    /// The same, once the decision has its name.
    pub(crate) fn admitted_as(self, decision: DecisionId) -> Self {
        Self { parent: Some(decision), ..self }
    }

    /// Whether the terms say anything about what an answer shows.
    pub(super) const fn reads_answers(&self) -> bool {
        self.reads
    }

    /// By which it is known whether an answer shows more.
    pub(super) fn mark(&self) -> Mark {
        self.evidence.mark()
    }

    /// Whether a judge may have to be asked about the answer.
    pub(super) const fn may_be_judged(&self) -> bool {
        self.request.is_some()
    }

    /// What had been seen when the use was admitted.
    pub(super) fn evidence(&self) -> Evidence {
        self.evidence.clone()
    }

    /// Whether an answer may be kept for officers, if it is ruled on like that.
    pub(super) fn keeps(&self, weighed: &Weighed) -> bool {
        matches!(weighed.decision.ruling, Ruling::Hold { .. }) && self.may_keep()
    }

    /// Whether an answer could be kept, as far as is known before it comes.
    pub(super) fn may_keep(&self) -> bool {
        let can_wait = |holds: &Holds| {
            holds.until(self.uses.decides.at()).is_some() && holds.has_room(self.key.program.id())
        };
        let could_be_held = self.reads && self.bound.may_hold;
        could_be_held && self.house.holds.as_ref().is_some_and(can_wait)
    }

    /// Whether it matters what the answer says to later requests.
    pub(super) fn is_remembered(&self) -> bool {
        self.house.contents.reads_answers()
    }

    /// What had been seen of the request, if monitored terms are to decide what the answer shows.
    pub(super) const fn asked_of_drafts(&self) -> Option<&Evidence> {
        self.drafts.as_ref()
    }

    /// What meters would say with what is shown in them. They don't take it in.
    pub(super) fn foresee(
        &self,
        asked: &Evidence,
        shown: &Evidence,
        at: Timestamp,
    ) -> Result<Facts, Undecided> {
        let taken_in = self.metered.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let metered = if self.reads { taken_in } else { Metered::of(asked) };
        let (house, target) = (&self.house, (&*self.target, at));
        Ok(house.metering.foresee(&house.vocabulary, &self.bound, target, (shown, &metered))?)
    }

    /// Decides a use by the terms that admitted the request.
    pub(super) fn weighed(&self, uses: Uses) -> Weighed {
        let decision = self.bound.decide(&uses.decides);
        Weighed { uses, decision, judged: Vec::new() }
    }

    /// What monitored terms say of the request, and of a part of its answer.
    pub(super) fn monitored(&self, weighed: &Weighed) -> (Vec<Monitored>, Vec<Monitored>) {
        (self.bound.monitored(self.uses.all_found()), self.bound.monitored(weighed.uses.all_found()))
    }

    /// Remembers what the answer says as produced for the use's purpose.
    pub(super) fn produced<'t>(&self, texts: impl IntoIterator<Item = &'t str>) {
        if !self.is_remembered() {
            return;
        }
        match Facts::suppose(&self.house.vocabulary, self.uses.decides.claimed()) {
            Ok(claim) => self.house.contents.produced(&self.house, &claim, texts),
            Err(error) => tracing::error!(%error, "what an answer says is not remembered"),
        }
    }

    /// The registrations of a tool: the program's own, and the house's.
    pub(super) fn tools_called<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b Tool> {
        self.house.tools_called(&self.key.program, name)
    }

    /// Everything known about the use, to be decided again with more. What a judge said of the request alone says nothing of
    /// the answer.
    pub(super) fn known(&self) -> Result<Known, Undecided> {
        let use_ = &self.uses.decides;
        let vocabulary = &self.house.vocabulary;
        let read =
            Known::read(vocabulary, use_.claimed(), use_.registered(), use_.measured(), use_.evidence());
        let mut known = Known { approvals: use_.approvals().to_vec(), ..read? };
        if self.may_be_judged() {
            known.gateway = known.gateway.filtered(|fact| judged_facts(vocabulary).all(|one| one != fact));
        }
        Ok(known)
    }

    /// Decides a part of the answer, and asks the judge about it for as long as only its word keeps it from going. It sees
    /// request and answer together.
    pub(super) async fn judge(
        &self,
        known: &Known,
        shown: &Evidence,
        said: &mut Said,
        answer: &str,
    ) -> Result<Weighed, Undecided> {
        loop {
            let weighed = self.decide(known, shown, said)?;
            let (stack, decision) = self.bound.to_be_judged(&weighed.uses, &weighed.decision);
            let turning = said.turning(&self.house, stack, (&self.target, &decision));
            let Some(turning) = turning else { return Ok(weighed) };
            let whose = Whose { program: self.key.program.id(), key: &self.key.id, parent: self.parent };
            let view = View { request: self.request.as_deref().unwrap_or_default(), response: Some(answer) };
            said.ask(&self.house, turning, whose, (stack, view)).await;
        }
    }

    /// Whether only the word of a judge, who wasn't asked yet, keeps a part of the answer from going.
    pub(super) fn turns_on_the_judge(&self, said: &Said, weighed: &Weighed) -> bool {
        let (stack, decision) = self.bound.to_be_judged(&weighed.uses, &weighed.decision);
        said.turning(&self.house, stack, (&self.target, &decision)).is_some()
    }

    /// Decides again with what an answer shows. It can only tighten what was decided before: nobody would have asked
    /// the model otherwise.
    pub(super) fn decide(&self, known: &Known, shown: &Evidence, said: &Said) -> Result<Weighed, Undecided> {
        let house = &self.house;
        let at = house.clock.now()?;
        let (seen, said_of) = ((shown, self.reads_answers()), Some(said));
        let beyond = self.beyond()?;
        let assemble = |metered: &Facts| {
            let approved_as = |approvals: &[RoleId]| {
                self.with_shown((known, &beyond, approvals), seen, said_of, (metered, at))
            };
            self.approved(approved_as, &known.approvals)
        };
        let mut metered = self.metered.lock().unwrap_or_else(PoisonError::into_inner);
        let (target, seen) = ((&*self.target, at), (shown, &mut *metered));
        let provisional = |uses: &Uses, decision: &_| {
            let (stack, decision) = self.bound.to_be_judged(uses, decision);
            said.turning(house, stack, (&self.target, &decision)).is_some()
        };
        let Judged { uses, decision, kept } =
            house.metering.judge(house, &self.bound, target, seen, assemble, provisional)?;
        if let Some(kept) = kept {
            kept::vouch(house, self.parent, kept);
        }
        Ok(Weighed { uses, decision, judged: said.judged().to_vec() })
    }

    /// Puts the use together with what an answer shows, if that is to be stated, and with what a judge said.
    pub(super) fn with_shown(
        &self,
        (known, beyond, approvals): (&Known, &Beyond, &[RoleId]),
        (shown, stated): (&Evidence, bool),
        said: Option<&Said>,
        (metered, at): (&Facts, Timestamp),
    ) -> Result<Uses, AttestError> {
        let (measures, vocabulary) = (&self.house.measures, &self.house.vocabulary);
        let assemble = |known: &Known, shown: &Evidence, said: Option<&Said>| -> Result<Use, AttestError> {
            let mut gateway = known.gateway.clone();
            let mut contradictions = Vec::new();
            if stated {
                measures.state(vocabulary, shown, &mut gateway)?;
                contradictions = measures.contradictions(vocabulary, &known.caller, shown)?;
            }
            contradictions.retain(|facts| !known.evidence.contains(facts));
            let evidence = [known.evidence.as_slice(), &contradictions].concat();
            gateway.set_datetime(vocabulary, "at", at)?;
            if let Some(said) = said {
                said.state(vocabulary, &mut gateway)?;
            }
            let layers = UseLayers {
                caller: Some(&known.caller),
                program: Some(&known.program),
                gateway: Some(&gateway.overridden_by(metered)),
                evidence: &evidence,
                approvals,
            };
            Ok(Use::assemble(vocabulary, &layers)?)
        };
        self.bound.decided_of(assemble(&beyond.added_to(known), shown, said)?, |masks| {
            // Where nothing of it is stated, it doesn't matter what an answer shows.
            let without = if stated { shown.without(masks) } else { Some(shown.clone()) };
            let said = said.filter(|_| !masks.judge);
            without.map(|shown| assemble(known, &shown, said)).transpose()
        })
    }

    /// What was found of the request beyond what decided it.
    pub(super) fn beyond(&self) -> Result<Beyond, Undecided> {
        let Some(found) = &self.uses.found else { return Ok(Beyond::default()) };
        let vocabulary = &self.house.vocabulary;
        let read = |use_: &Use| {
            Known::read(vocabulary, use_.claimed(), use_.registered(), use_.measured(), use_.evidence())
        };
        let (found, decides) = (read(found)?, read(&self.uses.decides)?);
        let is_judged = |fact| self.may_be_judged() && judged_facts(vocabulary).any(|one| one == fact);
        let more = |fact| found.gateway.get(fact) != decides.gateway.get(fact) && !is_judged(fact);
        let evidence = found.evidence.iter().filter(|facts| !decides.evidence.contains(facts));
        Ok(Beyond { gateway: found.gateway.filtered(more), evidence: evidence.cloned().collect() })
    }

    /// A part of the answer with the approvals of the request, as far as they reach. Who gave them has not seen the answer, so
    /// they lift what held the request and nothing else: where another clause holds the answer, it is held by all that hold it, for
    /// approvals of its own.
    fn approved(
        &self,
        approved_as: impl Fn(&[RoleId]) -> Result<Uses, AttestError>,
        approvals: &[RoleId],
    ) -> Result<Uses, AttestError> {
        let approved = approved_as(approvals)?;
        if approvals.is_empty() || self.bound.decide(&approved.decides).ruling == Ruling::Deny {
            return Ok(approved);
        }
        let alone = approved_as(&[])?;
        let by_itself = self.bound.decide(&alone.decides);
        let reaches = by_itself.ruling != Ruling::Permit
            && by_itself.grounds.iter().all(|ground| self.lifted.contains(ground));
        Ok(if reaches { approved } else { alone })
    }

    /// A call is given to the caller: what it returns is known again.
    pub(super) fn given(&self, call: &ToolCall, decision: DecisionId) {
        self.house.metering.given(&self.house, &self.bound, &call.id, decision);
    }

    /// Makes decisions on parts of the answer durable.
    pub(super) async fn admit(&self, parts: Vec<(&Weighed, Matter)>) -> Result<Vec<Part>, NotAdmitted> {
        let cases: Vec<Case<'_>> = parts
            .into_iter()
            .map(|(ruled, matter)| Case {
                key: &self.key,
                bound: &self.bound,
                route: &self.route,
                endpoint: self.endpoint,
                target: &self.target,
                uses: &ruled.uses,
                asked: None,
                evidence: &self.evidence,
                contradictable: self.reads,
                decision: &ruled.decision,
                effects: &[],
                matter,
                judged: &ruled.judged,
                parent: self.parent,
                collecting: None,
                kept: None,
            })
            .collect();
        admit_parts(&self.house, &cases).await
    }
}

impl Beyond {
    fn added_to(&self, known: &Known) -> Known {
        let gateway = known.gateway.overridden_by(&self.gateway);
        let evidence = known.evidence.iter().chain(&self.evidence).cloned().collect();
        Known { gateway, evidence, ..known.clone() }
    }
}

/// The clauses that would hold a use without its approvals. If that can't be said, none of them is lifted in its answer.
fn lifted(house: &House, case: &Case<'_>) -> Vec<ClauseRef> {
    let use_ = &case.uses.decides;
    if use_.approvals().is_empty() {
        return Vec::new();
    }
    let vocabulary = &house.vocabulary;
    let known = Known::read(vocabulary, use_.claimed(), use_.registered(), use_.measured(), use_.evidence());
    let alone = known.ok().and_then(|known| known.assemble(vocabulary).ok());
    alone.map(|alone| case.bound.decide(&alone).grounds).unwrap_or_default()
}

impl Weighed {
    pub(super) fn grounds(&self) -> Vec<Cited> {
        let grounds = self.decision.grounds.iter();
        grounds
            .map(|ground| Cited { agreement: ground.agreement.clone(), clause: ground.clause.clone() })
            .collect()
    }

    /// What is recorded of a part of the answer that is withheld.
    pub(super) fn answer(&self, withheld: Bytes) -> (&Self, Matter) {
        (self, Matter::Answer(withheld))
    }
}
