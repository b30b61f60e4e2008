//! The public extract of exclusions from SAM: suspensions, debarments and prohibitions.

use std::collections::BTreeMap;

use super::{
    super::{Agency, Conduct, InstrumentKind},
    Imported, List,
    dates::{Edge, date},
    record::{Entry, short},
    rows::{self, Row, Rows},
};
use crate::Digest;

/// The columns that a record has a place for. The extract has been published with several headings.
pub(super) struct Columns {
    pub(super) classification: Option<usize>,
    name: Option<usize>,
    parts: [Option<usize>; 5],
    uei: Option<usize>,
    pub(super) program: Option<usize>,
    pub(super) agency: Option<usize>,
    code: Option<usize>,
    pub(super) kind: Option<usize>,
    comments: Option<usize>,
    active: Option<usize>,
    termination: Option<usize>,
    status: Option<usize>,
    cross_reference: Option<usize>,
    number: Option<usize>,
    cage: Option<usize>,
    created: Option<usize>,
}

impl Columns {
    pub(super) fn of(rows: &Rows) -> Self {
        let column = |names: &[&str]| rows.column(names);
        Self {
            classification: column(&["Classification", "Classification Type"]),
            name: column(&["Name", "Entity Name"]),
            parts: ["Prefix", "First", "Middle", "Last", "Suffix"].map(|name| column(&[name])),
            uei: column(&["UEI", "Unique Entity ID", "Unique Entity ID (SAM)"]),
            program: column(&["Exclusion Program"]),
            agency: column(&["Excluding Agency", "Excluding Agency Name", "Excluding Agency Code"]),
            code: column(&["CT Code"]),
            kind: column(&["Exclusion Type"]),
            comments: column(&["Additional Comments"]),
            active: column(&["Active Date", "Activation Date"]),
            termination: column(&["Termination Date"]),
            status: column(&["Record Status"]),
            cross_reference: column(&["Cross-Reference"]),
            number: column(&["SAM Number"]),
            cage: column(&["CAGE", "CAGE Code"]),
            created: column(&["Creation Date", "Creation_Date", "Create Date"]),
        }
    }

    pub(super) fn used(&self) -> Vec<Option<usize>> {
        let mut used = vec![
            self.classification,
            self.name,
            self.uei,
            self.program,
            self.agency,
            self.code,
            self.kind,
            self.comments,
            self.active,
            self.termination,
            self.status,
            self.cross_reference,
            self.number,
            self.cage,
            self.created,
        ];
        used.extend(self.parts);
        used
    }

    /// What a row says in any extract of SAM, or why it can't be read.
    pub(super) fn entry(&self, row: &Row) -> Result<Entry, String> {
        let agency = row.cell(self.agency);
        let mut entry = Entry {
            name: self.name(row),
            uei: row.list(self.uei),
            cage: row.list(self.cage),
            issuer: Some(agency).filter(|agency| !agency.is_empty()).map(str::to_owned),
            effective: day(row, self.active, Edge::First, "active date")?,
            published: day(row, self.created, Edge::First, "creation date")?,
            until: termination(row.cell(self.termination))?,
            ..Entry::default()
        };
        if row.cell(self.status).eq_ignore_ascii_case("inactive") && entry.until.is_none() {
            return Err("it is inactive, and no date says since when".to_owned());
        }
        entry.key = match (row.cell(self.number), entry.uei.first()) {
            ("", Some(uei)) => format!("{uei} {}", short(&format!("{agency} {:?}", entry.effective))),
            ("", None) => short(&format!("{} {agency} {:?}", entry.name, entry.effective)),
            (number, _) => number.to_owned(),
        };
        for (what, column) in [
            ("Exclusion program", self.program),
            ("Exclusion type", self.kind),
            ("CT code", self.code),
            ("Comments", self.comments),
            ("Cross-reference", self.cross_reference),
        ] {
            let cell = row.cell(column);
            if !cell.is_empty() {
                entry.notes.push(format!("{what}: {}.", cell.trim_end_matches('.')));
            }
        }
        Ok(entry)
    }

    /// A firm's name, or a person's in its parts.
    fn name(&self, row: &Row) -> String {
        let whole = row.cell(self.name);
        if !whole.is_empty() {
            return whole.to_owned();
        }
        let parts = self.parts.iter().map(|part| row.cell(*part)).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    }
}

fn day(
    row: &Row,
    column: Option<usize>,
    edge: Edge,
    what: &str,
) -> Result<Option<chrono::NaiveDate>, String> {
    match row.cell(column) {
        "" => Ok(None),
        text => date(text, edge).map(Some).ok_or_else(|| format!("its {what} is no date that is understood")),
    }
}

fn termination(text: &str) -> Result<Option<chrono::NaiveDate>, String> {
    match text {
        "" => Ok(None),
        text if text.eq_ignore_ascii_case("indefinite") => Ok(None),
        text => date(text, Edge::Last)
            .map(Some)
            .ok_or_else(|| "its termination date is no date that is understood".to_owned()),
    }
}

/// Reads the public extract of exclusions. Rows that share a SAM number are one instrument under several names.
#[must_use]
pub fn sam_exclusions(bytes: &[u8], list: &List) -> Imported {
    extract(bytes, list, |columns, row| {
        let mut entry = columns.entry(row)?;
        let prohibition = row.cell(columns.kind).to_lowercase().contains("prohibition");
        entry.kind =
            Some(if prohibition { InstrumentKind::StatutoryList } else { InstrumentKind::Debarment });
        entry.authority = Some(match prohibition {
            true => "the authority that the list names for a prohibition or restriction".to_owned(),
            false => "FAR subpart 9.4".to_owned(),
        });
        entry.conduct = vec![Conduct::Provide];
        entry.agencies = vec![Agency::AnyFederal];
        entry.hooks = vec!["FAR 9.405"];
        Ok(vec![entry])
    })
}

/// Reads an extract of SAM, a row at a time, and puts rows of one instrument together.
pub(super) fn extract(
    bytes: &[u8],
    list: &List,
    read: impl Fn(&Columns, &Row) -> Result<Vec<Entry>, String>,
) -> Imported {
    let mut imported = Imported::default();
    let Some(rows) = rows::read(bytes, &mut imported) else { return imported };
    let columns = Columns::of(&rows);
    if columns.name.is_none() && columns.parts.iter().all(Option::is_none) {
        imported.pass("the file", "it has no column `Name`: it is no extract of SAM", "line 1");
        return imported;
    }
    rows.account(&columns.used(), &mut imported);
    let mut entries: Vec<(Entry, String)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows.iter() {
        let place = format!("line {}", row.line);
        match read(&columns, row) {
            Err(reason) => imported.pass("a row", reason, place),
            Ok(read) => {
                for entry in read {
                    let known = places.get(&entry.key).and_then(|known| entries.get_mut(*known));
                    match known {
                        Some((known, _)) => join(known, entry, &mut imported, &place),
                        None => {
                            places.insert(entry.key.clone(), entries.len());
                            entries.push((entry, place.clone()));
                        }
                    }
                }
            }
        }
    }
    let digest = Digest::of(bytes);
    for (entry, place) in &entries {
        imported.take(entry, list, digest, place);
    }
    imported
}

/// Another row of an instrument: a further name, or nothing new.
fn join(known: &mut Entry, entry: Entry, imported: &mut Imported, place: &str) {
    if known.effective != entry.effective || known.until != entry.until {
        let reason = "it has the number of an earlier row, and other dates";
        imported.pass("a row", reason, place);
        return;
    }
    if entry.name == known.name || known.aliases.contains(&entry.name) {
        imported.pass("a row", "it repeats an earlier row, apart from columns that no record has", place);
    } else {
        known.aliases.push(entry.name);
    }
    for (mine, theirs) in [(&mut known.uei, entry.uei), (&mut known.cage, entry.cage)] {
        let new: Vec<String> = theirs.into_iter().filter(|value| !mine.contains(value)).collect();
        mine.extend(new);
    }
}
