//! Designations: dated, contested instruments that bar a source.
//!
//! A [`Designation`] is the record of one instrument, read from TOML or JSON; a [`Notice`] is an event that was
//! recorded apart from its instrument, perhaps before it. A [`Register`] puts them together and answers what was in
//! force on one date as known on another. [`compile`](Docket::compile) turns what is in force into an agreement
//! that only forbids, so that everything that works on clauses works on designations.
//!
//! A question about force is a [`Formula`] over scopes: the same one is evaluated for a [`Situation`] and printed
//! into clauses, so that an answer and a ruling can't part.

mod compile;
mod enforce;
mod force;
mod formula;
pub mod import;
mod instrument;
mod loosening;
mod read;
mod register;
mod situation;
mod standing;
mod supposed;
mod timeline;
mod tree;
mod words;
mod zone;

use std::sync::Arc;

pub use self::{
    compile::{Compiled, Options},
    enforce::{Effect, EnforceError, Enforced, Enforcement, Watched},
    force::Standing,
    formula::Formula,
    instrument::{
        Affiliates, Clock, Dates, Duty, Event, Exception, FlowDown, Instrument, Priority, Scope, Source,
        Target, Waiver, WaiverRule,
    },
    loosening::loosened,
    register::{Docket, Finding, Register, Superseding},
    situation::Situation,
    standing::{AuthorityForce, Position, Status},
    words::{
        AffiliateRule, Agency, ClockUnit, Component, Conduct, Confidence, DutyKind, EventKind,
        ExistingContracts, Holds, InstrumentKind, LastDay, LegalForce, Reach, SystemClass, TargetKind,
    },
    zone::{When, Zone},
};
use self::{
    read::{instrument, notice},
    tree::{Node, Sink, Table, parse_json, parse_toml},
};
use crate::{Digest, Problem, Problems, Severity};

/// The record of one instrument, and its text.
#[derive(Clone, Debug)]
pub struct Designation {
    instrument: Instrument,
    source: Arc<str>,
    digest: Digest,
    warnings: Vec<Problem>,
}

/// An event that is recorded apart from its instrument: a rescission may arrive before the order.
#[derive(Clone, Debug)]
pub struct Notice {
    of: String,
    event: Event,
    sources: Vec<Source>,
    source: Arc<str>,
    digest: Digest,
    warnings: Vec<Problem>,
}

/// What a file can hold.
#[derive(Clone, Debug)]
pub enum Record {
    /// An instrument.
    Designation(Box<Designation>),
    /// An event that concerns one.
    Notice(Box<Notice>),
}

impl Record {
    /// Reads a file: TOML, or JSON if it starts with a brace. It is a notice if it has the key `event`.
    ///
    /// # Errors
    /// Reports every problem at once, each with a span into `source`.
    pub fn parse(source: &str) -> Result<Self, Problems> {
        let node = tree(source)?;
        let tree::Value::Table(entries) = &node.value else {
            return Designation::read(source, &node)
                .map(|designation| Self::Designation(Box::new(designation)));
        };
        let is = |key: &str| {
            entries.iter().any(|entry| entry.name == key && !matches!(entry.node.value, tree::Value::List(_)))
        };
        if is("event") && !is("designation") {
            return Notice::read(source, &node).map(|notice| Self::Notice(Box::new(notice)));
        }
        Designation::read(source, &node).map(|designation| Self::Designation(Box::new(designation)))
    }
}

impl Designation {
    /// Reads the record of an instrument: TOML, or JSON if it starts with a brace.
    ///
    /// # Errors
    /// Reports every problem at once, each with a span into `source`.
    pub fn parse(source: &str) -> Result<Self, Problems> {
        Self::read(source, &tree(source)?)
    }

    fn read(source: &str, node: &Node) -> Result<Self, Problems> {
        let (instrument, warnings) = all(source, node, "designation", instrument)?;
        Ok(Self { instrument, source: source.into(), digest: Digest::of(source.as_bytes()), warnings })
    }

    /// What the record says.
    #[must_use]
    pub const fn instrument(&self) -> &Instrument {
        &self.instrument
    }

    /// The text.
    #[must_use]
    pub const fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The digest of the text, which signatures are made over.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// What its author should look at, though it can be used.
    #[must_use]
    pub fn warnings(&self) -> Problems {
        Problems::new("designation", &self.source, self.warnings.clone())
    }
}

impl Notice {
    /// Reads a notice: TOML, or JSON if it starts with a brace.
    ///
    /// # Errors
    /// Reports every problem at once, each with a span into `source`.
    pub fn parse(source: &str) -> Result<Self, Problems> {
        Self::read(source, &tree(source)?)
    }

    fn read(source: &str, node: &Node) -> Result<Self, Problems> {
        let ((of, event, sources), warnings) = all(source, node, "notice", notice)?;
        let digest = Digest::of(source.as_bytes());
        Ok(Self { of, event, sources, source: source.into(), digest, warnings })
    }

    /// The instrument that it concerns.
    #[must_use]
    pub fn of(&self) -> &str {
        &self.of
    }

    /// What happened.
    #[must_use]
    pub const fn event(&self) -> &Event {
        &self.event
    }

    /// The documents that it was read in.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The text.
    #[must_use]
    pub const fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The digest of the text, which signatures are made over.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// What its author should look at, though it can be used.
    #[must_use]
    pub fn warnings(&self) -> Problems {
        Problems::new("notice", &self.source, self.warnings.clone())
    }
}

fn tree(source: &str) -> Result<Node, Problems> {
    if source.starts_with('\u{feff}') {
        let span = 0..'\u{feff}'.len_utf8();
        let problem = Problem::error("byte-order-mark", span, "the file starts with a byte order mark");
        return Err(Problems::new("designation", source, vec![problem.hint("save it as UTF-8 without one")]));
    }
    let read = match source.trim_start().starts_with('{') {
        true => parse_json(source).map_err(|problem| vec![problem]),
        false => parse_toml(source),
    };
    read.map_err(|problems| Problems::new("designation", source, problems))
}

/// Reads a whole table. Only warnings leave something to be used.
fn all<T>(
    source: &str,
    node: &Node,
    what: &'static str,
    read: impl FnOnce(Table<'_>) -> Option<T>,
) -> Result<(T, Vec<Problem>), Problems> {
    let sink = Sink::default();
    let value = Table::of(node, what, &sink).and_then(read);
    let problems = sink.into_list();
    match value {
        Some(value) if problems.iter().all(|problem| problem.severity == Severity::Warning) => {
            Ok((value, problems))
        }
        _ => Err(Problems::new(what, source, problems)),
    }
}
