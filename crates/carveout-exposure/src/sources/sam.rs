//! The public entity extract of SAM: no header, 142 fields separated by `|`, the last of them `!end`, between a line
//! `BOF` that says how many records follow and a line `EOF`.

use std::io::BufRead;

use super::{
    Imported, SourceError,
    lines::{Line, Lines},
};
use crate::{
    graph::{GraphBuilder, Kind, Party},
    identifier::Identifier,
};

const FIELDS: usize = 142;
const WHAT: &str = "public entity extract of SAM";

/// Positions of fields, counted from zero (SAM Master Extract Mapping, public fields).
const UEI: usize = 0;
const CAGE: usize = 3;
const LEGAL_NAME: usize = 11;
const DBA_NAME: usize = 12;
const URL: usize = 26;

/// The most lines that one record may be broken into: free text fields hold line breaks.
const MOST_PIECES: usize = 8;

/// Reads the registrations of an extract as organisations.
///
/// # Errors
/// If the first line is no `BOF` line.
pub fn sam_entities(reader: impl BufRead, builder: &mut GraphBuilder) -> Result<Imported, SourceError> {
    let mut lines = Lines::new(reader);
    let mut imported = Imported::default();
    let expected = begin(&mut lines)?;
    let mut open: Vec<String> = Vec::new();
    let mut ended = false;
    loop {
        let line = match lines.next() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(error) => {
                imported.cut = Some(format!("after line {}: {error}", lines.number()));
                break;
            }
        };
        let place = lines.number();
        match line {
            Line::Text(text) if text.starts_with("EOF ") => ended = true,
            Line::Text(text) => {
                open.push(text);
                gathered(&mut open, place, builder, &mut imported);
            }
            Line::TooLong => imported.not_read.note(format_args!("line {place}"), "", "longer than 16 MB"),
            Line::NotUtf8(text) => {
                imported.not_read.note(
                    format_args!("line {place}"),
                    &text,
                    "not UTF-8: take the UTF-8 extract",
                );
            }
        }
    }
    if !open.is_empty() {
        imported.not_read.note(
            format_args!("line {}", lines.number()),
            &open.concat(),
            "a record without its end",
        );
    }
    let seen = imported.read.saturating_add(imported.not_read.total());
    if imported.cut.is_none() && (!ended || expected.is_some_and(|expected| expected > seen)) {
        let expected = expected.map_or("more".to_owned(), |expected| expected.to_string());
        imported.cut = Some(format!(
            "{seen} records, but the first line says {expected} and the last is `EOF`: the file is cut"
        ));
    }
    Ok(imported)
}

/// The number of records that the first line announces.
fn begin(lines: &mut Lines<impl BufRead>) -> Result<Option<u64>, SourceError> {
    let other = |why: &str| SourceError::Other { what: WHAT, why: why.to_owned() };
    match lines.next() {
        Ok(Some(Line::Text(text))) if text.starts_with("BOF ") => {
            Ok(text.split_whitespace().nth(5).and_then(|count| count.parse().ok()))
        }
        Ok(_) => Err(other("its first line does not start with `BOF`")),
        Err(error) => Err(other(&error.to_string())),
    }
}

/// Takes the pieces as a record once they end as one.
fn gathered(open: &mut Vec<String>, line: u32, builder: &mut GraphBuilder, imported: &mut Imported) {
    let last = open.last().map_or("", String::as_str);
    if !last.ends_with("|!end") && open.len() < MOST_PIECES {
        return;
    }
    let text = open.join(" ");
    open.clear();
    match record(&text, builder) {
        Ok(()) => imported.took(),
        Err(reason) => imported.not_read.note(format_args!("line {line}"), &text, reason),
    }
}

fn record(text: &str, builder: &mut GraphBuilder) -> Result<(), &'static str> {
    let fields: Vec<&str> = text.split('|').map(str::trim).collect();
    if fields.len() != FIELDS || fields.last() != Some(&"!end") {
        return Err("not 142 fields");
    }
    let field = |position: usize| fields.get(position).copied().unwrap_or_default();
    let mut identifiers = vec![Identifier::uei(field(UEI)).map_err(|_| "no UEI")?];
    identifiers.extend(Identifier::cage(field(CAGE)));
    identifiers.extend(Identifier::domain(field(URL)));
    let names = [field(LEGAL_NAME), field(DBA_NAME)];
    if names.iter().all(|name| name.is_empty()) {
        return Err("no name");
    }
    builder.node(&Party { kind: Kind::Organisation, names: &names, identifiers: &identifiers });
    Ok(())
}
