//! What `check` says to programs.

use std::path::Path;

use carveout_terms::{Agreement, Clause, ExampleOutcome, Problems, Vocabulary};
use serde_json::{Value as Json, json};

use super::{
    proven::Proofs,
    shown::{rests, untested},
};

pub(super) fn unreadable(path: &Path, problems: &Problems) -> Json {
    let list = problems.list().iter().map(|problem| {
        let (line, column) = problems.position(problem);
        json!({
            "code": problem.code, "severity": problem.severity, "message": problem.message, "hint": problem.hint,
            "line": line, "column": column, "start": problem.span.start, "end": problem.span.end,
        })
    });
    json!({ "file": path, "readable": false, "problems": list.collect::<Vec<_>>() })
}

pub(super) fn document(
    path: &Path,
    agreement: &Agreement,
    outcomes: &[ExampleOutcome<'_>],
    vocabulary: &Vocabulary,
    proofs: Option<&Proofs>,
) -> Json {
    let clause = |clause: &Clause| {
        let policies = agreement.policies_of(clause).map(|policy| {
            json!({
                "id": policy.id(), "permits": policy.permits(), "hold": policy.hold().map(ToString::to_string),
                "when": policy.words(vocabulary).to_string(), "silent": policy.silent(), "lowered": policy.lowered(),
            })
        });
        json!({
            "number": clause.number(), "heading": clause.heading(), "kind": clause.kind(),
            "sentence": clause.sentence(),
            "grade": proofs.and_then(|proofs| proofs.grade(clause.number())).map(|grade| grade.as_str()),
            "policies": policies.collect::<Vec<_>>(),
        })
    };
    let example = |outcome: &ExampleOutcome<'_>| {
        json!({
            "clause": outcome.example.clause(), "expected": outcome.example.expected(), "use": outcome.example.text(),
            "ruling": outcome.ruling, "grounds": outcome.grounds, "failure": outcome.failure,
        })
    };
    json!({
        "file": path,
        "readable": true,
        "agreement": agreement.id(),
        "agreement_version": agreement.version(),
        "role": agreement.role(),
        "digest": agreement.digest(),
        "effective": agreement.window().effective.to_string(),
        "until": agreement.window().until.map(|until| until.to_string()),
        "parties": agreement.parties(),
        "presumes": agreement.presume().display(vocabulary).to_string(),
        "clauses": agreement.clauses().iter().map(clause).collect::<Vec<_>>(),
        "examples": outcomes.iter().map(example).collect::<Vec<_>>(),
        "proofs": proofs.map(|proofs| proofs.document(vocabulary)),
        "rests_on_presumption": rests(agreement, vocabulary),
        "untested_facts": untested(agreement, vocabulary),
        "warnings": agreement.warnings().list().iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
