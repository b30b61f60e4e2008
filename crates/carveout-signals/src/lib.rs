//! What a text shows: personal identifiers, whoever wrote them how, and how many persons they are.
//!
//! Everything here is a pure function of its arguments: no clock, no files, no network, no randomness.
//!
//! - [`Scanner::scan`] reads one text and returns [`Evidence`]: [`Finding`]s with spans of the original bytes,
//!   tables of persons, and parts that can't be read.
//! - [`RECOGNISERS`] lists what is recognised, by what rule, and where the rule comes from.
//! - [`View`] names the ways in which a text is read besides as it stands: an address written with zero-width
//!   characters, in Cyrillic look-alikes or in base64 is the address.
//! - [`tripwire`] says whether a text looks like a kind of use that agreements restrict; it raises scrutiny and decides nothing.
//! - [`Evidence::persons`] bounds the number of distinct persons from below and from above.
//! - [`meters`] counts distinct persons over windows of time, under keyed pseudonyms.
//!
//! Work is bounded: a text is read a fixed number of times, and every walk around a candidate has a longest
//! length ([`Work`] counts both), so no input makes the scan slower than a constant for each byte.

mod blocks;
mod bytes;
pub mod content;
mod context;
mod finding;
mod kind;
mod lanes;
mod merge;
pub mod meters;
mod normalise;
mod persons;
mod recognise;
mod region;
mod scan;
mod shards;
mod share;
mod table;
pub mod tripwire;

pub use finding::{Canonical, Evidence, Finding, Opaque, OpaqueKind, People, Span, Work};
pub use kind::{Class, Confidence, Kind, Kinds};
pub use normalise::{View, Views};
pub use persons::{PersonCount, Persons};
pub use recognise::{RECOGNISERS, Recogniser};
pub use region::{Region, UnknownRegion};
pub use scan::{Limits, Scanner};
pub use share::wilson;
