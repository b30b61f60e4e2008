//! The one place that touches Cedar's symbolic compiler.
//!
//! [`Compiler`] turns the very text that is evaluated into a [`Term`], which is also what an outside
//! solver would be asked. [`Blaster`] turns a term into wires. Its fragment is exactly what lowered
//! clauses compile to; whatever else it meets is *undecided*, with a reason.

mod blast;
mod build;
mod compile;
mod script;
mod signal;

pub use self::script::{Script, SecondOpinionError};
pub(crate) use self::{
    blast::Blaster,
    build::{FactTerms, all, any, both, not},
    compile::{Compiled, Compiler},
    script::Finding,
};
pub(crate) use cedar_policy_symcc::term::Term;
