//! Making every decision again from what was recorded.
//!
//! A proof of inclusion shows that a ruling was recorded, not that it follows. So each adopted stack
//! is rebuilt from the sources kept under their digests, each use from its recorded facts, and the
//! ruling, its roles, its grounds, its time and both digests must come out as they stand in the entry.
//! A decision must be by the terms that were adopted for its program last, on the facts registered for
//! it, and an attempt must be at the target that was decided on.
//!
//! Each adopted record of a designation is compiled again, and every program must be bound by just the
//! limits that the records adopted so far come to.

mod again;
mod bound;
mod recorded;

use std::{collections::HashMap, rc::Rc, sync::Arc};

use carveout_ledger::{
    Decided, DecisionId, Entry, Event, HoldId, JudgeAsked, Judged, Objects, QuestionId, Ruling, Target,
    Timestamp, Verified,
};
use miette::{IntoDiagnostic, WrapErr};

use self::{
    again::difference,
    bound::{Bound, rebuild},
    recorded::Recorded,
};
use super::Place;

/// What making the decisions again has shown.
#[derive(Default)]
pub(super) struct Redecided {
    /// Decisions made again.
    pub(super) decisions: u64,
    /// Limits of designations that were compiled again from their records.
    pub(super) limits: usize,
    /// Every decision or limit that came out otherwise, and how.
    pub(super) differing: Vec<String>,
}

pub(super) fn run(
    place: &Place,
    verified: &Verified,
    mut progress: impl FnMut(u64),
) -> miette::Result<Redecided> {
    let reader = place.reader()?;
    let mut walk = Walk::new(Objects::of_ledger(&place.directory));
    for result in reader.entries(0) {
        let (index, bytes) = result.into_diagnostic()?;
        if index >= verified.checkpoint.size() {
            break;
        }
        let entry = Entry::parse(&bytes).into_diagnostic().wrap_err_with(|| format!("entry {index}"))?;
        walk.step(index, entry)?;
        progress(index + 1);
    }
    Ok(Redecided { limits: walk.recorded.compiled(), ..walk.redecided })
}

/// What is known at one point of the record.
struct Walk {
    objects: Objects,
    programs: HashMap<String, Rc<Bound>>,
    /// The designations that count.
    recorded: Recorded,
    /// For how many records each program's limits were compared.
    compared: HashMap<String, usize>,
    /// The targets of the permitted uses that are under way, and what they were decided by.
    permitted: HashMap<DecisionId, (Arc<Target>, Option<Rc<Bound>>)>,
    /// What was measured of the uses on hold, and what they were decided by.
    held: HashMap<HoldId, (String, Option<Rc<Bound>>)>,
    /// The approvals of those permitted decisions that rest on any. What comes up in their answers may rest on them too.
    approved: HashMap<DecisionId, Vec<String>>,
    /// What judges were asked, and what they said.
    questions: HashMap<QuestionId, Question>,
    redecided: Redecided,
}

/// A question to a judge that stands in the record.
struct Question {
    agreement: String,
    clause: String,
    provider: String,
    model: String,
    verdict: String,
}

impl Question {
    fn of(asked: JudgeAsked) -> Self {
        let JudgeAsked { agreement, clause, provider, model, .. } = asked;
        Self { agreement, clause, provider, model, verdict: String::new() }
    }

    /// Whether a decision says of it what its own entries say.
    fn is(&self, judged: &Judged) -> bool {
        let recorded = (&self.agreement, &self.clause, &self.provider, &self.model, &self.verdict);
        recorded == (&judged.agreement, &judged.clause, &judged.provider, &judged.model, &judged.verdict)
    }
}

impl Walk {
    fn new(objects: Objects) -> Self {
        Self {
            objects,
            programs: HashMap::new(),
            recorded: Recorded::default(),
            compared: HashMap::new(),
            permitted: HashMap::new(),
            held: HashMap::new(),
            approved: HashMap::new(),
            questions: HashMap::new(),
            redecided: Redecided::default(),
        }
    }

    fn step(&mut self, index: u64, entry: Entry) -> miette::Result<()> {
        let difference = match entry.event {
            Event::TermsAdopted(adopted) => {
                let bound = rebuild(&self.objects, &adopted)
                    .wrap_err_with(|| format!("entry {index}: the adopted terms can't be rebuilt"))?;
                let mut differences = Vec::new();
                for (program, bound) in bound {
                    self.programs.insert(program.clone(), Rc::new(bound));
                    self.compared.remove(&program);
                    differences.extend(self.limits(&program)?);
                }
                (!differences.is_empty()).then(|| differences.join("; "))
            }
            Event::MonitorsSet(set) => {
                let objects = &self.objects;
                let mut bound = self.programs.values_mut();
                // What is under way goes on by the terms that admitted it.
                bound
                    .try_for_each(|bound| Rc::make_mut(bound).monitor(objects, &set))
                    .wrap_err_with(|| format!("entry {index}: what is monitored can't be rebuilt"))?;
                None
            }
            Event::DesignationAdopted(adopted) => {
                let adopted = self.recorded.adopt(&self.objects, &adopted);
                adopted.wrap_err_with(|| format!("entry {index}: the adopted record can't be read"))?;
                None
            }
            Event::Decided(decided) => {
                let bound = if decided.parent.is_none() { self.limits(&decided.program)? } else { None };
                let ruled = self.decided(&decided, entry.at);
                bound.or(ruled)
            }
            Event::Attempted(attempted) => {
                (self.permitted.get(&attempted.decision).map(|(target, _)| target) != Some(&attempted.target))
                    .then(|| "attempted at another target than the one decided on".to_owned())
            }
            Event::Settled(settled) => self.ended(settled.decision),
            Event::Interrupted(interrupted) => self.ended(interrupted.decision),
            Event::Refused(refused) => self.unheld(&refused.hold),
            Event::Expired(expired) => self.unheld(&expired.hold),
            Event::Genesis(_)
            | Event::KeyRotated(_)
            | Event::OfficersAppointed(_)
            | Event::DesignationOfficers(_)
            | Event::Approved(_)
            | Event::Erased(_)
            | Event::EvidenceKept(_)
            | Event::EvidenceLost(_) => None,
            Event::JudgeAsked(asked) => {
                self.questions.insert(asked.question, Question::of(asked));
                None
            }
            Event::JudgeAnswered(answered) => {
                if let Some(question) = self.questions.get_mut(&answered.question) {
                    question.verdict = answered.verdict;
                }
                None
            }
        };
        self.redecided.differing.extend(difference.map(|difference| format!("entry {index}: {difference}")));
        Ok(())
    }

    /// Whether a program is bound by the limits that the records come to, if that was not seen yet.
    fn limits(&mut self, program: &str) -> miette::Result<Option<String>> {
        let Some(bound) = self.programs.get(program).cloned() else { return Ok(None) };
        if self.compared.insert(program.to_owned(), self.recorded.records()) == Some(self.recorded.records())
        {
            return Ok(None);
        }
        self.recorded.difference(program, &bound.stack)
    }

    fn decided(&mut self, decided: &Decided, at: Timestamp) -> Option<String> {
        self.redecided.decisions += 1;
        if decided.ruling == Ruling::Permit && decided.parent.is_none() && !decided.facts.approvals.is_empty()
        {
            self.approved.insert(decided.decision, decided.facts.approvals.clone());
        }
        let held = decided.hold.and_then(|hold| match decided.ruling {
            Ruling::Permit => self.held.remove(&hold),
            _ => self.held.get(&hold).cloned(),
        });
        let bound = self.bound(decided, held.as_ref().and_then(|(_, bound)| bound.clone()));
        if decided.ruling == Ruling::Permit && decided.parent.is_none() {
            self.permitted.insert(decided.decision, (decided.target.clone(), bound.clone()));
        }
        if let (Some(hold), Some(_)) = (decided.hold, decided.hold_until) {
            let found = decided.found.as_ref().map_or(&decided.facts.gateway, |found| &found.gateway);
            self.held.insert(hold, (found.clone(), bound.clone()));
        }
        if let Some(judged) = decided.judged.iter().find(|judged| !self.was_said(judged)) {
            return Some(format!(
                "it says that the judge found `{}` of clause {} of {}, and the record of that question doesn't",
                judged.verdict, judged.clause, judged.agreement
            ));
        }
        match bound {
            None => Some("no terms were adopted for its program before it".to_owned()),
            Some(bound) => {
                let approved = decided.parent.and_then(|parent| self.approved.get(&parent));
                let proven = approved.map_or(&[][..], Vec::as_slice);
                difference(&bound, decided, held.as_ref().map(|(held, _)| held.as_str()), proven, at)
            }
        }
    }

    /// The terms that a decision must be by: those adopted for its program last. A part of an answer is decided by what
    /// admitted the request, and a call on hold by what held it, whatever was adopted in between.
    fn bound(&self, decided: &Decided, held: Option<Rc<Bound>>) -> Option<Rc<Bound>> {
        let Some(parent) = decided.parent else { return self.programs.get(&decided.program).cloned() };
        let admitted = self.permitted.get(&parent).and_then(|(_, bound)| bound.clone());
        held.or(admitted).or_else(|| self.programs.get(&decided.program).cloned())
    }

    /// Whether a verdict is the one that was recorded when the judge gave it. Before questions were recorded none had a name.
    fn was_said(&self, judged: &Judged) -> bool {
        let asked = |question| self.questions.get(question).is_some_and(|question| question.is(judged));
        judged.question.as_ref().is_none_or(asked)
    }

    fn unheld(&mut self, hold: &HoldId) -> Option<String> {
        self.held.remove(hold);
        None
    }

    fn ended(&mut self, decision: DecisionId) -> Option<String> {
        self.permitted.remove(&decision);
        None
    }
}
