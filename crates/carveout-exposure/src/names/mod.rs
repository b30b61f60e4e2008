//! Names of organisations: how they are read, and how alike two of them are.
//!
//! A name is folded (Unicode compatibility form, transliteration, small letters), its legal form is taken off,
//! numbers become numbers, and what is left are words with weights. [`Lexicon::compare`] aligns the words of two
//! names and says, with reasons, how much of their weight agrees.

mod align;
mod compare;
mod fold;
mod form;
mod lexicon;
mod number;
mod reason;

pub(crate) use align::likeness;
pub use compare::Comparison;
pub use fold::fold;
pub use form::Family;
pub use lexicon::{Lexicon, Name};
pub use reason::Reason;

/// From this score on two names count as the same organisation's. It is the threshold at which precision
/// and recall are measured.
pub const MATCH: f64 = 0.7;

/// From this score on a pair is worth a person's look.
pub const REVIEW: f64 = 0.5;
