//! Lists of designations, as they are published, read into records.
//!
//! Each row or entity becomes the TOML text of a record, which is then read like any other: what isn't a record is
//! not imported. Whatever is passed over is counted, with the reason and the first place, so that nothing is dropped
//! silently. Imported records are unsigned: somebody has to look at them and put a name to them.

mod dates;
mod fascsa;
mod follow_the_money;
mod mapped;
mod record;
mod rows;
mod sam;

pub use self::{
    fascsa::fascsa_orders,
    follow_the_money::follow_the_money,
    mapped::{FIELDS, Mapping, MappingError, mapped, open_sanctions_table},
    sam::sam_exclusions,
};
use std::collections::{BTreeMap, BTreeSet};

use self::record::Entry;
use super::{Agency, Conduct, Confidence, Designation, InstrumentKind, When};
use crate::Digest;

/// What is known of a list as a whole.
#[derive(Clone, Debug)]
pub struct List {
    /// What it is called, and what its records are named after: lowercase letters, digits and hyphens.
    pub prefix: String,
    /// The title of the source, such as the name of the file.
    pub title: String,
    /// Where it was found.
    pub url: Option<String>,
    /// The date of the list: from when what it says could be known.
    pub known: When,
    /// How sure it is.
    pub confidence: Confidence,
    /// Who made the instruments, where a row doesn't say.
    pub issuer: Option<String>,
    /// What they rest on, where a row doesn't say.
    pub authority: Option<String>,
    /// What kind they are, for lists of no known kind.
    pub kind: InstrumentKind,
    /// What they forbid, for lists of no known kind.
    pub conduct: Vec<Conduct>,
    /// Whom they address, for lists of no known kind.
    pub agencies: Vec<Agency>,
}

/// What came of a list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Imported {
    /// The records, in the order of the list.
    pub records: Vec<Designation>,
    /// What was not read, by reason.
    pub not_read: Vec<NotRead>,
    /// How many rows or entities there were.
    pub rows: usize,
    /// The ids of the records.
    ids: BTreeSet<String>,
    /// Where each reason stands in `not_read`.
    reasons: BTreeMap<(String, String), usize>,
}

/// Something that was not read.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct NotRead {
    /// What it is: a row, a column, an entity.
    pub what: String,
    /// Why.
    pub reason: String,
    /// How often.
    pub times: usize,
    /// Where first.
    pub first: String,
}

impl Imported {
    fn pass(&mut self, what: &str, reason: impl Into<String>, place: impl Into<String>) {
        let key = (what.to_owned(), reason.into());
        let known = self.reasons.get(&key).and_then(|known| self.not_read.get_mut(*known));
        if let Some(known) = known {
            known.times += 1;
            return;
        }
        let (what, reason) = key.clone();
        self.reasons.insert(key, self.not_read.len());
        self.not_read.push(NotRead { what, reason, times: 1, first: place.into() });
    }

    /// Takes an entry up as a record, if it is one.
    fn take(&mut self, entry: &Entry, list: &List, digest: Digest, place: &str) {
        let read = entry.to_toml(list, digest).and_then(|text| {
            Designation::parse(&text).map_err(|problems| {
                let first = problems.list().first();
                first.map_or_else(String::new, |problem| problem.message.clone())
            })
        });
        match read {
            Ok(record) if !self.ids.insert(record.instrument().id.clone()) => {
                self.pass(
                    "a row",
                    "its id, in lowercase letters and digits, is that of an earlier record",
                    place,
                );
            }
            Ok(record) => self.records.push(record),
            Err(reason) => self.pass("a row", reason, place),
        }
    }
}
