//! Reading back what was kept.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    EvidenceError, EvidenceKnown, EvidenceMark, EvidencePiece, io_error,
    segment::{self, HEAD},
    segment_path, snapshot_path,
};
use crate::Digest;

pub(super) const NOTHING: EvidenceMark = EvidenceMark { record: 0, digest: Digest::from_bytes([0; 32]) };

/// Hands over the snapshot and every record after it, and returns the last.
pub(super) fn replay(
    directory: &Path,
    known: &EvidenceKnown,
    mut take: impl FnMut(EvidencePiece<'_>) -> Result<(), String>,
) -> Result<EvidenceMark, EvidenceError> {
    let mut at = start(directory, known, &mut take)?;
    let wanted = known.last.map_or(0, |last| last.record);
    let segments = segments(directory)?;
    let begin = segments.iter().rposition(|first| *first <= at.record + 1).unwrap_or_default();
    for (place, first) in segments.iter().enumerate().skip(begin) {
        let path = segment_path(directory, *first);
        let bytes = fs::read(&path).map_err(|error| io_error("read", &path, &error))?;
        let damaged = |record| EvidenceError::Damaged { place: path.display().to_string(), record };
        let Some(mut mark) = segment::parse_head(&bytes).filter(|mark| mark.record + 1 == *first) else {
            // A crash while the segment was begun: nothing was kept in it.
            if place + 1 == segments.len() && at.record >= wanted {
                break;
            }
            return Err(damaged(*first));
        };
        if *first > at.record + 1 && *first > known.base {
            return Err(lost(directory, at.record + 1, *first - 1));
        }
        let mut rest = bytes.get(HEAD..).unwrap_or_default();
        while let Some((record, more)) = segment::parse_frame(rest, mark.record + 1) {
            (mark, rest) = (segment::next(&mark, record), more);
            check(directory, &mark, &at, known)?;
            if mark.record > at.record {
                let taken = take(EvidencePiece::Record(record));
                taken.map_err(|cause| EvidenceError::Unusable { record: mark.record, cause })?;
                at = mark;
            }
        }
        // What is cut short is dropped where no entry can know of it: at the end, or where the next segment goes on.
        let goes_on = segments.get(place + 1) == Some(&(mark.record + 1));
        if !rest.is_empty() && !goes_on && mark.record < wanted {
            return Err(damaged(mark.record + 1));
        }
    }
    if at.record < wanted { Err(lost(directory, at.record + 1, wanted)) } else { Ok(at) }
}

/// Where reading begins: after the snapshot that the ledger knows, if it is there, else at the beginning.
fn start(
    directory: &Path,
    known: &EvidenceKnown,
    take: &mut impl FnMut(EvidencePiece<'_>) -> Result<(), String>,
) -> Result<EvidenceMark, EvidenceError> {
    let Some(snapshot) = known.snapshot else { return Ok(base(known)) };
    let path = snapshot_path(directory, snapshot.record);
    let file = match fs::read(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(base(known)),
        Err(error) => return Err(io_error("read", &path, &error)),
    };
    // A damaged snapshot is as good as none: all of it is in the segments.
    let Some((at, bytes)) = segment::parse_snapshot(&file, &snapshot) else { return Ok(base(known)) };
    let taken = take(EvidencePiece::Snapshot(bytes));
    taken.map_err(|cause| EvidenceError::Unusable { record: at.record, cause })?;
    Ok(at)
}

fn base(known: &EvidenceKnown) -> EvidenceMark {
    EvidenceMark { record: known.base.saturating_sub(1), ..NOTHING }
}

/// What the ledger vouches for must be what is there.
fn check(
    directory: &Path,
    mark: &EvidenceMark,
    at: &EvidenceMark,
    known: &EvidenceKnown,
) -> Result<(), EvidenceError> {
    let vouched = known.last.into_iter().chain((at.digest != NOTHING.digest).then_some(*at));
    if vouched.into_iter().any(|one| one.record == mark.record && one.digest != mark.digest) {
        let place = directory.display().to_string();
        return Err(EvidenceError::Other { place, record: mark.record });
    }
    Ok(())
}

fn lost(directory: &Path, from: u64, to: u64) -> EvidenceError {
    EvidenceError::Lost { place: directory.display().to_string(), from, to }
}

/// Hands over every record that can be read, and returns the highest number seen.
pub(super) fn salvage(
    directory: &Path,
    mut take: impl FnMut(EvidencePiece<'_>) -> Result<(), String>,
) -> Result<u64, EvidenceError> {
    let mut highest = 0;
    for first in segments(directory)? {
        let path = segment_path(directory, first);
        let bytes = fs::read(&path).map_err(|error| io_error("read", &path, &error))?;
        let (mut number, mut rest) = (first, bytes.get(HEAD..).unwrap_or_default());
        highest = highest.max(first.saturating_sub(1));
        while let Some((record, more)) = segment::parse_frame(rest, number) {
            // What the keeper can't read is among what is lost.
            take(EvidencePiece::Record(record)).ok();
            highest = highest.max(number);
            (number, rest) = (number + 1, more);
        }
    }
    Ok(highest)
}

/// The first records of the segments, in order.
pub(super) fn segments(directory: &Path) -> Result<Vec<u64>, EvidenceError> {
    let listing = fs::read_dir(directory).map_err(|error| io_error("read", directory, &error))?;
    let names = listing.flatten().map(|file| PathBuf::from(file.file_name()));
    let mut firsts: Vec<u64> = names
        .filter(|name| name.extension().is_some_and(|extension| extension == "evidence"))
        .filter_map(|name| name.file_stem()?.to_str()?.parse().ok())
        .collect();
    firsts.sort_unstable();
    Ok(firsts)
}
