//! Meters: how many distinct persons were seen within a window, exactly, without keeping who they were.
//!
//! A person is a [`Pseudonym`]: a keyed digest of one identifier, under a key of its own for each scope (an agreement, a
//! program), so that nobody without the key can say whose it is, nor that two scopes saw the same one. For each
//! pseudonym a meter keeps the minute in which it was last seen. Windows end now, so a person is within one exactly if the
//! last sight is: one minute for each person counts for all windows at once, and moving it is a constant amount of work.
//!
//! Above a number of persons for each kind of identifier, a meter keeps only those whose pseudonym begins with a zero bit,
//! then with two, and so on. Keyed digests are as good as random, so this is a Theta sketch whose sampling rate is a power
//! of two. It gives bounds then instead of a number, and slides over time as the exact count does.
//!
//! Everything here is pure: the time, the key and the bytes come from outside.

mod buckets;
mod codec;
mod distinct;
mod meter;
mod name;
mod pseudonym;
mod returned;

use std::collections::BTreeMap;

pub use self::{
    codec::{CodecError, Reader, Writer},
    meter::{Bounds, Person, Prospect, Sight},
    name::{Bound, MeterFact, Per},
    pseudonym::{MeterKey, Pseudonym, ScopeKey},
    returned::{GivenCalls, Returned},
};
use self::{meter::Meter, returned::Results};

/// Whole minutes since 1970: the grain of a window. One minute too much is counted at most, never one too little.
pub type Minute = u32;

/// The meters of many scopes, which share their windows.
#[derive(Clone, Debug)]
pub struct Meters {
    lengths: Vec<Minute>,
    most: usize,
    scopes: BTreeMap<String, Meter>,
    calls: GivenCalls,
}

/// Meters as they stood at one moment.
#[derive(Clone, Debug)]
pub struct FrozenMeters {
    scopes: BTreeMap<String, Meter>,
    calls: GivenCalls,
}

impl FrozenMeters {
    /// Everything but results of tools: what [`Meters::read_again`] reads.
    pub fn write(&self, writer: &mut Writer) {
        writer.length(self.scopes.len());
        for (scope, meter) in &self.scopes {
            writer.text(scope);
            meter.write(writer);
        }
    }

    /// Whether any result of a tool is known, or a call that was given out.
    #[must_use]
    pub fn knows_results(&self) -> bool {
        !self.calls.is_empty() || self.scopes.values().any(|meter| !meter.results().is_empty())
    }

    /// Which results are known, and which calls were given out: what [`Meters::read_results`] reads.
    pub fn write_results(&self, writer: &mut Writer) {
        let known = || self.scopes.iter().filter(|(_, meter)| !meter.results().is_empty());
        writer.length(known().count());
        for (scope, meter) in known() {
            writer.text(scope);
            meter.results().write(writer);
        }
        self.calls.write(writer);
    }
}

impl Meters {
    /// Meters over windows of these lengths in minutes, exact up to `most` persons for each kind of identifier in each
    /// scope.
    #[must_use]
    pub fn new(lengths: Vec<Minute>, most: usize) -> Self {
        Self { lengths, most: most.max(16), scopes: BTreeMap::new(), calls: GivenCalls::default() }
    }

    /// The calls of tools that were given out.
    #[must_use]
    pub const fn calls(&self) -> &GivenCalls {
        &self.calls
    }

    /// The same, to add to.
    pub const fn calls_mut(&mut self) -> &mut GivenCalls {
        &mut self.calls
    }

    /// What the windows of a scope would hold if this were seen now. Nothing is changed by asking.
    pub fn prospect(&mut self, scope: &str, sight: &Sight, now: Minute) -> Prospect {
        let lengths = &self.lengths;
        let Some(meter) = self.scopes.get_mut(scope) else {
            if sight.is_empty() {
                return Prospect::default();
            }
            return Meter::default().prospect(lengths, sight, now);
        };
        meter.prospect(lengths, sight, now)
    }

    /// Takes what was seen into a scope's windows.
    pub fn take(&mut self, scope: &str, sight: &Sight, at: Minute) {
        if sight.is_empty() {
            return;
        }
        if !self.scopes.contains_key(scope) {
            self.scopes.insert(scope.to_owned(), Meter::default());
        }
        if let Some(meter) = self.scopes.get_mut(scope) {
            meter.take(&self.lengths, self.most, sight, at);
        }
    }

    /// How many pseudonyms are kept in all.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.scopes.values().map(Meter::kept).sum()
    }

    /// Everything as it stands, to be written down. It costs little, however many persons there are, and so do changes
    /// meanwhile.
    #[must_use]
    pub fn frozen(&self) -> FrozenMeters {
        let scopes = self.scopes.iter().map(|(scope, meter)| (scope.clone(), meter.frozen()));
        FrozenMeters { scopes: scopes.collect(), calls: self.calls.clone() }
    }

    /// Takes over what [`FrozenMeters::write_results`] wrote, after [`Meters::read_again`].
    ///
    /// # Errors
    /// The bytes are not what was written there.
    pub fn read_results(&mut self, reader: &mut Reader<'_>) -> Result<(), CodecError> {
        for _ in 0..reader.length()? {
            let scope = reader.text()?;
            let results = Results::read(reader)?;
            self.scopes.get_mut(&scope).ok_or(CodecError)?.take_over(results);
        }
        self.calls = GivenCalls::read(reader)?;
        Ok(())
    }

    /// Everything but results of tools, to be read back by [`Meters::read_again`].
    pub fn write(&self, writer: &mut Writer) {
        self.frozen().write(writer);
    }

    /// Takes over what was written, also with other windows than it was written with: those can't reach further back
    /// than the longest of those, whatever their lengths. What was there before is forgotten.
    ///
    /// # Errors
    /// The bytes are not what [`Meters::write`] writes.
    pub fn read_again(&mut self, reader: &mut Reader<'_>) -> Result<(), CodecError> {
        self.scopes.clear();
        self.calls = GivenCalls::default();
        for _ in 0..reader.length()? {
            let scope = reader.text()?;
            let meter = Meter::read(&self.lengths, reader)?;
            self.scopes.insert(scope, meter);
        }
        Ok(())
    }
}
