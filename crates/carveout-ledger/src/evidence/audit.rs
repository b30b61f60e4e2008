//! Holding evidence that is there against what a ledger says was kept, as its auditor: nothing is written, and what is wrong is
//! told with the file that it is in.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    EvidenceError, EvidenceMark, io_error,
    replay::{self, NOTHING},
    segment::{self, HEAD},
    segment_path, snapshot_path,
};
use crate::Digest;

/// What a ledger vouches for, and what has been found of it so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvidenceAudit {
    /// The digest of each record that an entry names.
    records: BTreeMap<u64, Digest>,
    /// The digest of each snapshot that an entry names.
    snapshots: BTreeMap<u64, Digest>,
    /// Where keeping began anew, after an operator gave up what was lost.
    bases: Vec<u64>,
    at: Option<EvidenceMark>,
    /// The segment that was read last, if bytes at its end are no record.
    torn: Option<(String, u64)>,
    found: EvidenceFound,
}

/// What an audit has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct EvidenceFound {
    /// Records that entries of the ledger name.
    pub vouched: u64,
    /// The last of them; 0 if there is none.
    pub last: u64,
    /// Segments that were read.
    pub segments: u64,
    /// Records that are there, each following from the one before it.
    pub records: u64,
    /// Records whose digest is the one that an entry names.
    pub confirmed: u64,
    /// Snapshots that are the ones that entries name.
    pub snapshots: u64,
    /// Records that are not there and need not be: from the first to the last of them.
    pub absent: Vec<(u64, u64, Absence)>,
    /// Segments with bytes at their end that a crash cut short, and the record after which they stand. No entry can know of them.
    pub torn: Vec<(String, u64)>,
    /// What is wrong, with the file that it is in.
    pub problems: Vec<EvidenceProblem>,
}

/// Why records need not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// An entry says that an operator gave them up.
    GivenUp,
    /// A snapshot that is there stands for them: they may be archived elsewhere.
    BeforeSnapshot,
}

/// What is wrong with evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceProblem {
    /// The head of a segment can't be read, or isn't that of a segment of this name.
    #[error("`{place}`: it does not begin as a segment of this name does")]
    Head {
        /// The file.
        place: String,
    },
    /// A segment doesn't go on where the one before it ends.
    #[error("`{place}`: it does not go on from record {record} of the segment before it")]
    Order {
        /// The file.
        place: String,
        /// The last record before it.
        record: u64,
    },
    /// A record in the midst of a segment can't be read.
    #[error("`{place}`: record {record} is damaged")]
    Damaged {
        /// The file.
        place: String,
        /// The first record that can't be read.
        record: u64,
    },
    /// A record is not the one that the ledger names.
    #[error(
        "`{place}`: record {record} is not the one that the ledger vouches for: it or one before it was changed"
    )]
    Changed {
        /// The file.
        place: String,
        /// The record.
        record: u64,
    },
    /// A snapshot is not the one that the ledger names.
    #[error("`{place}`: the snapshot is not the one that the ledger vouches for")]
    Snapshot {
        /// The file.
        place: String,
    },
    /// Records are not there.
    #[error("records {from} to {to}, for which the ledger vouches, are not there")]
    Missing {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
}

impl EvidenceAudit {
    /// An entry vouches for a record.
    pub fn kept(&mut self, mark: EvidenceMark) {
        self.records.insert(mark.record, mark.digest);
    }

    /// An entry vouches for a snapshot.
    pub fn snapshotted(&mut self, mark: EvidenceMark) {
        self.snapshots.insert(mark.record, mark.digest);
    }

    /// An entry says that what was before a record is lost.
    pub fn lost(&mut self, base: u64) {
        self.bases.push(base);
    }

    /// Whether the ledger vouches for anything.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.snapshots.is_empty()
    }

    /// Reads the evidence in a directory.
    ///
    /// # Errors
    /// [`EvidenceError::Io`]. What is wrong with the evidence is no error here, but found.
    pub fn directory(mut self, directory: &Path) -> Result<EvidenceFound, EvidenceError> {
        for first in replay::segments(directory)? {
            let path = segment_path(directory, first);
            let bytes = fs::read(&path).map_err(|error| io_error("read", &path, &error))?;
            self.segment(first, &bytes);
        }
        let mut there = Vec::new();
        for record in self.snapshots.keys().copied().collect::<Vec<_>>() {
            let path = snapshot_path(directory, record);
            match fs::read(&path) {
                Ok(bytes) if self.snapshot(record, &bytes) => there.push(record),
                Ok(_) => {}
                // All but the last two are removed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(io_error("read", &path, &error)),
            }
        }
        Ok(self.finish(there.last().copied()))
    }

    /// Reads the segment that begins with a record. Segments are read in the order of their names.
    pub fn segment(&mut self, first: u64, bytes: &[u8]) {
        self.found.segments += 1;
        let place = file(segment_path(Path::new(""), first));
        let head = segment::parse_head(bytes).filter(|mark| mark.record.checked_add(1) == Some(first));
        let Some(mut mark) = head else {
            // A crash while it was begun: no record is in it, so this is known to be so only if none is missing.
            self.found.problems.push(EvidenceProblem::Head { place });
            return;
        };
        self.follow(&place, first, &mark);
        let mut rest = bytes.get(HEAD..).unwrap_or_default();
        while let Some((record, more)) = segment::parse_frame(rest, mark.record.saturating_add(1)) {
            (mark, rest) = (segment::next(&mark, record), more);
            self.found.records += 1;
            match self.records.get(&mark.record) {
                Some(known) if *known == mark.digest => self.found.confirmed += 1,
                // Each digest is over those before it, so one change changes all that follow.
                Some(_) if self.changed() => {}
                Some(_) => {
                    let problem = EvidenceProblem::Changed { place: place.clone(), record: mark.record };
                    self.found.problems.push(problem);
                }
                None => {}
            }
        }
        self.at = Some(mark);
        self.torn = (!rest.is_empty()).then_some((place, mark.record));
    }

    fn changed(&self) -> bool {
        self.found.problems.iter().any(|problem| matches!(problem, EvidenceProblem::Changed { .. }))
    }

    /// Whether a segment goes on where the one before it ended, or begins anew where it may.
    fn follow(&mut self, place: &str, first: u64, head: &EvidenceMark) {
        let anew = self.bases.contains(&first) && head.digest == NOTHING.digest;
        let before = self.at.unwrap_or(NOTHING);
        let last = before.record.saturating_add(1);
        if let Some((torn, record)) = self.torn.take() {
            // What is cut short is dropped and its number given again. Bytes before anything else are damage.
            if first == last || anew {
                self.found.torn.push((torn, record));
            } else {
                self.found.problems.push(EvidenceProblem::Damaged { place: torn, record: last });
            }
        }
        if first > last {
            let given_up = anew || self.bases.iter().any(|base| *base >= first);
            if given_up {
                self.found.absent.push((last, first - 1, Absence::GivenUp));
            } else if self.at.is_none() {
                // Only the oldest are archived.
                self.found.absent.push((last, first - 1, Absence::BeforeSnapshot));
            } else {
                self.found.problems.push(EvidenceProblem::Missing { from: last, to: first - 1 });
            }
        } else if !anew && !self.changed() && (first < last || head.digest != before.digest) {
            let problem = EvidenceProblem::Order { place: place.to_owned(), record: before.record };
            self.found.problems.push(problem);
        }
    }

    /// Reads the snapshot after a record, and says whether it is the one that the ledger names.
    pub fn snapshot(&mut self, record: u64, bytes: &[u8]) -> bool {
        let Some(digest) = self.snapshots.get(&record) else { return false };
        let right = segment::parse_snapshot(bytes, &EvidenceMark { record, digest: *digest }).is_some();
        if right {
            self.found.snapshots += 1;
        } else {
            let place = file(snapshot_path(Path::new(""), record));
            self.found.problems.push(EvidenceProblem::Snapshot { place });
        }
        right
    }

    /// What was found, when everything that is there was read. `snapshot` is the last that is there and right.
    pub fn finish(self, snapshot: Option<u64>) -> EvidenceFound {
        let Self { records, mut found, at, torn, bases, .. } = self;
        let (end, last) =
            (at.map_or(0, |at| at.record), records.keys().next_back().copied().unwrap_or_default());
        let (base, stood_for) = (bases.last().copied().unwrap_or_default(), snapshot.unwrap_or_default());
        (found.vouched, found.last) = (records.len() as u64, last);
        match torn {
            Some((place, record)) if last > record => {
                found.problems.push(EvidenceProblem::Damaged { place, record: record + 1 });
            }
            Some(torn) => found.torn.push(torn),
            None if last > end && at.is_none() => found.absent.push((1, last, Absence::BeforeSnapshot)),
            None if last > end => found.problems.push(EvidenceProblem::Missing { from: end + 1, to: last }),
            None => {}
        }
        // What neither an operator gave up nor a snapshot stands for is missing.
        for (from, to, absence) in std::mem::take(&mut found.absent) {
            if absence == Absence::GivenUp || to < base {
                found.absent.push((from, to, Absence::GivenUp));
            } else if to <= stood_for {
                found.absent.push((from, to, absence));
            } else {
                found.problems.push(EvidenceProblem::Missing { from, to });
            }
        }
        // The last segment may have been begun when the machine stopped: then nothing is in it, and nothing is missing.
        if last <= end
            && let Some(EvidenceProblem::Head { place }) = found.problems.last()
            && place_of(place) == Some(end.saturating_add(1))
        {
            let torn = (place.clone(), end);
            found.problems.pop();
            found.torn.push(torn);
        }
        found
    }
}

/// A file's name without its folder.
fn file(path: PathBuf) -> String {
    path.display().to_string()
}

/// The first record of a segment, by its name.
fn place_of(name: &str) -> Option<u64> {
    name.strip_suffix(".evidence")?.parse().ok()
}
