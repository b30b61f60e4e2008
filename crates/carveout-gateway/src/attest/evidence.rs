//! What texts show, whatever is said of them: of persons, and of what they look like.

use std::sync::Arc;

use carveout_dialects::{Asked, Speaker};
use carveout_signals::{
    Evidence as Seen, Kind, Kinds, PersonCount, Persons, Scanner,
    tripwire::{Family, Reading, Tripwire},
};
use carveout_terms::{Enumeration, FactError, FactId, FactKind, Facts, MemberSet, Stack, Value, Vocabulary};

use super::{
    Masks,
    results::{Results, Returned},
    rows::reported,
};

/// Bytes that are read for one request at most, all views of all its texts together. Texts beyond that can't be
/// judged, and are counted as such: thirty-two million bytes take about a tenth of a second.
const MOST_BYTES: usize = 32 << 20;

/// As much of what texts show as facts speak of, and of what they would show without the kinds that are only monitored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(Single, Option<Single>);

/// As much of one account of what texts show as facts speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Single(usize, usize, usize, u32, [bool; Family::ALL.len()], usize);

/// What texts show. It grows text by text, so that what a reply shows can be added to what its request shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    count: PersonCount,
    /// The kinds of identifiers that were seen, one bit for each of [`Kind::ALL`].
    kinds: u32,
    opaque: usize,
    bytes: usize,
    /// Whether a text was too long to be read with the others.
    unread: bool,
    /// What the texts look like, if anybody asks.
    wire: Option<Reading>,
    /// Whether further texts are read for that too.
    wired: bool,
    /// What of it is in the results of tools.
    returned: InResults,
    /// Rows that no text shows: tools are registered to reach them.
    reached: usize,
    /// The kinds of identifiers that are only monitored.
    masked: Kinds,
    /// What there is to be seen if nobody looks for those, unless there are none.
    without: Option<Box<Self>>,
}

/// What one text shows, and what it would show without the kinds that are only monitored.
pub(crate) struct Saw {
    pub(crate) seen: Seen,
    pub(crate) without: Option<Seen>,
}

/// What the results of tools show, which is also part of the whole.
#[derive(Clone, Debug, Default)]
struct InResults {
    count: PersonCount,
    kinds: u32,
    /// Rows that they report, beyond those that they show.
    reported: usize,
    /// Those of a request that bring rows for meters, one by one.
    each: Arc<[Returned]>,
}

impl Evidence {
    /// Nothing yet. `wired` says whether the tripwire is to be read too, and `masked` are the kinds that are only monitored.
    pub(super) fn nothing(wired: bool, masked: Kinds) -> Self {
        let without = (!masked.is_empty()).then(Box::default);
        Self { wire: wired.then(Reading::default), wired, masked, without, ..Self::default() }
    }

    /// What every text of a request shows: prompts, what tools returned, definitions of tools, fields that no list names.
    ///
    /// `reports` are the members of results under which tools say how many rows they are about.
    pub(super) fn of(
        scanner: &Scanner,
        asked: &Asked,
        (wired, masked): (bool, Kinds),
        reports: &[String],
    ) -> Self {
        let mut evidence = Self::nothing(wired, masked);
        let mut results = Results::default();
        for text in asked.texts() {
            let saw = evidence.read(scanner, &text.text);
            if let (Some(saw), Speaker::Tool) = (saw, text.speaker) {
                let said = reported(&text.text, reports);
                let beyond = evidence.returned.add(&saw.seen, said);
                if let (Some(own), Some(seen)) = (&mut evidence.without, &saw.without) {
                    own.returned.add(seen, said);
                }
                let unidentified: usize = saw.seen.people.iter().map(|people| people.unidentified).sum();
                results.take(asked, &text, beyond.saturating_add(unidentified));
            }
        }
        evidence.returned.each = results.end();
        evidence
    }

    /// Adds what one more text shows, and says what that is, unless it was too much to be read.
    pub(crate) fn read(&mut self, scanner: &Scanner, text: &str) -> Option<Saw> {
        if self.bytes.saturating_add(text.len()) > MOST_BYTES {
            self.opaque += 1;
            self.without.iter_mut().for_each(|own| own.opaque += 1);
            self.unread = true;
            return None;
        }
        let saw = self.see(scanner, text);
        self.bytes += saw.seen.work.bytes;
        self.add(&saw);
        Some(saw)
    }

    /// Takes note of what a text looks like, and returns what else it shows, which is still to be added.
    pub(crate) fn see(&mut self, scanner: &Scanner, text: &str) -> Saw {
        let without = self.without.is_some().then(|| scanner.without(self.masked).scan(text));
        let Some(wire) = self.wire.as_mut().filter(|_| self.wired) else {
            return Saw { seen: scanner.scan(text), without };
        };
        let (seen, reading) = Tripwire::embedded().scan(scanner, text);
        wire.join(&reading);
        Saw { seen, without }
    }

    /// Adds what was seen. Rows and what can't be read add up; an identifier counts once.
    pub(crate) fn add(&mut self, saw: &Saw) {
        self.count_in(&saw.seen);
        if let (Some(own), Some(seen)) = (&mut self.without, &saw.without) {
            own.count_in(seen);
        }
    }

    fn count_in(&mut self, seen: &Seen) {
        self.opaque += seen.opaque.len();
        self.kinds |= kinds_in(seen);
        self.count.add(seen);
    }

    /// A tool is called that is registered to reach so many rows.
    pub(crate) fn reach(&mut self, rows: usize) {
        for own in std::iter::once(&mut self.reached).chain(self.without.as_mut().map(|own| &mut own.reached))
        {
            *own = own.saturating_add(rows);
        }
    }

    /// What would have been found without these detectors. `None` if that isn't known: it was looked for other kinds.
    pub(crate) fn without(&self, masks: &Masks) -> Option<Self> {
        if masks.kinds != self.masked && !masks.kinds.is_empty() {
            return None;
        }
        let own = if masks.kinds.is_empty() { self } else { self.without.as_deref()? };
        let wire = self.wire.map(|reading| reading.without(&masks.families()));
        Some(Self { wire, unread: self.unread, masked: Kinds::NONE, without: None, ..own.clone() })
    }

    /// Rows that nobody showed and that may each be about somebody: for meters, which can't tell whom.
    pub(crate) fn rows_untold(&self) -> usize {
        self.reached.saturating_add(self.returned.reported)
    }

    /// The results of tools that bring rows, which are also among all others.
    pub(crate) const fn results(&self) -> &Arc<[Returned]> {
        &self.returned.each
    }

    /// The same, but what further texts look like is not asked.
    pub(crate) fn unwired(self) -> Self {
        Self { wired: false, ..self }
    }

    /// By which it is known whether the facts would be the same.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.single(), self.without.as_ref().map(|own| own.single()))
    }

    fn single(&self) -> Single {
        let Persons { lower, upper } = self.persons();
        let raised = Family::ALL.map(|family| self.wire.is_some_and(|reading| reading.is_raised(family)));
        Single(lower, upper, self.opaque, self.kinds, raised, self.rows_untold())
    }

    /// Every identifier that was seen.
    pub(crate) const fn count(&self) -> &PersonCount {
        &self.count
    }

    /// How many persons.
    pub(crate) fn persons(&self) -> Persons {
        self.count.persons()
    }
}

impl InResults {
    /// Adds a result that says that it is about so many rows, and returns those that it doesn't show.
    fn add(&mut self, seen: &Seen, reported: usize) -> usize {
        self.count.add(seen);
        self.kinds |= kinds_in(seen);
        let shown: usize = seen.people.iter().map(|people| people.rows).sum();
        let beyond = reported.saturating_sub(shown);
        self.reported = self.reported.saturating_add(beyond);
        beyond
    }
}

impl Saw {
    /// Changes what is to be added, in both accounts alike.
    pub(crate) fn each(&mut self, mut change: impl FnMut(&mut Seen)) {
        change(&mut self.seen);
        self.without.iter_mut().for_each(change);
    }
}

/// The kinds of identifiers in a text, one bit for each of [`Kind::ALL`].
fn kinds_in(seen: &Seen) -> u32 {
    let has = |kind: Kind| seen.findings.iter().any(|finding| finding.kind == kind);
    let bits = Kind::ALL.into_iter().enumerate().filter(|(_, kind)| has(*kind));
    bits.fold(0, |bits, (bit, _)| bits | 1 << bit)
}

/// The facts about persons that a vocabulary declares. One that declares none of them costs no scan.
#[derive(Debug)]
pub(super) struct Declared {
    at_least: Option<FactId>,
    at_most: Option<FactId>,
    opaque_texts: Option<FactId>,
    identifiers: Option<Identifiers>,
    returned_at_least: Option<FactId>,
    returned_rows: Option<FactId>,
    returned_identifiers: Option<Identifiers>,
    subject: Option<Subject>,
    wire: Option<Wire>,
}

/// The set of families whose wire was tripped.
#[derive(Debug)]
struct Wire {
    fact: FactId,
    none: u16,
    unknown: u16,
    /// The member for each of [`Family::ALL`].
    members: Vec<u16>,
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
            identifiers: Identifiers::by(vocabulary, "identifiers"),
            returned_at_least: number("tool_result_persons_at_least"),
            returned_rows: number("tool_result_rows"),
            returned_identifiers: Identifiers::by(vocabulary, "tool_result_identifiers"),
            // Where persons aren't counted there is nothing that could contradict.
            subject: at_least.and_then(|_| Subject::by(vocabulary)),
            wire: Wire::by(vocabulary),
        }
    }

    /// Whether the tripwire is to be read.
    pub(super) const fn wired(&self) -> bool {
        self.wire.is_some()
    }

    /// Whether any of them is declared.
    pub(super) fn any(&self) -> bool {
        let numbers =
            [self.at_least, self.at_most, self.opaque_texts, self.returned_at_least, self.returned_rows];
        let sets = [&self.identifiers, &self.returned_identifiers];
        numbers.iter().any(Option::is_some) || sets.into_iter().any(Option::is_some) || self.wired()
    }

    /// Whether any clause of a stack tests what texts show.
    pub(super) fn are_read_by(&self, stack: &Stack) -> bool {
        let identifiers = self.identifiers.as_ref().map(|identifiers| identifiers.fact);
        let wire = self.wire.as_ref().map(|wire| wire.fact);
        let facts = [self.at_least, self.at_most, self.opaque_texts, identifiers, wire];
        facts.into_iter().flatten().any(|fact| stack.reads(fact))
    }

    /// Whether any clause of a stack tests the tripwire.
    pub(super) fn wire_is_read_by(&self, stack: &Stack) -> bool {
        self.wire.as_ref().is_some_and(|wire| stack.reads(wire.fact))
    }

    /// Whether a claim says that nobody is in the data, which what texts show can contradict.
    pub(super) fn may_contradict(&self, claim: &Facts) -> bool {
        let nobody = |subject: &Subject| claim.get(subject.fact) == Some(&Value::Member(subject.none));
        self.subject.as_ref().is_some_and(nobody)
    }

    /// States what was seen.
    pub(super) fn state(
        &self,
        vocabulary: &Vocabulary,
        evidence: &Evidence,
        facts: &mut Facts,
    ) -> Result<(), FactError> {
        let persons = evidence.persons();
        let counts = [
            (self.at_least, persons.lower),
            (self.at_most, persons.upper),
            (self.opaque_texts, evidence.opaque),
            (self.returned_at_least, evidence.returned.count.persons().lower),
            (self.returned_rows, evidence.returned.count.rows().saturating_add(evidence.returned.reported)),
        ];
        for (fact, count) in counts {
            if let Some(fact) = fact {
                facts.state(vocabulary, fact, Value::Long(i64::try_from(count).unwrap_or(i64::MAX)))?;
            }
        }
        if let Some(identifiers) = &self.identifiers {
            facts.state(vocabulary, identifiers.fact, identifiers.of(evidence.kinds))?;
        }
        if let Some(identifiers) = &self.returned_identifiers {
            facts.state(vocabulary, identifiers.fact, identifiers.of(evidence.returned.kinds))?;
        }
        if let Some(wire) = &self.wire {
            facts.state(vocabulary, wire.fact, wire.of(evidence))?;
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
    ) -> Result<Vec<Facts>, FactError> {
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
    fn by(vocabulary: &Vocabulary, fact: &str) -> Option<Self> {
        let fact = vocabulary.fact(fact)?;
        let FactKind::Members(enumeration) = vocabulary.get(fact).kind() else { return None };
        // A kind that the parties didn't name is one that nobody knows the meaning of: `unknown`.
        let named = |kind: Kind| enumeration.position(kind.as_str()).unwrap_or(enumeration.unknown());
        let none = enumeration.position("none").unwrap_or(enumeration.unknown());
        Some(Self { fact, none, members: Kind::ALL.into_iter().map(named).collect() })
    }

    fn of(&self, kinds: u32) -> Value {
        let seen = self.members.iter().enumerate().filter(|(bit, _)| kinds & (1 << bit) != 0);
        let seen = seen.map(|(_, member)| *member);
        let seen = MemberSet::of(seen);
        Value::Members(if seen.is_empty() { MemberSet::of([self.none]) } else { seen })
    }
}

impl Wire {
    fn by(vocabulary: &Vocabulary) -> Option<Self> {
        let fact = vocabulary.fact("tripwire")?;
        let FactKind::Members(enumeration) = vocabulary.get(fact).kind() else { return None };
        let unknown = enumeration.unknown();
        // A family that the parties have no word for is not passed over: it is `unknown`.
        let named = |name: &str| enumeration.position(name).unwrap_or(unknown);
        let members = Family::ALL.into_iter().map(|family| named(family.as_str())).collect();
        Some(Self { fact, none: named("none"), unknown, members })
    }

    fn of(&self, evidence: &Evidence) -> Value {
        let Some(reading) = &evidence.wire else { return Value::Members(MemberSet::of([self.unknown])) };
        let families = Family::ALL.into_iter().zip(&self.members);
        let raised = families.filter(|(family, _)| reading.is_raised(*family)).map(|(_, member)| *member);
        let set = MemberSet::of(raised.chain(evidence.unread.then_some(self.unknown)));
        Value::Members(if set.is_empty() { MemberSet::of([self.none]) } else { set })
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
