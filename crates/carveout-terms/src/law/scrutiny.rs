//! Facts that raise scrutiny only: whether a policy would decide by such a fact alone.

use std::collections::BTreeSet;

use super::{
    Condition, SilenceError,
    silence::{Samples, combinations, pick},
};
use crate::{Attester, FactId, Value, Vocabulary};

/// The facts that raise scrutiny only and that the condition turns on although no judge has said anything: with every fact of a
/// judge `unknown`, two uses that differ in nothing else are told apart. Decided exactly, by trying one use of every cell.
pub(crate) fn turns_on_scrutiny_alone(
    vocabulary: &Vocabulary,
    condition: &Condition,
) -> Result<Vec<FactId>, SilenceError> {
    let facts = condition.facts();
    let scrutiny: Vec<FactId> =
        facts.iter().copied().filter(|fact| vocabulary.get(*fact).raises_scrutiny_only()).collect();
    if scrutiny.is_empty() {
        return Ok(Vec::new());
    }
    let mut samples = combinations(vocabulary, condition)?;
    for fact in facts.iter().filter(|fact| !scrutiny.contains(fact)) {
        let declared = vocabulary.get(*fact);
        if let (Attester::Judge, Some(silence)) = (declared.attester(), Value::silence(declared.kind())) {
            samples.insert(*fact, vec![silence]);
        }
    }
    Ok(scrutiny.into_iter().filter(|fact| turns_on(condition, &samples, *fact)).collect())
}

/// Whether some use is told apart from one that differs from it in this fact only.
fn turns_on(condition: &Condition, samples: &Samples, fact: FactId) -> bool {
    let ways: &[Value] = samples.get(&fact).map_or(&[], Vec::as_slice);
    let mut others = samples.clone();
    others.remove(&fact);
    let cells = others.values().map(Vec::len).fold(1_usize, usize::saturating_mul);
    let missing = Value::Bool(false);
    (0..cells).any(|number| {
        let use_ = pick(&others, number);
        let answers: BTreeSet<bool> = ways
            .iter()
            .map(|way| {
                let value = |asked: FactId| {
                    if asked == fact { way } else { use_.get(&asked).copied().unwrap_or(&missing) }
                };
                condition.holds(&value)
            })
            .collect();
        answers.len() > 1
    })
}
