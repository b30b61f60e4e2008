//! Rows of comma-separated values, found by the names of their columns.

use std::collections::BTreeMap;

use super::Imported;

/// The rows of a table, with the columns that were asked for marked as read.
pub(super) struct Rows {
    /// The columns by their names without case, blanks and punctuation.
    columns: BTreeMap<String, usize>,
    /// The names as they are written.
    written: Vec<String>,
    rows: Vec<Row>,
}

/// One row.
pub(super) struct Row {
    /// The line that it starts on.
    pub(super) line: u64,
    cells: Vec<String>,
}

/// Reads a table. Rows that aren't text, or aren't as long as the header, are passed over.
pub(super) fn read(bytes: &[u8], imported: &mut Imported) -> Option<Rows> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        imported.pass("the file", "it is UTF-16; save it as UTF-8", "its first bytes");
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let written: Vec<String> = match reader.headers() {
        Ok(header) if header.iter().any(|name| !name.trim().is_empty()) => {
            header.iter().map(str::to_owned).collect()
        }
        Ok(_) => {
            imported.pass("the file", "it has no header", "line 1");
            return None;
        }
        Err(error) => {
            imported.pass("the file", format!("its header can't be read: {error}"), "line 1");
            return None;
        }
    };
    let mut columns = BTreeMap::new();
    for (place, name) in written.iter().enumerate() {
        if columns.insert(key(name), place).is_some() && !key(name).is_empty() {
            imported.pass(
                "a column",
                format!("`{name}` is there twice; the last one counts"),
                format!("column {}", place + 1),
            );
        }
    }
    let mut rows = Vec::new();
    for record in reader.byte_records() {
        imported.rows += 1;
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                imported.pass("a row", format!("it can't be read: {error}"), "the rest of the file");
                break;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let place = format!("line {line}");
        if record.len() != written.len() {
            let reason = format!("it has not as many columns as the header, which has {}", written.len());
            imported.pass("a row", reason, place);
            continue;
        }
        match record.iter().map(|cell| str::from_utf8(cell).map(clean)).collect::<Result<Vec<_>, _>>() {
            Ok(cells) => rows.push(Row { line, cells }),
            Err(_) => imported.pass("a row", "it is not UTF-8 text", place),
        }
    }
    Some(Rows { columns, written, rows })
}

/// On one line, without blanks around it.
fn clean(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Rows {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter()
    }

    /// The place of the first of these columns that is there.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.get(&key(name)).copied())
    }

    pub(super) fn header(&self) -> &[String] {
        &self.written
    }

    /// Reports columns that are missing, or that hold what no record has.
    pub(super) fn account(&self, used: &[Option<usize>], imported: &mut Imported) {
        for (place, name) in self.written.iter().enumerate() {
            let told = self.rows.iter().any(|row| !row.cell(Some(place)).is_empty());
            if told && !used.contains(&Some(place)) {
                imported.pass(
                    "a column",
                    format!("`{name}` has no place in a record"),
                    format!("column {}", place + 1),
                );
            }
        }
    }
}

impl Row {
    /// A cell; empty if the column isn't there.
    pub(super) fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.cells.get(column)).map_or("", String::as_str)
    }

    /// A cell that may hold several values.
    pub(super) fn list(&self, column: Option<usize>) -> Vec<String> {
        let values = self.cell(column).split([';', '|']).map(str::trim);
        values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }
}
