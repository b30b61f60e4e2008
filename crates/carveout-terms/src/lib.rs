//! The law of Carveout: what facts exist, what an agreement says, and how a use is decided by it.
//!
//! Everything here is pure: no clock, no files, no network, no randomness, no threads. The same
//! source texts and the same facts give the same ruling on every machine and on every day, which is
//! what lets an auditor recompute a decision years later.
//!
//! The way through the crate:
//!
//! 1. [`Vocabulary`] says which facts exist, who may state each, and which members each may have.
//! 2. [`Agreement`] is parsed from Markdown against a vocabulary. All errors are reported at once,
//!    each with a span into the file. Its policies are lowered, validated and compiled here.
//! 3. [`Facts`] are stated by callers, programs and the gateway; [`Use::assemble`] makes the one
//!    flat record that a request is decided by.
//! 4. [`Stack::decide`] applies every agreement that governs the target, one by one, and combines
//!    the answers into a [`Decision`].
//!
//! Instruments that bar a source are records of their own: see [`designation`].
//!
//! Policies are written in Cedar and evaluated by Cedar's own evaluator. What this crate adds is
//! what Cedar leaves to its host: closed facts, groups, silence, holds, stacks and errors that deny.

mod agreement;
mod decision;
pub mod designation;
mod digest;
mod explain;
mod facts;
mod law;
mod problem;
mod program;
mod stack;
mod timestamp;
mod tool;
mod r#use;
mod vocabulary;

pub use agreement::{
    Agreement, AgreementErrors, Clause, ClauseKind, Condition, Edit, EditError, Example, ExampleOutcome,
    ExampleRuling, Party, Policy, RedLines, Role, Window,
};
pub use decision::{ClauseRef, Decision, Presumption, Reason, RoleId, Ruling};
pub use digest::Digest;
pub use explain::{AgreementExplained, Explanation, PolicyExplained, Turn};
pub use facts::{FactError, FactErrors, Facts, Speaker, Value};
pub use law::Words;
pub use problem::{Code, Problem, Problems, Severity};
pub use program::{Program, ProgramKey, PurposeRefused};
pub use stack::{MonitorError, Stack, StackError, drafted};
pub use timestamp::{Timestamp, TimestampError};
pub use tool::{Tool, ToolError};
pub use r#use::{Known, Use, UseError, UseLayers};
pub use vocabulary::{Attester, Enumeration, Fact, FactId, FactKind, MemberSet, MergeError, Vocabulary};
