//! What texts show of persons, whoever is said to be in them.

use carveout_dialects::Asked;
use carveout_signals::{Kind, PersonCount, Persons, Scanner};
use carveout_terms::{Enumeration, FactId, FactKind, Facts, MemberSet, Value, Vocabulary};

use super::AttestError;

/// Bytes that are read for one request at most, all views of all its texts together. Texts beyond that can't be
/// judged, and are counted as such: thirty-two million bytes take about a tenth of a second.
const MOST_BYTES: usize = 32 << 20;

/// What texts show. It grows text by text, so that what a reply shows can be added to what its request shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    count: PersonCount,
    /// The kinds of identifiers that were seen, one bit for each of [`Kind::ALL`].
    kinds: u32,
    opaque: usize,
    bytes: usize,
}

impl Evidence {
    /// What every text of a request shows: prompts, what tools returned, definitions of tools, fields that no list names.
    pub(super) fn of(scanner: &Scanner, asked: &Asked) -> Self {
        let mut evidence = Self::default();
        asked.texts().for_each(|text| evidence.read(scanner, &text.text));
        evidence
    }

    /// Adds what one more text shows.
    pub(crate) fn read(&mut self, scanner: &Scanner, text: &str) {
        if self.bytes.saturating_add(text.len()) > MOST_BYTES {
            self.opaque += 1;
            return;
        }
        let seen = scanner.scan(text);
        self.bytes += seen.work.bytes;
        self.opaque += seen.opaque.len();
        for (bit, kind) in Kind::ALL.into_iter().enumerate() {
            if seen.findings.iter().any(|finding| finding.kind == kind) {
                self.kinds |= 1 << bit;
            }
        }
        self.count.add(&seen);
    }

    /// Every identifier that was seen.
    pub(crate) const fn count(&self) -> &PersonCount {
        &self.count
    }

    /// How many persons.
    pub(crate) fn persons(&self) -> Persons {
        self.count.persons()
    }

    fn kinds(&self) -> impl Iterator<Item = (usize, Kind)> {
        Kind::ALL.into_iter().enumerate().filter(|(bit, _)| self.kinds & (1 << bit) != 0)
    }
}

/// The facts about persons that a vocabulary declares. One that declares none of them costs no scan.
#[derive(Debug)]
pub(super) struct Declared {
    at_least: Option<FactId>,
    at_most: Option<FactId>,
    opaque_texts: Option<FactId>,
    identifiers: Option<Identifiers>,
    subject: Option<Subject>,
}

/// The set of the kinds that were seen.
#[derive(Debug)]
struct Identifiers {
    fact: FactId,
    none: u16,
    /// The member for each of [`Kind::ALL`].
    members: Vec<u16>,
}

/// The claim that there is no person in it, which evidence can contradict.
#[derive(Debug)]
struct Subject {
    fact: FactId,
    none: u16,
    unknown: u16,
}

impl Declared {
    pub(super) fn by(vocabulary: &Vocabulary) -> Self {
        let number =
            |name| vocabulary.fact(name).filter(|id| matches!(vocabulary.get(*id).kind(), FactKind::Long));
        let at_least = number("persons_at_least");
        Self {
            at_least,
            at_most: number("persons_at_most"),
            opaque_texts: number("opaque_texts"),
            identifiers: Identifiers::by(vocabulary),
            // Where persons aren't counted there is nothing that could contradict.
            subject: at_least.and_then(|_| Subject::by(vocabulary)),
        }
    }

    /// Whether any of them is declared.
    pub(super) fn any(&self) -> bool {
        let numbers = [self.at_least, self.at_most, self.opaque_texts];
        numbers.iter().any(Option::is_some) || self.identifiers.is_some()
    }

    /// States what was seen.
    pub(super) fn state(
        &self,
        vocabulary: &Vocabulary,
        evidence: &Evidence,
        facts: &mut Facts,
    ) -> Result<(), AttestError> {
        let persons = evidence.persons();
        let counts = [
            (self.at_least, persons.lower),
            (self.at_most, persons.upper),
            (self.opaque_texts, evidence.opaque),
        ];
        for (fact, count) in counts {
            if let Some(fact) = fact {
                facts.state(vocabulary, fact, Value::Long(i64::try_from(count).unwrap_or(i64::MAX)))?;
            }
        }
        if let Some(identifiers) = &self.identifiers {
            facts.state(vocabulary, identifiers.fact, identifiers.of(evidence))?;
        }
        Ok(())
    }

    /// What evidence says against the claim. It adds a reading and takes none away, so it can only tighten: who
    /// claims that the data is about nobody, and sends somebody's number, is decided also as one who didn't say.
    pub(super) fn contradictions(
        &self,
        vocabulary: &Vocabulary,
        claim: &Facts,
        evidence: &Evidence,
    ) -> Result<Vec<Facts>, AttestError> {
        let Some(subject) = &self.subject else { return Ok(Vec::new()) };
        if claim.get(subject.fact) != Some(&Value::Member(subject.none)) || evidence.persons().lower == 0 {
            return Ok(Vec::new());
        }
        let mut facts = Facts::default();
        facts.state(vocabulary, subject.fact, Value::Member(subject.unknown))?;
        Ok(vec![facts])
    }
}

impl Identifiers {
    fn by(vocabulary: &Vocabulary) -> Option<Self> {
        let fact = vocabulary.fact("identifiers")?;
        let FactKind::Members(enumeration) = vocabulary.get(fact).kind() else { return None };
        // A kind that the parties didn't name is one that nobody knows the meaning of: `unknown`.
        let named = |kind: Kind| enumeration.position(kind.as_str()).unwrap_or(enumeration.unknown());
        let none = enumeration.position("none").unwrap_or(enumeration.unknown());
        Some(Self { fact, none, members: Kind::ALL.into_iter().map(named).collect() })
    }

    fn of(&self, evidence: &Evidence) -> Value {
        let seen = evidence.kinds().filter_map(|(place, _)| self.members.get(place).copied());
        let seen = MemberSet::of(seen);
        Value::Members(if seen.is_empty() { MemberSet::of([self.none]) } else { seen })
    }
}

impl Subject {
    fn by(vocabulary: &Vocabulary) -> Option<Self> {
        let fact = vocabulary.fact("subject")?;
        let FactKind::Member(enumeration) = vocabulary.get(fact).kind() else { return None };
        let enumeration: &Enumeration = enumeration;
        Some(Self { fact, none: enumeration.position("none")?, unknown: enumeration.unknown() })
    }
}
