//! Clauses that a judge's word decides: each should have a fact of its own, or one's verdict is the other's.

use super::{Clause, Policy};
use crate::{FactId, Problem, Severity, Vocabulary};

/// A warning for each clause that turns on a judge's fact that an earlier clause turns on too.
pub(super) fn shared(clauses: &[Clause], policies: &[Policy], vocabulary: &Vocabulary) -> Vec<Problem> {
    let verdicts: Vec<FactId> =
        vocabulary.facts().filter(|(_, fact)| fact.is_verdict()).map(|(id, _)| id).collect();
    let turns = |clause: &Clause, fact: &FactId| {
        let mut of_it = policies.iter().filter(|policy| policy.clause() == clause.number());
        of_it.any(|policy| policy.condition().facts().contains(fact))
    };
    let mut found = Vec::new();
    for fact in &verdicts {
        let mut testing = clauses.iter().filter(|clause| turns(clause, fact));
        let Some(first) = testing.next() else { continue };
        let name = vocabulary.get(*fact).name();
        let others: Vec<String> = verdicts
            .iter()
            .filter(|other| !clauses.iter().any(|clause| turns(clause, other)))
            .map(|other| format!("`{}`", vocabulary.get(*other).name()))
            .collect();
        let hint = if others.is_empty() {
            "declare another fact of a judge in the vocabulary, one for each such clause".to_owned()
        } else {
            format!("test another fact of a judge: {}", others.join(", "))
        };
        found.extend(testing.map(|clause| Problem {
            severity: Severity::Warning,
            code: "shared-verdict",
            message: format!(
                "clauses {} and {} both turn on `{name}`, so a judge's verdict on one counts for the other",
                first.number(),
                clause.number()
            ),
            span: clause.span(),
            hint: Some(hint.clone()),
        }));
    }
    found
}
