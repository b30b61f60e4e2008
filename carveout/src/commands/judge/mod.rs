//! `judge`: how good a configured judge is at the clauses that turn on it.

mod calibrate;
pub(crate) mod measured;

use crate::{
    cli::{Global, JudgeCommand},
    output::{Exit, Printer},
};

pub(super) fn run(global: &Global, command: &JudgeCommand, printer: &Printer) -> miette::Result<Exit> {
    match command {
        JudgeCommand::Calibrate(arguments) => calibrate::run(global, arguments, printer),
    }
}
