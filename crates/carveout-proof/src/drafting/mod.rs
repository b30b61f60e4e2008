//! From regions to clauses: terms about cubes, and the text that says them.

mod clause;
mod cubes;
mod front_matter;
mod spelling;

pub(crate) use self::{
    clause::{NewClause, Rule, fenced, listed},
    front_matter::{Head, give, stated},
    spelling::Spelling,
};
