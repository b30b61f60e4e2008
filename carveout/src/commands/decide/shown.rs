//! A decision, shown to people and to programs.

use carveout_terms::{
    AgreementExplained, Attester, Decision, Explanation, Facts, PurposeRefused, RoleId, Ruling, Stack, Turn,
    Use, Vocabulary,
    designation::{Effect, Watched},
};
use serde_json::{Value as Json, json};

use super::super::routes::{instant, told};
use crate::output::{Exit, Printer, ruled::why, ruling, strong};

pub(super) fn print(printer: &Printer, stack: &Stack, use_: &Use, decision: &Decision) {
    printer.line(ruling(decision.ruling.as_str()));
    if let Ruling::Hold { roles } = &decision.ruling {
        let roles: Vec<&str> = roles.iter().map(RoleId::as_str).collect();
        printer.line(format_args!("it takes the approval of {}", roles.join(" and ")));
    }
    for clause in &decision.grounds {
        let known = stack.clause(clause);
        let heading = known.map_or("", |clause| clause.heading());
        printer.line(format_args!("{} {heading}", strong(clause)));
        printer.line(format_args!("  {}", known.map_or("", |clause| clause.sentence())));
    }
    if let Some(why) = why(&decision.reason) {
        printer.line(why);
    }
    let facts: Vec<&str> = [use_.claimed(), use_.registered(), use_.measured()]
        .into_iter()
        .filter(|layer| !layer.is_empty())
        .collect();
    printer.line(format_args!("on {}", facts.join(", ")));
    for evidence in use_.evidence() {
        printer.line(format_args!("and the evidence {evidence}"));
    }
}

/// What designations have to do with it, whatever was ruled.
pub(super) fn print_effects(printer: &Printer, effects: &[(&Watched, Effect)]) {
    for (watched, effect) in effects {
        printer.line(format_args!(
            "designation {}: {}{}",
            strong(watched.id()),
            told(effect).0,
            instant(effect)
        ));
    }
}

/// A claim that the gateway refuses before anything is decided.
pub(super) fn refused(printer: &Printer, refused: &PurposeRefused) -> miette::Result<Exit> {
    if printer.json() {
        printer.document("decide", &json!({ "ruling": null, "refused": refused.to_string() }))?;
    } else {
        printer.line(ruling("refused before it is decided"));
        printer.line(refused);
    }
    Ok(Exit::No)
}

pub(super) fn print_explanation(
    printer: &Printer,
    explanation: &Explanation,
    use_: &Use,
    vocabulary: &Vocabulary,
) {
    let read = |layer: &str| Facts::suppose(vocabulary, layer).unwrap_or_default();
    let stated = Stated {
        layers: [use_.claimed(), use_.registered(), use_.measured()].map(read),
        evidence: use_.evidence().iter().map(|layer| read(layer)).collect(),
    };
    for agreement in &explanation.agreements {
        printer.line("");
        let applies = if agreement.applies { "" } else { " (does not apply to this target at this time)" };
        printer.line(format_args!("{}{applies}", strong(&agreement.agreement)));
        if !agreement.presumed.is_empty() {
            printer.line(format_args!("  presumed: {}", agreement.presumed));
        }
        for policy in &agreement.policies {
            let verb = match (policy.permits, &policy.hold) {
                (true, _) => "permits".to_owned(),
                (false, None) => "forbids".to_owned(),
                (false, Some(role)) => format!("holds for {role}"),
            };
            let matched = if policy.matched { strong(&verb) } else { "does not apply".to_owned() };
            printer.line(format_args!("  {} {matched}", policy.policy));
            for turn in &policy.turned_by {
                let met = if turn.met { "yes" } else { "no " };
                let facts = attested(turn, agreement, &stated, vocabulary);
                printer.line(format_args!("      {met} {} (is {facts})", turn.condition));
            }
        }
    }
}

/// What was said about a use.
struct Stated {
    layers: [Facts; 3],
    evidence: Vec<Facts>,
}

/// The facts of a turn, each with whose word it is.
fn attested(turn: &Turn, agreement: &AgreementExplained, stated: &Stated, vocabulary: &Vocabulary) -> String {
    let read = |text: &str| Facts::suppose(vocabulary, text).unwrap_or_default();
    let (presumed, facts) = (read(&agreement.presumed), read(&turn.facts));
    let shown = facts.iter().map(|(id, value)| {
        let whose = match vocabulary.get(id).attester() {
            _ if presumed.get(id).is_some() => "presumed",
            _ if stated.evidence.iter().any(|said| said.get(id).is_some())
                && stated.layers.iter().all(|said| said.get(id) != Some(value)) =>
            {
                "the evidence"
            }
            _ if stated.layers.iter().all(|said| said.get(id).is_none()) => "nobody says",
            Attester::Gateway => "measured",
            Attester::Officer => "an officer's word",
            Attester::Program => "registered",
            _ if stated.layers.last().is_some_and(|measured| measured.get(id) == Some(value)) => "measured",
            Attester::Judge => "judged",
            Attester::Caller => "the caller's word",
            Attester::None => "nobody can observe it",
        };
        format!("{}: {whose}", facts.filtered(|fact| fact == id).display(vocabulary))
    });
    shown.collect::<Vec<_>>().join(", ")
}

pub(super) fn document(
    stack: &Stack,
    use_: &Use,
    decision: &Decision,
    (explanation, wire): (Option<&Explanation>, Option<Json>),
    effects: &[(&Watched, Effect)],
) -> Json {
    let effects = effects.iter().map(|(watched, effect)| {
        let (word, from) = told(effect);
        json!({ "designation": watched.id(), "effect": word, "from": from.map(|from| from.to_string()) })
    });
    let roles = match &decision.ruling {
        Ruling::Hold { roles } => roles.iter().map(ToString::to_string).collect(),
        Ruling::Permit | Ruling::Deny => Vec::new(),
    };
    let grounds = decision.grounds.iter().map(|clause| {
        let known = stack.clause(clause);
        json!({
            "agreement": clause.agreement, "clause": clause.clause,
            "heading": known.map(|clause| clause.heading()), "sentence": known.map(|clause| clause.sentence()),
        })
    });
    json!({
        "ruling": decision.ruling.as_str(),
        "refused": null,
        "roles": roles,
        "grounds": grounds.collect::<Vec<_>>(),
        "why": why(&decision.reason),
        "terms": decision.terms,
        "facts_digest": decision.facts,
        "at": decision.at.to_string(),
        "facts": { "caller": use_.claimed(), "program": use_.registered(), "gateway": use_.measured(), "evidence": use_.evidence() },
        "designations": effects.collect::<Vec<_>>(),
        "explanation": explanation.map(explained),
        "tripwire": wire,
    })
}

fn explained(explanation: &Explanation) -> Json {
    let agreements = explanation.agreements.iter().map(|agreement| {
        let policies = agreement.policies.iter().map(|policy| {
            let turns = policy.turned_by.iter();
            json!({
                "policy": policy.policy, "clause": policy.clause, "permits": policy.permits, "matched": policy.matched,
                "hold": policy.hold.as_ref().map(ToString::to_string),
                "turned_by": turns.map(|turn| json!({ "condition": turn.condition, "met": turn.met, "facts": turn.facts }))
                    .collect::<Vec<_>>(),
            })
        });
        json!({
            "agreement": agreement.agreement, "role": agreement.role, "applies": agreement.applies,
            "presumed": agreement.presumed, "policies": policies.collect::<Vec<_>>(),
        })
    });
    agreements.collect()
}
