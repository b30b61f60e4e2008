//! What the graph is read from. Each source is read record by record, and ends with a list of what was not read.

mod deployment;
mod followthemoney;
mod gleif;
mod handkept;
mod lines;
mod plain;
mod reference;
mod sam;
mod table;
mod usaspending;

pub use followthemoney::followthemoney;
pub use gleif::gleif_relationships;
pub use handkept::{HandKeptError, hand_kept};
pub use plain::{plain_entities, plain_links};
pub use sam::sam_entities;
pub use usaspending::usaspending_subawards;

use crate::unread::NotRead;

/// How an import went.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Imported {
    /// Records that were taken over.
    pub read: u64,
    /// What was not, and why.
    pub not_read: NotRead,
    /// Why the source could not be read to its end, if so: a file that was cut, a disk that failed.
    pub cut: Option<String>,
}

impl Imported {
    fn took(&mut self) {
        self.read = self.read.saturating_add(1);
    }
}

/// A source that is not what it was said to be.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A table without a column that is needed.
    #[error("the table has no column `{column}`; {what} has it: is this another file?")]
    NoColumn {
        /// The column.
        column: String,
        /// What was to be read.
        what: &'static str,
    },
    /// No such source at all.
    #[error("this is no {what}: {why}")]
    Other {
        /// What was to be read.
        what: &'static str,
        /// Why it can't be one.
        why: String,
    },
}
