//! When the judge is asked, and what its word makes of a use.
//!
//! The vocabulary has one or more facts for what a judge says. Each is a verdict on the clauses that test it, so two clauses
//! that test two of them are judged apart. Where several clauses test the same fact, it says the gravest that any of them met,
//! and says that all is well only if each of them was asked.

use std::{fmt::Write as _, sync::Arc};

use carveout_dialects::Asked as Request;
use carveout_ledger::Judged;
use carveout_terms::{
    Clause, ClauseRef, Decision, FactError, FactId, FactKind, Facts, Ruling, Stack, Value, Vocabulary,
};

use super::{
    Judge, LONGEST_CONTENT, Opinion, Policy, Put, Verdict, View,
    record::{self, Whose},
    together::{Together, Waiting},
};
use crate::{
    house::{House, Target},
    meters::governs,
};

/// The member of a fact whose clauses have no verdict.
const UNKNOWN: &str = "unknown";

/// The facts of a vocabulary that are a judge's word: those that a judge attests and that say `violates` or `complies`.
pub(crate) fn judged_facts(vocabulary: &Vocabulary) -> impl Iterator<Item = FactId> {
    let says = |kind: &FactKind| match kind {
        FactKind::Member(members) => {
            [Verdict::Violates, Verdict::Complies].iter().all(|one| members.position(one.as_str()).is_some())
        }
        _ => false,
    };
    vocabulary.facts().filter(move |(_, fact)| fact.is_verdict() && says(fact.kind())).map(|(id, _)| id)
}

/// What the judge has said of one use so far.
#[derive(Debug, Default, Clone)]
pub(crate) struct Said {
    /// The facts whose clauses were all asked, with the gravest that any of them met.
    facts: Vec<(FactId, &'static str)>,
    /// Each question, for the record.
    judged: Vec<Judged>,
}

/// The clauses that are to be asked, and the facts that come of it.
pub(crate) struct Turning<'s> {
    facts: Vec<FactId>,
    clauses: Vec<(ClauseRef, &'s Clause)>,
}

impl Said {
    /// States what was said, among the facts that the gateway vouches for.
    pub(crate) fn state(&self, vocabulary: &Vocabulary, facts: &mut Facts) -> Result<(), FactError> {
        for (fact, word) in &self.facts {
            if let FactKind::Member(members) = vocabulary.get(*fact).kind()
                && let Some(member) = members.position(word)
            {
                facts.state(vocabulary, *fact, Value::Member(member))?;
            }
        }
        Ok(())
    }

    /// Each question that was asked or remembered, for the record of the decision.
    pub(crate) fn judged(&self) -> &[Judged] {
        &self.judged
    }

    /// Whether it was asked, or would have been and could not be.
    pub(crate) const fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// Other terms are in force: what was said of the old clauses decides nothing. What was asked stays on record.
    pub(crate) fn forget(&mut self) {
        self.facts.clear();
    }

    /// Whom to ask about, if a judge's word could change a refusal: every clause that it rests on turns on one that hasn't been
    /// given yet.
    pub(crate) fn turning<'s>(
        &self,
        house: &House,
        stack: &'s Stack,
        (target, decision): (&Target, &Decision),
    ) -> Option<Turning<'s>> {
        let judge = house.judge.as_ref()?;
        if decision.ruling == Ruling::Permit || decision.grounds.is_empty() {
            return None;
        }
        let open = |fact: &FactId| self.facts.iter().all(|(known, _)| known != fact);
        let open: Vec<FactId> = judged_facts(&house.vocabulary).filter(open).collect();
        let mut facts: Vec<FactId> = Vec::new();
        for ground in &decision.grounds {
            let before = facts.len();
            let of_it = open.iter().filter(|fact| stack.clause_reads(ground, **fact));
            facts.extend(of_it.copied());
            if facts.len() == before {
                return None;
            }
        }
        facts.sort_unstable();
        facts.dedup();
        let clauses = clauses(stack, target, &facts);
        if self.judged.len() + clauses.len() > judge.per_request {
            tracing::warn!(
                clauses = clauses.len(),
                "more clauses turn on the judge than one request may ask about"
            );
            return None;
        }
        Some(Turning { facts, clauses })
    }

    /// Asks about all of these clauses at once, and waits for the last. Nobody's answer cuts another question short: then what is
    /// recorded, and perhaps ruled, would hang on who answers first.
    pub(crate) async fn ask(
        &mut self,
        house: &Arc<House>,
        turning: Turning<'_>,
        whose: Whose<'_>,
        (stack, view): (&Stack, View<'_>),
    ) {
        let Some(judge) = &house.judge else { return };
        let until = judge.patience_ends();
        let questions = turning.clauses.into_iter().map(|(named, clause)| {
            let policy = Policy { heading: clause.heading(), prose: clause.prose() };
            let asking: Waiting<'_, _> = Box::pin(async move {
                let opinion = match judge.put(&named, policy, view) {
                    Put::Known(opinion) => opinion,
                    Put::New(question) => {
                        let record = |question| record::ask(house, judge, whose, &named, question);
                        judge.ask(question, until, record).await
                    }
                };
                (named, opinion)
            });
            asking
        });
        let opinions = Together::new(questions).await;
        self.judged.extend(opinions.iter().map(|(named, opinion)| entry(judge, named, opinion)));
        for fact in turning.facts {
            let of_it = opinions.iter().filter(|(named, _)| stack.clause_reads(named, fact));
            self.facts.push((fact, gravest(of_it.map(|(_, opinion)| opinion))));
        }
    }
}

/// Every clause that governs a target and tests any of these facts.
fn clauses<'s>(stack: &'s Stack, target: &Target, facts: &[FactId]) -> Vec<(ClauseRef, &'s Clause)> {
    let governing = stack.agreements().iter().filter(|agreement| governs(agreement, &target.facts));
    let all = governing.flat_map(|agreement| {
        agreement.clauses().iter().map(|clause| {
            let (agreement, number) = (agreement.id().to_owned(), clause.number().to_owned());
            (ClauseRef { agreement, clause: number }, clause)
        })
    });
    all.filter(|(named, _)| facts.iter().any(|fact| stack.clause_reads(named, *fact))).collect()
}

/// One violation is enough, and one silence keeps all from being cleared. Where nobody was asked nothing was said.
fn gravest<'o>(opinions: impl Iterator<Item = &'o Opinion>) -> &'static str {
    let mut opinions = opinions.peekable();
    if opinions.peek().is_none() {
        return UNKNOWN;
    }
    let mut judgement = Verdict::Complies.as_str();
    for opinion in opinions {
        match &opinion.verdict {
            Ok(Verdict::Violates) => return Verdict::Violates.as_str(),
            Ok(Verdict::Complies) => {}
            Err(_none) => judgement = UNKNOWN,
        }
    }
    judgement
}

fn entry(judge: &Judge, named: &ClauseRef, opinion: &Opinion) -> Judged {
    Judged {
        agreement: named.agreement.clone(),
        clause: named.clause.clone(),
        provider: judge.provider().to_owned(),
        model: judge.model().to_owned(),
        verdict: opinion.verdict.as_ref().map_or("none", |verdict| verdict.as_str()).to_owned(),
        cached: opinion.cached,
        question: opinion.question,
    }
}

/// Every text of a request with its place, in the order of the request. What is longer than a judge is asked about ends with the
/// text that makes it so.
pub(crate) fn texts(asked: &Request) -> String {
    let mut all = String::new();
    let mut texts = asked.texts_in_place();
    while all.len() <= LONGEST_CONTENT
        && let Some((place, text)) = texts.next()
    {
        let _ = writeln!(all, "[{place}]\n{}", text.text);
    }
    all
}
