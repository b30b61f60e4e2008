//! `report`: what enforcement would have done, from the record alone.
//!
//! Each decision says how it would have come out by the drafts and clauses that were monitored then. Nothing is decided
//! here: the entries are counted, and every number can be followed to entries with receipts.

mod document;
mod gathered;
mod page;
mod text;

use carveout_ledger::Entry;
use miette::{IntoDiagnostic, WrapErr, miette};

use self::gathered::{Gathered, Period};
use super::ledger::place;
use crate::{
    cli::{Global, Report},
    output::{Exit, Printer},
};

pub(super) fn run(global: &Global, arguments: &Report, printer: &Printer) -> miette::Result<Exit> {
    let millis = |time: carveout_terms::Timestamp| carveout_ledger::Timestamp::from_millis(time.millis());
    let period = Period { from: arguments.from.map(millis), to: arguments.to.map(millis) };
    if let (Some(from), Some(to)) = (period.from, period.to)
        && from >= to
    {
        let help = "`--from` is the first moment that counts, `--to` the first one that doesn't any more";
        return Err(miette!(help = help, "no time lies between {from} and {to}"));
    }
    let place = place(global, &arguments.at)?;
    let reader = place.reader()?;
    let mut gathered = Gathered::new(period, arguments.program.clone());
    for entry in reader.entries(0) {
        let (index, bytes) = entry.into_diagnostic()?;
        let entry = Entry::parse(&bytes).into_diagnostic().wrap_err_with(|| format!("entry {index}"))?;
        gathered.take(index, entry);
    }
    let origin = reader.checkpoint().origin().to_owned();
    if let Some(path) = &arguments.html {
        std::fs::write(path, page::page(&gathered, &origin, reader.checkpoint().size()))
            .into_diagnostic()
            .wrap_err_with(|| format!("can't write `{}`", path.display()))?;
        printer.note(format_args!("wrote {}", path.display()));
    }
    if printer.json() {
        printer.document("report", &document::document(&gathered, &origin, reader.checkpoint().size()))?;
    } else {
        text::print(printer, &gathered);
    }
    Ok(Exit::Yes)
}
