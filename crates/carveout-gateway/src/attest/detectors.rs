//! Detectors by name, and which of them are only monitored: what they find doesn't decide then.

use std::{fmt, str::FromStr};

use carveout_signals::{Kind, Kinds, meters::MeterFact, tripwire::Family};
use carveout_terms::{FactId, FactKind, Facts, MemberSet, MonitorError, Stack, Value, Vocabulary};

use crate::judge::judged_facts;

/// Something that looks at what is sent, and states facts that clauses test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detector {
    /// The recognisers of one kind of identifier: `identifiers.plate`.
    Identifiers(Kind),
    /// A family of the tripwire: `tripwire.targeting`.
    Tripwire(Family),
    /// The judge, whatever it is asked about.
    Judge,
}

/// A name that no detector has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no detector `{name}`; there are: {}", known().join(", "))]
pub struct UnknownDetector {
    name: String,
}

/// Why a detector can't be only monitored under some terms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DetectorError {
    /// A clause must see what it finds.
    #[error(transparent)]
    Clause(#[from] MonitorError),
    /// Meters count what it finds.
    #[error(
        "the terms test the meter `{0}`, which goes on counting what the detector finds: what it would be without that isn't known, so it can't be only monitored; leave programs with meters out by `programs`, or put the clause that tests it into a draft"
    )]
    Metered(String),
}

fn known() -> Vec<String> {
    let kinds = Kind::ALL.into_iter().map(Detector::Identifiers);
    let families = Family::ALL.into_iter().map(Detector::Tripwire);
    kinds.chain(families).chain([Detector::Judge]).map(|one| one.to_string()).collect()
}

impl fmt::Display for Detector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identifiers(kind) => write!(formatter, "identifiers.{}", kind.as_str()),
            Self::Tripwire(family) => write!(formatter, "tripwire.{}", family.as_str()),
            Self::Judge => formatter.write_str("judge"),
        }
    }
}

impl FromStr for Detector {
    type Err = UnknownDetector;

    fn from_str(name: &str) -> Result<Self, UnknownDetector> {
        let found = match name.split_once('.') {
            Some(("identifiers", kind)) => {
                Kind::ALL.into_iter().find(|one| one.as_str() == kind).map(Self::Identifiers)
            }
            Some(("tripwire", family)) => {
                Family::ALL.into_iter().find(|one| one.as_str() == family).map(Self::Tripwire)
            }
            None if name == "judge" => Some(Self::Judge),
            _ => None,
        };
        found.ok_or_else(|| UnknownDetector { name: name.chars().take(80).collect() })
    }
}

/// The facts that follow from which identifiers there are.
const BY_IDENTIFIERS: [&str; 6] = [
    "identifiers",
    "tool_result_identifiers",
    "persons_at_least",
    "persons_at_most",
    "tool_result_persons_at_least",
    "subject",
];

impl Detector {
    /// The facts of a vocabulary that may be others without it, but for meters.
    #[must_use]
    pub fn facts(self, vocabulary: &Vocabulary) -> Vec<FactId> {
        match self {
            Self::Identifiers(_) => BY_IDENTIFIERS.iter().filter_map(|name| vocabulary.fact(name)).collect(),
            Self::Tripwire(_) => vocabulary.fact("tripwire").into_iter().collect(),
            Self::Judge => judged_facts(vocabulary).collect(),
        }
    }

    /// Whether any clause tests what may be otherwise without it.
    #[must_use]
    pub fn may_turn(self, stack: &Stack) -> bool {
        self.facts(stack.vocabulary()).into_iter().any(|fact| stack.reads(fact))
            || self.meter(stack).is_some()
    }

    /// Whether it can be only monitored under these terms, if all their parties agree.
    ///
    /// # Errors
    /// See [`DetectorError`].
    pub fn may_be_monitored(self, stack: &Stack) -> Result<(), DetectorError> {
        stack.may_be_blind_to(&self.facts(stack.vocabulary()))?;
        self.meter(stack).map_or(Ok(()), |meter| Err(DetectorError::Metered(meter)))
    }

    /// A meter that counts what it finds and that a clause tests.
    fn meter(self, stack: &Stack) -> Option<String> {
        let counts = matches!(self, Self::Identifiers(kind) if kind.counts_persons());
        let mut facts = stack.vocabulary().facts().filter(|_| counts);
        let found = facts.find(|(id, fact)| MeterFact::parse(fact.name()).is_some() && stack.reads(*id));
        found.map(|(_, fact)| fact.name().to_owned())
    }
}

/// Detectors that are only monitored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Masks {
    pub(crate) kinds: Kinds,
    families: [bool; Family::ALL.len()],
    pub(crate) judge: bool,
}

impl Masks {
    /// These detectors.
    #[must_use]
    pub fn of(detectors: impl IntoIterator<Item = Detector>) -> Self {
        let mut masks = Self::default();
        for detector in detectors {
            match detector {
                Detector::Identifiers(kind) => masks.kinds = masks.kinds.with(kind),
                Detector::Tripwire(family) => {
                    let place = Family::ALL.into_iter().position(|one| one == family);
                    if let Some(masked) = place.and_then(|place| masks.families.get_mut(place)) {
                        *masked = true;
                    }
                }
                Detector::Judge => masks.judge = true,
            }
        }
        masks
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether any of them finds identifiers, which contradict claims.
    #[must_use]
    pub const fn is_of_texts(&self) -> bool {
        !self.kinds.is_empty()
    }

    pub(crate) fn families(&self) -> Vec<Family> {
        let each = Family::ALL.into_iter().zip(self.families);
        each.filter(|(_, masked)| *masked).map(|(family, _)| family).collect()
    }

    /// What contradicts that facts which decide are those that were found, but for what these detectors can have made of them.
    #[must_use]
    pub fn contradicted_by(&self, vocabulary: &Vocabulary, found: &Facts, decides: &Facts) -> Option<String> {
        let mut may_differ: Vec<FactId> = Vec::new();
        if !self.kinds.is_empty() {
            let any = Detector::Identifiers(Kind::Email);
            may_differ.extend(any.facts(vocabulary));
        }
        if self.judge {
            may_differ.extend(Detector::Judge.facts(vocabulary));
        }
        may_differ.extend(vocabulary.fact("tripwire").filter(|_| !self.families().is_empty()));
        for (fact, declared) in vocabulary.facts() {
            let (found, decides) = (found.get(fact), decides.get(fact));
            // No detector can take a meter back, and who meters is not monitored.
            if found == decides
                || may_differ.contains(&fact) && self.allows(declared.name(), declared.kind(), found, decides)
            {
                continue;
            }
            return Some(declared.name().to_owned());
        }
        None
    }

    /// Sets lack what is masked and nothing else that was found; a judge that doesn't decide has said nothing.
    fn allows(&self, name: &str, kind: &FactKind, found: Option<&Value>, decides: Option<&Value>) -> bool {
        match (kind, found, decides) {
            (FactKind::Members(members), Some(Value::Members(found)), Some(Value::Members(decides))) => {
                let names: Vec<&str> = match name {
                    "tripwire" => self.families().into_iter().map(Family::as_str).collect(),
                    _ => {
                        let masked = Kind::ALL.into_iter().filter(|kind| self.kinds.contains(*kind));
                        masked.map(Kind::as_str).collect()
                    }
                };
                let masked: Vec<u16> = names
                    .into_iter()
                    .map(|name| members.position(name).unwrap_or(members.unknown()))
                    .collect();
                let none = members.position("none");
                let kept = |set: &MemberSet, other: &MemberSet| {
                    set.iter().all(|one| other.contains(one) || masked.contains(&one) || Some(one) == none)
                };
                kept(found, decides)
            }
            (FactKind::Member(_), _, None) => true,
            (FactKind::Long, Some(_), Some(_)) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_detector_reads_back_as_it_is_written_and_nothing_else_is_one() {
        for name in known() {
            assert_eq!(name.parse::<Detector>().map(|one| one.to_string()), Ok(name));
        }
        for name in
            ["", "identifiers", "identifiers.", "identifiers.person", "tripwire.judge", "judge.x", "Judge"]
        {
            let refused = name.parse::<Detector>().unwrap_err().to_string();
            assert!(
                refused.contains("identifiers.plate") && refused.contains("tripwire.targeting"),
                "{refused}"
            );
        }
    }
}
