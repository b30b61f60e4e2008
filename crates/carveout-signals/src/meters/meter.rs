//! The meter of one scope.

use std::collections::BTreeMap;

use super::{
    CodecError, Minute, Pseudonym, Reader, ScopeKey, Writer,
    buckets::Buckets,
    distinct::{Counted, Distinct},
    returned::{Results, Returned},
};
use crate::{Class, Kind, PersonCount};

/// A person, as one scope knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Person {
    /// What the person was recognised by.
    pub kind: Kind,
    /// Who it is.
    pub pseudonym: Pseudonym,
    /// Whether that is likely or certain, so that it counts into the lower bound.
    pub sure: bool,
}

/// The persons that one use shows, as one scope knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// Each once.
    pub persons: Vec<Person>,
    /// Rows about persons without an identifier. They can't be told apart, so each counts into the upper bound.
    pub rows: u64,
    /// Results of tools with such rows, which count once, however often they are sent.
    pub returned: Vec<Returned>,
}

/// Bounds on the number of distinct persons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// At least so many.
    pub at_least: u64,
    /// At most so many.
    pub at_most: u64,
}

/// What the windows of a scope hold, with what was asked about in them.
#[derive(Clone, Debug, Default)]
pub struct Prospect {
    /// For each kind, its bounds in each window: the sure ones at least, all of them at most.
    kinds: Vec<(Kind, Vec<Bounds>)>,
    rows: Vec<u64>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    kinds: BTreeMap<Kind, Distinct>,
    rows: Buckets,
    results: Results,
}

impl Sight {
    /// What a count of identifiers shows to a scope.
    #[must_use]
    pub fn of(count: &PersonCount, key: &ScopeKey) -> Self {
        let persons = count.identifiers().map(|(kind, canonical, sure)| Person {
            kind,
            pseudonym: key.pseudonym(kind, canonical),
            sure,
        });
        Self { persons: persons.collect(), rows: count.unidentified() as u64, returned: Vec::new() }
    }

    /// Whether it shows nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.persons.is_empty() && self.rows == 0 && self.returned.is_empty()
    }

    /// Writes the results of tools in it, which [`Sight::write`] leaves out: what was written before there were any has none.
    pub fn write_returned(&self, writer: &mut Writer) {
        writer.length(self.returned.len());
        for Returned { pseudonym, rows } in &self.returned {
            writer.bytes(pseudonym.as_bytes());
            writer.large(*rows);
        }
    }

    /// Reads them back.
    ///
    /// # Errors
    /// They were not written by [`Sight::write_returned`].
    pub fn read_returned(&mut self, reader: &mut Reader<'_>) -> Result<(), CodecError> {
        for _ in 0..reader.length()? {
            let pseudonym = Pseudonym::from_bytes(reader.array()?);
            self.returned.push(Returned { pseudonym, rows: reader.large()? });
        }
        Ok(())
    }

    /// Writes all but the results of tools.
    pub fn write(&self, writer: &mut Writer) {
        writer.large(self.rows);
        writer.length(self.persons.len());
        for Person { kind, pseudonym, sure } in &self.persons {
            writer.bytes(&[kind.code(), u8::from(*sure)]);
            writer.bytes(pseudonym.as_bytes());
        }
    }

    /// Reads it back.
    ///
    /// # Errors
    /// It was not written by [`Sight::write`].
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let rows = reader.large()?;
        let count = reader.length()?;
        let mut persons = Vec::with_capacity(count.min(reader.left() / 14));
        for _ in 0..count {
            let [kind, sure] = reader.array()?;
            let pseudonym = Pseudonym::from_bytes(reader.array()?);
            if sure > 1 {
                return Err(CodecError);
            }
            persons.push(Person { kind: Kind::of_code(kind).ok_or(CodecError)?, pseudonym, sure: sure == 1 });
        }
        Ok(Self { persons, rows, returned: Vec::new() })
    }
}

impl Meter {
    pub(super) fn prospect(&mut self, lengths: &[Minute], sight: &Sight, now: Minute) -> Prospect {
        self.rows.advance(lengths, now);
        self.kinds.values_mut().for_each(|distinct| distinct.advance(lengths, now));
        let mut fresh = Distinct::default();
        fresh.advance(lengths, now);
        let kinds = Kind::ALL.into_iter().filter_map(|kind| {
            let own: Vec<(Pseudonym, bool)> = sight
                .persons
                .iter()
                .filter(|person| person.kind == kind)
                .map(|person| (person.pseudonym, person.sure))
                .collect();
            let distinct = match self.kinds.get(&kind) {
                None if own.is_empty() => return None,
                known => known.unwrap_or(&fresh),
            };
            let bounds = |counted: Counted| Bounds {
                at_least: distinct.at_least(counted.sure),
                at_most: distinct.at_most(counted.any),
            };
            Some((kind, distinct.with(&own).into_iter().map(bounds).collect()))
        });
        let kinds = kinds.collect();
        Prospect {
            kinds,
            rows: self
                .rows
                .windows()
                .iter()
                .map(|(first, rows)| {
                    let fresh = self.results.fresh(&sight.returned, *first);
                    rows.saturating_add(sight.rows).saturating_add(fresh)
                })
                .collect(),
        }
    }

    pub(super) fn take(&mut self, lengths: &[Minute], most: usize, sight: &Sight, at: Minute) {
        self.rows.advance(lengths, at);
        for person in &sight.persons {
            let distinct = self.kinds.entry(person.kind).or_insert_with(|| {
                let mut fresh = Distinct::default();
                fresh.advance(lengths, at);
                fresh
            });
            distinct.take(person.pseudonym, person.sure, at, most);
        }
        if sight.rows > 0 {
            self.rows.add(at.max(1), sight.rows);
        }
        for one in &sight.returned {
            self.results.take(*one, at.max(1), &mut self.rows);
        }
    }

    pub(super) const fn results(&self) -> &Results {
        &self.results
    }

    pub(super) fn take_over(&mut self, results: Results) {
        self.results = results;
    }

    pub(super) fn kept(&self) -> usize {
        self.kinds.values().map(Distinct::kept).sum()
    }

    pub(super) fn frozen(&self) -> Self {
        let kinds = self.kinds.iter().map(|(kind, distinct)| (*kind, distinct.frozen()));
        Self { kinds: kinds.collect(), rows: self.rows.clone(), results: self.results.clone() }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.length(self.rows.by_minute().len());
        for (minute, rows) in self.rows.by_minute() {
            writer.number(minute);
            writer.large(rows);
        }
        writer.length(self.kinds.len());
        for (kind, distinct) in &self.kinds {
            writer.bytes(&[kind.code()]);
            distinct.write(writer);
        }
    }

    pub(super) fn read(lengths: &[Minute], reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let mut meter = Self::default();
        for _ in 0..reader.length()? {
            let minute = reader.number()?;
            meter.rows.add(minute, reader.large()?);
        }
        meter.rows.advance(lengths, 0);
        for _ in 0..reader.length()? {
            let [code] = reader.array()?;
            let kind = Kind::of_code(code).ok_or(CodecError)?;
            meter.kinds.insert(kind, Distinct::read(lengths, reader)?);
        }
        Ok(meter)
    }
}

impl Prospect {
    /// The bounds in a window, of persons by identifiers of a class or of all.
    ///
    /// At least: the kind with the most distinct values. At most: the distinct values of all kinds together, as if each
    /// were somebody else's, and the rows that no identifier was found in. Names count as their rows do.
    #[must_use]
    pub fn bounds(&self, window: usize, class: Option<Class>) -> Bounds {
        let kinds = self.kinds.iter().filter(|(kind, _)| class.is_none_or(|class| kind.class() == class));
        let mut bounds = Bounds::default();
        for (kind, windows) in kinds {
            let Some(own) = windows.get(window) else { continue };
            bounds.at_least = bounds.at_least.max(own.at_least);
            if *kind != Kind::Name || class.is_some() {
                bounds.at_most += own.at_most;
            }
        }
        if class.is_none_or(|class| class == Class::Name) {
            let rows = self.rows.get(window).copied().unwrap_or_default();
            bounds.at_most = bounds.at_most.saturating_add(rows);
        }
        bounds.at_most = bounds.at_most.max(bounds.at_least);
        bounds
    }
}
