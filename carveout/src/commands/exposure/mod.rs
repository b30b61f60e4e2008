//! `exposure`: who is touched by a designation, and through what.

mod customers;
mod imported;
mod instrument;
mod matched;
mod paths;
mod questionnaire;
mod reach;
mod report;
mod scan;
mod snapshot;
mod sources;

use crate::{
    cli::{Exposure, Global},
    output::{Exit, Printer},
};

pub(super) fn run(global: &Global, command: &Exposure, printer: &Printer) -> miette::Result<Exit> {
    match command {
        Exposure::Scan(arguments) => scan::run(arguments, printer),
        Exposure::Import(arguments) => imported::run(arguments, printer),
        Exposure::Snapshot(arguments) => snapshot::run(arguments, printer),
        Exposure::Match(arguments) => matched::run(arguments, printer),
        Exposure::Reach(arguments) => reach::run(arguments, printer),
        Exposure::Paths(arguments) => paths::run(arguments, printer),
        Exposure::Questionnaire(command) => questionnaire::run(command, printer),
        Exposure::Customers(arguments) => customers::run(global, arguments, printer),
        Exposure::Report(arguments) => report::run(global, arguments, printer),
    }
}
