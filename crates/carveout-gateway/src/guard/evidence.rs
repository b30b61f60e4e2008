//! What an answer shows of persons.

use carveout_signals::{Evidence as Seen, Kind, PersonCount, Scanner};
use carveout_terms::{FactError, FactKind, Facts, MemberSet, Value, Vocabulary};

/// The facts that an answer can change.
pub(crate) const READ_OF_ANSWERS: [&str; 3] = ["persons_at_least", "persons_at_most", "identifiers"];

/// As much of what was seen as facts speak of.
pub(super) type Mark = (usize, usize, u32);

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    count: PersonCount,
    kinds: u32,
}

impl Evidence {
    pub(super) fn read(&mut self, scanner: &Scanner, text: &str) {
        self.add(&scanner.scan(text));
    }

    pub(super) fn add(&mut self, seen: &Seen) {
        self.count.add(seen);
        for (bit, kind) in Kind::ALL.into_iter().enumerate() {
            if seen.findings.iter().any(|finding| finding.kind == kind) {
                self.kinds |= 1 << bit;
            }
        }
    }

    /// By which it is seen whether the facts would be the same.
    pub(super) fn mark(&self) -> Mark {
        let persons = self.count.persons();
        (persons.lower, persons.upper, self.kinds)
    }

    pub(super) fn state(&self, vocabulary: &Vocabulary, facts: &mut Facts) -> Result<(), FactError> {
        let persons = self.count.persons();
        for (fact, count) in [("persons_at_least", persons.lower), ("persons_at_most", persons.upper)] {
            if vocabulary.fact(fact).is_some() {
                facts.set_long(vocabulary, fact, i64::try_from(count).unwrap_or(i64::MAX))?;
            }
        }
        let Some(fact) = vocabulary.fact("identifiers") else { return Ok(()) };
        if let FactKind::Members(enumeration) = vocabulary.get(fact).kind() {
            let unknown = enumeration.unknown();
            let member = |name: &str| enumeration.position(name).unwrap_or(unknown);
            let kinds = Kind::ALL.into_iter().enumerate().filter(|(bit, _)| self.kinds & (1 << bit) != 0);
            let seen = MemberSet::of(kinds.map(|(_, kind)| member(kind.as_str())));
            let seen = if seen.is_empty() { MemberSet::of([member("none")]) } else { seen };
            facts.state(vocabulary, fact, Value::Members(seen))?;
        }
        Ok(())
    }
}
