//! `designations`: instruments that bar a source.

mod add;
mod asof;
mod compile;
mod import;
mod list;
mod officers;
mod show;

use std::path::Path;

use carveout_terms::designation::{Designation, Docket, Notice, Record, Register, When};
use miette::miette;

use crate::{
    cli::{Designations, Global},
    output::{Exit, Printer},
    workspace::{Faults, Store, Trust, read},
};

pub(super) fn run(global: &Global, arguments: &Designations, printer: &Printer) -> miette::Result<Exit> {
    match arguments {
        Designations::Add(arguments) => add::run(global, arguments, printer),
        Designations::List => list::run(global, printer),
        Designations::Show(arguments) => show::run(global, arguments, printer),
        Designations::AsOf(arguments) => asof::run(global, arguments, printer),
        Designations::Import(arguments) => import::run(arguments, printer),
        Designations::Officers(arguments) => officers::run(global, arguments, printer),
        Designations::Compile(arguments) => compile::run(global, arguments, printer),
    }
}

/// Reads a file, and says what its author should look at.
fn record(path: &Path, printer: &Printer) -> miette::Result<Record> {
    let record = Record::parse(&read(path)?).map_err(|problems| Faults::report(path, problems))?;
    let warnings = match &record {
        Record::Designation(designation) => designation.warnings(),
        Record::Notice(notice) => notice.warnings(),
    };
    for warning in warnings.list() {
        let (line, _) = warnings.position(warning);
        printer.note(format_args!("{}:{line}: {warning}", path.display()));
    }
    Ok(record)
}

/// What was named, as known on a date: records of the workspace and files as they are; all records of the workspace if
/// nothing was.
pub(super) fn named(
    global: &Global,
    operands: &[String],
    known: When,
    printer: &Printer,
) -> miette::Result<(Register, Vec<String>)> {
    let (files, ids): (Vec<&String>, Vec<&String>) =
        operands.iter().partition(|operand| Path::new(operand.as_str()).is_file());
    let (mut designations, mut notices): (Vec<Designation>, Vec<Notice>) = (Vec::new(), Vec::new());
    if operands.is_empty() || !ids.is_empty() {
        let store = Store::load(&global.workspace)?;
        warn(&store, printer);
        (designations, notices) = store.counted();
    }
    let mut wanted: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
    for file in files {
        match record(Path::new(file), printer)? {
            Record::Designation(designation) => {
                wanted.push(designation.instrument().id.clone());
                designations.push(*designation);
            }
            Record::Notice(notice) => notices.push(*notice),
        }
    }
    let register = Register::as_known(designations, notices, known);
    if let Some(strange) = ids.iter().find(|id| register.docket(id).is_none()) {
        return Err(unknown(strange, &register));
    }
    if wanted.is_empty() {
        wanted = register.dockets().map(|docket| docket.instrument().id.clone()).collect();
    }
    Ok((register, wanted))
}

/// The one record that was named.
fn one<'r>(register: &'r Register, wanted: &[String]) -> miette::Result<&'r Docket> {
    let first = wanted.first().and_then(|id| register.docket(id));
    first.ok_or_else(|| {
        miette!(help = "name a record by its id, or its file", "there is no designation to look at")
    })
}

fn unknown(id: &str, register: &Register) -> miette::Report {
    let known: Vec<&str> = register.dockets().map(|docket| docket.instrument().id.as_str()).collect();
    let help = match known.as_slice() {
        [] => {
            "nothing is recorded here; name a file, or record one with `carveout designations add`".to_owned()
        }
        some => format!("these are recorded: {}", some.join(", ")),
    };
    miette!(help = help, "there is no designation `{id}`, and no such file")
}

/// The date that was named, or this day.
pub(super) fn or_today(when: Option<When>) -> When {
    let now = super::now();
    let today = now.to_string();
    when.or_else(|| today.get(..10).and_then(When::find)).unwrap_or(When::Instant(now))
}

/// Says what is odd about the records together.
pub(super) fn findings(register: &Register, printer: &Printer) {
    for finding in register.findings() {
        printer.note(format_args!("{}: {}", finding.record, finding.message));
    }
}

/// Says which records don't count, and which only do because signatures are optional.
fn warn(store: &Store, printer: &Printer) {
    for stored in store.stored.iter().filter(|stored| stored.trust.signers.len() < stored.trust.needed) {
        let Trust { signers, needed, counts, .. } = &stored.trust;
        let what = if *counts { "counts, because signatures are optional here" } else { "does not count" };
        printer.note(format_args!(
            "{} has {} of {needed} signatures: it {what}",
            stored.path.display(),
            signers.len()
        ));
    }
}
