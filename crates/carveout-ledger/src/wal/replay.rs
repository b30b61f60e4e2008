//! Reading the log after a crash or a close.

use super::{
    frame::{FrameError, parse_frame},
    segment::{DIRECTORY, HEADER_BYTES, SegmentHeader, written},
};
use crate::{
    Digest, LedgerError, parse_bundle,
    storage::{Storage, read_if_present},
};

/// What the segments held.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    /// Entries from the published size on, in order.
    pub(crate) entries: Vec<Vec<u8>>,
    /// Bytes of a last frame that was cut short and had not been acknowledged.
    pub(crate) torn_bytes: u64,
    /// The largest epoch that was seen.
    pub(crate) epoch: u64,
}

struct Found {
    name: String,
    header: SegmentHeader,
    bytes: Vec<u8>,
}

/// Reads every entry from index `published` on.
///
/// # Errors
/// Anything but a last frame that was cut short: damage, gaps, segments of another ledger, or segments that were
/// begun after a checkpoint larger than the published one.
pub(crate) fn replay(
    storage: &dyn Storage,
    published: u64,
    ledger: &Digest,
) -> Result<Replayed, LedgerError> {
    let segments = find(storage, published, ledger)?;
    let mut replayed = Replayed {
        epoch: segments.iter().map(|found| found.header.epoch).max().unwrap_or_default(),
        ..Replayed::default()
    };
    // A segment is spent once its successor begins at or below what is published.
    let live = segments.iter().rposition(|found| found.header.first <= published);
    let Some(live) = live.and_then(|live| segments.get(live..)) else {
        return Err(corrupt(DIRECTORY, 0, "no segment reaches back to the last checkpoint"));
    };
    let mut next = live.first().map_or(0, |found| found.header.first);
    for (position, found) in live.iter().enumerate() {
        if found.header.first != next {
            return Err(corrupt(&found.name, 0, "entries are missing before this segment"));
        }
        let last = position + 1 == live.len();
        next = read_segment(found, last, published, &mut replayed)?;
    }
    if next < published {
        // Entries are in the log before they are in a checkpoint: its end was cut off, and with it perhaps
        // entries beyond the checkpoint.
        return Err(corrupt(DIRECTORY, 0, "the log breaks off below the last checkpoint"));
    }
    Ok(replayed)
}

fn find(storage: &dyn Storage, published: u64, ledger: &Digest) -> Result<Vec<Found>, LedgerError> {
    let mut names = storage.list(DIRECTORY).map_err(|error| LedgerError::io("list", DIRECTORY, &error))?;
    names.sort_unstable();
    let mut segments = Vec::with_capacity(names.len());
    for name in names {
        let path = format!("{DIRECTORY}/{name}");
        let read = read_if_present(storage, &path);
        // Whoever reads beside the writer may see a segment go that was spent; what that leaves must reach back all
        // the same.
        let Some(bytes) = read.map_err(|error| LedgerError::io("read", &path, &error))? else { continue };
        let header = SegmentHeader::parse(&bytes)
            .filter(|header| header.name() == name)
            .ok_or_else(|| corrupt(&name, 0, "the header of the segment is damaged"))?;
        if header.ledger != *ledger {
            return Err(corrupt(&name, 0, "the segment is of another ledger"));
        }
        if header.published > published {
            let (found, expected) = (published, header.published);
            return Err(LedgerError::Shrunk { found, expected, witness: path });
        }
        segments.push(Found { name, header, bytes });
    }
    Ok(segments)
}

fn read_segment(
    found: &Found,
    last: bool,
    published: u64,
    replayed: &mut Replayed,
) -> Result<u64, LedgerError> {
    let (mut offset, mut next) = (HEADER_BYTES, found.header.first);
    let written = written(&found.bytes);
    while offset < written.len() {
        let frame = match parse_frame(written, offset, found.header.epoch, next) {
            Ok(frame) => frame,
            Err(FrameError::Torn) if last => {
                replayed.torn_bytes = (written.len() - offset) as u64;
                return Ok(next);
            }
            Err(FrameError::Torn) => {
                return Err(corrupt(&found.name, offset, "a frame breaks off and segments follow it"));
            }
            Err(FrameError::Corrupt(damage)) => return Err(corrupt(&found.name, offset, damage)),
        };
        let entries = parse_bundle(frame.body)
            .ok()
            .filter(|entries| entries.len() as u64 == u64::from(frame.count))
            .ok_or_else(|| corrupt(&found.name, offset, "a frame does not hold the entries it counts"))?;
        for (index, entry) in (next..).zip(entries) {
            if index >= published {
                replayed.entries.push(entry.to_vec());
            }
        }
        next += u64::from(frame.count);
        offset += frame.bytes;
    }
    Ok(next)
}

/// Damage to what was acknowledged is nothing to repair in place: what a hand leaves out nobody could prove.
fn corrupt(segment: &str, offset: usize, what: &'static str) -> LedgerError {
    let place = if segment == DIRECTORY {
        DIRECTORY.to_owned()
    } else {
        format!("{DIRECTORY}/{segment}, byte {offset}")
    };
    let advice = "nothing was changed; keep the directory as it is for whoever examines it, and restore the whole \
                  directory from a backup";
    LedgerError::Corrupt { place, what: format!("{what}: {advice}") }
}
