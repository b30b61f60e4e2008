//! When the judge is asked about a request, and what its word makes of it.

use std::fmt::Write as _;

use carveout_dialects::Asked;
use carveout_ledger::Judged;
use carveout_terms::{Clause, ClauseRef, Decision, Ruling, Stack};

use super::{Judge, Opinion, Policy, Verdict, View};
use crate::house::House;

/// The fact that a judge's word is.
pub(crate) const JUDGEMENT: &str = "judgement";

/// What the judge said about a use.
#[derive(Debug)]
pub(crate) struct Consulted {
    /// The member of `judgement`: the gravest that any clause met.
    pub(crate) judgement: &'static str,
    /// Each question, for the record.
    pub(crate) judged: Vec<Judged>,
}

/// Asks about each clause that a refusal rests on, if every one of them turns on the judge's word: otherwise nothing that it says could
/// change the ruling, and nothing is asked.
pub(crate) async fn consult(
    house: &House,
    stack: &Stack,
    asked: &Asked,
    decision: &Decision,
) -> Option<Consulted> {
    let judge = house.judge.as_ref()?;
    let clauses = turning(house, stack, decision)?;
    if clauses.len() > judge.per_request {
        tracing::warn!(
            clauses = clauses.len(),
            "more clauses turn on the judge than one request may ask about"
        );
        return None;
    }
    let request = texts(asked);
    let view = View { request: &request, response: None };
    let mut opinions = Vec::new();
    for (named, clause) in clauses {
        let policy = Policy { heading: clause.heading(), prose: clause.prose() };
        opinions.push((named, judge.ask(policy, view).await));
    }
    let judgement = gravest(opinions.iter().map(|(_, opinion)| opinion));
    Some(Consulted {
        judgement,
        judged: opinions.iter().map(|(named, one)| record(judge, named, one)).collect(),
    })
}

/// Whether the judge's word could change a ruling.
pub(crate) fn can_change(house: &House, stack: &Stack, decision: &Decision) -> bool {
    house.judge.is_some() && turning(house, stack, decision).is_some()
}

/// The clauses of a refusal, if all of them test the judge's word.
fn turning<'s>(
    house: &House,
    stack: &'s Stack,
    decision: &'s Decision,
) -> Option<Vec<(&'s ClauseRef, &'s Clause)>> {
    let fact = house.vocabulary.fact(JUDGEMENT)?;
    if decision.ruling == Ruling::Permit || decision.grounds.is_empty() {
        return None;
    }
    let all = decision.grounds.iter().map(|named| {
        let clause = stack.clause(named)?;
        stack.clause_reads(named, fact).then_some((named, clause))
    });
    all.collect()
}

/// One violation is enough, and one silence keeps all from being cleared.
fn gravest<'o>(opinions: impl Iterator<Item = &'o Opinion>) -> &'static str {
    let mut judgement = Verdict::Complies.as_str();
    for opinion in opinions {
        match &opinion.verdict {
            Ok(Verdict::Violates) => return Verdict::Violates.as_str(),
            Ok(Verdict::Complies) => {}
            Err(_none) => judgement = "unknown",
        }
    }
    judgement
}

fn record(judge: &Judge, named: &ClauseRef, opinion: &Opinion) -> Judged {
    Judged {
        agreement: named.agreement.clone(),
        clause: named.clause.clone(),
        provider: judge.provider().to_owned(),
        model: judge.model().to_owned(),
        verdict: opinion.verdict.as_ref().map_or("none", |verdict| verdict.as_str()).to_owned(),
        cached: opinion.cached,
    }
}

/// Every text of a request with its place, in the order of the request.
fn texts(asked: &Asked) -> String {
    let mut all = String::new();
    for text in asked.texts() {
        let _ = writeln!(all, "[{}]\n{}", text.place(), text.text);
    }
    all
}
