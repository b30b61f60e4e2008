//! Fourth stop: what the gateway itself can see of a use.

use carveout_dialects::Asked;
use carveout_terms::{FactError, FactKind, Facts, Timestamp, UseError, Vocabulary};

use crate::settings::TargetSettings;

/// The facts about a target, checked against the vocabulary once, at the start.
pub(crate) fn target_facts(vocabulary: &Vocabulary, target: &TargetSettings) -> Result<Facts, FactError> {
    let mut facts = Facts::default();
    facts.set_member(vocabulary, "maker", &target.maker)?;
    facts.set_member(vocabulary, "host", &target.host)?;
    facts.set_member(vocabulary, "operator", &target.operator)?;
    if let Some(model) = &target.model_fact {
        facts.set_member(vocabulary, "model", model)?;
    }
    if let Some(deployment) = &target.deployment {
        facts.set_member(vocabulary, "deployment", deployment)?;
    }
    // A request asks for an answer. A tool that the answer calls is another use.
    if vocabulary.fact("act").is_some() {
        facts.set_member(vocabulary, "act", "answer")?;
    }
    if vocabulary.fact("tool_rows").is_some() {
        facts.set_long(vocabulary, "tool_rows", 0)?;
    }
    Ok(facts)
}

/// Which of the counts that the gateway takes the vocabulary has a fact for.
#[derive(Debug)]
pub(crate) struct Measures {
    declared: [bool; COUNTS.len()],
}

/// One count of a request's body.
struct Count {
    fact: &'static str,
    of: fn(&Asked) -> usize,
    /// What is counted can't be judged by its text, so a vocabulary that is blind to it can't permit it either.
    must_be_seen: bool,
}

const COUNTS: [Count; 5] = [
    Count { fact: "opaque_parts", of: |asked| asked.opaque().len(), must_be_seen: true },
    Count { fact: "unlisted_fields", of: |asked| asked.unlisted().len(), must_be_seen: true },
    Count { fact: "server_tools", of: |asked| asked.server_tools().len(), must_be_seen: true },
    Count { fact: "tools_offered", of: |asked| asked.tools_offered() as usize, must_be_seen: false },
    Count { fact: "tool_results", of: |asked| asked.tool_results() as usize, must_be_seen: false },
];

/// The body holds something that no agreement on this vocabulary can speak of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the request has {count} `{fact}` (the first at `{place}`), which the agreed vocabulary can't judge: leave them out"
)]
pub(crate) struct Unseen {
    fact: &'static str,
    count: usize,
    place: String,
}

impl Unseen {
    /// Where the first of them is, as a JSON pointer.
    pub(crate) fn place(&self) -> Option<&str> {
        Some(&self.place)
    }
}

impl Measures {
    pub(crate) fn of(vocabulary: &Vocabulary) -> Self {
        let is_number = |fact| {
            vocabulary.fact(fact).is_some_and(|id| matches!(vocabulary.get(id).kind(), FactKind::Long))
        };
        Self { declared: COUNTS.map(|count| is_number(count.fact)) }
    }

    /// The gateway's facts: those of the target, the counts of the body, and the time.
    pub(crate) fn take(
        &self,
        vocabulary: &Vocabulary,
        target: &Facts,
        asked: &Asked,
        at: Timestamp,
    ) -> Result<Facts, AttestError> {
        let mut facts = target.clone();
        for (measure, declared) in COUNTS.iter().zip(self.declared) {
            let count = (measure.of)(asked);
            if declared {
                facts.set_long(vocabulary, measure.fact, i64::try_from(count).unwrap_or(i64::MAX))?;
            } else if measure.must_be_seen && count > 0 {
                return Err(
                    Unseen { fact: measure.fact, count, place: first_place(measure.fact, asked) }.into()
                );
            }
        }
        facts.set_datetime(vocabulary, "at", at)?;
        Ok(facts)
    }
}

fn first_place(fact: &str, asked: &Asked) -> String {
    match fact {
        "opaque_parts" => asked.opaque().next().map(|part| part.place()),
        "unlisted_fields" => asked.unlisted().next().map(|field| field.place()),
        _ => asked.server_tools().next().map(|tool| tool.place()),
    }
    .unwrap_or_default()
}

/// Why a use could not be attested.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttestError {
    #[error(transparent)]
    Unseen(#[from] Unseen),
    /// Can't happen once [`target_facts`] and [`Measures::of`] have looked; it denies all the same.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// The vocabulary has a number or a truth value that nothing here measures.
    #[error(transparent)]
    Use(#[from] UseError),
}
