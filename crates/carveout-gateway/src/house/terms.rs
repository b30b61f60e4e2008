//! The terms in force: what binds every program, replaced as a whole while requests are answered.

use std::{collections::HashMap, sync::Arc};

use carveout_ledger::DesignationEffect;
use carveout_terms::{
    Decision, Known, Ruling, Stack, Use, Vocabulary,
    designation::{Effect, Watched},
};
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use crate::{
    attest::Measures,
    judge::judged_facts,
    meters::{Metering, Scopes},
    settings::{Monitoring, ProgramTerms},
};

/// What binds one program.
pub(crate) struct Bound {
    pub(crate) stack: Arc<Stack>,
    /// Whose meters its uses move.
    pub(crate) scopes: Scopes,
    /// Whether any clause tests what an answer shows.
    pub(crate) reads_answers: bool,
    /// Whether any clause, also one that is only monitored, tests the tripwire. Else it isn't read in answers.
    pub(crate) reads_wire: bool,
    /// Whether any clause, also one that is only monitored, tests a meter.
    pub(crate) reads_meters: bool,
    /// Whether any clause turns on what a judge says.
    pub(crate) reads_verdicts: bool,
    /// Whether any clause tests whom the data is about.
    pub(crate) reads_subject: bool,
    /// Whether any clause can be lifted by somebody.
    pub(crate) may_hold: bool,
    /// Whether terms that are only monitored test what an answer shows, and whom the data is about.
    pub(crate) drafts_read_answers: bool,
    pub(crate) drafts_read_subject: bool,
    /// The designations that have something to do with its uses.
    designations: Vec<Arc<Watched>>,
    /// What is monitored of its uses.
    pub(crate) monitoring: Monitoring,
}

/// Everything that is decided by, at one time.
pub(crate) struct InForce(HashMap<String, Arc<Bound>>);

/// The terms in force.
///
/// Whoever decides takes part in the lock from before the decision until its entry has its place in the ledger. Who
/// replaces the terms waits for all of them and keeps new ones out, so the ledger holds every decision on the right
/// side of the adoption, and nothing is decided by half of one.
pub(crate) struct Terms(Arc<RwLock<Arc<InForce>>>);

/// The part in the lock of somebody who decides.
pub(crate) type Admitting = OwnedRwLockReadGuard<Arc<InForce>>;

impl InForce {
    pub(crate) fn of(programs: Vec<ProgramTerms>, measures: &Measures, metering: &Metering) -> Self {
        let bound = |one: ProgramTerms| {
            let ProgramTerms { program, stack, designations, monitoring } = one;
            let subject = stack.vocabulary().fact("subject");
            let reads_verdicts = judged_facts(stack.vocabulary()).any(|fact| stack.reads(fact));
            // What only a draft reads must not have an answer held back: nothing that is monitored has an effect.
            // It is decided when the answer is over.
            let reads_answers = |stack: &Stack| measures.are_read_by(stack) || metering.are_read_by(stack);
            let reads_subject = |stack: &Stack| subject.is_some_and(|subject| stack.reads(subject));
            let drafts = || monitoring.monitors.iter().map(|monitor| &*monitor.stack);
            // What relaxes terms reads no more than they do.
            let reads_wire = drafts().chain([&*stack]).any(|stack| measures.wire_is_read_by(stack));
            let reads_meters = drafts().chain([&*stack]).any(|stack| metering.are_read_by(stack));
            let bound = Bound {
                scopes: metering.scopes(&program, stack.agreements()),
                reads_answers: reads_answers(&stack),
                reads_wire,
                reads_meters,
                reads_verdicts,
                reads_subject: reads_subject(&stack),
                may_hold: stack.agreements().iter().any(|one| one.holding_roles().next().is_some()),
                drafts_read_answers: drafts().any(reads_answers),
                drafts_read_subject: drafts().any(reads_subject),
                stack,
                designations,
                monitoring,
            };
            (program, Arc::new(bound))
        };
        Self(programs.into_iter().map(bound).collect())
    }

    pub(crate) fn bound(&self, program: &str) -> Option<&Arc<Bound>> {
        self.0.get(program)
    }

    /// The designations that have something to do with the uses of any program, once for each.
    pub(crate) fn watched(&self) -> impl Iterator<Item = &Arc<Watched>> {
        self.0.values().flat_map(|bound| &bound.designations)
    }

    /// Whether these are terms for the same programs, in the same vocabulary.
    pub(crate) fn replaces(&self, other: &Self) -> bool {
        let matches = |(program, bound): (&String, &Arc<Bound>)| {
            let other = other.0.get(program);
            other.is_some_and(|other| other.stack.vocabulary().digest() == bound.stack.vocabulary().digest())
        };
        self.0.len() == other.0.len() && self.0.iter().all(matches)
    }
}

impl Terms {
    pub(crate) fn new(terms: InForce) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(terms))))
    }

    /// To decide by what is in force, and to record that.
    pub(crate) async fn admitting(&self) -> Admitting {
        self.0.clone().read_owned().await
    }

    /// What is in force now, to be shown.
    pub(crate) async fn now(&self) -> Arc<InForce> {
        self.0.read().await.clone()
    }

    /// The lock, to replace them.
    pub(crate) fn lock(&self) -> &RwLock<Arc<InForce>> {
        &self.0
    }
}

impl Bound {
    /// Whether designations alone deny it.
    pub(crate) fn barred(&self, decision: &Decision) -> bool {
        decision.ruling == Ruling::Deny
            && !decision.grounds.is_empty()
            && decision.grounds.iter().all(|ground| self.is_designation(&ground.agreement))
    }

    /// Whether an agreement is the limit of a designation.
    pub(crate) fn is_designation(&self, agreement: &str) -> bool {
        self.designations.iter().any(|watched| watched.id() == agreement)
    }

    /// What designations have to do with a permitted use that they don't bar: a phase-out that is on, or an announcement.
    pub(crate) fn effects(
        &self,
        vocabulary: &Vocabulary,
        use_: &Use,
        decision: &Decision,
    ) -> Vec<DesignationEffect> {
        if self.designations.is_empty() || decision.ruling != Ruling::Permit {
            return Vec::new();
        }
        let known =
            Known::read(vocabulary, use_.claimed(), use_.registered(), use_.measured(), use_.evidence());
        let Ok(known) = known else { return Vec::new() };
        let use_at = |at| {
            let mut known = Known { approvals: use_.approvals().to_vec(), ..known.clone() };
            known.gateway.set_datetime(vocabulary, "at", at).ok()?;
            known.assemble(vocabulary).ok()
        };
        self.designations
            .iter()
            .filter_map(|watched| told(watched, watched.effect(decision.at, &use_at)))
            .collect()
    }
}

fn told(watched: &Watched, effect: Effect) -> Option<DesignationEffect> {
    let (effect, until) = match effect {
        Effect::PhaseOut { until } => (DesignationEffect::PHASE_OUT, Some(until)),
        Effect::Announced => (DesignationEffect::ANNOUNCED, None),
        Effect::Nothing | Effect::Barred { .. } | Effect::Held { .. } | Effect::Coming { .. } => return None,
    };
    Some(DesignationEffect {
        designation: watched.id().to_owned(),
        effect: effect.to_owned(),
        until: until.map(|until| carveout_ledger::Timestamp::from_millis(until.millis())),
    })
}
