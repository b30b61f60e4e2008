//! Values of terms, as wires.

use carveout_terms::FactId;

use crate::engine::Wire;

/// What a term can be.
#[derive(Clone, Debug)]
pub(super) enum Signal {
    Truth(Wire),
    /// One member of an enumeration: a wire for each.
    Member {
        of: String,
        members: Vec<Wire>,
    },
    /// A set over an enumeration: a wire for each member.
    Set {
        of: String,
        members: Vec<Wire>,
    },
    Number(Number),
    /// An optional value, and whether it is there.
    Maybe {
        there: Wire,
        value: Option<Box<Signal>>,
    },
    /// The record of all facts.
    Facts,
}

/// A number or a time, never as bits: only comparisons with constants are asked of it.
#[derive(Clone, Debug)]
pub(super) enum Number {
    Constant(i64),
    Fact(FactId),
    Either { test: Wire, then: Box<Number>, otherwise: Box<Number> },
}
