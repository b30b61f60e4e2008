//! Tables of no fixed shape: OpenSanctions' own, and any other by a mapping of its columns.

use std::collections::BTreeMap;

use super::{
    Imported, List,
    dates::{Edge, date},
    record::{Entry, short},
    rows::{self, Row},
};
use crate::{Digest, problem::nearest};

/// The fields that a column can be mapped to.
pub const FIELDS: [&str; 13] = [
    "id",
    "name",
    "alias",
    "uei",
    "cage",
    "lei",
    "domain",
    "effective",
    "published",
    "until",
    "issuer",
    "authority",
    "note",
];

/// Which columns hold which field. Several columns may hold one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping(BTreeMap<&'static str, Vec<String>>);

/// A pair that maps nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Not a pair.
    #[error("`{0}` maps nothing; write `field=Column`")]
    NoPair(String),
    /// Not a field.
    #[error("a record has no field `{field}` to map to; {hint}")]
    NoField {
        /// What was written.
        field: String,
        /// What may have been meant.
        hint: String,
    },
    /// There is no name.
    #[error("no column is mapped to `name`; write `name=Column`")]
    NoName,
}

impl Mapping {
    /// Reads pairs such as `name=Company`.
    ///
    /// # Errors
    /// If one is no pair or names no field, or none maps the name.
    pub fn of<'p>(pairs: impl IntoIterator<Item = &'p str>) -> Result<Self, MappingError> {
        let mut mapping = Self::default();
        for pair in pairs {
            let (field, column) =
                pair.split_once('=').ok_or_else(|| MappingError::NoPair(pair.to_owned()))?;
            let known = FIELDS.iter().find(|known| **known == field.trim());
            let known = known.ok_or_else(|| MappingError::NoField {
                field: field.to_owned(),
                hint: nearest(field, FIELDS).unwrap_or_else(|| format!("use {}", FIELDS.join(", "))),
            })?;
            mapping.0.entry(known).or_default().push(column.trim().to_owned());
        }
        if mapping.0.contains_key("name") { Ok(mapping) } else { Err(MappingError::NoName) }
    }
}

/// Reads a table of OpenSanctions' kind: `Name`, `Clean Name`, `Alias`, `Previous Name`, `Note`, `Start date`,
/// `End date`, `Source Url`. Parents belong into a graph of owners, and are not read.
#[must_use]
pub fn open_sanctions_table(bytes: &[u8], list: &List) -> Imported {
    let columns = [
        ("name", vec!["Name"]),
        ("alias", vec!["Clean Name", "Alias", "Previous Name"]),
        ("note", vec!["Note", "Source Url"]),
        ("effective", vec!["Start date"]),
        ("until", vec!["End date"]),
    ];
    let mapping = columns
        .into_iter()
        .map(|(field, names)| (field, names.into_iter().map(str::to_owned).collect()))
        .collect();
    read(bytes, &Mapping(mapping), list, false)
}

/// Reads any table by a mapping of its columns.
#[must_use]
pub fn mapped(bytes: &[u8], mapping: &Mapping, list: &List) -> Imported {
    read(bytes, mapping, list, true)
}

/// With `strict`, a mapped column that isn't there ends the import: it was misspelt.
fn read(bytes: &[u8], mapping: &Mapping, list: &List, strict: bool) -> Imported {
    let mut imported = Imported::default();
    let Some(rows) = rows::read(bytes, &mut imported) else { return imported };
    let mut columns: BTreeMap<&str, Vec<Option<usize>>> = BTreeMap::new();
    for (field, names) in &mapping.0 {
        for name in names {
            let place = rows.column(&[name]);
            if place.is_none() && (strict || *field == "name") {
                let hint = nearest(name, rows.header().iter().map(String::as_str)).unwrap_or_default();
                imported.pass("the file", format!("it has no column `{name}`; {hint}"), "line 1");
                return imported;
            }
            columns.entry(field).or_default().push(place);
        }
    }
    let used: Vec<Option<usize>> = columns.values().flatten().copied().collect();
    rows.account(&used, &mut imported);
    let digest = Digest::of(bytes);
    let mut keys = BTreeMap::new();
    for row in rows.iter() {
        let place = format!("line {}", row.line);
        match entry(row, &columns) {
            Err(reason) => imported.pass("a row", reason, place),
            Ok(entry) => match keys.insert(entry.key.clone(), row.line) {
                Some(_) => {
                    imported.pass("a row", "it has the id, or the name and date, of an earlier row", place)
                }
                None => imported.take(&entry, list, digest, &place),
            },
        }
    }
    imported
}

fn entry(row: &Row, columns: &BTreeMap<&str, Vec<Option<usize>>>) -> Result<Entry, String> {
    let cells = |field: &str| columns.get(field).into_iter().flatten().map(|column| row.cell(*column));
    let first = |field: &str| cells(field).find(|cell| !cell.is_empty()).map(str::to_owned);
    let lists = |field: &str| -> Vec<String> {
        columns.get(field).into_iter().flatten().flat_map(|column| row.list(*column)).collect()
    };
    let day = |field: &str, edge| match first(field) {
        None => Ok(None),
        Some(text) => {
            date(&text, edge).map(Some).ok_or(format!("its `{field}` is no date that is understood"))
        }
    };
    let name = first("name").unwrap_or_default();
    let effective = day("effective", Edge::First)?;
    let key = first("id").unwrap_or_else(|| {
        let started = effective.map(|day| format!(" {day}")).unwrap_or_default();
        format!("{name}{started} {}", short(&format!("{name} {effective:?}")))
    });
    Ok(Entry {
        key,
        name,
        aliases: lists("alias"),
        uei: lists("uei"),
        cage: lists("cage"),
        lei: lists("lei"),
        domains: lists("domain"),
        issuer: first("issuer"),
        authority: first("authority"),
        effective,
        published: day("published", Edge::First)?,
        until: day("until", Edge::Last)?,
        notes: cells("note").filter(|note| !note.is_empty()).map(str::to_owned).collect(),
        ..Entry::default()
    })
}
