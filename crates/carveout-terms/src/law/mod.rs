//! From a policy in an agreement to something that can be evaluated, indexed and put in words.
//!
//! [`lower`] takes Cedar's syntax tree apart once. It returns the lowered tree, which Cedar evaluates,
//! and the same thing as a [`Condition`], which indexing, explaining and the check for silence read.
//! In debug builds every evaluation compares the two.

mod cells;
mod condition;
mod evaluate;
mod index;
mod lower;
mod scrutiny;
mod silence;
mod words;

pub use self::words::Words;
pub(crate) use self::{
    cells::{Cell, Cells},
    condition::{Comparison, Condition, Test},
    evaluate::Evaluation,
    index::Index,
    lower::lower,
    scrutiny::turns_on_scrutiny_alone,
    silence::{SilenceError, silent_facts},
    words::one_of,
};
