//! What a scan found, for people and for programs.

use carveout_signals::{Evidence, Finding, Kind, PersonCount};
use serde_json::{Map, Value as Json, json};

use super::{Scanned, input::Text};
use crate::output::{Printer, Table, strong};

/// Findings of one file that are shown unless all are wanted.
const SHOWN: usize = 40;

/// The document.
pub(super) fn document(scanned: &[Scanned<'_>], all: &PersonCount) -> Json {
    json!({
        "files": scanned.iter().map(file).collect::<Vec<_>>(),
        "persons": persons(all),
        "distinct": distinct(all),
        "rows": all.rows(),
    })
}

fn file(file: &Scanned<'_>) -> Json {
    let mut findings = Vec::new();
    let mut people = Vec::new();
    let mut opaque: Vec<Json> = file
        .input
        .opaque
        .iter()
        .map(|part| json!({ "line": part.line, "place": part.place, "kind": part.kind }))
        .collect();
    for (text, evidence) in &file.texts {
        let mut lines = Lines::of(text);
        for finding in &evidence.findings {
            let (line, column) = lines.of_byte(finding.span.start);
            findings.push(json!({
                "kind": finding.kind.as_str(),
                "class": finding.kind.class().as_str(),
                "canonical": finding.canonical.as_str(),
                "confidence": finding.confidence.as_str(),
                "via": finding.via.iter().map(|view| view.as_str()).collect::<Vec<_>>(),
                "place": text.place, "line": line, "column": column,
                "start": finding.span.start, "end": finding.span.end,
            }));
        }
        people.extend(evidence.people.iter().map(|people| {
            json!({
                "place": text.place, "start": people.span.start, "end": people.span.end,
                "rows": people.rows, "unidentified": people.unidentified,
            })
        }));
        opaque.extend(evidence.opaque.iter().map(|part| {
            json!({
                "line": text.line, "place": text.place, "kind": part.kind.as_str(),
                "start": part.span.start, "end": part.span.end, "bytes": part.bytes,
            })
        }));
    }
    json!({
        "file": file.input.name,
        "bytes": file.input.bytes,
        "not_requests": file.input.not_requests,
        "texts": file.texts.len(),
        "findings": findings,
        "people": people,
        "opaque": opaque,
        "persons": persons(&file.count),
        "distinct": distinct(&file.count),
    })
}

fn persons(count: &PersonCount) -> Json {
    let persons = count.persons();
    json!({ "lower": persons.lower, "upper": persons.upper })
}

fn distinct(count: &PersonCount) -> Json {
    let kinds = Kind::ALL.into_iter().map(|kind| (kind, count.distinct(kind)));
    let counted = kinds.filter(|(_, number)| *number > 0);
    counted.map(|(kind, number)| (kind.as_str().to_owned(), number.into())).collect::<Map<_, _>>().into()
}

/// The result for people.
pub(super) fn print(scanned: &[Scanned<'_>], all: &PersonCount, every: bool, printer: &Printer) {
    for file in scanned {
        printer.line(strong(&file.input.name));
        print_file(file, every, printer);
        printer.line("");
    }
    if scanned.len() > 1 {
        printer.line(strong("all together"));
        summary(all, printer);
    }
}

fn print_file(file: &Scanned<'_>, every: bool, printer: &Printer) {
    let mut table = Table::new(["line", "column", "kind", "confidence", "via", "what"]);
    let total: usize = file.texts.iter().map(|(_, evidence)| evidence.findings.len()).sum();
    let most = if every { total } else { SHOWN };
    let mut shown = 0;
    for (text, evidence) in &file.texts {
        let mut lines = Lines::of(text);
        for finding in evidence.findings.iter().take(most - shown) {
            table.row(row(text, finding, &mut lines));
            shown += 1;
        }
    }
    if shown > 0 {
        printer.line(table);
    }
    if shown < total {
        printer.line(format_args!("and {} more; `--all` shows them", total - shown));
    }
    unread(file, printer);
    summary(&file.count, printer);
}

fn row(text: &Text, finding: &Finding, lines: &mut Lines<'_>) -> [String; 6] {
    let (line, column) = lines.of_byte(finding.span.start);
    let place = text.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
    [
        line.to_string(),
        column.to_string(),
        finding.kind.to_string(),
        finding.confidence.as_str().to_owned(),
        finding.via.to_string(),
        format!("{}{place}", finding.canonical.as_str()),
    ]
}

fn unread(file: &Scanned<'_>, printer: &Printer) {
    for part in &file.input.opaque {
        let place = if part.place.is_empty() { String::new() } else { format!(" {}", part.place) };
        printer.line(format_args!("can't be read: {} in line {}{place}", part.kind, part.line));
    }
    let inside = file.texts.iter().flat_map(|(text, evidence): &(&Text, Evidence)| {
        evidence.opaque.iter().map(move |part| (text, part))
    });
    for (text, part) in inside {
        let place = text.place.as_deref().unwrap_or_default();
        printer.line(format_args!(
            "can't be read: {}, {} bytes, in line {} {place}",
            part.kind.as_str(),
            part.bytes,
            Lines::of(text).of_byte(part.span.start).0,
        ));
    }
}

fn summary(count: &PersonCount, printer: &Printer) {
    let persons = count.persons();
    let kinds = Kind::ALL.into_iter().map(|kind| (kind, count.distinct(kind)));
    let counted: Vec<String> =
        kinds.filter(|(_, number)| *number > 0).map(|(kind, number)| format!("{kind} {number}")).collect();
    if counted.is_empty() && count.rows() == 0 {
        printer.line("no personal identifiers");
        return;
    }
    if !counted.is_empty() {
        printer.line(format_args!("distinct: {}", counted.join(", ")));
    }
    if count.rows() > 0 {
        printer.line(format_args!("rows about persons: {}", count.rows()));
    }
    printer.line(format_args!("persons: at least {}, at most {}", persons.lower, persons.upper));
}

/// Lines and columns of a text's bytes, asked for in order.
struct Lines<'t> {
    text: &'t Text,
    line: usize,
    /// Where the line starts.
    start: usize,
}

impl<'t> Lines<'t> {
    const fn of(text: &'t Text) -> Self {
        Self { text, line: text.line, start: 0 }
    }

    /// The line, and the column in characters, both from one. In a request the line is the request's.
    fn of_byte(&mut self, byte: usize) -> (usize, usize) {
        let before = self.text.text.get(self.start..byte).unwrap_or_default();
        if let Some(last) = before.rfind('\n') {
            let breaks = before.bytes().filter(|byte| *byte == b'\n').count();
            self.line += if self.text.place.is_none() { breaks } else { 0 };
            self.start += last + 1;
        }
        let column = self.text.text.get(self.start..byte).unwrap_or_default().chars().count();
        (self.line, column + 1)
    }
}
