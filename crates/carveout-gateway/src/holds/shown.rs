//! A hold as JSON.

use carveout_ledger::{Appointed, Timestamp};
use serde_json::{Value as Json, json};

use super::{Holds, queue::Held};
use crate::house::InForce;

/// The version of every document's shape.
pub(super) const VERSION: u64 = 1;

/// What has become of a hold, in a word.
fn state(holds: &Holds, held: &Held, now: Timestamp) -> &'static str {
    match held.end {
        Some(end) => end.as_str(),
        None if now >= held.until => "expired",
        None if holds.standing(held, now).len() == held.decided.roles.len() => "approved",
        None => "waiting",
    }
}

/// What a program may know of its own hold.
pub(super) fn to_program(holds: &Holds, held: &Held, now: Timestamp) -> Json {
    json!({
        "hold": held.id.to_string(),
        "of": if held.decided.parent.is_some() { "answer" } else { "request" },
        "state": state(holds, held, now),
        "roles": held.decided.roles,
        "at": held.at.to_string(),
        "until": held.until.to_string(),
    })
}

/// What an officer may know: the very entry, from which everything else can be read and checked.
pub(super) fn to_officer(
    terms: &InForce,
    holds: &Holds,
    officer: &Appointed,
    held: &Held,
    now: Timestamp,
) -> Json {
    let entry =
        held.entry().encode().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let standing = holds.standing(held, now);
    let missing: Vec<&String> = held.decided.roles.iter().filter(|role| !standing.contains(role)).collect();
    let approvals: Vec<Json> = held
        .approvals
        .iter()
        .map(|one| json!({ "officer": one.officer, "roles": one.roles, "until": one.until.to_string() }))
        .collect();
    json!({
        "hold": held.id.to_string(),
        "state": state(holds, held, now),
        "index": held.index,
        "leaf": held.leaf.to_string(),
        "until": held.until.to_string(),
        "missing": missing,
        "yours": holds.may_lift(officer, held),
        "approvals": approvals,
        "clauses": clauses(terms, held),
        "judged": held.decided.judged,
        "found": held.decided.found,
        "entry": entry,
    })
}

/// The clauses that hold it, in their own words.
fn clauses(terms: &InForce, held: &Held) -> Vec<Json> {
    let stack = terms.bound(&held.decided.program).map(|bound| &bound.stack);
    let cited = held.decided.grounds.iter().map(|cited| {
        let (agreement, clause) = (cited.agreement.clone(), cited.clause.clone());
        let found = stack.and_then(|stack| stack.clause(&carveout_terms::ClauseRef { agreement, clause }));
        json!({
            "agreement": cited.agreement,
            "clause": cited.clause,
            "heading": found.map(|clause| clause.heading()),
            "sentence": found.map(|clause| clause.sentence()),
        })
    });
    cited.collect()
}
