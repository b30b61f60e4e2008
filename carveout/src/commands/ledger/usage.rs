//! A provider's usage export, read for the request ids in it.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::Path,
};

use miette::{IntoDiagnostic, WrapErr, miette};

/// What a provider says it answered.
#[derive(Default)]
pub(super) struct Usage {
    /// The request ids, each with its line.
    pub(super) requests: BTreeMap<String, u64>,
    /// Request ids that stand in an earlier line already, each with the later line.
    pub(super) repeated: Vec<(String, u64)>,
    /// Lines without a request id.
    pub(super) nameless: Vec<u64>,
}

impl Usage {
    /// Reads an export: CSV with a header. A spreadsheet's byte order mark is skipped.
    pub(super) fn read(path: &Path, column: &str) -> miette::Result<Self> {
        let named = || format!("`{}` can't be read as a usage export", path.display());
        let text = crate::workspace::read(path).wrap_err_with(named)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().into_diagnostic().wrap_err_with(named)?.clone();
        let position = headers
            .iter()
            .position(|header| header == column)
            .ok_or_else(|| lacks(path, column, &headers))?;
        let mut usage = Self::default();
        for record in reader.records() {
            let record = record.into_diagnostic().wrap_err_with(named)?;
            let line = record.position().map_or(0, csv::Position::line);
            usage.add(record.get(position).unwrap_or_default(), line);
        }
        Ok(usage)
    }

    fn add(&mut self, id: &str, line: u64) {
        if id.is_empty() {
            self.nameless.push(line);
            return;
        }
        match self.requests.entry(id.to_owned()) {
            Entry::Vacant(vacant) => {
                vacant.insert(line);
            }
            Entry::Occupied(_) => self.repeated.push((id.to_owned(), line)),
        }
    }
}

fn lacks(path: &Path, column: &str, headers: &csv::StringRecord) -> miette::Report {
    if headers.is_empty() {
        return miette!(help = "export it again, with a header line", "`{}` is empty", path.display());
    }
    let known: Vec<&str> = headers.iter().collect();
    miette!(
        help = format!("name the column with `--column`; there are: {}", known.join(", ")),
        "`{}` has no column `{column}`",
        path.display()
    )
}
