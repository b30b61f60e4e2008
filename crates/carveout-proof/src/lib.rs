//! What terms permit, proven for all uses.
//!
//! Everything here is pure, and given a [`Budget`]. A [`Prover`] compiles stacks of agreements with
//! Cedar's symbolic compiler, composes them as [`carveout_terms::Stack`] does, and decides questions
//! about them with a SAT solver in this process.
//!
//! It is sound by construction: what it can't decide it calls [`Undecided`] and says why. Every cube
//! of a [`Region`] is proven to lie inside, and every [`Witness`] is replayed through the authorizer
//! that the gateway uses, before anybody sees it.

mod budget;
mod check;
mod compare;
mod counter;
mod diff;
mod drafting;
mod engine;
mod law;
mod prover;
mod redlines;
mod region;
mod settle;
mod side;
mod symbolic;
mod tongue;
mod undecided;
mod whatif;

pub use budget::{Budget, Progress};
pub use check::{Contradiction, Grade, Graded, Idle, IdleReason};
pub use compare::{Answer, Cell, ComparedRow, Comparison, Row};
pub use counter::{Counter, CounterError, Edit, EditKind, LostExample};
pub use diff::{Change, Diff, HoldChange, ShownCube, ShownRegion};
pub use law::Law;
pub use prover::Prover;
pub use redlines::{LineKind, LineVerdict};
pub use region::{Constraint, Cube, CubeWords, Plain, Region, Witness};
pub use settle::{
    Clash, Conflict, DraftClause, Frame, Granted, Line, SettleError, SettledDraft, SettledWant, Settlement,
};
pub use side::{Dates, side};
pub use symbolic::{Script, SecondOpinionError};
pub use undecided::Undecided;
pub use whatif::{WhatIfError, Worth};
