//! The facts of a vocabulary that are meters, and what they are for one use.

use carveout_signals::meters::{Bound, Bounds, MeterFact, Meters, Minute, Per, Prospect, Sight};
use carveout_terms::{Agreement, FactId, FactKind, Facts, Stack, Value, Vocabulary};

use super::scopes::{Scope, Seen};
use crate::attest::AttestError;

/// The largest number that a fact can have (RFC 9651 section 3.3.1).
const LARGEST: i64 = 999_999_999_999_999;

/// The meters that a vocabulary declares.
pub(crate) struct Declared {
    facts: Vec<(FactId, MeterFact)>,
    /// The lengths of their windows, each once.
    windows: Vec<Minute>,
}

/// What the meters of a scope would hold.
struct Prospects<'a> {
    agreement: Option<&'a Agreement>,
    admitted: Prospect,
    attempted: Prospect,
}

impl Declared {
    pub(crate) fn by(vocabulary: &Vocabulary) -> Self {
        let numbers = vocabulary.facts().filter(|(_, fact)| matches!(fact.kind(), FactKind::Long));
        let facts: Vec<(FactId, MeterFact)> =
            numbers.filter_map(|(id, fact)| Some((id, MeterFact::parse(fact.name())?))).collect();
        let mut windows: Vec<Minute> = facts.iter().map(|(_, meter)| meter.window).collect();
        windows.sort_unstable();
        windows.dedup();
        Self { facts, windows }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    pub(crate) fn windows(&self) -> &[Minute] {
        &self.windows
    }

    pub(super) fn has(&self, fact: FactId) -> bool {
        self.facts.iter().any(|(id, _)| *id == fact)
    }

    pub(super) fn are_read_by(&self, stack: &Stack) -> bool {
        self.facts.iter().any(|(fact, _)| stack.reads(*fact))
    }

    pub(super) fn has_attempts(&self) -> bool {
        self.facts.iter().any(|(_, meter)| meter.attempted)
    }

    /// What each of them would be with what the use shows. Attempts are those before it: what it is itself isn't known yet.
    pub(super) fn measure(
        &self,
        vocabulary: &Vocabulary,
        meters: &mut Meters,
        seen: &Seen<'_>,
        now: Minute,
    ) -> Result<Facts, AttestError> {
        let mut prospects = |scope: &Scope, sight: &Sight, agreement| Prospects {
            agreement,
            admitted: meters.prospect(&scope.name, sight, now),
            attempted: if self.has_attempts() {
                meters.prospect(&scope.attempted, &Sight::default(), now)
            } else {
                Prospect::default()
            },
        };
        let program: Vec<_> =
            seen.program.iter().map(|(scope, sight)| prospects(scope, sight, None)).collect();
        let agreements: Vec<_> = seen
            .agreements
            .iter()
            .map(|(scope, sight, agreement)| prospects(scope, sight, Some(agreement)))
            .collect();
        let mut facts = Facts::default();
        for (fact, meter) in &self.facts {
            let bounds = match meter.per {
                Per::Program => self.highest(&program, *fact, meter),
                Per::Agreement => self.highest(&agreements, *fact, meter),
            };
            let count = match meter.bound {
                Bound::AtLeast => bounds.at_least,
                Bound::AtMost => bounds.at_most,
            };
            let count = i64::try_from(count).unwrap_or(LARGEST).min(LARGEST);
            facts.state(vocabulary, *fact, Value::Long(count))?;
        }
        Ok(facts)
    }

    /// A use has one value for each fact, and may be under several agreements. It is the highest count among those whose
    /// clauses test the fact, which is that agreement's own where there is one of them; of all, where none does.
    fn highest(&self, scopes: &[Prospects<'_>], fact: FactId, meter: &MeterFact) -> Bounds {
        let window = self.windows.iter().position(|length| *length == meter.window).unwrap_or_default();
        let tests = |one: &&Prospects<'_>| {
            one.agreement.is_some_and(|agreement| agreement.tested_facts().contains(&fact))
        };
        let tested = scopes.iter().any(|one| tests(&one));
        let counted = scopes.iter().filter(|one| !tested || tests(one)).map(|one| {
            let prospect = if meter.attempted { &one.attempted } else { &one.admitted };
            prospect.bounds(window, meter.class)
        });
        counted.fold(Bounds::default(), |highest, one| Bounds {
            at_least: highest.at_least.max(one.at_least),
            at_most: highest.at_most.max(one.at_most),
        })
    }
}
