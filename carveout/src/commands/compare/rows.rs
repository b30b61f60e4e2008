//! Rows that somebody wrote down.

use std::path::Path;

use carveout_proof::{Cube, Row};
use carveout_terms::{Facts, Vocabulary};
use miette::{IntoDiagnostic, WrapErr, miette};

use crate::workspace;

/// One row a line: `name: fact=member, …`, or the facts alone. A line of agreed examples can stand here as
/// it is; what was expected of it is not looked at.
pub(super) fn read(path: &Path, vocabulary: &Vocabulary) -> miette::Result<Vec<Row>> {
    let mut rows: Vec<Row> = Vec::new();
    for (number, line) in workspace::read(path)?.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let row = row(line, vocabulary)
            .wrap_err_with(|| format!("line {} of `{}` is no row", number + 1, path.display()))?;
        if rows.iter().any(|known| known.name == row.name) {
            return Err(miette!(help = "give each row its own name", "there are two rows `{}`", row.name));
        }
        rows.push(row);
    }
    if rows.is_empty() {
        let help = "write one a line: `bulk data: volume=bulk, subject=us_person`";
        return Err(miette!(help = help, "`{}` names no uses", path.display()));
    }
    Ok(rows)
}

fn row(line: &str, vocabulary: &Vocabulary) -> miette::Result<Row> {
    let named = line.split_once(':').filter(|(name, _)| !name.contains(['=', '"']));
    let (name, facts) = named.map_or((line, line), |(name, facts)| (name.trim(), facts.trim()));
    let ruling = ["permit", "deny", "hold"].contains(&name.split(' ').next().unwrap_or_default());
    let name = if ruling { facts } else { name };
    let stated = Facts::suppose(vocabulary, facts).into_diagnostic()?;
    Ok(Row { name: name.to_owned(), cube: Cube::stating(vocabulary, &stated) })
}
