//! Which facts the vocabulary wants to be measured, and what they are for one request.

use std::sync::Arc;

use carveout_dialects::Asked;
use carveout_signals::{Kinds, Region, Scanner};
use carveout_terms::{FactId, FactKind, Facts, Stack, Timestamp, Value, Vocabulary};

use super::{AttestError, Evidence, evidence::Declared};

/// Texts of more bytes than this are read on a thread of their own, so that no other request waits for them.
const AT_ONCE: usize = 64 << 10;

/// Which of the counts that the gateway takes the vocabulary has a fact for, and how texts are read.
#[derive(Debug)]
pub(crate) struct Measures {
    declared: [Option<FactId>; COUNTS.len()],
    at: Option<FactId>,
    persons: Declared,
    /// Whether anything needs to know what texts show.
    reads_texts: bool,
    scanner: Scanner,
    /// The kinds of identifiers that are only monitored for some program.
    masked: Kinds,
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
    /// What this vocabulary wants, with national telephone numbers read as a region's. Meters want to know whom texts
    /// show too.
    pub(crate) fn of(vocabulary: &Vocabulary, region: Region, metered: bool, masked: Kinds) -> Self {
        let number =
            |fact| vocabulary.fact(fact).filter(|id| matches!(vocabulary.get(*id).kind(), FactKind::Long));
        let persons = Declared::by(vocabulary);
        Self {
            declared: COUNTS.map(|count| number(count.fact)),
            at: vocabulary.fact("at"),
            reads_texts: persons.any() || metered,
            persons,
            scanner: Scanner::new(region),
            masked,
        }
    }

    /// What the texts of a request show, if the vocabulary has a fact for any of it. `reports` are the members under which the
    /// results of tools say how many rows they are about.
    pub(crate) async fn look(
        &self,
        asked: &Arc<Asked>,
        reports: Vec<String>,
    ) -> Result<Evidence, AttestError> {
        if !self.reads_texts {
            return Ok(Evidence::default());
        }
        if asked.texts().map(|text| text.text.len()).sum::<usize>() <= AT_ONCE {
            return Ok(Evidence::of(&self.scanner, asked, (self.persons.wired(), self.masked), &reports));
        }
        let (scanner, asked) = (self.scanner, Arc::clone(asked));
        let looked_for = (self.persons.wired(), self.masked);
        let reading =
            tokio::task::spawn_blocking(move || Evidence::of(&scanner, &asked, looked_for, &reports));
        reading.await.map_err(|_panicked| AttestError::Unread)
    }

    /// The gateway's facts: those of the target, the counts of the body, what its texts show, and the time.
    pub(crate) fn take(
        &self,
        vocabulary: &Vocabulary,
        target: &Facts,
        asked: &Asked,
        evidence: &Evidence,
        at: Timestamp,
    ) -> Result<Facts, AttestError> {
        let mut facts = target.clone();
        for (measure, declared) in COUNTS.iter().zip(self.declared) {
            let count = (measure.of)(asked);
            if let Some(fact) = declared {
                facts.state(vocabulary, fact, Value::Long(i64::try_from(count).unwrap_or(i64::MAX)))?;
            } else if measure.must_be_seen && count > 0 {
                return Err(
                    Unseen { fact: measure.fact, count, place: first_place(measure.fact, asked) }.into()
                );
            }
        }
        self.persons.state(vocabulary, evidence, &mut facts)?;
        if let Some(fact) = self.at {
            facts.state(vocabulary, fact, Value::Datetime(at))?;
        }
        Ok(facts)
    }

    /// States what texts show, in place of what they showed before.
    pub(crate) fn state(
        &self,
        vocabulary: &Vocabulary,
        evidence: &Evidence,
        facts: &mut Facts,
    ) -> Result<(), AttestError> {
        Ok(self.persons.state(vocabulary, evidence, facts)?)
    }

    /// Whether any clause of a stack tests what texts show. Then answers are looked at too.
    pub(crate) fn are_read_by(&self, stack: &Stack) -> bool {
        self.persons.are_read_by(stack)
    }

    /// Whether any clause of a stack tests what texts look like.
    pub(crate) fn wire_is_read_by(&self, stack: &Stack) -> bool {
        self.persons.wire_is_read_by(stack)
    }

    /// Whether what an answer shows can contradict a claim.
    pub(crate) fn may_contradict(&self, claim: &Facts) -> bool {
        self.persons.may_contradict(claim)
    }

    /// What reads texts.
    pub(crate) const fn scanner(&self) -> Scanner {
        self.scanner
    }

    /// What evidence says against a claim: each is a further way to read the use.
    pub(crate) fn contradictions(
        &self,
        vocabulary: &Vocabulary,
        claim: &Facts,
        evidence: &Evidence,
    ) -> Result<Vec<Facts>, AttestError> {
        Ok(self.persons.contradictions(vocabulary, claim, evidence)?)
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
