//! `scan`: what texts show, without a gateway.

mod input;
mod shown;
mod wire;

use std::{io::IsTerminal, path::Path};

use carveout_signals::{
    Evidence, PersonCount, Region, Scanner,
    tripwire::{Reading, Tripwire},
};
use indicatif::{ProgressBar, ProgressStyle};
use miette::miette;
use serde_json::Value as Json;

use self::input::{Input, Text};
use crate::{
    cli::{Scan, ScanFormat},
    output::{Exit, Printer},
};

pub(super) fn run(arguments: &Scan, printer: &Printer) -> miette::Result<Exit> {
    let scanner = Scanner::new(arguments.region);
    let scanner = if arguments.samples { scanner.with_reserved() } else { scanner };
    let inputs = input::read(&arguments.files, arguments.format)?;
    let bar = bar(inputs.iter().map(|input| input.bytes).sum());
    let scanned: Vec<Scanned> =
        inputs.iter().map(|input| Scanned::of(input, &scanner, arguments.tripwire, &bar)).collect();
    bar.finish_and_clear();
    for (input, why) in inputs.iter().filter_map(|input| Some((input, input.not_requests.as_ref()?))) {
        printer.note(format_args!("{} is read as one text, escapes and all: {why}", input.name));
    }
    let mut all = PersonCount::default();
    scanned.iter().flat_map(|file| &file.texts).for_each(|(_, evidence)| all.add(evidence));
    if printer.json() {
        let mut document = shown::document(&scanned, &all);
        if let (true, Some(members)) = (arguments.tripwire, document.as_object_mut()) {
            members.insert("tripwire".to_owned(), wire::document(&scanned, &scanner));
        }
        printer.document("scan", &document)?;
    } else {
        shown::print(&scanned, &all, arguments.all, printer);
        if arguments.tripwire {
            wire::print(&scanned, &scanner, printer);
        }
    }
    Ok(Exit::Yes)
}

/// One file's texts, for who decides about them.
pub(super) struct Looked {
    input: Vec<Input>,
    scanner: Scanner,
}

impl Looked {
    pub(super) fn at(file: &Path, region: Region) -> miette::Result<Self> {
        let input = input::read(&[file.to_owned()], ScanFormat::Auto)?;
        let part = input.iter().flat_map(|input| &input.opaque).next();
        if let Some(part) = part {
            return Err(miette!(
                help = "leave it out, and state `opaque_parts` with `--use`",
                "`{}` holds {} at line {} {}, which can't be read",
                file.display(),
                part.kind,
                part.line,
                part.place
            ));
        }
        Ok(Self { input, scanner: Scanner::new(region) })
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.input.iter().flat_map(|input| &input.texts).map(|text| text.text.as_str())
    }

    /// Which texts trip the wire, and why.
    pub(super) fn wire(&self) -> Json {
        wire::document(&self.scanned(), &self.scanner)
    }

    pub(super) fn print_wire(&self, printer: &Printer) {
        wire::print(&self.scanned(), &self.scanner, printer);
    }

    fn scanned(&self) -> Vec<Scanned<'_>> {
        let bar = ProgressBar::hidden();
        self.input.iter().map(|input| Scanned::of(input, &self.scanner, true, &bar)).collect()
    }
}

/// A file, and what its texts show.
struct Scanned<'i> {
    input: &'i Input,
    texts: Vec<(&'i Text, Evidence)>,
    /// What each text looks like, in the same order, if that was asked for.
    readings: Vec<Reading>,
    count: PersonCount,
}

impl<'i> Scanned<'i> {
    fn of(input: &'i Input, scanner: &Scanner, wired: bool, bar: &ProgressBar) -> Self {
        let (mut count, mut readings) = (PersonCount::default(), Vec::new());
        let scan = |text: &'i Text| {
            let evidence = if wired {
                let (evidence, reading) = Tripwire::embedded().scan(scanner, &text.text);
                readings.push(reading);
                evidence
            } else {
                scanner.scan(&text.text)
            };
            count.add(&evidence);
            bar.inc(text.text.len() as u64);
            (text, evidence)
        };
        let texts = input.texts.iter().map(scan).collect();
        Self { input, texts, readings, count }
    }
}

/// Shown on a terminal only.
fn bar(bytes: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}");
    let bar = ProgressBar::new(bytes as u64);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
