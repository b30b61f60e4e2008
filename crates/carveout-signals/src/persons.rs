//! How many distinct persons there are, at least and at most.

use std::collections::{BTreeMap, HashSet};

use crate::{Canonical, Confidence, Evidence, Kind};

/// Bounds on the number of distinct persons.
///
/// At least: the kind with the most distinct canonical values, likely or certain ones. A person may have two
/// addresses, so even that is a little too many in theory; two persons with one address make up for it.
///
/// At most: the distinct values of all kinds together, as if each were somebody else's, and every row about a
/// person that no identifier was found in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Persons {
    /// At least so many.
    pub lower: usize,
    /// At most so many.
    pub upper: usize,
}

/// Counts distinct identifiers over as many texts as it is shown.
#[derive(Clone, Debug, Default)]
pub struct PersonCount {
    sure: BTreeMap<Kind, HashSet<Canonical>>,
    possible: BTreeMap<Kind, HashSet<Canonical>>,
    rows: usize,
    unidentified: usize,
}

impl PersonCount {
    /// Counts what a text shows.
    pub fn add(&mut self, evidence: &Evidence) {
        for finding in evidence.findings.iter().filter(|finding| finding.kind.counts_persons()) {
            let sure = finding.confidence > Confidence::Possible;
            let by_kind = if sure { &mut self.sure } else { &mut self.possible };
            let values = by_kind.entry(finding.kind).or_default();
            if !values.contains(&finding.canonical) {
                values.insert(finding.canonical.clone());
            }
        }
        self.rows += evidence.people.iter().map(|people| people.rows).sum::<usize>();
        self.unidentified += evidence.people.iter().map(|people| people.unidentified).sum::<usize>();
    }

    /// The bounds.
    #[must_use]
    pub fn persons(&self) -> Persons {
        let lower = self.sure.values().map(HashSet::len).max().unwrap_or_default();
        // Rows stand for names: two rows with one name are two persons at most.
        let named: usize =
            Kind::ALL.into_iter().filter(|kind| *kind != Kind::Name).map(|kind| self.distinct(kind)).sum();
        Persons { lower, upper: (named + self.unidentified).max(lower) }
    }

    /// The distinct values of a kind, possible ones included.
    #[must_use]
    pub fn distinct(&self, kind: Kind) -> usize {
        let sure = self.sure.get(&kind);
        let possible = self.possible.get(&kind).into_iter().flatten();
        let only_possible = possible.filter(|value| sure.is_none_or(|sure| !sure.contains(*value))).count();
        sure.map_or(0, HashSet::len) + only_possible
    }

    /// Every distinct identifier that stands for a person, and whether some text shows it for sure.
    pub fn identifiers(&self) -> impl Iterator<Item = (Kind, &Canonical, bool)> {
        let sure = self.sure.iter().flat_map(|(kind, values)| values.iter().map(|one| (*kind, one, true)));
        let possible = self.possible.iter().flat_map(|(kind, values)| {
            let sure = self.sure.get(kind);
            let only = values.iter().filter(move |one| sure.is_none_or(|sure| !sure.contains(*one)));
            only.map(|one| (*kind, one, false))
        });
        sure.chain(possible)
    }

    /// Rows about persons that no identifier was found in.
    #[must_use]
    pub const fn unidentified(&self) -> usize {
        self.unidentified
    }

    /// Rows about persons, of tables and of lists of objects.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }
}

impl Evidence {
    /// How many distinct persons the text shows.
    #[must_use]
    pub fn persons(&self) -> Persons {
        let mut count = PersonCount::default();
        count.add(self);
        count.persons()
    }
}
