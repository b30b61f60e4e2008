//! `exposure`: who is touched by a designation, and through what.

mod imported;
mod instrument;
mod matched;
mod paths;
mod reach;
mod report;
mod scan;
mod sources;

use crate::{
    cli::{Exposure, Global},
    output::{Exit, Printer},
};

pub(super) fn run(global: &Global, command: &Exposure, printer: &Printer) -> miette::Result<Exit> {
    match command {
        Exposure::Scan(arguments) => scan::run(arguments, printer),
        Exposure::Import(arguments) => imported::run(arguments, printer),
        Exposure::Match(arguments) => matched::run(arguments, printer),
        Exposure::Reach(arguments) => reach::run(arguments, printer),
        Exposure::Paths(arguments) => paths::run(arguments, printer),
        Exposure::Report(arguments) => report::run(global, arguments, printer),
    }
}
