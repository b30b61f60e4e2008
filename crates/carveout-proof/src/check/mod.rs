//! What a proof can say about one agreement by itself, before anybody signs it.

mod examples;
mod grade;
mod idle;

pub use self::{
    examples::Contradiction,
    grade::{Grade, Graded},
    idle::{Idle, IdleReason},
};
