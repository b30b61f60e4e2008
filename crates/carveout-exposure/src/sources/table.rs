//! Tables with a header, read by the names of their columns.

use std::{collections::HashMap, io::Read};

use csv::{ByteRecord, ReaderBuilder};

use super::{Imported, SourceError};

/// A row, and what its columns are called.
pub(super) struct Row<'a> {
    columns: &'a HashMap<String, usize>,
    record: &'a ByteRecord,
    pub(super) line: u32,
}

impl<'a> Row<'a> {
    /// The trimmed text of a column; empty if the table doesn't have it. Rows that are not UTF-8 don't get here.
    pub(super) fn get(&self, column: &str) -> &'a str {
        let cell = self.columns.get(column).and_then(|position| self.record.get(*position));
        cell.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default().trim()
    }
}

/// What a table is expected to be.
pub(super) struct Shape<'a> {
    /// What it is called in messages.
    pub(super) what: &'static str,
    /// The columns it can't do without.
    pub(super) needed: &'a [&'a str],
    /// Other names of columns: theirs, then ours.
    pub(super) renamed: &'a [(String, String)],
}

/// Reads every row. `take` says why it refuses one, or that it took it.
pub(super) fn read(
    reader: impl Read,
    shape: &Shape<'_>,
    mut take: impl FnMut(&Row<'_>) -> Result<(), &'static str>,
) -> Result<Imported, SourceError> {
    let mut table = ReaderBuilder::new().flexible(true).from_reader(reader);
    let columns = columns(&mut table, shape)?;
    let mut imported = Imported::default();
    let mut record = ByteRecord::new();
    loop {
        match table.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(imported),
            Err(error) => {
                imported.cut = Some(error.to_string());
                return Ok(imported);
            }
        }
        let line = record.position().map_or(0, |position| u32::try_from(position.line()).unwrap_or(u32::MAX));
        let refused = if record.iter().any(|cell| std::str::from_utf8(cell).is_err()) {
            Err("not UTF-8: convert the file first")
        } else if record.len() != columns.len() {
            Err("another number of columns than the header")
        } else {
            take(&Row { columns: &columns, record: &record, line })
        };
        match refused {
            Ok(()) => imported.took(),
            Err(reason) => {
                let cells: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
                imported.not_read.note(format_args!("line {line}"), &cells.join(","), reason);
            }
        }
    }
}

/// Where each column is, by our name for it, in small letters.
fn columns(
    table: &mut csv::Reader<impl Read>,
    shape: &Shape<'_>,
) -> Result<HashMap<String, usize>, SourceError> {
    let what = shape.what;
    let header = table.byte_headers().map_err(|error| SourceError::Other { what, why: error.to_string() })?;
    if header.iter().next().is_some_and(|cell| cell.starts_with(b"\xff\xfe") || cell.starts_with(b"\xfe\xff"))
    {
        return Err(SourceError::Other { what, why: "it is UTF-16: convert it to UTF-8 first".to_owned() });
    }
    let mut columns = HashMap::new();
    for (position, cell) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(cell).trim().to_lowercase();
        let renamed = shape.renamed.iter().find(|(theirs, _)| theirs.to_lowercase() == name);
        let ours = renamed.map_or_else(|| name.clone(), |(_, ours)| ours.to_lowercase());
        // A column that is there twice keeps its own name, which no other has, so that the count still fits.
        if columns.contains_key(&ours) {
            columns.insert(format!("{ours}#{position}"), position);
        } else {
            columns.insert(ours, position);
        }
    }
    match shape.needed.iter().find(|column| !columns.contains_key(**column)) {
        Some(column) => Err(SourceError::NoColumn { column: (*column).to_owned(), what }),
        None => Ok(columns),
    }
}
